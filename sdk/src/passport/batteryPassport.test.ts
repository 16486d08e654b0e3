import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeQR } from "qr/decode.js";
import { encodeQR } from "qr";
import { id } from "ethers";
import { lotIdOf, partIdOf } from "../parts/partId.js";
import { readPartEvents } from "../parts/readPartEvents.js";
import type { PartEvent } from "../parts/types.js";
import { buildBatteryPassport, type BuildBatteryPassportInput } from "./buildBatteryPassport.js";
import { PassportError } from "./PassportError.js";
import { createPassport, passportHash, type PassportFile } from "./passportFile.js";
import type { PassportContent } from "./passportSchema.js";
import { readBatteryPassport } from "./readBatteryPassport.js";
import { renderPassportHtml } from "./renderPassportHtml.js";
import { renderPassportText } from "./renderPassportText.js";
import { EXAMPLE_CONTENT } from "./testing/exampleContent.js";
import { FakePartChain, PART_DEPLOYMENT } from "./testing/FakePartChain.js";
import type { BatteryPassport } from "./types.js";
import { verifyBatteryPassport } from "./verifyBatteryPassport.js";

const MAKER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
const WORKSHOP = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
const AUDITOR = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";
const PACK = partIdOf(lotIdOf(MAKER, 7), 12);
const IDENTIFIER =
  "urn:blok:part:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc.7:12";

const original = createPassport(EXAMPLE_CONTENT);

function successor(
  batteryStatus: PassportContent["generalProductInformation"]["batteryStatus"],
  before: PassportFile,
) {
  return createPassport({
    ...EXAMPLE_CONTENT,
    generalProductInformation: { ...EXAMPLE_CONTENT.generalProductInformation, batteryStatus },
    previousPassport: { documentHash: passportHash(before) },
  });
}

function newPack(): FakePartChain {
  const chain = new FakePartChain(PACK);
  chain.commission(passportHash(original), 3900n, 100n);
  chain.certify(id("due diligence"), AUDITOR, chain.timeOf(1_000_000));
  return chain;
}

async function build(
  chain: FakePartChain,
  documents: PassportFile[],
  options: Partial<BuildBatteryPassportInput> = {},
): Promise<BatteryPassport> {
  const events: PartEvent[] = [];
  for await (const event of readPartEvents({ rpc: chain.rpc, deployment: PART_DEPLOYMENT }))
    events.push(event);
  const asOf = { block: chain.height, at: chain.timeOf(chain.height) };
  return buildBatteryPassport({
    partId: PACK,
    events,
    asOf,
    deployment: PART_DEPLOYMENT,
    documents,
    tier: "public",
    ...options,
  });
}

const SHARES = { cobalt: 20 };
const verify = (chain: FakePartChain, passport: unknown, recycledShares?: typeof SHARES) =>
  verifyBatteryPassport({ passport, rpc: chain.rpc, deployment: PART_DEPLOYMENT, recycledShares });
const codes = ({ problems }: { problems: { code: string }[] }): string[] => problems.map(({ code }) => code);

