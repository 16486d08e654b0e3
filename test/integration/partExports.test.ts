import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { id } from "ethers";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { schemaProblems } from "../../sdk/src/epcis/testing/schemaProblems.js";
import type { EpcisDocument } from "../../sdk/src/epcis/types.js";
import { lotIdOf, partIdOf } from "../../sdk/src/parts/partId.js";
import { createPassport, passportHash, type PassportFile } from "../../sdk/src/passport/passportFile.js";
import { EXAMPLE_CONTENT } from "../../sdk/src/passport/testing/exampleContent.js";
import { createChain } from "../helpers/fixture.js";
import { hostScripts, runScriptFile } from "../helpers/runScriptFile.js";
import { serveRpc } from "../helpers/serveRpc.js";

const chain = await createChain();
const { run, stop } = hostScripts();
const MATERIAL = 1;
const SERIALISED = 3;
const COBALT = 1;
const NOTHING = { cobaltG: 0, lithiumG: 0, nickelG: 0, leadG: 0, graphiteG: 0, rareEarthsG: 0 };
const GTIN = "4012345111118";

/** Cobalt becomes packs; one is handed over, repurposed and taken apart, another goes into a car. */
async function livedPacks(original: PassportFile, second: PassportFile) {
  const { deployment, rpc, actors, parts, custody, certificates, title } = await chain.memberFixture();
  const { supplier, manufacturer, workshop, recycler, auditor, holder } = actors;
  const now = await chain.networkHelpers.time.latest();
  const cobalt = lotIdOf(supplier.address, 1);
  const packs = lotIdOf(manufacturer.address, 7);
  const lot = (number: number, form: number, quantity: number, documentHash: string) => ({
    number,
    form,
    material: form === MATERIAL ? COBALT : 0,
    quantity,
    expiryDay: 0,
    content: NOTHING,
    documentHash,
  });
  await parts.connect(supplier).commissionLot(lot(1, MATERIAL, 9_000, id("cobalt document")), ROLES.supplier);
  await certificates.connect(auditor).issueCertificate(cobalt, 0, now + 9_999_999, id("due diligence"));
  await parts.connect(supplier).safeTransferFrom(supplier, manufacturer, partIdOf(cobalt), 5_000, "0x");
  const maker = parts.connect(manufacturer);
  await maker.transformLots(
    [{ partId: partIdOf(cobalt), quantity: 4_000 }],
    [
      {
        ...lot(7, SERIALISED, 10, passportHash(original)),
        content: { ...NOTHING, cobaltG: 3_900 },
      },
    ],
    ROLES.manufacturer,
  );
  await maker.serialiseUnits(7, [1, 2, 3], ROLES.manufacturer);
  await maker.setApprovalForAll(custody, true);
  const consignment = {
    sender: manufacturer.address,
    receiver: workshop.address,
    deadline: now + 9_999,
    salt: 1,
    partIds: [partIdOf(packs, 1), partIdOf(packs, 2)],
    quantities: [1, 1],
  };
  await custody.connect(manufacturer).consign(consignment, id("condition"));
  await custody.connect(workshop).accept(consignment, id("condition"));

  const vehicleId = BigInt(id("car"));
  const record = (kind: number, observedAt: number) => ({
    vehicleId,
    documentHash: id(`record ${observedAt}`),
    kind,
    code: 0,
    odometer: 0,
    odometerUnit: 0,
    observedAt,
  });
  await title.connect(manufacturer).registerVehicle(holder, record(1, now - 999), ROLES.manufacturer);
  await parts.connect(workshop).fitPart(partIdOf(packs, 2), 1, record(17, now - 99), ROLES.workshop);

  await parts.connect(workshop).changeService(partIdOf(packs, 1), 1, passportHash(second), ROLES.workshop);
  const end = async () => {
    await parts.connect(workshop).safeTransferFrom(workshop, recycler, partIdOf(packs, 1), 1, "0x");
    await parts
      .connect(recycler)
      .transformLots(
        [{ partId: partIdOf(packs, 1), quantity: 1 }],
        [lot(1, MATERIAL, 370, id("recovered"))],
        ROLES.recycler,
      );
  };
  return { rpc, deployment, maker: manufacturer.address, vehicleId, end };
}

