import assert from "node:assert/strict";
import { test } from "node:test";
import { accepts, problemsOf, refuses } from "./testing/expectProblems.js";
import {
  admission,
  brand,
  destroyed,
  HEAD_LINES as HEAD,
  inspection,
  keyBound,
  moved,
  OTHER_VIN,
  reading,
  registered,
  resolution,
  service,
  VIN,
  type Line,
} from "./testing/sample.js";

test("time: impossible, in the future, or going back within a vehicle", async () => {
  await refuses([service("s", "2015-02-30", 1)], "TIME_INVALID", "/at", /2015-02-30/);
  await refuses([service("s", "2015-02-03T25:00:00Z", 1)], "TIME_INVALID", "/at", /date/);
  await refuses([service("s", "2015-02-03T10:00:00", 1)], "FIELD_INVALID", "/at", /wrong form/);
  await refuses([service("s", "2025-01-02", 1)], "TIME_FUTURE", "/at", /future/);
  await refuses([service("s", "2014-05-19", 1)], "OUT_OF_ORDER", "/at", /line 7 of the same vehicle/);
  await refuses(
    [service("s", "2016-01-01", 1), service("t", "2015-12-31T23:59:59Z", 2)],
    "OUT_OF_ORDER",
    "/at",
    /line 8/,
  );
  await refuses(
    [registered(OTHER_VIN, { at: "2013-12-31" })],
    "OUT_OF_ORDER",
    "/at",
    /maker was admitted after/,
  );
});

test("times of different vehicles need no order, and equal times are in order", async () => {
  await accepts([
    service("s", "2016-01-01", 1_000),
    inspection("i", "2016-01-01", 1_000),
    registered(OTHER_VIN, { at: "2014-06-01" }),
  ]);
});

test("an id stands once", async () => {
  await refuses(
    [service("s", "2015-01-01", 1), service("s", "2015-02-01", 2)],
    "ID_DUPLICATE",
    "/id",
    /line 8/,
  );
});

test("VINs: lower case, I, O and Q, 16 and 18 characters, wrong check digit where the market has them", async () => {
  const vin = async (text: string, says: RegExp, market = "DE") => {
    const line = registered(OTHER_VIN, { id: "v", vin: text, market });
    const document = { ...(line.document as Line), vin: text, market };
    const problems = await problemsOf([...HEAD, { ...line, document }]);
    const own = problems.filter((problem) => problem.field === "/vin");
    assert.deepEqual(
      own.map((problem) => [problem.code, problem.line]),
      [["VIN_INVALID", HEAD.length + 1]],
    );
    assert.match(`${own[0]?.message}; ${own[0]?.fix}`, says);
  };
  await vin(OTHER_VIN.toLowerCase(), /WVWZZZAUZEW000008/);
  await vin("WVWZZZAUZEW00000I", /digit 1/);
  await vin("WVWZZZAUZEW0000O8", /digit 0/);
  await vin("WVWZZZAUZEW0000Q8", /digit 0/);
  await vin(OTHER_VIN.slice(1), /16/);
  await vin(`${OTHER_VIN}8`, /18/);
  await vin("1HGCM82643A004352", /check digit is 4.* should be 3.*position 9/, "US");
});

test("a vehicle is registered once, before anything else happens to it", async () => {
  await refuses([registered(VIN, { id: "again" })], "VEHICLE_DUPLICATE", "/vin", /registered already/);
  await refuses(
    [service("s", "2015-01-01", 1, { vin: OTHER_VIN })],
    "VEHICLE_UNKNOWN",
    "/vin",
    /register it first/,
  );
  await refuses([service("s", "2015-01-01", 1, { vin: "WVWZZZ" })], "VEHICLE_UNKNOWN", "/vin", /this has 6/);
});

test("the birth document speaks of the same vehicle and market", async () => {
  const line = registered(OTHER_VIN);
  await refuses(
    [{ ...line, document: { ...(line.document as Line), vin: VIN } }],
    "DOCUMENT_INVALID",
    "/document/vin",
    /not that/,
  );
  await refuses([{ ...line, market: "FR" }], "DOCUMENT_INVALID", "/document/market", /use FR/);
});

