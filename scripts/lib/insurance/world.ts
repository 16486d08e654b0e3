import { id, MaxUint256, type ContractTransactionReceipt } from "ethers";
import { namedSigners } from "../namedSigners.js";
import {
  Claims__factory,
  Consortium__factory,
  CrashTrigger__factory,
  IndexTrigger__factory,
  PolicyBook__factory,
  RiskPool__factory,
  RiskPools__factory,
  TelemetryAnchors__factory,
  VehicleKeys__factory,
  VehicleTitle__factory,
} from "../../../sdk/src/chain/contracts.js";
import type { Deployment, RpcProvider } from "../../../sdk/src/chain/deployment.js";
import { toQuantity } from "../../../sdk/src/chain/quantity.js";
import { readBlock } from "../../../sdk/src/chain/readBlock.js";
import { ROLES, type MemberClass } from "../../../sdk/src/consortium/roles.js";
import { merkleTree } from "../../../sdk/src/telemetry/merkleTree.js";
import { summaryLeaf } from "../../../sdk/src/telemetry/summaryLeaf.js";
import { telemetryDomain } from "../../../sdk/src/telemetry/telemetryDomain.js";
import type { AnchoredSummary, SignedSummary } from "../../../sdk/src/telemetry/types.js";
import { StablecoinMock__factory } from "../../../typechain-types/index.js";

export interface InsuranceScene {
  rpc: RpcProvider;
  deployment: Deployment;
  say: (line: string) => void;
}

export const EURO = 1_000_000n;
export const DAY = 86_400;
export const REDEEM_DELAY = 14 * DAY;
const CAPITAL = 500_000n * EURO;
const POCKET = 10_000n * EURO;
const ADMISSION_DELAY = DAY;

/** Accounts of the local chain that nobody else in the demo uses. */
const SIGNERS = {
  insurer: 45,
  maker: 46,
  gateway: 47,
  station: 48,
  assessor: 49,
  workshop: 50,
  registrar: 51,
  investor: 52,
  commuter: 53,
  harsh: 54,
  night: 55,
};
const CLASSES = {
  insurer: "insurer",
  maker: "manufacturer",
  gateway: "meterOperator",
  station: "meterOperator",
  assessor: "assessor",
  workshop: "workshop",
  registrar: "registrar",
} as const satisfies Partial<Record<keyof typeof SIGNERS, MemberClass>>;
/** Of the local chain, as `deployLocal` has it. */
const ADMISSIONS = 3;

export type InsuranceWorld = Awaited<ReturnType<typeof createInsuranceWorld>>;

type Sent = Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>;

/** An insurer with an investor's pool, members who see crashes and hail, and three people who will drive. */
export async function createInsuranceWorld(scene: InsuranceScene) {
  const { rpc, deployment } = scene;
  const { contracts, chainId } = deployment;
  const { provider, signers } = await namedSigners(rpc, SIGNERS);

  const send = async (sent: Sent): Promise<ContractTransactionReceipt> => {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error("a transaction came to nothing");
    return receipt;
  };
  const now = async (): Promise<number> => (await readBlock(rpc, "latest"))?.timestamp ?? 0;
  const travelTo = async (instant: number): Promise<void> => {
    if (instant <= (await now())) return;
    await rpc.request({ method: "evm_setNextBlockTimestamp", params: [toQuantity(instant)] });
    await rpc.request({ method: "evm_mine", params: [] });
  };

  const office = Consortium__factory.connect(contracts.Consortium, await provider.getSigner(ADMISSIONS));
  for (const [name, of] of Object.entries(CLASSES)) {
    const member = signers[name as keyof typeof CLASSES];
    await send(office.admitMember(member, ROLES[of], id(`organisation of the ${name}`)));
  }
  await travelTo((await now()) + ADMISSION_DELAY + 1);

  const token = await new StablecoinMock__factory(signers.insurer).deploy();
  const pools = RiskPools__factory.connect(contracts.RiskPools, signers.insurer);
  const poolTerms = {
    asset: await token.getAddress(),
    insurer: signers.insurer.address,
    redeemDelaySeconds: REDEEM_DELAY,
    cellCapBps: 2_000,
    fleetCapBps: 2_000,
  };
  const poolName = ["Motor risk", "RISK"] as const;
  const poolAddress = await pools.openPool.staticCall(poolTerms, ...poolName);
  await send(pools.openPool(poolTerms, ...poolName));
  const pool = RiskPool__factory.connect(poolAddress, signers.investor);
  const purses = [
    [signers.investor, CAPITAL],
    [signers.commuter, POCKET],
    [signers.harsh, POCKET],
    [signers.night, POCKET],
  ] as const;
  for (const [account, amount] of purses) {
    await send(token.issue(account, amount));
    await send(token.connect(account).approve(poolAddress, MaxUint256));
  }
  await send(pool.deposit(CAPITAL, signers.investor));

  const anchors = TelemetryAnchors__factory.connect(contracts.TelemetryAnchors, signers.gateway);
  const domain = await telemetryDomain({
    chainId,
    contract: contracts.TelemetryAnchors,
    p256Verifier: contracts.ERC7913P256Verifier,
  });
  return {
    ...scene,
    signers,
    token,
    pool,
    poolAddress,
    domain,
    book: PolicyBook__factory.connect(contracts.PolicyBook, signers.insurer),
    claims: Claims__factory.connect(contracts.Claims, signers.insurer),
    crashTrigger: CrashTrigger__factory.connect(contracts.CrashTrigger, signers.insurer),
    indexTrigger: IndexTrigger__factory.connect(contracts.IndexTrigger, signers.gateway),
    title: VehicleTitle__factory.connect(contracts.VehicleTitle, signers.maker),
    keys: VehicleKeys__factory.connect(contracts.VehicleKeys, signers.maker),
    quoteDomain: { chainId, contract: contracts.PolicyBook },
    crashDomain: { chainId, contract: contracts.CrashTrigger },
    send,
    now,
    travelTo,
    /** Puts summaries under one root, as a gateway does, and gives each its proof. */
    async anchor(signed: readonly SignedSummary[]): Promise<AnchoredSummary[]> {
      const leaves = signed.map(({ summary, signer }) => summaryLeaf(summary, signer, domain));
      const tree = await merkleTree(leaves);
      const from = Math.min(...signed.map(({ summary }) => summary.startedAt));
      const to = Math.max(...signed.map(({ summary }) => summary.endedAt));
      await send(anchors.anchorRoot(tree.root, tree.size, from, to));
      return signed.map((each, index) => ({
        ...each,
        root: tree.root,
        proof: tree.proofOf(leaves[index]!),
      }));
    },
    /** Whether the pool holds what it owes, and no unit of the token is anywhere else. */
    async isConserved(): Promise<boolean> {
      const held = await token.balanceOf(poolAddress);
      const { capital, reserved, unearned, owed } = await pool.poolState();
      let sum = held;
      let issued = 0n;
      for (const [account, amount] of purses) {
        sum += await token.balanceOf(account);
        issued += amount;
      }
      return held === capital + reserved + unearned + owed && sum === issued;
    },
  };
}