describe("buildBatteryPassport", () => {
  it("refuses a part that no event tells of", async () => {
    await assert.rejects(
      build(newPack(), [], { partId: partIdOf(lotIdOf(MAKER, 8), 1) }),
      (error: unknown) => error instanceof PassportError && error.code === "PASSPORT_UNKNOWN",
    );
  });

  it("shows what the chain says and the document that it holds the hash of", async () => {
    const passport = await build(newPack(), [original], { recycledShares: SHARES });
    assert.partialDeepStrictEqual(passport, {
      batteryPassportIdentifier: IDENTIFIER,
      passportStatus: "approved",
      batteryStatus: "original",
      isVerified: true,
      criticalRawMaterials: [{ material: "cobalt", grams: 39, recycledShare: 20 }],
      certificates: [{ kind: "dueDiligence", state: "valid" }],
      problems: [],
    });
    assert.equal(passport.content.carbonFootprint?.batteryCarbonFootprint, 62.4);
  });

  it("shows each reader the fields of its tier", async () => {
    const chain = newPack();
    const fields = async (tier: BatteryPassport["tier"]) =>
      (await build(chain, [original], { tier })).content;
    const [open, interested, authority] = [
      await fields("public"),
      await fields("legitimateInterest"),
      await fields("authorities"),
    ];
    assert.equal(open.performanceAndDurability?.stateOfCertifiedEnergy, undefined);
    assert.equal(open.labels?.resultOfTestReport, undefined);
    assert.equal(interested.performanceAndDurability?.stateOfCertifiedEnergy?.value, 97);
    assert.equal(interested.labels?.resultOfTestReport, undefined);
    assert.equal(authority.labels?.resultOfTestReport, "https://example.com/test-report");
  });

  it("does without the document, and says so", async () => {
    const passport = await build(newPack(), [createPassport(EXAMPLE_CONTENT)]);
    assert.equal(passport.isVerified, false);
    assert.deepEqual(passport.content, {});
    assert.deepEqual(codes(passport), ["PASSPORT_DOCUMENT_MISSING"]);
  });

  it("links a new passport to the one before when the battery goes on in another service", async () => {
    const chain = newPack();
    const second = successor("repurposed", original);
    chain.changeService("repurposed", passportHash(second), WORKSHOP);
    const passport = await build(chain, [second, original]);
    assert.equal(passport.batteryPassportIdentifier, `${IDENTIFIER}#2`);
    assert.equal(passport.batteryStatus, "repurposed");
    assert.deepEqual(
      passport.passports.map(({ passportStatus, isLinked }) => [passportStatus, isLinked]),
      [
        ["expired", undefined],
        ["approved", true],
      ],
    );
    assert.deepEqual(passport.problems, []);
  });

  it("finds a new passport that names no passport before it, or another status than the chain", async () => {
    const chain = newPack();
    const stranger = successor("remanufactured", createPassport(EXAMPLE_CONTENT));
    chain.changeService("repurposed", passportHash(stranger), WORKSHOP);
    assert.deepEqual(codes(await build(chain, [stranger])), [
      "PASSPORT_STATUS_DIFFERS",
      "PASSPORT_LINK_BROKEN",
    ]);
  });

  it("ceases when the battery is recycled, and keeps only the links", async () => {
    const chain = newPack();
    chain.takeApart(WORKSHOP);
    const passport = await build(chain, [original], { tier: "authorities" });
    assert.partialDeepStrictEqual(passport, {
      passportStatus: "invalid",
      end: { outcome: "recycled", by: WORKSHOP },
    });
    assert.deepEqual(passport.content, {});
    assert.deepEqual(passport.documents, []);
    assert.deepEqual(passport.criticalRawMaterials, []);
    assert.deepEqual(
      passport.passports.map(({ documentHash }) => documentHash),
      [passportHash(original)],
    );
    assert.match(renderPassportText(passport), /ceased on 2026-02-27: the battery was recycled/);
    assert.doesNotMatch(renderPassportHtml(passport), /example\.com/);
    assert.deepEqual(await verify(chain, passport), { ok: true, isCurrent: true, problems: [] });
  });

  it("is no valid passport any more when the battery is destroyed", async () => {
    const chain = newPack();
    chain.destroy(WORKSHOP);
    const passport = await build(chain, [original]);
    assert.equal(passport.passportStatus, "invalid");
    assert.equal(passport.isVerified, true);
    assert.match(renderPassportText(passport), /Not valid: the battery was destroyed/);
  });

  it("shows certificates that were revoked or have run out", async () => {
    const chain = newPack();
    chain.certify(id("short"), AUDITOR, chain.timeOf(4));
    chain.revoke(id("due diligence"), AUDITOR);
    const passport = await build(chain, [original]);
    assert.deepEqual(
      passport.certificates.map(({ state }) => state),
      ["revoked", "expired"],
    );
  });

  it("makes a passport of a lot whose packs have no serial yet", async () => {
    const passport = await build(newPack(), [original], { partId: partIdOf(lotIdOf(MAKER, 7)) });
    assert.match(passport.batteryPassportIdentifier, /^urn:blok:lot:31337:/);
    assert.equal(passport.isVerified, true);
  });

  it("has a GS1 Digital Link as identifier when the maker has a GTIN", async () => {
    const passport = await build(newPack(), [original], { parties: { [MAKER]: { gtin: "4012345111118" } } });
    assert.equal(passport.batteryPassportIdentifier, "https://id.gs1.org/01/04012345111118/21/7-12");
  });
});