test("who acts is a member, of the class it acts in, and not expelled", async () => {
  await refuses(
    [service("s", "2015-01-01", 1, { author: "stranger" })],
    "MEMBER_UNKNOWN",
    "/author",
    /stranger/,
  );
  await refuses(
    [service("s", "2015-01-01", 1, { author: "inspector" })],
    "MEMBER_CLASS",
    "/author",
    /no workshop but inspector/,
  );
  const out = {
    id: "x",
    at: "2015-01-01",
    type: "member.expelled",
    member: "workshop",
    reason: "permitLost",
  };
  await refuses([out, service("s", "2016-01-01", 1)], "MEMBER_UNKNOWN", "/author", /workshop/);
  await accepts([
    out,
    { ...admission("workshop", "workshop", "2015-06-01"), id: "back" },
    service("s", "2016-01-01", 1),
  ]);
  await refuses(
    [{ ...admission("workshop", "workshop"), id: "again" }],
    "MEMBER_DUPLICATE",
    "/member",
    /already/,
  );
  await refuses([{ ...out, member: "stranger" }], "MEMBER_UNKNOWN", "/member", /stranger/);
});

test("a class writes only the kinds that the consortium's table gives it", async () => {
  await refuses(
    [service("s", "2015-01-01", 1, { author: "inspector", class: "inspector" })],
    "WRITER_NOT_ALLOWED",
    "/class",
    /inspector may not write records of kind service; it takes one of workshop, manufacturer/,
  );
  await refuses(
    [service("s", "2015-01-01", 1, { author: "holder", class: undefined })],
    "WRITER_NOT_ALLOWED",
    "/author",
    /holder may not/,
  );
  await refuses(
    [reading("r", "2015-01-01", 1, "holder", { class: "workshop" })],
    "FIELD_UNKNOWN",
    "/class",
    /no class/,
  );
  await refuses([reading("r", "2015-01-01", 1, "workshop")], "FIELD_MISSING", "/class", /class/);
});

test("a document is one of its kind, and problems are named within it", async () => {
  const broken = service("s", "2015-01-01", 1);
  const document = { ...(broken.document as Line), jobs: [{ description: `see ${VIN}` }], price: 3 };
  const problems = await problemsOf([...HEAD, { ...broken, document }]);
  assert.deepEqual(problems.map((problem) => [problem.code, problem.line, problem.field]).sort(), [
    ["DOCUMENT_INVALID", 8, "/document/jobs/0/description"],
    ["DOCUMENT_INVALID", 8, "/document/price"],
  ]);
});

test("brand codes: needed, the document's, and for brands alone", async () => {
  await refuses(
    [brand("b", "2015-01-01", { brandCode: undefined })],
    "BRAND_CODE",
    "/brandCode",
    /needs a brand code/,
  );
  await refuses([brand("b", "2015-01-01", { brandCode: 9 })], "BRAND_CODE", "/brandCode", /another brand/);
  await refuses([brand("b", "2015-01-01", { brandCode: 15 })], "FIELD_INVALID", "/brandCode", /list/);
  await refuses(
    [service("s", "2015-01-01", 1, { brandCode: 11 })],
    "BRAND_CODE",
    "/brandCode",
    /no brand code/,
  );
});

test("a reading has a reading, and a resolution something to resolve", async () => {
  await refuses(
    [reading("r", "2015-01-01", 1, "holder", { odometer: undefined })],
    "ODOMETER_MISSING",
    "/odometer",
    /needs a reading/,
  );
  await refuses([resolution("o", "2015-01-01", 1)], "NOTHING_TO_RESOLVE", "/kind", /contradicts/);
  const fraud = [service("s", "2015-01-01", 50_000), service("t", "2016-01-01", 20_000)];
  await accepts([...fraud, resolution("o", "2016-02-01", 60_000)]);
  await refuses(
    [...fraud, resolution("o", "2016-02-01", 60_000), resolution("p", "2016-03-01", 60_000)],
    "NOTHING_TO_RESOLVE",
    "/kind",
    /contradicts/,
  );
});

test("a correction names an earlier record of the same vehicle, by its author or a registrar", async () => {
  const correction = (change: Line = {}) =>
    inspection("c", "2017-06-01", 40_000, {
      type: "record.corrected",
      corrects: "i",
      kind: undefined,
      ...change,
    });
  const first = inspection("i", "2017-05-20", 40_000);
  await accepts([first, correction()]);
  await refuses([first, correction({ corrects: "nothing" })], "REFERENCE_UNKNOWN", "/corrects", /nothing/);
  await refuses(
    [first, correction({ corrects: "admit-maker" })],
    "REFERENCE_UNKNOWN",
    "/corrects",
    /admit-maker/,
  );
  await refuses(
    [first, registered(OTHER_VIN, { at: "2017-06-01" }), correction({ vin: OTHER_VIN })],
    "REFERENCE_UNKNOWN",
    "/corrects",
    /no earlier line i/,
  );
  await refuses(
    [admission("other", "inspector"), first, correction({ author: "other" })],
    "CORRECTION_FOREIGN",
    "/author",
    /inspector wrote/,
  );
  await accepts([
    reading("r", "2015-01-01", 9, "holder"),
    reading("c", "2015-02-01", 9, "registrar", {
      type: "record.corrected",
      corrects: "r",
      kind: undefined,
      class: "registrar",
    }),
  ]);
});

