import { expect } from "chai";
import fc from "fast-check";
import { HDNodeWallet, id } from "ethers";
import type { ChainError } from "../../sdk/src/chain/ChainError.js";
import type { Deployment, RpcProvider } from "../../sdk/src/chain/deployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { issueDocument } from "../../sdk/src/documents/issueDocument.js";
import { RECORD_KINDS } from "../../sdk/src/documents/kinds.js";
import { completeness } from "../../sdk/src/history/completeness.js";
import { historyAt } from "../../sdk/src/history/historyAt.js";
import type { HistoryError } from "../../sdk/src/history/HistoryError.js";
import { proofOf } from "../../sdk/src/history/proofOf.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import { buildReport } from "../../sdk/src/report/buildReport.js";
import { openReport } from "../../sdk/src/report/openReport.js";
import { renderHtml } from "../../sdk/src/report/renderHtml.js";
import { renderPdf } from "../../sdk/src/report/renderPdf.js";
import { renderText } from "../../sdk/src/report/renderText.js";
import type { Report } from "../../sdk/src/report/types.js";
import { verifyReport } from "../../sdk/src/report/verifyReport.js";
import type { DocumentStore } from "../../sdk/src/store/DocumentStore.js";
import { createChain } from "../helpers/fixture.js";
import { foldedProof } from "../helpers/foldedProof.js";
import { importExample } from "../helpers/importExample.js";

const { networkHelpers, deployFixture, memberFixture, ethers } = await createChain();

const DAY = 86_400;
/** Two full batches and a bit; ten thousand are read in the SDK's own tests. */
const COUNT = 1_010;
const HARDHAT_MNEMONIC = "test test test test test test test test test test test junk";

/** The key of one of the chain's accounts, for documents. */
function keyOf(address: string) {
  const root = HDNodeWallet.fromPhrase(HARDHAT_MNEMONIC, "", "m/44'/60'/0'/0");
  const wallet = Array.from({ length: 30 }, (_, i) => root.deriveChild(i)).find(
    (one) => one.address === address,
  );
  if (!wallet) throw new Error(`${address} is none of the first accounts`);
  return { address: wallet.address, privateKey: wallet.privateKey };
}

/** The cars of the example, with their whole lives. */
async function exampleFixture() {
  const system = await deployFixture();
  return { ...system, ...(await importExample(system)) };
}

/** One car of one maker, without documents. */
async function carFixture() {
  const system = await memberFixture();
  const { actors, title } = system;
  const vehicleId = BigInt(id("car"));
  const born = (await networkHelpers.time.latest()) - 400 * DAY;
  const statement = (kind: number, day: number, km = 0, documentHash = id(`${kind} on ${day}`)) => ({
    vehicleId,
    documentHash,
    kind,
    code: 0,
    odometer: km,
    odometerUnit: km === 0 ? 0 : 1,
    observedAt: born + day * DAY,
  });
  await title
    .connect(actors.manufacturer)
    .registerVehicle(actors.holder, statement(RECORD_KINDS.manufactured, 0, 7), ROLES.manufacturer);
  return { ...system, vehicleId, statement };
}

async function reportOf(
  vehicleId: bigint,
  { rpc, deployment, store }: { rpc: RpcProvider; deployment: Deployment; store: DocumentStore },
): Promise<Report> {
  const history = await readHistory({ rpc, deployment, vehicleId });
  return buildReport({ rpc, history, documents: (hash) => store.get(hash) });
}

