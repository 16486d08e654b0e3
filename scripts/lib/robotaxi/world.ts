import { MaxUint256, type BrowserProvider, Wallet, ZeroAddress } from "ethers";
import { namedSigners } from "../namedSigners.js";
import { PaymentChannels__factory, VehicleTitle__factory } from "../../../sdk/src/chain/contracts.js";
import type { Deployment, RpcProvider } from "../../../sdk/src/chain/deployment.js";
import { toQuantity } from "../../../sdk/src/chain/quantity.js";
import { readBlock } from "../../../sdk/src/chain/readBlock.js";
import type { ImportAccounts } from "../../../sdk/src/lifecycle/deriveAccounts.js";
import type { ImportResult } from "../../../sdk/src/lifecycle/importLifecycle.js";
import { prepareDomain } from "../../../sdk/src/payments/prepareDomain.js";
import { rpcChannelReader } from "../../../sdk/src/payments/rpcChannelReader.js";
import type { ChannelTerms, VoucherKey } from "../../../sdk/src/payments/types.js";
import { StablecoinMock__factory } from "../../../typechain-types/index.js";
import type { DemoClock } from "./DemoMeter.js";

export interface PaymentScene {
  rpc: RpcProvider;
  deployment: Deployment;
  accounts: ImportAccounts;
  say: (line: string) => void;
}

export const EURO = 1_000_000n;
export const DAY = 86_400;
export const CLOSE_DELAY = 6 * 3_600;
/** Deep enough that a channel is not paid from in the block that opens it. */
const CONFIRMATIONS = 1;
/** Accounts of the local chain that nobody else in the demo uses. */
const SIGNERS = { relayer: 40, toll: 41, charging: 42, parking: 43, passenger: 44 };

export type TaxiWorld = Awaited<ReturnType<typeof createWorld>>;

type Sent = Promise<{ wait(): Promise<{ gasUsed: bigint } | null> }>;

/** A robotaxi, its owner, a passenger and three operators, with a token that is worth a euro. */
export async function createWorld(imports: readonly ImportResult[], scene: PaymentScene) {
  const { rpc, deployment } = scene;
  const { provider, signers } = await namedSigners(rpc, SIGNERS);
  const domain = await prepareDomain({
    chainId: deployment.chainId,
    contract: deployment.contracts.PaymentChannels,
    p256Verifier: deployment.contracts.ERC7913P256Verifier,
  });
  const { owner, vehicleId } = await findTaxi(imports, scene, provider);
  const token = await new StablecoinMock__factory(signers.relayer).deploy();
  const asset = await token.getAddress();
  await (await signers.relayer.sendTransaction({ to: owner.address, value: 10n ** 17n })).wait();
  for (const [account, amount] of [
    [owner, 600n * EURO],
    [signers.passenger, 100n * EURO],
  ] as const) {
    await (await token.issue(account, amount)).wait();
    await (await token.connect(account).approve(domain.contract, MaxUint256)).wait();
  }

  const clock: DemoClock = { at: 0 };
  const gas = { used: 0n };
  const world = {
    ...scene,
    provider,
    signers,
    owner,
    vehicleId,
    token,
    asset,
    domain,
    channels: PaymentChannels__factory.connect(domain.contract, signers.relayer),
    title: VehicleTitle__factory.connect(deployment.contracts.VehicleTitle, provider),
    reader: rpcChannelReader({ rpc, contract: domain.contract, confirmations: CONFIRMATIONS }),
    /** What operators, meters and the chain go by. */
    clock,
    now: (): number => clock.at,
    /** Of what is sent beside settlements. */
    gas,
    issued: 700n * EURO,
    async send(sent: Sent): Promise<void> {
      gas.used += (await (await sent).wait())?.gasUsed ?? 0n;
    },
    termsOf: (payee: string, payer: string, key: VoucherKey, salt: bigint): ChannelTerms => ({
      payer,
      signer: key.signer,
      payee,
      operator: ZeroAddress,
      asset,
      closeDelaySeconds: CLOSE_DELAY,
      salt,
    }),
    /** Moves the chain's clock on to the demo's, or the demo's on to the chain's. */
    async meetClocks(): Promise<void> {
      const head = (await readBlock(rpc, "latest"))?.timestamp ?? 0;
      if (clock.at > head) {
        await rpc.request({ method: "evm_increaseTime", params: [toQuantity(clock.at - head)] });
      }
      await rpc.request({ method: "evm_mine", params: [] });
      clock.at = Math.max(clock.at, (await readBlock(rpc, "latest"))?.timestamp ?? 0);
    },
  };
  await world.meetClocks();
  return world;
}

/** A car whose holder's key is at hand, and whose title nothing locks. */
async function findTaxi(
  imports: readonly ImportResult[],
  { deployment, accounts }: PaymentScene,
  provider: BrowserProvider,
): Promise<{ vehicleId: bigint; owner: Wallet }> {
  const title = VehicleTitle__factory.connect(deployment.contracts.VehicleTitle, provider);
  for (const { vehicleId, holder } of imports.flatMap(({ vehicles }) => vehicles)) {
    const owner = new Wallet(accounts.accountOf(holder.alias).privateKey, provider);
    const { status, locks } = await title.stateOf(vehicleId);
    if (status !== 1n || locks !== 0n) continue;
    if ((await title.ownerOf(vehicleId)) === owner.address) return { vehicleId: BigInt(vehicleId), owner };
  }
  throw new Error("no car of the files is free to be a taxi");
}
