import { expect } from "chai";
import { id } from "ethers";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { partTopic } from "../../sdk/src/parts/decodePartEvent.js";
import { bottlenecks } from "../../sdk/src/parts/bottlenecks.js";
import { writeArchive } from "../../sdk/src/parts/logArchive.js";
import { materialStatement } from "../../sdk/src/parts/materialStatement.js";
import { PartError } from "../../sdk/src/parts/PartError.js";
import { partIdOf } from "../../sdk/src/parts/partId.js";
import { PartState } from "../../sdk/src/parts/PartState.js";
import { reachFromArchive } from "../../sdk/src/parts/reachFromArchive.js";
import { relatedLots, readLineage } from "../../sdk/src/parts/readLineage.js";
import { readPartEvents } from "../../sdk/src/parts/readPartEvents.js";
import { recallReach, requireComplete } from "../../sdk/src/parts/recallReach.js";
import { readLogs } from "../../sdk/src/history/readLogs.js";
import type { ChainLog } from "../../sdk/src/history/types.js";
import { createChain } from "../helpers/fixture.js";
import { AUDIT, FORM, lotWords, NOTHING, partFlow } from "../helpers/partFlow.js";

const chain = await createChain();
const fixture = partFlow(chain);
const { loadFixture } = chain.networkHelpers;
const DAY = 86_400;

/** A node that leaves out the first log of an event. */
function withholding(rpc: RpcProvider, eventName: string): RpcProvider {
  return {
    async request(call) {
      const answer = await rpc.request(call);
      if (call.method !== "eth_getLogs" || !Array.isArray(answer)) return answer;
      const at = answer.findIndex(({ topics }: { topics: string[] }) => topics[0] === partTopic(eventName));
      return answer.filter((_, i) => i !== at);
    },
  };
}