test("an erasure names an earlier record of the same vehicle", async () => {
  const erased = {
    id: "e",
    at: "2016-01-01",
    type: "record.erased",
    vin: VIN,
    record: "s",
    reason: "authorityOrder",
  };
  await accepts([service("s", "2015-01-01", 1), erased]);
  await refuses([erased], "REFERENCE_UNKNOWN", "/record", /no earlier line s/);
});

test("locks: set once, cleared once, by their controller, and they stop transfers and destruction", async () => {
  const lock = (id: string, at: string, type: string, change: Line = {}) => ({
    id,
    at,
    type: `title.${type}`,
    vin: VIN,
    lock: "theft",
    member: "registrar",
    ...change,
  });
  const transfer = { id: "t", at: "2017-01-01", type: "title.transferred", vin: VIN, to: "holder-2" };
  await refuses([lock("l", "2015-01-01", "unlocked")], "LOCK_STATE", "/lock", /clear already/);
  await refuses(
    [lock("l", "2015-01-01", "locked"), lock("m", "2016-01-01", "locked")],
    "LOCK_STATE",
    "/lock",
    /set already/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked", { member: "court" })],
    "MEMBER_CLASS",
    "/member",
    /no registrar/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked", { lock: "court" })],
    "MEMBER_CLASS",
    "/member",
    /no court/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked", { lock: "lien" })],
    "FIELD_INVALID",
    "/lock",
    /theft, court/,
  );
  await refuses(
    [lock("l", "2015-01-01", "locked"), transfer],
    "LOCK_STATE",
    "/type",
    /theft lock stops this/,
  );
  await refuses([lock("l", "2015-01-01", "locked"), destroyed("2016-01-01")], "LOCK_STATE", "/type", /theft/);
  await accepts([lock("l", "2015-01-01", "locked"), lock("m", "2016-01-01", "unlocked"), transfer]);
});

test("a vehicle is exported when active, imported when exported, and never changes once destroyed", async () => {
  await refuses(
    [moved("vehicle.imported", "2015-01-01")],
    "VEHICLE_STATUS",
    "/type",
    /active.*exported before/,
  );
  await refuses(
    [moved("vehicle.exported", "2015-01-01"), moved("vehicle.exported", "2016-01-01")],
    "VEHICLE_STATUS",
    "/type",
    /has to be active/,
  );
  const late = { id: "t", at: "2017-01-01", type: "title.transferred", vin: VIN, to: "holder-2" };
  for (const line of [
    late,
    moved("vehicle.exported", "2017-01-01"),
    keyBound("2017-01-01"),
    { ...destroyed("2017-01-01"), id: "again" },
    { ...late, type: "title.locked", to: undefined, lock: "theft", member: "registrar" },
  ]) {
    await refuses([destroyed("2016-01-01"), line], "VEHICLE_DESTROYED", "/vin", /destroyed/);
  }
});

test("a vehicle signs only with a key, and each record later than the one before", async () => {
  await refuses([reading("r", "2015-01-01", 1, "vehicle")], "KEY_MISSING", "/author", /no key/);
  const signed = (id: string, at: string) => reading(id, at, 1, "vehicle");
  await refuses(
    [keyBound("2015-01-01"), signed("r", "2015-01-01"), signed("q", "2015-01-01")],
    "OUT_OF_ORDER",
    "/at",
    /signed a record of this time/,
  );
  await accepts([keyBound("2015-01-01"), signed("r", "2015-01-01"), signed("q", "2015-01-01T00:00:01Z")]);
  await refuses(
    [admission("rival", "manufacturer"), keyBound("2015-01-01", { member: "rival" })],
    "MEMBER_CLASS",
    "/member",
    /maker issued/,
  );
  await accepts([keyBound("2015-01-01", { member: "registrar", class: "registrar" })]);
});
