import { readFile } from "node:fs/promises";
import { expect } from "chai";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { verifyDocument } from "../../sdk/src/documents/verifyDocument.js";
import { completeness } from "../../sdk/src/history/completeness.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import type { History } from "../../sdk/src/history/types.js";
import { deriveAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { importLifecycle, type ImportedVehicle } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import { organisationCommitment } from "../../sdk/src/lifecycle/organisationCommitment.js";
import { parseLifecycle } from "../../sdk/src/lifecycle/parseLifecycle.js";
import { vehicleDocumentAuthor } from "../../sdk/src/lifecycle/vehicleKey.js";
import { MemoryDocumentStore } from "../../sdk/src/store/MemoryDocumentStore.js";
import { createChain } from "../helpers/fixture.js";

const { networkHelpers, deployFixture } = await createChain();
const accounts = deriveAccounts({ chainId: 31_337 });
const registryKey = new Uint8Array(32).fill(7);

describe("importLifecycle: the example", () => {
  async function importedFixture() {
    const system = await deployFixture();
    const { rpc, deployment } = system;
    const events = await parseLifecycle(await readFile("examples/lifecycle.jsonl", "utf8"));
    const store = new MemoryDocumentStore();
    const journal = new MemoryJournal();
    const input = { events, rpc, deployment, store, registryKey, journal, accounts };
    const result = await importLifecycle(input);
    const histories = new Map<string, History>();
    for (const { vin, vehicleId } of result.vehicles) {
      histories.set(carOf(vin), await readHistory({ rpc, deployment, vehicleId }));
    }
    return { ...system, events, store, journal, input, result, histories };
  }

  /** The cars of the example by the maker's code in their VINs. */
  function carOf(vin: string): string {
    const names: Record<string, string> = {
      WVW: "golf",
      "7FA": "crv",
      "1G1": "bolt",
      SJN: "qashqai",
      WMW: "mini",
      VF1: "clio",
    };
    return names[vin.slice(0, 3)] ?? vin;
  }
  const find = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error("the example has no such car");
    return value;
  };

  it("writes every record of every vehicle, and the histories are complete", async () => {
    const { result, histories, events } = await networkHelpers.loadFixture(importedFixture);
    expect(result.vehicles).to.have.length(6);
    expect(result.events).to.equal(events.length);
    let records = 0;
    for (const history of histories.values()) {
      expect(completeness(history)).to.deep.equal({ complete: true, missing: [], problems: [] });
      records += history.count;
    }
    expect(records).to.equal(result.records);
    expect(result.resumed).to.equal(0);
  });

  it("leaves titles with the holders of the file, and the holders counted", async () => {
    const { result, title, histories } = await networkHelpers.loadFixture(importedFixture);
    for (const { vehicleId, holder } of result.vehicles) {
      expect(await title.ownerOf(vehicleId)).to.equal(accounts.accountOf(holder.alias).address);
    }
    const golf = find(result.vehicles.find(({ vin }) => carOf(vin) === "golf"));
    expect(golf.holder.alias).to.equal("holder-3");
    expect((await title.stateOf(golf.vehicleId)).holderCount).to.equal(3n);
    expect(find(histories.get("crv")).title.holderCount).to.equal(3);
  });

  it("catches the odometer fraud, and the inspector resolves it", async () => {
    const { histories } = await networkHelpers.loadFixture(importedFixture);
    const { records, state } = find(histories.get("golf"));
    const [fraud, ...others] = records.filter((record) => record.anomaly !== undefined);
    expect(others).to.deep.equal([]);
    expect(fraud).to.include({ index: 10, anomaly: "lower", kindName: "odometerReading" });
    expect(records[11]).to.include({ kindName: "odometerResolution", roleName: "inspector" });
    expect(state.anomalies).to.equal(0);
    expect((state.brands >> 70n) & 1n).to.equal(1n);
  });

  it("keeps salvage and rebuilt brands, the import with its change of unit, the correction and the end of life", async () => {
    const { histories, title, result } = await networkHelpers.loadFixture(importedFixture);
    expect(find(histories.get("crv")).state.brands).to.equal((1n << 11n) | (1n << 9n));

    const bolt = find(histories.get("bolt"));
    const units = bolt.records.map((record) => record.odometer?.unit).filter((unit) => unit !== undefined);
    expect(new Set(units.slice(0, units.lastIndexOf("mi") + 1))).to.deep.equal(new Set(["mi"]));
    expect(units.at(-1)).to.equal("km");
    expect(bolt.title.status).to.equal("active");
    expect(bolt.records.filter((record) => record.gradeName === "hardware")).to.have.length(6);

    const correction = find(find(histories.get("mini")).records.find((record) => record.corrects !== 0));
    expect(find(histories.get("mini")).records[correction.corrects - 1]?.kind).to.equal(correction.kind);

    const clio = find(result.vehicles.find(({ vin }) => carOf(vin) === "clio"));
    expect((await title.stateOf(clio.vehicleId)).status).to.equal(3n);
  });

  it("stores a document for every record that proves itself, but for the erased one", async () => {
    const { histories, store, deployment } = await networkHelpers.loadFixture(importedFixture);
    const erased: string[] = [];
    for (const [car, history] of histories) {
      const keys = history.titleEvents.filter((event) => event.type === "keyBound");
      for (const record of history.records) {
        const document = await store.get(record.documentHash);
        if (document.status !== "present") {
          erased.push(`${car} ${record.kindName} ${document.status}`);
          continue;
        }
        const key = keys.findLast((event) => event.validFrom <= record.observedAt);
        const author = record.gradeName === "hardware" && key ? vehicleDocumentAuthor(key) : record.author;
        const expected = { ...record, author, vehicleId: history.vehicleId, chainId: deployment.chainId };
        const { problems, undisclosedCount } = verifyDocument({
          jwtOrPresentation: document.compact,
          expected,
        });
        expect(problems, `${car} record ${record.index}`).to.deep.equal([]);
        expect(undisclosedCount).to.equal(0);
      }
    }
    expect(erased).to.deep.equal(["qashqai accident erased"]);
  });

  it("admits the members with their organisations, and the expelled one is a member no more", async () => {
    const { consortium, events } = await networkHelpers.loadFixture(importedFixture);
    const admitted = await consortium.queryFilter(consortium.filters.MemberAdmitted());
    const wanted = events.filter((event) => event.type === "member.admitted");
    expect(admitted.map(({ args }) => args.organisation)).to.deep.equal(
      wanted.map((event) => organisationCommitment(event.organisation)),
    );
    for (const [alias, isMember] of [
      ["workshop-hamburg-1", false],
      ["workshop-berlin-1", true],
    ] as const) {
      const [has] = await consortium.hasRole(ROLES.workshop, accounts.accountOf(alias).address);
      expect(has, alias).to.equal(isMember);
    }
  });

  it("sends neither VIN nor its plain hash, and no alias, to the chain", async () => {
    const { rpc, result, journal } = await networkHelpers.loadFixture(importedFixture);
    const hexOf = (text: string) => Buffer.from(text).toString("hex");
    const head = Number(await rpc.request({ method: "eth_blockNumber" }));
    let calldata = "";
    for (let number = 0; number <= head; number++) {
      const params = [`0x${number.toString(16)}`, true];
      const block = (await rpc.request({ method: "eth_getBlockByNumber", params })) as {
        transactions: { input: string }[];
      };
      calldata += block.transactions.map(({ input }) => input).join("");
    }
    const written = calldata + JSON.stringify(await journal.read());
    for (const { vin, holder } of result.vehicles) {
      for (const secret of [vin, hexOf(vin), hexOf(holder.alias), holder.alias]) {
        expect(written.includes(secret), secret).to.equal(false);
      }
    }
  });

  it("run again, writes nothing", async () => {
    const { input, result, rpc } = await networkHelpers.loadFixture(importedFixture);
    const before = await rpc.request({ method: "eth_blockNumber" });
    const again = await importLifecycle(input);
    expect(again).to.deep.include({
      transactions: 0,
      gasUsed: 0n,
      resumed: result.events,
      records: result.records,
    });
    expect(again.vehicles.map((vehicle: ImportedVehicle) => vehicle.vehicleId)).to.deep.equal(
      result.vehicles.map((vehicle) => vehicle.vehicleId),
    );
    expect(await rpc.request({ method: "eth_blockNumber" })).to.equal(before);
  });
});