describe("Parts from the mine to the recall", () => {
  it("traces a pack to its cobalt and back, verified; a revoked certificate shows on it", async () => {
    const { rpc, deployment, cobalt, cells, packs, pack, certificates, actors } = await loadFixture(fixture);
    const lineage = await readLineage({ rpc, deployment, partId: pack(1) });
    expect(lineage.problems).to.deep.equal([]);
    expect(lineage.verified).to.equal(true);
    expect(relatedLots(lineage, "ancestor").map(({ lotId }) => lotId)).to.have.members([cobalt, cells]);
    const down = await readLineage({ rpc, deployment, lotId: cobalt });
    expect(relatedLots(down, "descendant").map(({ lotId }) => lotId)).to.have.members([cells, packs]);

    await certificates.connect(actors.auditor).revokeCertificate(cobalt, AUDIT, id("reasons"));
    const revoked = await readLineage({ rpc, deployment, lotId: packs });
    const [self] = relatedLots(revoked, "self");
    expect(self?.inheritedCertificates.map(({ state, lotId }) => [state, lotId])).to.deep.equal([
      ["revoked", cobalt],
    ]);

    const forged = await readLineage({ rpc: withholding(rpc, "LotsConsumed"), deployment, lotId: packs });
    expect(forged.verified).to.equal(false);
  });

  it("states a car's cobalt, and what of a new pack is recycled", async () => {
    const { rpc, deployment, cars, cobalt, cells, parts, actors, pack, custody, consignment } =
      await loadFixture(fixture);
    const [car = 0n] = cars;
    const statement = await materialStatement({ rpc, deployment, vehicleId: car });
    expect(statement.problems).to.deep.equal([]);
    expect(statement.materials).to.have.length(1);
    expect(statement.materials[0]).to.include({
      material: "cobalt",
      milligrams: 1_800_000n,
      recycledPercent: "0.00",
    });
    expect(statement.materials[0]?.origins[0]).to.include({ lotId: cobalt, status: "certified" });
    expect(statement.doubtful).to.deep.equal([]);

    const { workshop, recycler, manufacturer } = actors;
    await custody.connect(workshop).accept(consignment, id("condition"));
    await parts.connect(workshop).safeTransferFrom(workshop, recycler, pack(4), 1, "0x");
    await parts
      .connect(recycler)
      .transformLots(
        [{ partId: pack(4), quantity: 1 }],
        [lotWords(1, FORM.material, 1_700, { material: 1 })],
        ROLES.recycler,
      );
    const recovered = (BigInt(recycler.address) << 64n) | 1n;
    await parts.connect(recycler).safeTransferFrom(recycler, manufacturer, partIdOf(recovered), 1_700, "0x");
    await parts.connect(manufacturer).transformLots(
      [
        { partId: partIdOf(cells), quantity: 8 },
        { partId: partIdOf(recovered), quantity: 1_700 },
      ],
      [lotWords(3, FORM.serialised, 1, { content: { ...NOTHING, cobaltG: 3_400 } })],
      ROLES.manufacturer,
    );
    const lotId = (BigInt(manufacturer.address) << 64n) | 3n;
    const renewed = await materialStatement({ rpc, deployment, lotId });
    expect(renewed.verified).to.equal(true);
    // 8 of 40 cells brought in 1,800 g, and the recovered lot 1,700 g
    expect(renewed.materials[0]?.recycledShare).to.deep.equal({ numerator: 17n, denominator: 35n });
    expect(renewed.materials[0]?.recycledPercent).to.equal("48.57");
  });

  it("reaches three owners' cars and the pack on its way, refuses when a log is dropped, and follows the remedy", async () => {
    const system = await loadFixture(fixture);
    const { rpc, deployment, cars, owners, pack, openRecall, campaignId, actors, recalls, parts } = system;
    const { manufacturer, workshop } = actors;
    await openRecall();
    const reach = requireComplete(await recallReach({ rpc, deployment, campaignId }));
    expect(reach.vehicles.map(({ vehicleId, holder }) => `${vehicleId} ${holder}`)).to.have.members(
      cars.map((car, i) => `${car} ${owners[i]?.address}`),
    );
    expect(reach.vehicles.every(({ isAffected }) => isAffected)).to.equal(true);
    expect(reach.transit.map(({ partId, receiver }) => [partId, receiver])).to.deep.equal([
      [pack(4), workshop.address],
    ]);
    expect(reach.stock).to.deep.equal([]);

    for (const name of ["PartFitted", "PartsConsigned", "TransferBatch"]) {
      const short = await recallReach({ rpc: withholding(rpc, name), deployment, campaignId });
      expect(short.complete, name).to.equal(false);
      expect(() => requireComplete(short))
        .to.throw(PartError, /lot 2 of 0x/)
        .with.property("code", "PART_MISMATCH");
    }

    const [first = 0n, second = 0n, third = 0n] = cars;
    const notices = cars.map((car) => system.record(car, 21));
    await recalls.connect(manufacturer).notifyVehicles(campaignId, notices, ROLES.manufacturer);
    const until = system.now + 300 * DAY;
    await system.workOrders.connect(owners[0]!).giveWorkOrder(first, workshop, until);
    await parts.connect(workshop).removePart(pack(1), 1, system.record(first, 18), ROLES.workshop);
    const shop = recalls.connect(workshop);
    await shop.remedyVehicle(campaignId, 1, system.record(first, 22), ROLES.workshop);
    await shop.remedyVehicle(campaignId, 3, system.record(second, 22), ROLES.workshop);

    const after = requireComplete(await recallReach({ rpc, deployment, campaignId }));
    const at = (car: bigint) => after.vehicles.find(({ vehicleId }) => vehicleId === car);
    expect(at(first)).to.include({ remedy: "partReplaced", isAffected: false, isStopped: false });
    expect(at(second)).to.include({ remedy: "inspectedClear", isAffected: false });
    expect(at(third)).to.include({ remedy: "none", isAffected: true, isStopped: true });
    expect(at(third)?.notifiedAt).to.be.greaterThan(0);
    expect(after.stock).to.deep.equal([{ holder: workshop.address, partId: pack(1), quantity: 1n }]);
    expect(after.campaign).to.include({ enrolled: 3, remedied: 2 });

    const hidden = await recallReach({ rpc: withholding(rpc, "PartRemoved"), deployment, campaignId });
    expect(hidden.complete).to.equal(false);
  });

  it("proves the same from an archive of logs and the lot's counters", async () => {
    const { rpc, deployment, cars, packs, openRecall, actors } = await loadFixture(fixture);
    await openRecall();
    const { PartTwins } = deployment.contracts;
    const toBlock = Number(await rpc.request({ method: "eth_blockNumber" }));
    const logs: ChainLog[] = [];
    const filters = [{ address: PartTwins, topics: [] }];
    for await (const page of readLogs(rpc, { filters, fromBlock: 0, toBlock })) logs.push(...page.logs);
    const counters = await new PartState(rpc, deployment, toBlock).lotOf(packs);
    const reach = await reachFromArchive({
      archive: writeArchive(logs),
      partTwins: PartTwins,
      maker: actors.manufacturer.address,
      scopes: [{ lotNumber: 2n, fromSerial: 1, toSerial: 4 }],
      counters: new Map([[packs, counters]]),
    });
    expect(reach.problems).to.deep.equal([]);
    expect([...reach.vehicles()].map(({ vehicleId }) => vehicleId)).to.have.members(cars);
  });

  it("tells how long packs were on their way and with the workshop", async () => {
    const { rpc, deployment, custody, consignment, actors, pack, parts } = await loadFixture(fixture);
    const { workshop, buyer } = actors;
    await chain.networkHelpers.time.increase(10 * DAY);
    await custody.connect(workshop).accept(consignment, id("condition"));
    await chain.networkHelpers.time.increase(3 * DAY);
    await parts.connect(workshop).safeTransferFrom(workshop, buyer, pack(4), 1, "0x");
    const table = await bottlenecks(readPartEvents({ rpc, deployment }));
    expect(
      table.map(({ step, party, count, medianSeconds }) => [
        step,
        party,
        count,
        Math.round(medianSeconds / DAY),
      ]),
    ).to.deep.equal([
      ["inTransit", workshop.address, 1, 10],
      ["atParty", workshop.address, 1, 3],
    ]);
  });
});
