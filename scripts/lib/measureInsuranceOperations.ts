import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import type { ContractTransactionResponse } from "ethers";
import { id, MaxUint256, ZeroHash } from "ethers";
import { RiskPool__factory } from "../../sdk/src/chain/contracts.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { encodeCrashEvidence } from "../../sdk/src/insurance/evidence.js";
import { ATTESTATION_TYPES, QUOTE_TYPES } from "../../sdk/src/insurance/typedData.js";
import { createChain } from "../../test/helpers/fixture.js";
import { telemetryFlow } from "../../test/helpers/telemetryFlow.js";
import { StablecoinMock__factory } from "../../typechain-types/index.js";

const DAY = 86_400;
const EURO = 1_000_000n;
const FLEET = 10;

/** How many summaries a gateway anchors at once: a proof of eight hashes. */
const LEAVES = 256;

/** The same for insurance: with a pool that has capital and has sold cover in the same cell before, and roots of 256 summaries. The
 * holder gave the pool an allowance without a limit, as it is billed by approval. */
export async function measureInsuranceOperations(): Promise<Record<string, number>> {
  const chain = await createChain({ initialDate: "2027-01-15T08:00:00Z", isRepeatable: true });
  const system = await telemetryFlow(chain)();
  const { actors, anchors, pools, policies, claims, crashTrigger, indexTrigger, records, deployment } =
    system;
  const { insurer, holder, buyer: depositor, stranger: first, assessor, workshop, registrar } = actors;
  const token = await new StablecoinMock__factory(actors.deployer).deploy();
  const gas: Record<string, number> = {};

  async function measure(name: string, sent: Promise<ContractTransactionResponse>, share = 1): Promise<void> {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error(`${name}: no receipt`);
    gas[name] = Math.ceil(Number(receipt.gasUsed) / share);
  }

  const poolTerms = {
    asset: await token.getAddress(),
    insurer: insurer.address,
    redeemDelaySeconds: 14 * DAY,
    cellCapBps: 10_000,
    fleetCapBps: 10_000,
  };
  const poolAddress = await pools.connect(insurer).openPool.staticCall(poolTerms, "Pool", "POOL");
  await measure("openPool", pools.connect(insurer).openPool(poolTerms, "Pool", "POOL"));
  const pool = RiskPool__factory.connect(poolAddress, actors.deployer);
  for (const account of [first, depositor, holder]) {
    await token.issue(account, 10_000_000n * EURO);
    await token.connect(account).approve(pool, 1_000_000n * EURO);
  }
  await measure("depositCapitalFirst", pool.connect(first).deposit(500_000n * EURO, first));
  await measure("depositCapital", pool.connect(depositor).deposit(500_000n * EURO, depositor));

  const { vehicleId, key } = await system.addVehicle("insured");
  const { vehicleId: neighbour } = await system.addVehicle("neighbour");
  const start = await chain.networkHelpers.time.latest();
  const quoteOf = (subjectRoot: string, salt: number) => ({
    pool: poolAddress,
    trigger: deployment.contracts.CrashTrigger,
    productId: id("collision"),
    subjectRoot,
    fleetId: ZeroHash,
    cover: 20_000n * EURO,
    minDeposit: 500n * EURO,
    expiresAt: start + 7 * DAY,
    endsAt: start + 365 * DAY,
    waitingSeconds: DAY,
    periodSeconds: 30 * DAY,
    salt,
    rates: {
      perKm: 50_000,
      perDay: 300_000,
      perDrivingHour: 100_000,
      maxDailyM: 400_000,
      minFactorBps: 8_000,
      maxFactorBps: 20_000,
      nightBps: 5_000,
      overLimitBps: 10_000,
      harshBps: 200,
    },
    payout: {
      threshold1: 400,
      threshold2: 800,
      threshold3: 1_500,
      payoutBps1: 500,
      payoutBps2: 2_500,
      payoutBps3: 10_000,
      totalLossAt: 1_500,
      salvageBps: 2_000,
      challengeSeconds: 3 * DAY,
      instantCap: 2_000n * EURO,
      bond: 300n * EURO,
      corroborations: 3,
    },
  });
  const policyDomain = {
    name: "blok auto policies",
    version: "1",
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.PolicyBook,
  };
  const summaryOf = (sequence: number, km: number, endedAt: number) => ({
    vehicleId,
    sequence,
    startedAt: endedAt - 3_600,
    endedAt,
    traceRoot: id(`trace ${sequence}`),
    counters: {
      distanceM: km * 1_000,
      drivingS: km * 72,
      nightS: km * 7,
      overLimitS: km,
      harshBrakes: sequence * 3,
      severeBrakes: sequence,
      harshAccelerations: sequence,
      severeAccelerations: 0,
      harshCorners: sequence,
      severeCorners: 0,
      chargedWh: km * 180,
      dischargedWh: 0,
    },
  });
  const anchored = async (summary: ReturnType<typeof summaryOf>) => {
    const leaf = await anchors.leafOf(summary, key.keyId);
    const others = Array.from({ length: LEAVES - 1 }, (_, index) => id(`leaf ${summary.sequence} ${index}`));
    const tree = SimpleMerkleTree.of([leaf, ...others]);
    await anchors
      .connect(actors.meterOperator)
      .anchorRoot(tree.root, LEAVES, summary.startedAt, summary.endedAt);
    return {
      summary,
      signer: key.signer,
      signature: key.sign(await anchors.digestOf(summary)),
      root: tree.root,
      proof: tree.getProof(leaf),
    };
  };

  const base = summaryOf(7, 5_000, start - 3_600);
  const subject = {
    vehicleId,
    grantEpoch: 0,
    cell: id("cell"),
    baseline: await anchors.digestOf(base),
    baseDistanceM: 5_000_000,
    baseOdometerM: 5_000_000,
  };
  const quote = quoteOf(await policies.leafOf(subject), 1);
  const terms = { quote, subject };
  const signature = await insurer.signTypedData(policyDomain, QUOTE_TYPES, quote);
  const book = policies.connect(holder);
  await token.connect(holder).approve(pool, MaxUint256);
  const sold = { ...subject, vehicleId: neighbour };
  const earlier = quoteOf(await policies.leafOf(sold), 0);
  await measure(
    "buyPolicyFirst",
    book.buyPolicy(
      { quote: earlier, subject: sold },
      await insurer.signTypedData(policyDomain, QUOTE_TYPES, earlier),
      [],
      500n * EURO,
    ),
  );
  await measure("buyPolicy", book.buyPolicy(terms, signature, [], 500n * EURO));
  await measure("depositPremium", policies.connect(first).depositPremium(terms, EURO));

  await chain.networkHelpers.time.increase(20 * DAY);
  const second = summaryOf(8, 6_000, (await chain.networkHelpers.time.latest()) - 60);
  await records.connect(workshop).appendRecord(
    {
      vehicleId,
      documentHash: id("service"),
      kind: 4,
      code: 0,
      odometer: 6_000,
      odometerUnit: 1,
      observedAt: second.endedAt - 60,
    },
    ROLES.workshop,
  );
  await measure("provePremiumPeriodFirst", book.provePremiumPeriod(terms, base, await anchored(second)));
  await chain.networkHelpers.time.increase(20 * DAY);
  const third = summaryOf(9, 6_900, (await chain.networkHelpers.time.latest()) - 60);
  await measure("provePremiumPeriod", book.provePremiumPeriod(terms, second, await anchored(third)));

  const crash = {
    vehicleId,
    occurredAt: await chain.networkHelpers.time.latest(),
    deltaVCmS: 500,
    isAirbagDeployed: true,
    documentHash: id("recorder"),
  };
  const evidenceOf = async (of: typeof crash): Promise<string> => {
    const crashHash = await crashTrigger.crashHashOf(of);
    const domain = {
      name: "blok auto crash trigger",
      version: "1",
      chainId: deployment.chainId,
      verifyingContract: deployment.contracts.CrashTrigger,
    };
    const attesters = [
      [assessor, ROLES.assessor],
      [workshop, ROLES.workshop],
      [registrar, ROLES.registrar],
    ] as const;
    const attestations = await Promise.all(
      attesters.map(async ([signer, role]) => {
        const statement = { crashHash, role, attestedAt: of.occurredAt };
        return {
          ...statement,
          vehicleId: 0n,
          signer: signer.address,
          signature: await signer.signTypedData(domain, ATTESTATION_TYPES, statement),
        };
      }),
    );
    const evidence = {
      crash: of,
      signer: key.signer,
      signature: key.sign(await crashTrigger.crashDigestOf(of)),
      attestations,
      recordProof: "0x",
    };
    return encodeCrashEvidence(evidence);
  };
  crash.isAirbagDeployed = false; // below the cap that is paid at once
  await measure(
    "openParametricClaim",
    claims.connect(holder).openParametricClaim(terms, await evidenceOf(crash)),
  );
  await measure("collectPayout", pool.collect(holder));
  await chain.networkHelpers.time.increase(DAY);
  const large = { ...crash, deltaVCmS: 900, occurredAt: await chain.networkHelpers.time.latest() };
  const incidentId = await claims.incidentIdOf(vehicleId, Math.floor(large.occurredAt / 3_600));
  await measure(
    "openParametricClaimReserved",
    claims.connect(holder).openParametricClaim(terms, await evidenceOf(large)),
  );
  await chain.networkHelpers.time.increase(3 * DAY);
  await measure("settleClaim", claims.settleClaim(terms, incidentId));
  await measure("closePolicy", book.closePolicy(terms));

  const day = Math.floor((await chain.networkHelpers.time.latest()) / DAY);
  await chain.networkHelpers.time.increaseTo((day + 1) * DAY);
  const oracle = indexTrigger.connect(actors.meterOperator);
  await measure("reportIndex", oracle.reportIndex(id("cell"), id("hail"), day, 40));

  const shares = (await pool.balanceOf(depositor)) / 2n;
  await measure("requestRedeem", pool.connect(depositor).requestRedeem(shares, depositor, depositor));
  await chain.networkHelpers.time.increase(14 * DAY);
  await measure("redeemShares", pool.connect(depositor).redeem(shares, depositor, depositor));

  const fleet = [];
  for (let index = 0; index < FLEET; index += 1) {
    const { vehicleId: member } = await system.addVehicle(`fleet ${index}`);
    fleet.push({ ...subject, vehicleId: member });
  }
  const leaves = await Promise.all(fleet.map((member) => policies.leafOf(member)));
  const list = SimpleMerkleTree.of(leaves);
  const latest = await chain.networkHelpers.time.latest();
  const fleetQuote = { ...quoteOf(list.root, 2), fleetId: id("fleet"), expiresAt: latest + DAY };
  const fleetSignature = await insurer.signTypedData(policyDomain, QUOTE_TYPES, fleetQuote);
  await measure(
    "buyPolicyEach10",
    book.buyPolicies(
      fleetQuote,
      fleetSignature,
      fleet,
      leaves.map((leaf) => list.getProof(leaf)),
      500n * EURO,
    ),
    FLEET,
  );
  return gas;
}
