import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, id, JsonRpcProvider, keccak256 } from "ethers";
import { TelemetryAnchors__factory } from "../../sdk/src/chain/contracts.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { explainError } from "../../sdk/src/errors/explainError.js";
import { vehicleKey } from "../../sdk/src/lifecycle/vehicleKey.js";
import { encodeSummary } from "../../sdk/src/telemetry/encodeSummary.js";
import { cachedKeyReader } from "../../sdk/src/telemetry/gateway/cachedKeyReader.js";
import { chainKeyReader } from "../../sdk/src/telemetry/gateway/chainKeyReader.js";
import { contractSender } from "../../sdk/src/telemetry/gateway/contractSender.js";
import { Gateway, type GatewayOptions } from "../../sdk/src/telemetry/gateway/Gateway.js";
import type { Refusal } from "../../sdk/src/telemetry/gateway/refusals.js";
import { mqttTransport } from "../../sdk/src/telemetry/mqtt/mqttTransport.js";
import { startBroker } from "../../sdk/src/telemetry/mqtt/startBroker.js";
import { SummaryPublisher } from "../../sdk/src/telemetry/mqtt/SummaryPublisher.js";
import { proveSamples } from "../../sdk/src/telemetry/proveSamples.js";
import { signSummary } from "../../sdk/src/telemetry/signSummary.js";
import { summaryDigest } from "../../sdk/src/telemetry/summaryDigest.js";
import { summaryLeaf } from "../../sdk/src/telemetry/summaryLeaf.js";
import type { TripSummary } from "../../sdk/src/telemetry/types.js";
import { verifySamples } from "../../sdk/src/telemetry/verifySamples.js";
import { createChain } from "../helpers/fixture.js";
import { serveRpc } from "../helpers/serveRpc.js";
import { recordTrips, telemetryFlow, type KeyedVehicle } from "../helpers/telemetryFlow.js";

const chain = await createChain();
const { networkHelpers } = chain;
const telemetryFixture = telemetryFlow(chain);
const TEST_MNEMONIC = "test test test test test test test test test test test junk";
type System = Awaited<ReturnType<typeof telemetryFixture>>;