describe("history report", () => {
  describe("the example's cars", () => {
    it("are complete, verified, and printed in every form", async () => {
      const system = await networkHelpers.loadFixture(exampleFixture);
      for (const { vin, vehicleId } of system.imported.vehicles) {
        const history = await readHistory({ ...system, vehicleId });
        expect(completeness(history), vin).to.deep.equal({ complete: true, missing: [], problems: [] });

        const report = await reportOf(vehicleId, system);
        const { verified, erased, failed, total } = report.summary.documents;
        expect(verified + erased, vin).to.equal(total);
        expect(failed, vin).to.equal(0);
        expect(report.vehicle.vin, vin).to.equal(vin);
        expect(report.records.every(({ wasMember }) => wasMember !== false)).to.equal(true);

        const result = await verifyReport({ report, rpc: system.rpc, trusted: system.deployment });
        expect(result.problems, vin).to.deep.equal([]);
        expect(result.ok && result.complete, vin).to.equal(true);

        const page = renderHtml(report);
        expect(openReport(page)).to.deep.equal({ report, problems: [] });
        expect(renderText(report)).to.contain(`all ${total} records are here`);
        expect(Buffer.from((await renderPdf(report)).subarray(0, 5)).toString()).to.equal("%PDF-");
      }
    });

    it("hold an erased document and stay complete", async () => {
      const system = await networkHelpers.loadFixture(exampleFixture);
      const reports = await Promise.all(
        system.imported.vehicles.map(({ vehicleId }) => reportOf(vehicleId, system)),
      );
      const erased = reports.filter((report) => report.summary.documents.erased > 0);
      expect(erased).to.have.length(1);
      expect(erased[0]?.summary.complete).to.equal(true);
    });

    it("are read in pieces from a node that limits ranges", async () => {
      const system = await networkHelpers.loadFixture(exampleFixture);
      let refused = 0;
      const rpc: RpcProvider = {
        request: async (call) => {
          const [filter] = (call.params ?? []) as { fromBlock: string; toBlock: string }[];
          if (call.method === "eth_getLogs" && Number(filter?.toBlock) - Number(filter?.fromBlock) >= 7) {
            refused += 1;
            throw new Error("block range is too wide");
          }
          return system.rpc.request(call);
        },
      };
      const { vehicleId } = system.imported.vehicles[0] ?? { vehicleId: 0n };
      const report = await reportOf(vehicleId, { ...system, rpc });
      expect(refused).to.be.greaterThan(0);
      expect(report).to.deep.equal(await reportOf(vehicleId, system));
    });

    it("can be told as of any earlier block without an old state", async () => {
      const system = await networkHelpers.loadFixture(exampleFixture);
      const { vehicleId } = system.imported.vehicles[0] ?? { vehicleId: 0n };
      const now = await readHistory({ ...system, vehicleId });
      const blocks = [...now.records, ...now.titleEvents].map(({ blockNumber }) => blockNumber);
      for (const block of new Set(blocks)) {
        const then = await readHistory({ ...system, vehicleId, atBlock: block });
        expect(historyAt(now, then.atBlock), `block ${block}`).to.deep.equal(then);
      }
    });

    it("do not include a vehicle that nobody registered", async () => {
      const system = await networkHelpers.loadFixture(exampleFixture);
      const failure = await reportOf(1n, system).catch((error: unknown) => error);
      expect((failure as HistoryError).code).to.equal("VEHICLE_UNKNOWN");
    });
  });

  describe("tampering", () => {
    const tamperings: [string, string, (report: Report, other: Report) => void][] = [
      ["a record dropped", "RECORD_MISSING", (report) => report.records.splice(3, 1)],
      [
        "records reordered",
        "RECORD_REORDERED",
        ({ records }) => records.splice(2, 2, records[3]!, records[2]!),
      ],
      [
        "a record altered",
        "RECORD_ALTERED",
        ({ records }) => (records[2]!.odometer = { value: 7, unit: "km" }),
      ],
      ["an author swapped", "AUTHOR_SWAPPED", ({ records }) => (records[2]!.author = records[0]!.author)],
      [
        "a foreign vehicle's record inserted",
        "RECORD_FOREIGN",
        ({ records }, other) => {
          records.push({ ...other.records[2]!, index: records.length + 1 });
        },
      ],
      [
        "a foreign vehicle's record in the place of another",
        "RECORD_FOREIGN",
        ({ records }, other) => {
          records[2] = other.records[2]!;
        },
      ],
      [
        "a document changed",
        "DOCUMENT_CHANGED",
        ({ records }, other) => (records[2]!.document = other.records[2]!.document),
      ],
      ["the count of holders lowered", "HOLDERS_MISMATCH", ({ title }) => (title.holderCount -= 1)],
    ];
    for (const [name, code, tamper] of tamperings) {
      it(`names ${name}`, async () => {
        const system = await networkHelpers.loadFixture(exampleFixture);
        const [one, two] = system.imported.vehicles.map(({ vehicleId }) => vehicleId);
        const report = await reportOf(one ?? 0n, system);
        tamper(report, await reportOf(two ?? 0n, system));
        const { ok, problems } = await verifyReport({ report, rpc: system.rpc });
        expect(ok).to.equal(false);
        expect(problems.map((problem) => problem.code)).to.include(code);
      });
    }
  });

  describe("a chain that changes", () => {
    it("says what was added since a report", async () => {
      const { rpc, deployment, records, title, actors, vehicleId, statement } =
        await networkHelpers.loadFixture(carFixture);
      const history = await readHistory({ rpc, deployment, vehicleId });
      const report = await buildReport({ rpc, history, documents: () => ({ status: "missing" }) });
      await records.connect(actors.workshop).appendRecord(statement(4, 30, 900), ROLES.workshop);
      await title.connect(actors.holder).transferFrom(actors.holder, actors.buyer, vehicleId);
      const result = await verifyReport({ report, rpc });
      expect(result.problems).to.deep.equal([]);
      expect(result.since).to.deep.equal({ records: 1, titleEvents: 1 });
    });

    it("is noticed when it is reset while it is read", async () => {
      const { rpc, deployment, records, actors, vehicleId, statement } =
        await networkHelpers.loadFixture(carFixture);
      const snapshot = await rpc.request({ method: "evm_snapshot" });
      await records.connect(actors.workshop).appendRecord(statement(4, 30, 900), ROLES.workshop);
      let isReset = false;
      const resetting: RpcProvider = {
        request: async (call) => {
          if (call.method === "eth_getLogs" && !isReset) {
            isReset = true;
            await rpc.request({ method: "evm_revert", params: [snapshot] });
            await networkHelpers.mine(2);
          }
          return rpc.request(call);
        },
      };
      const failure = await readHistory({ rpc: resetting, deployment, vehicleId }).catch(
        (error: unknown) => error,
      );
      expect((failure as ChainError).code).to.equal("CHAIN_RESET");
    });

    it("is noticed when it was reset since the report", async () => {
      const { rpc, deployment, records, actors, vehicleId, statement } =
        await networkHelpers.loadFixture(carFixture);
      const snapshot = await rpc.request({ method: "evm_snapshot" });
      await records.connect(actors.workshop).appendRecord(statement(4, 30, 900), ROLES.workshop);
      const history = await readHistory({ rpc, deployment, vehicleId });
      const report = await buildReport({ rpc, history, documents: () => ({ status: "missing" }) });
      await rpc.request({ method: "evm_revert", params: [snapshot] });
      await networkHelpers.mine(3);
      const { ok, problems } = await verifyReport({ report, rpc });
      expect(ok).to.equal(false);
      expect(problems.map(({ code }) => code)).to.deep.equal(["CHAIN_RESET"]);
    });
  });

  it("proves records as the plain way does, and the contract agrees", async () => {
    const { rpc, deployment, records, actors, vehicleId, statement } =
      await networkHelpers.loadFixture(carFixture);
    for (let day = 1; day <= 4; day += 1) {
      await records.connect(actors.workshop).appendRecord(statement(4, day, 100 * day), ROLES.workshop);
    }
    const history = await readHistory({ rpc, deployment, vehicleId });
    for (const { index } of history.records) {
      const proof = proofOf(history, index);
      expect(await records.foldProof(vehicleId, proof)).to.equal(history.head);
      const plain = await foldedProof(records, vehicleId, index);
      expect(JSON.stringify(proof)).to.equal(
        JSON.stringify(plain, (_, value: unknown) => (typeof value === "bigint" ? Number(value) : value)),
      );
    }
    await records
      .connect(actors.workshop)
      .appendCorrection(statement(4, 2, 205), ROLES.workshop, proofOf(history, 3));
    const after = await readHistory({ rpc, deployment, vehicleId });
    expect(after.records.at(-1)?.corrects).to.equal(3);
    expect(completeness(after).complete).to.equal(true);
  });

  it("replays the odometer and brand rules as the contract applies them, whatever is read", async () => {
    const { rpc, deployment, records, title, actors, vehicleId, statement } =
      await networkHelpers.loadFixture(carFixture);
    // Near each other and near a day's limit, in both units, early and late: where the rules differ.
    const reading = fc.record({
      day: fc.integer({ min: 0, max: 30 }),
      odometer: fc.oneof(
        fc.integer({ min: 0, max: 3_000 }),
        fc.integer({ min: 0, max: 60_000 }),
        fc.nat(0xffffffff),
      ),
      odometerUnit: fc.integer({ min: 1, max: 2 }),
      by: fc.constantFrom("workshop", "workshop", "workshop", "holder", "inspector", "registrar"),
    });
    const found = new Set<string | undefined>();
    for (const [i, one] of fc.sample(reading, { numRuns: 120, seed: 580 }).entries()) {
      const { day, odometer, odometerUnit, by } = one;
      const open = (await records.stateOf(vehicleId)).anomalies !== 0n;
      const input = { ...statement(5, day), odometer, odometerUnit, documentHash: id(`reading ${i}`) };
      if (by === "holder") await title.connect(actors.holder).reportAsHolder(input);
      else if (by === "registrar") {
        const brand = { ...input, kind: RECORD_KINDS.brand, code: 1 + (i % 14) };
        await records.connect(actors.registrar).appendRecord(brand, ROLES.registrar);
      } else if (by === "inspector" && open) {
        const resolution = {
          ...input,
          kind: RECORD_KINDS.odometerResolution,
          observedAt: statement(5, 30).observedAt,
        };
        await records.connect(actors.inspector).appendRecord(resolution, ROLES.inspector);
      } else await records.connect(actors.workshop).appendRecord(input, ROLES.workshop);
    }
    const history = await readHistory({ rpc, deployment, vehicleId });
    for (const { anomaly } of history.records) found.add(anomaly);
    expect(completeness(history).problems).to.deep.equal([]);
    expect([...found]).to.include.members(["lower", "jump", "lateHigher", undefined]);

    const quarantined = await records.queryFilter(records.filters.OdometerQuarantined(vehicleId));
    expect(history.records.filter(({ anomaly }) => anomaly).map(({ index }) => index)).to.deep.equal(
      quarantined.map(({ args }) => Number(args.index)),
    );
  });

  it("shows a forced transfer with the court's order as its document", async () => {
    const { rpc, deployment, title, actors, vehicleId } = await networkHelpers.loadFixture(carFixture);
    const { court, registrar, holder, buyer } = actors;
    const { compact, documentHash } = await issueDocument({
      kind: RECORD_KINDS.forcedTransfer,
      vehicleId,
      observedAt: await networkHelpers.time.latest(),
      content: {
        ground: "courtOrder",
        authority: { scheme: "did", value: "did:example:court" },
        orderDate: "2026-01-02",
        orderReference: "12 O 34/26",
        jurisdiction: "DE-BE",
        evidenceHash: id("order"),
      },
      chainId: deployment.chainId,
      signer: keyOf(court.address),
    });
    await title.connect(court).setFrozenTokens(holder, vehicleId, true);
    await title.connect(court).requestForcedTransfer(holder, buyer, vehicleId, documentHash);
    await networkHelpers.time.increase(15 * DAY);
    await title.connect(registrar).forcedTransfer(holder, buyer, vehicleId);

    const history = await readHistory({ rpc, deployment, vehicleId });
    const report = await buildReport({
      rpc,
      history,
      documents: (hash) => (hash === documentHash ? { status: "present", compact } : { status: "missing" }),
    });
    const record = report.records.at(-1);
    expect(record?.kindName).to.equal("forcedTransfer");
    expect(record?.document).to.include({ status: "present", ok: true });
    expect(report.summary.owners).to.equal(2);
    const forced = report.titleEvents.filter((event) => event.type === "transferred" && event.forced);
    expect(forced).to.have.length(1);
    expect((await verifyReport({ report, rpc })).problems).to.deep.equal([]);
  });

  it("reads and verifies a car with more records than one transaction can write", async () => {
    const { rpc, deployment, records, actors, vehicleId, statement } =
      await networkHelpers.loadFixture(carFixture);
    const { odometer: value, observedAt } = statement(4, 30, 900);
    // One document for all: what is tried here is the number of records.
    const { compact, documentHash } = await issueDocument({
      kind: RECORD_KINDS.service,
      vehicleId,
      observedAt,
      odometer: { value, unit: "km" },
      content: {
        facility: { scheme: "did", value: "did:example:workshop" },
        serviceType: "scheduled",
        jobs: [{ description: "engine oil changed" }],
      },
      chainId: deployment.chainId,
      signer: keyOf(actors.workshop.address),
    });
    const batch = Array.from({ length: 500 }, () => statement(4, 30, 900, documentHash));
    for (let sent = 1; sent < COUNT; sent += batch.length) {
      const part = batch.slice(0, COUNT - sent);
      await records.connect(actors.workshop).appendRecords(part, ROLES.workshop, { gasLimit: 16_777_216 });
    }

    const history = await readHistory({ rpc, deployment, vehicleId });
    expect(history.count).to.equal(COUNT);
    expect(completeness(history)).to.deep.equal({ complete: true, missing: [], problems: [] });
    const report = await buildReport({
      rpc,
      history,
      documents: (hash) => (hash === documentHash ? { status: "present", compact } : { status: "missing" }),
    });
    expect(report.summary.documents).to.include({ verified: COUNT - 1, missing: 1, total: COUNT });
    const text = JSON.stringify(report);
    const result = await verifyReport({ report: JSON.parse(text), rpc });
    expect(result).to.include({ ok: true, complete: true, verified: COUNT - 1, records: COUNT });
    expect(await ethers.provider.getBlockNumber()).to.equal(report.chain.atBlock.number);
  });
});
