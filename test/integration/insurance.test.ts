import { expect } from "chai";
import { id, ZeroAddress, ZeroHash } from "ethers";
import { encodeCrashEvidence, incidentIdOf } from "../../sdk/src/insurance/evidence.js";
import { explainPremium } from "../../sdk/src/insurance/explainPremium.js";
import { premiumOf, silencePremiumOf } from "../../sdk/src/insurance/premium.js";
import { subjectList } from "../../sdk/src/insurance/subjectList.js";
import {
  attestationTypedData,
  crashHash,
  crashTypedData,
  insuranceDigest,
  isSignedByAccount,
  policyIdOf,
  quoteTypedData,
  signWithKey,
  subjectLeaf,
  verifyWithKey,
} from "../../sdk/src/insurance/typedData.js";
import type { PolicyQuote, PremiumRates } from "../../sdk/src/insurance/types.js";
import { COUNTER_FIELDS, NO_COUNTERS, type TripCounters } from "../../sdk/src/telemetry/types.js";
import { createChain } from "../helpers/fixture.js";
import { telemetryFlow } from "../helpers/telemetryFlow.js";

const chain = await createChain();
const telemetryFixture = telemetryFlow(chain);
const CASES = 300;

/** The same numbers on every run, of all magnitudes up to `bits`. */
function randomNumbers(seed: string): (bits: number) => bigint {
  let state = BigInt(id(seed));
  return (bits) => {
    state = BigInt(id(state.toString(16)));
    const magnitude = Number((state >> 128n) % BigInt(bits + 1));
    return BigInt.asUintN(magnitude, state);
  };
}