describe("Telemetry", () => {
  let folder: string;
  let files = 0;
  const gateways: Gateway[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "telemetry-"));
  });

  afterEach(async () => {
    for (const gateway of gateways.splice(0)) await gateway.stop();
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** A gateway of the meter operator, whose clock is the chain's. */
  function openGateway(system: System, change: Partial<GatewayOptions> = {}): Gateway {
    const { domain, rpc, deployment, anchors, actors, now } = system;
    const gateway = new Gateway({
      domain,
      keys: cachedKeyReader(chainKeyReader(rpc, deployment), { ttlSeconds: 0, unknownTtlSeconds: 0 }),
      sender: contractSender(anchors.connect(actors.meterOperator)),
      storePath: join(folder, `${(files += 1)}.db`),
      now: () => now,
      ...change,
    });
    gateways.push(gateway);
    return gateway;
  }

  async function outcomeOf(gateway: Gateway, { key }: KeyedVehicle, summary: TripSummary, system: System) {
    const outcome = await gateway.accept(encodeSummary(await signSummary(summary, key, system.domain)));
    return outcome.status === "refused" ? outcome.reason : outcome.status;
  }

  describe("a trip's way", () => {
    it("leads from the recorder over MQTT and the gateway to an anchor under which the contract finds it", async () => {
      const system = await networkHelpers.loadFixture(telemetryFixture);
      const { anchors, domain, now, addVehicle } = system;
      const first = await addVehicle("first");
      const second = await addVehicle("second", "p256");
      const gateway = openGateway(system);
      const broker = await startBroker();
      const transport = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1" });
      await transport.start((message) => gateway.receive(message));
      const publisher = await SummaryPublisher.connect({ url: broker.url });
      const sent = [];
      for (const { vehicleId, key } of [first, second]) {
        for (const { trip, samples } of await recordTrips(vehicleId, ["commuter", "harsh", "crash"], now)) {
          const signed = await signSummary(trip.summary, key, domain);
          expect(await publisher.publish(signed)).to.deep.equal({ status: "accepted" });
          sent.push({ signed, trip, samples });
        }
      }
      await publisher.close();
      await transport.stop();
      await broker.close();
      await gateway.runOnce();
      expect(gateway.stats()).to.include({ summaries: 6, open: 0, batches: 1, anchored: 1 });

      for (const { signed, trip, samples } of sent) {
        const { vehicleId, sequence } = signed.summary;
        const anchored = await gateway.anchoredSummary(vehicleId, sequence);
        if (!anchored) throw new Error("the gateway has no proof");
        expect(await anchors.requireAnchored(anchored)).to.equal(summaryDigest(signed.summary, domain));
        const { counters } = signed.summary;
        const altered = {
          ...anchored,
          summary: { ...signed.summary, counters: { ...counters, distanceM: 1n } },
        };
        await expect(anchors.requireAnchored(altered))
          .to.be.revertedWithCustomError(anchors, "TelemetrySignatureInvalid")
          .withArgs(vehicleId, keccak256(signed.signer));
        const leaf = summaryLeaf(signed.summary, signed.signer, domain);
        await expect(anchors.requireAnchored({ ...anchored, proof: anchored.proof.slice(1) }))
          .to.be.revertedWithCustomError(anchors, "TelemetryLeafNotInRoot")
          .withArgs(anchored.root, leaf);
        await expect(anchors.requireAnchored({ ...anchored, root: id("root") }))
          .to.be.revertedWithCustomError(anchors, "TelemetryRootUnknown")
          .withArgs(id("root"));
        // A disputed event is shown from the anchored trace.
        const event = trip.events[0];
        if (!event) continue;
        const shown = await proveSamples({ samples, salt: trip.salt }, event.firstSample, event.lastSample);
        expect(await verifySamples(shown, anchored.summary.traceRoot)).to.equal(true);
      }
    });

    it("has the same digests and leaves here and on chain", async () => {
      const system = await networkHelpers.loadFixture(telemetryFixture);
      const { anchors, domain, now } = system;
      const [recorded] = await recordTrips(7n, ["night"], now);
      if (!recorded) throw new Error("no trip");
      const most: TripSummary = {
        vehicleId: 2n ** 256n - 1n,
        sequence: 2 ** 32 - 1,
        startedAt: 2 ** 40 - 1,
        endedAt: 2 ** 40 - 1,
        traceRoot: id("trace"),
        counters: {
          distanceM: 2n ** 64n - 1n,
          drivingS: 2 ** 40 - 1,
          nightS: 2 ** 40 - 2,
          overLimitS: 2 ** 40 - 3,
          harshBrakes: 2 ** 32 - 1,
          severeBrakes: 2 ** 32 - 2,
          harshAccelerations: 2 ** 32 - 3,
          severeAccelerations: 2 ** 32 - 4,
          harshCorners: 2 ** 32 - 5,
          severeCorners: 2 ** 32 - 6,
          chargedWh: 2n ** 64n - 2n,
          dischargedWh: 2n ** 64n - 3n,
        },
      };
      for (const summary of [recorded.trip.summary, most]) {
        expect(summaryDigest(summary, domain)).to.equal(await anchors.digestOf(summary));
        const signer = vehicleKey("p256", id("any key"), domain.p256Verifier).signer;
        expect(summaryLeaf(summary, signer, domain)).to.equal(
          await anchors.leafOf(summary, keccak256(signer)),
        );
      }
    });
  });

  describe("a gateway", () => {
    it("tells replayed, skipped, reordered, overlapping and falling summaries apart", async () => {
      const system = await networkHelpers.loadFixture(telemetryFixture);
      const car = await system.addVehicle("car");
      const gateway = openGateway(system);
      const trips = await recordTrips(car.vehicleId, ["careful", "harsh", "commuter", "harsh"], system.now);
      const [one, two, three, four] = trips.map(({ trip }) => trip.summary) as [
        TripSummary,
        TripSummary,
        TripSummary,
        TripSummary,
      ];
      const take = (summary: TripSummary) => outcomeOf(gateway, car, summary, system);
      expect(await take(one)).to.equal("accepted");
      expect(await take(one), "replayed").to.equal("duplicate");
      expect(await take({ ...one, traceRoot: id("other") }), "the same number twice").to.equal(
        "sequenceConflict",
      );
      expect(await take(three), "one was skipped").to.equal("accepted");
      expect(await take(two), "too late").to.equal("sequenceNotRising");
      expect(await take({ ...four, startedAt: three.endedAt - 1 })).to.equal("overlapping");
      expect(await take({ ...four, counters: { ...four.counters, harshBrakes: 0 } })).to.equal(
        "countersFell",
      );
      expect(await take(four)).to.equal("accepted");
      await gateway.runOnce();
      expect((await gateway.anchoredSummary(car.vehicleId, 2)) === undefined).to.equal(true);
      expect(gateway.stats()).to.include({ summaries: 3, gaps: 1, anchored: 1 });
    });

    it("takes no summary of a revoked, expired, foreign or unknown key, as the contract would not", async () => {
      const system = await networkHelpers.loadFixture(telemetryFixture);
      const { addVehicle, bindKey, keys, actors, anchors, domain, now, deployment } = system;
      const car = await addVehicle("car");
      const other = await addVehicle("other");
      const { p256Verifier } = domain;
      const expired = { ...car, key: vehicleKey("secp256k1", id("expired"), p256Verifier) };
      await bindKey(car.vehicleId, expired.key, now - 300 * 86_400, now - 200 * 86_400);
      const revoked = { ...car, key: vehicleKey("p256", id("revoked"), p256Verifier) };
      await bindKey(car.vehicleId, revoked.key);
      await keys
        .connect(actors.manufacturer)
        .revokeVehicleKey(car.vehicleId, revoked.key.keyId, now - 86_400, ROLES.manufacturer);
      const [recorded] = await recordTrips(car.vehicleId, ["careful"], now);
      if (!recorded) throw new Error("no trip");
      const { summary } = recorded.trip;
      const gateway = openGateway(system);
      const cases: [KeyedVehicle, Refusal, TripSummary][] = [
        [expired, "keyNotValid", summary],
        [revoked, "keyRevoked", summary],
        [{ ...car, key: other.key }, "keyUnknown", summary],
        [{ ...car, key: vehicleKey("secp256k1", id("nobody's"), p256Verifier) }, "keyUnknown", summary],
        [car, "vehicleUnknown", { ...summary, vehicleId: BigInt(id("no vehicle")) }],
      ];
      for (const [vehicle, reason, said] of cases) {
        expect(await outcomeOf(gateway, vehicle, said, system)).to.equal(reason);
        const signed = await signSummary(said, vehicle.key, domain);
        await expect(anchors.requireAnchored({ ...signed, root: id("root"), proof: [] }))
          .to.be.revertedWithCustomError(anchors, "TelemetryKeyNotValid")
          .withArgs(said.vehicleId, vehicle.key.keyId, said.endedAt);
      }
      expect(await outcomeOf(gateway, car, summary, system)).to.equal("accepted");
      expect(deployment.contracts.TelemetryAnchors).to.equal(domain.contract);
    });

    it("takes a clock that is a little ahead, and anchors when the time has come", async () => {
      const system = await networkHelpers.loadFixture(telemetryFixture);
      const car = await system.addVehicle("car");
      const { anchors } = system;
      let now = await networkHelpers.time.latest();
      const gateway = openGateway(system, { now: () => now });
      const [recorded] = await recordTrips(car.vehicleId, ["careful"], system.now);
      if (!recorded) throw new Error("no trip");
      const { summary } = recorded.trip;
      expect(await outcomeOf(gateway, car, { ...summary, endedAt: now + 61 }, system)).to.equal("inFuture");
      const ahead = { ...summary, endedAt: now + 50 };
      expect(await outcomeOf(gateway, car, ahead, system)).to.equal("accepted");
      await gateway.runOnce();
      expect(gateway.stats()).to.include({ batches: 1, anchored: 0 });
      const anchored = await gateway.anchoredSummary(car.vehicleId, 1);
      if (!anchored) throw new Error("the gateway has no proof");
      await expect(anchors.requireAnchored(anchored))
        .to.be.revertedWithCustomError(anchors, "TelemetryTimesInvalid")
        .withArgs(ahead.startedAt, ahead.endedAt);
      // The gateway's clock is ahead of the chain's: the contract refuses, and it is tried again.
      now += 60;
      const refusal = await gateway.runOnce().catch((error: Error) => error.message);
      expect(refusal).to.contain("cannot be anchored");
      await networkHelpers.time.increaseTo(now + 1);
      await gateway.runOnce();
      expect(gateway.stats()).to.include({ anchored: 1, anchorFailures: 1 });
      expect(await anchors.requireAnchored(anchored)).to.match(/^0x/);
    });

    it("is sure of a transaction although no block comes after it", async () => {
      const { rpc, deployment, actors, now } = await networkHelpers.loadFixture(telemetryFixture);
      const served = await serveRpc(rpc);
      const provider = new JsonRpcProvider(served.url, undefined, { staticNetwork: true });
      try {
        const signers = await chain.ethers.getSigners();
        const index = signers.findIndex(({ address }) => address === actors.meterOperator.address);
        const account = HDNodeWallet.fromPhrase(TEST_MNEMONIC, "", `m/44'/60'/0'/0/${index}`).connect(
          provider,
        );
        const anchors = TelemetryAnchors__factory.connect(deployment.contracts.TelemetryAnchors, account);
        const sender = contractSender(anchors, { timeoutMs: 60_000, pollMs: 50 });
        const batch = { root: id("a root"), leafCount: 1, periodStart: now - 1, periodEnd: now };
        // Asking first lets the provider remember a block number from before the transaction.
        expect(await sender.anchoredAt(batch.root)).to.equal(undefined);
        const hash = await sender.send(batch);
        expect(await sender.wait(hash)).to.equal(true);
        expect(await sender.anchoredAt(batch.root)).to.be.a("number");
        expect(await sender.wait(id("no transaction"))).to.equal(undefined);
        const hasty = contractSender(anchors, { confirmations: 3, timeoutMs: 200, pollMs: 50 });
        const failure = await hasty.wait(hash).catch((error: Error) => error.message);
        expect(failure).to.contain("is not certain yet");
        await networkHelpers.mine(2);
        // With time enough, for the provider may remember a block number for a quarter of a second.
        const certain = contractSender(anchors, { confirmations: 3, timeoutMs: 60_000, pollMs: 50 });
        expect(await certain.wait(hash)).to.equal(true);
      } finally {
        provider.destroy();
        await served.close();
      }
    });

    it("takes a root that another has anchored as done, and says why nobody else may anchor", async () => {
      const system = await networkHelpers.loadFixture(telemetryFixture);
      const { anchors, actors } = system;
      const car = await system.addVehicle("car");
      const gateway = openGateway(system);
      const [recorded] = await recordTrips(car.vehicleId, ["careful"], system.now);
      if (!recorded) throw new Error("no trip");
      expect(await outcomeOf(gateway, car, recorded.trip.summary, system)).to.equal("accepted");
      await gateway.closeBatch();
      const anchored = await gateway.anchoredSummary(car.vehicleId, 1);
      const batch = { root: anchored?.root ?? "", leafCount: 1, periodStart: 1, periodEnd: 2 };
      const stranger = contractSender(anchors.connect(actors.stranger));
      const error = await stranger.send(batch).catch((failure: Error) => failure);
      expect(explainError((error as Error).cause)?.name).to.equal("AccessManagedUnauthorized");
      await contractSender(anchors.connect(actors.meterOperator)).send(batch);
      const before = await actors.meterOperator.getNonce();
      await gateway.runOnce();
      expect(gateway.stats()).to.include({ anchored: 1 });
      expect(await actors.meterOperator.getNonce()).to.equal(before);
    });
  });
});
