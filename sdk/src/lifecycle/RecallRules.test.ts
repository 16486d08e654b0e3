import { test } from "node:test";
import { accepts, refuses } from "./testing/expectProblems.js";
import {
  FITTED_LINES,
  fitted,
  notified,
  order,
  pack,
  recallOpened,
  recallUpdated,
  remedied,
  removed,
  transformed,
} from "./testing/partsSample.js";
import { OTHER_VIN, registered, type Line } from "./testing/sample.js";

const OPENED = [...FITTED_LINES, recallOpened("recall", "2015-01-01")];
const LATER = "2015-03-01";

const after = (line: Line, code: string, field: string, says: RegExp, before: Line[] = OPENED) =>
  refuses([...before, line], code, field, says);

test("a campaign from its opening to the last remedy is accepted", () =>
  accepts([
    ...OPENED,
    notified("notice", "2015-02-01"),
    order("order", "2015-02-10"),
    removed("removed", LATER),
    fitted("replaced", LATER, { part: pack(3) }),
    remedied("remedied", LATER, { remedy: "partReplaced" }),
    recallUpdated("done", "2015-04-01", { remedyStatus: "completed" }),
  ]));

test("a recalled unit is not fitted, until the campaign is withdrawn", async () => {
  const fit = fitted("x", LATER, { part: pack(2) });
  await after(fit, "PART_RECALLED", "/part", /unit 2 of lot 5 of maker is under recall/);
  await after(
    transformed("x", LATER, { inputs: [pack(2)], outputs: [{ lot: 7, form: "counted", quantity: 1 }] }),
    "PART_RECALLED",
    "/inputs/0",
    /a recycler may take it apart/,
  );
  const unmarked = { maker: "maker", lot: 5, quantity: 1 };
  await after(
    transformed("x", LATER, { inputs: [unmarked], outputs: [{ lot: 7, form: "counted", quantity: 1 }] }),
    "PART_RECALLED",
    "/inputs/0",
    /lot 5 of maker is under recall/,
  );
  await accepts([...OPENED, fitted("x", LATER, { part: pack(3) })]);
  await accepts([...OPENED, recallUpdated("withdrawn", "2015-02-01"), fit]);
});

test("another maker's lots, lots that are not there, and serials beyond them", async () => {
  const open = (change: Line) =>
    recallOpened("x", LATER, { campaignNumber: "15V000002", document: undefined, ...change });
  const document = { ...(recallOpened("x", LATER).document as Line), campaignNumber: "15V000002" };
  const scope = (change: Line) => open({ document, scopes: [change] });
  await after(
    open({ document, maker: "mine", scopes: [{ lot: 1 }] }),
    "RECALL_FOREIGN",
    "/maker",
    /a registrar recalls anybody's/,
  );
  await accepts([
    ...OPENED,
    open({ document, member: "registrar", class: "registrar", maker: "mine", scopes: [{ lot: 1 }] }),
  ]);
  await after(scope({ lot: 9 }), "LOT_UNKNOWN", "/scopes/0/lot", /no earlier line makes lot 9 of maker/);
  await after(scope({ lot: 5, fromSerial: 1, toSerial: 5 }), "SERIAL_INVALID", "/scopes/0", /serials 1 to 4/);
  await after(
    scope({ lot: 5, fromSerial: 2 }),
    "SERIAL_INVALID",
    "/scopes/0",
    /both ends of a range, or neither/,
  );
  await after(
    scope({ lot: 6, fromSerial: 1, toSerial: 1 }),
    "SERIAL_INVALID",
    "/scopes/0",
    /have no serials/,
  );
});

test("a campaign number that is none, or in use, or not the document's", async () => {
  await after(
    recallOpened("x", LATER, { campaignNumber: "15X000001" }),
    "FIELD_INVALID",
    "/campaignNumber",
    /match/,
  );
  await after(recallOpened("x", LATER), "RECALL_STATE", "/campaignNumber", /is open already/);
  await accepts([...OPENED, recallOpened("x", LATER, { member: "registrar", class: "registrar" })]);
  await after(
    notified("x", LATER, { odometer: { value: 1, unit: "km" } }),
    "FIELD_UNKNOWN",
    "/odometer",
    /no such field/,
  );
  await after(
    recallOpened("x", LATER, { campaignNumber: "15V000002" }),
    "DOCUMENT_INVALID",
    "/document/campaignNumber",
    /use 15V000002/,
  );
});

test("a campaign that is not there, is another's, or was withdrawn", async () => {
  await after(
    notified("x", LATER, { recall: "none" }),
    "REFERENCE_UNKNOWN",
    "/recall",
    /no earlier line none opens/,
  );
  await after(
    recallUpdated("x", LATER, { member: "mine", class: "supplier" }),
    "RECALL_FOREIGN",
    "/member",
    /maker opened the campaign/,
  );
  await refuses(
    [...OPENED, recallUpdated("withdrawn", "2015-02-01"), notified("x", LATER)],
    "RECALL_STATE",
    "/recall",
    /was withdrawn/,
  );
});

test("a notice to a car that is not affected, or a second one", async () => {
  await refuses(
    [...OPENED, registered(OTHER_VIN, { at: "2015-01-02" }), notified("x", LATER, { vin: OTHER_VIN })],
    "NOT_AFFECTED",
    "/vin",
    /does not affect this vehicle/,
  );
  await refuses(
    [...OPENED, notified("first", LATER), notified("x", LATER)],
    "RECALL_STATE",
    "/vin",
    /notified already/,
  );
});

test("a remedy without the repair, twice, of another car, or before there is one", async () => {
  await after(
    remedied("x", LATER, { remedy: "partReplaced" }),
    "REMEDY_NOT_DONE",
    "/remedy",
    /still fitted; remove the recalled part/,
  );
  await refuses(
    [...OPENED, remedied("first", LATER), remedied("x", LATER)],
    "RECALL_STATE",
    "/vin",
    /remedied already/,
  );
  await refuses(
    [...OPENED, registered(OTHER_VIN, { at: "2015-01-02" }), remedied("x", LATER, { vin: OTHER_VIN })],
    "NOT_AFFECTED",
    "/vin",
    /name a vehicle that carries/,
  );
  const early = [...FITTED_LINES, recallOpened("recall", "2015-01-01", { remedyStatus: "notAvailable" })];
  await accepts([...early, remedied("x", LATER)]);
  await after(
    remedied("x", LATER, { remedy: "softwareUpdated" }),
    "RECALL_STATE",
    "/remedy",
    /no remedy yet/,
    early,
  );
});

test("a remedy that its document calls otherwise, or that a stranger states", async () => {
  const document = { ...(remedied("x", LATER).document as Line), remedyType: "softwareUpdated" };
  await after(
    remedied("x", LATER, { document }),
    "DOCUMENT_INVALID",
    "/document/remedyType",
    /use inspectedClear/,
  );
  await after(remedied("x", LATER, { member: "mine" }), "MEMBER_CLASS", "/member", /mine is no workshop/);
});