describe("verifyBatteryPassport", () => {
  it("refuses what is no passport", async () => {
    const chain = newPack();
    const passport = await build(chain, [original]);
    for (const value of [undefined, [], {}, { ...passport, tier: "secret" }, { ...passport, chain: {} }]) {
      await assert.rejects(verify(chain, value), PassportError);
    }
  });

  it("finds a passport of another chain or contract", async () => {
    const chain = newPack();
    const passport = await build(chain, [original]);
    const elsewhere = { ...passport, chain: { ...passport.chain, chainId: 1 } };
    assert.deepEqual(codes(await verify(chain, elsewhere)), ["PASSPORT_DEPLOYMENT"]);
  });

  it("takes a passport for what it is, from JSON or from its page", async () => {
    const chain = newPack();
    for (const tier of ["public", "legitimateInterest", "authorities"] as const) {
      const passport = await build(chain, [original], { tier, recycledShares: SHARES });
      assert.deepEqual(await verify(chain, JSON.parse(JSON.stringify(passport)), SHARES), {
        ok: true,
        isCurrent: true,
        problems: [],
      });
      const page = renderPassportHtml(passport);
      assert.deepEqual(await verify(chain, readBatteryPassport(page), SHARES), {
        ok: true,
        isCurrent: true,
        problems: [],
      });
    }
  });

  it("finds every field that is not the chain's or the document's", async () => {
    const chain = newPack();
    const passport = await build(chain, [original]);
    const forged: Partial<BatteryPassport>[] = [
      { batteryStatus: "re-used" },
      { passportStatus: "expired" },
      { batteryPassportIdentifier: "urn:blok:part:other" },
      { isVerified: false },
      { chain: { ...passport.chain, at: passport.chain.at + 1 } },
      { certificates: [] },
      { criticalRawMaterials: [{ material: "cobalt", grams: 1 }] },
      { content: { ...passport.content, carbonFootprint: { batteryCarbonFootprint: 1 } } },
    ];
    for (const change of forged) {
      const { ok, problems } = await verify(chain, { ...passport, ...change });
      assert.equal(ok, false, JSON.stringify(change));
      assert.ok(problems.every(({ code }) => code === "PASSPORT_DIFFERS"));
    }
  });

  it("finds a share of recycled material that the lineage does not bear out", async () => {
    const chain = newPack();
    const passport = await build(chain, [original], { recycledShares: { cobalt: 99 } });
    for (const shares of [undefined, SHARES]) {
      const { problems } = await verify(chain, passport, shares);
      assert.match(problems[0]!.message, /recycledShare is 99/);
    }
  });

  it("finds a document that is not the chain's", async () => {
    const chain = newPack();
    const passport = await build(chain, [original]);
    const other = createPassport(EXAMPLE_CONTENT);
    const { problems } = await verify(chain, { ...passport, documents: [other] });
    assert.ok(codes({ problems }).includes("PASSPORT_DOCUMENT_MISSING"));
  });

  it("says that a newer passport or the end of the battery came after", async () => {
    const chain = newPack();
    const passport = await build(chain, [original]);
    chain.changeService("waste", id("new passport"), WORKSHOP);
    const { ok, isCurrent, problems } = await verify(chain, passport);
    assert.equal(ok, false);
    assert.equal(isCurrent, false);
    assert.deepEqual(codes({ problems }), ["PASSPORT_SUPERSEDED"]);
    chain.takeApart(WORKSHOP);
    assert.match((await verify(chain, passport)).problems[0]!.message, /ended since/);
  });

  it("finds a node that keeps the new passport's log back", async () => {
    const chain = newPack();
    const passport = await build(chain, [original]);
    chain.changeService("repurposed", id("new passport"), WORKSHOP);
    chain.logs.pop();
    assert.deepEqual(codes(await verify(chain, passport)), ["PASSPORT_NODE"]);
  });
});

describe("renderings", () => {
  it("show the same, and nothing of a higher tier", async () => {
    const passport = await build(newPack(), [original], { recycledShares: SHARES });
    const [text, page] = [renderPassportText(passport), renderPassportHtml(passport)];
    for (const words of [
      "62.4 kg CO2e per kWh",
      "39 g, 20 % of it recycled before",
      "Warranty until",
      IDENTIFIER,
    ]) {
      assert.ok(text.includes(words), words);
      assert.ok(page.includes(words), words);
    }
    for (const output of [text, page]) assert.doesNotMatch(output, /dismantling|test-report|Deep discharge/);
  });

  it("write readings with their unit and day", async () => {
    const passport = await build(newPack(), [original], { tier: "legitimateInterest" });
    assert.match(renderPassportText(passport), /State of certified energy +97 % on 2026-05-01/);
    assert.match(renderPassportText(passport), /Number of full cycles +41 on 2026-05-01/);
  });

  it("carry a QR code of the identifier", async () => {
    const page = renderPassportHtml(await build(newPack(), [original]));
    const drawn = encodeQR(IDENTIFIER, "svg", { ecc: "medium", border: 4 });
    assert.ok(page.includes(/<path[^>]+>/.exec(drawn)![0]), "the page draws the code of the identifier");
    const raw = encodeQR(IDENTIFIER, "raw", { ecc: "medium", border: 4, scale: 4 });
    const size = raw.length;
    const pixels = raw.flatMap((row) =>
      row.flatMap((isDark) => (isDark ? [0, 0, 0, 255] : [255, 255, 255, 255])),
    );
    assert.equal(decodeQR({ width: size, height: size, data: Uint8Array.from(pixels) }), IDENTIFIER);
  });

  it("write what a document says as text, never as markup", async () => {
    const { materialComposition } = EXAMPLE_CONTENT;
    const evil = createPassport({
      ...EXAMPLE_CONTENT,
      materialComposition: {
        ...materialComposition,
        batteryChemistry: { shortName: "NMC", clearName: "</script><script>alert(1)</script>\u001b[2J" },
      },
    });
    const chain = new FakePartChain(PACK);
    chain.commission(passportHash(evil), 0n, 100n);
    const passport = await build(chain, [evil]);
    const page = renderPassportHtml(passport);
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.deepEqual(readBatteryPassport(page), JSON.parse(JSON.stringify(passport)));
    assert.ok(!renderPassportText(passport).includes("\u001b"));
  });
});