describe("Insurance", () => {
  it("is priced off chain exactly as the contract does it", async () => {
    const { premiums } = await chain.networkHelpers.loadFixture(telemetryFixture);
    const random = randomNumbers("premiums");
    const small = (bits: number): number => Number(random(bits));
    for (let index = 0; index < CASES; index += 1) {
      const rates: PremiumRates = {
        perKm: random(64),
        perDay: random(64),
        perDrivingHour: random(64),
        maxDailyM: small(32),
        minFactorBps: small(15),
        maxFactorBps: 2 ** 15 + small(15),
        nightBps: small(16),
        overLimitBps: small(16),
        harshBps: small(16),
      };
      const from = { ...NO_COUNTERS } as Record<keyof TripCounters, number | bigint>;
      const to = { ...NO_COUNTERS } as Record<keyof TripCounters, number | bigint>;
      for (const [name, bits] of COUNTER_FIELDS) {
        const [low, rise] = [random(bits - 1), random(bits - 1)];
        from[name] = bits === 64 ? low : Number(low);
        to[name] = bits === 64 ? low + rise : Number(low + rise);
      }
      const [coverS, assumedS, isMaximum] = [small(32), index % 3 === 0 ? small(24) : 0, index % 5 === 0];
      const input = {
        rates,
        from: from as unknown as TripCounters,
        to: to as unknown as TripCounters,
        coverS,
        assumedS,
        isMaximum,
      };
      const [amount, factorBps, distanceM] = await premiums.premiumOf(
        rates,
        input.from,
        input.to,
        coverS,
        assumedS,
        isMaximum,
      );
      expect(premiumOf(input), `case ${index}`).to.deep.equal({ amount, factorBps, distanceM });
      const { lines } = explainPremium(input);
      expect(lines.reduce((sum, line) => sum + line.amount, 0n)).to.equal(amount);
      const silence = await premiums.silencePremiumOf(rates, assumedS);
      const { amount: silent, distanceM: assumed } = silencePremiumOf(rates, assumedS);
      expect([silent, assumed]).to.deep.equal([silence[0], silence[1]]);
    }
  });

  it("names policies, vehicles and crashes as the contracts do, and signs for them", async () => {
    const { policies, crashTrigger, claims, deployment, domain, actors, addVehicle, now } =
      await chain.networkHelpers.loadFixture(telemetryFixture);
    const { chainId } = deployment;
    const subjects = [1n, 2n, 3n].map((vehicleId) => ({
      vehicleId,
      grantEpoch: 4,
      cell: id("cell"),
      baseline: id("baseline"),
      baseDistanceM: 5n,
      baseOdometerM: 6n,
    }));
    const list = await subjectList(subjects);
    const quote: PolicyQuote = {
      pool: ZeroAddress,
      trigger: deployment.contracts.CrashTrigger,
      productId: id("collision"),
      subjectRoot: list.root,
      fleetId: ZeroHash,
      cover: 1n,
      minDeposit: 2n,
      expiresAt: 3,
      endsAt: 4,
      waitingSeconds: 5,
      periodSeconds: 6,
      salt: 7n,
      rates: {
        perKm: 8n,
        perDay: 9n,
        perDrivingHour: 10n,
        maxDailyM: 11,
        minFactorBps: 12,
        maxFactorBps: 13,
        nightBps: 14,
        overLimitBps: 15,
        harshBps: 16,
      },
      payout: {
        threshold1: 17,
        threshold2: 18,
        threshold3: 19,
        payoutBps1: 20,
        payoutBps2: 21,
        payoutBps3: 22,
        totalLossAt: 23,
        salvageBps: 24,
        challengeSeconds: 25,
        instantCap: 26n,
        bond: 27n,
        corroborations: 28,
      },
    };
    const [subject] = subjects;
    if (!subject) throw new Error("no subject");
    expect(subjectLeaf(subject)).to.equal(await policies.leafOf(subject));
    expect(policyIdOf({ quote, subject })).to.equal(await policies.policyIdOf({ quote, subject }));
    expect(() => list.proofOf({ ...subject, grantEpoch: 5 })).to.throw("not on the list");

    const book = { chainId, contract: deployment.contracts.PolicyBook };
    const offered = quoteTypedData(quote, book);
    expect(insuranceDigest(offered)).to.equal(await policies.quoteDigestOf(quote));
    const signature = await actors.insurer.signTypedData(offered.domain, offered.types, offered.message);
    expect(isSignedByAccount(offered, signature, actors.insurer.address)).to.equal(true);
    const dearer = quoteTypedData({ ...quote, cover: 2n }, book);
    expect(isSignedByAccount(dearer, signature, actors.insurer.address)).to.equal(false);

    const at = { chainId, contract: deployment.contracts.CrashTrigger };
    for (const curve of ["secp256k1", "p256"] as const) {
      const { vehicleId, key } = await addVehicle(`crashed ${curve}`, curve);
      const crash = {
        vehicleId,
        occurredAt: now,
        deltaVCmS: 900,
        isAirbagDeployed: true,
        documentHash: id("recorder"),
      };
      const told = crashTypedData(crash, at);
      expect(crashHash(crash)).to.equal(await crashTrigger.crashHashOf(crash));
      expect(insuranceDigest(told)).to.equal(await crashTrigger.crashDigestOf(crash));
      const signed = { signer: key.signer, signature: await signWithKey(told, key) };
      expect(verifyWithKey(told, signed, domain)).to.equal("valid");
      const harder = crashTypedData({ ...crash, deltaVCmS: 901 }, at);
      expect(verifyWithKey(harder, signed, domain)).to.equal("signatureInvalid");
      const statement = { crashHash: crashHash(crash), role: 7, attestedAt: now };
      expect(insuranceDigest(attestationTypedData(statement, at))).to.equal(
        await crashTrigger.attestationDigestOf(statement.crashHash, statement.role, statement.attestedAt),
      );
      // Nobody confirms it: the contract reads the evidence as far as that.
      const evidence = encodeCrashEvidence({ crash, ...signed, attestations: [], recordProof: "0x" });
      const query = { vehicleId, productId: quote.productId, cell: subject.cell, corroborations: 2 };
      await expect(crashTrigger.assess(query, evidence)).to.be.revertedWithCustomError(
        crashTrigger,
        "CrashAttestersCount",
      );
      expect(incidentIdOf(vehicleId, 5n)).to.equal(await claims.incidentIdOf(vehicleId, 5n));
    }
  });
});