describe("export-epcis and show-passport", () => {
  const original = createPassport(EXAMPLE_CONTENT);
  const second = createPassport({
    ...EXAMPLE_CONTENT,
    generalProductInformation: { ...EXAMPLE_CONTENT.generalProductInformation, batteryStatus: "repurposed" },
    previousPassport: { documentHash: passportHash(original) },
  });
  let folder: string;
  let where: string[];
  let lot: string[];
  let lived: Awaited<ReturnType<typeof livedPacks>>;
  let served: Awaited<ReturnType<typeof serveRpc>>;
  const file = (name: string): string => join(folder, name);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "parts-"));
    lived = await livedPacks(original, second);
    await writeFile(file("deployment.json"), JSON.stringify(lived.deployment));
    await writeFile(file("original.json"), JSON.stringify(original));
    await writeFile(file("second.json"), JSON.stringify(second));
    await writeFile(file("gs1.json"), JSON.stringify({ [lived.maker]: { gtin: GTIN } }));
    served = await serveRpc(lived.rpc);
    where = ["--rpc", served.url, "--deployment", file("deployment.json")];
    lot = ["--maker", lived.maker, "--lot", "7"];
  });

  after(async () => {
    stop();
    await served.close();
    await rm(folder, { recursive: true });
  });

  it("write what happened to a lot as EPCIS events that are valid by GS1's schema", async () => {
    const args = [...lot, "--gs1", file("gs1.json"), "--out", file("lot.jsonld"), ...where];
    const written = await run("export-epcis.ts", args);
    expect(written.code, written.stderr).to.equal(0);
    expect(written.stdout).to.contain("shipping  in_transit  https://id.gs1.org/01/04012345111118/21/7-1");
    const document = JSON.parse(await readFile(file("lot.jsonld"), "utf8")) as EpcisDocument;
    expect(schemaProblems(document)).to.deep.equal([]);
    expect(document.epcisBody.eventList.map(({ bizStep }) => bizStep)).to.deep.equal([
      "commissioning",
      "commissioning",
      "shipping",
      "accepting",
      "installing",
      "repackaging",
    ]);
  });

  it("write what was fitted to a vehicle, or everything", async () => {
    const vehicleId = `0x${lived.vehicleId.toString(16)}`;
    const fitted = await run("export-epcis.ts", ["--vehicle-id", vehicleId, "--json", ...where]);
    const document = JSON.parse(fitted.stdout) as EpcisDocument;
    expect(document.epcisBody.eventList.map(({ type }) => type)).to.deep.equal(["AssociationEvent"]);
    const all = await run("export-epcis.ts", ["--json", ...where]);
    const whole = JSON.parse(all.stdout) as EpcisDocument;
    expect(schemaProblems(whole)).to.deep.equal([]);
    expect(whole.epcisBody.eventList).to.have.length(9);
    const ids = new Set(whole.epcisBody.eventList.map(({ eventID }) => eventID));
    expect(ids.has(document.epcisBody.eventList[0]!.eventID)).to.equal(true);
  });

  it("show the passport of a battery in another service, and verify its page", async () => {
    const files = ["--file", file("original.json"), "--file", file("second.json")];
    const args = [...lot, "--serial", "1", ...files, "--out", file("passport.html"), ...where];
    const shown = await run("show-passport.ts", args);
    expect(shown.code, shown.stdout + shown.stderr).to.equal(0);
    expect(shown.stdout)
      .to.contain("[OK] This is the document whose hash the chain holds")
      .and.to.match(/Battery status +repurposed/)
      .and.to.match(/Cobalt +390 g, 0 % of it recycled before/);
    const verified = await run("show-passport.ts", ["--verify", file("passport.html"), ...where]);
    expect(verified.code, verified.stdout).to.equal(0);
    expect(verified.stdout).to.match(/^OK: battery passport urn:blok:part:/);
  });

  it("show what the chain says when the document is not at hand, with code 1", async () => {
    const shown = await runScriptFile("show-passport.ts", [...lot, "--serial", "2", "--json", ...where]);
    expect(shown.code).to.equal(1);
    expect(JSON.parse(shown.stdout)).to.deep.include({ isVerified: false, batteryStatus: "original" });
  });

  it("say what is wrong with what they are given, without a stack", async () => {
    const mistakes: [string, string[], string][] = [
      ["export-epcis.ts", ["--lot", "7"], "PART_NAME: a lot is named by its maker and its number"],
      ["export-epcis.ts", [...lot, "--vehicle-id", "1", ...where], "EPCIS_SUBJECT"],
      ["export-epcis.ts", ["--maker", lived.maker, "--lot", "99", ...where], "EPCIS_NOTHING"],
      ["show-passport.ts", [...lot, "--file", file("gs1.json"), ...where], "PASSPORT_FILE"],
      ["show-passport.ts", ["--maker", lived.maker, "--lot", "99", ...where], "PART_UNKNOWN"],
    ];
    for (const [script, args, message] of mistakes) {
      const { code, stderr } = await run(script, args);
      expect(code, stderr).to.equal(1);
      expect(stderr)
        .to.contain(message)
        .and.not.to.match(/\n\s+at /);
    }
  });

  it("tell that a passport ceased when its battery was recycled", async () => {
    await lived.end();
    const stale = await run("show-passport.ts", ["--verify", file("passport.html"), ...where]);
    expect(stale.code).to.equal(1);
    expect(stale.stdout).to.contain("PASSPORT_SUPERSEDED: the battery has ended since");
    const args = [...lot, "--serial", "1", "--file", file("second.json"), ...where];
    const ceased = await run("show-passport.ts", args);
    expect(ceased.stdout).to.contain("the battery was recycled").and.not.to.contain("CARBON");
    const exported = await run("export-epcis.ts", [...lot, "--serial", "1", "--json", ...where]);
    const document = JSON.parse(exported.stdout) as EpcisDocument;
    expect(document.epcisBody.eventList.at(-1)).to.deep.include({ bizStep: "disassembling" });
    expect(schemaProblems(document)).to.deep.equal([]);
  });
});
