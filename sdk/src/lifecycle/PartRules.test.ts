import { test } from "node:test";
import { accepts, refuses } from "./testing/expectProblems.js";
import {
  certified,
  commissioned,
  consigned,
  decommissioned,
  fitted,
  FITTED_LINES,
  order,
  pack,
  PART_LINES,
  received,
  released,
  removed,
  revoked,
  serialised,
  serviceChanged,
  transformed,
} from "./testing/partsSample.js";
import { destroyed, HEAD_LINES, OTHER_VIN, registered, VIN, type Line } from "./testing/sample.js";

const LATER = "2015-03-01";

/** The lines of the sample and one more, which is wrong. */
const after = (line: Line, code: string, field: string, says: RegExp, before: Line[] = PART_LINES) =>
  refuses([...before, line], code, field, says);

test("a part's whole life is accepted", () =>
  accepts([
    ...FITTED_LINES,
    fitted("bolts-fitted", "2014-06-01", { part: { maker: "maker", lot: 6, quantity: 8 } }),
    order("order", "2015-01-01"),
    removed("removed", LATER),
    consigned("back", "2015-03-02", { from: "workshop", parts: [pack(1)], deadline: "2015-04-01" }),
    received("back-rejected", "2015-03-05", { type: "parts.rejected", consignment: "back" }),
    decommissioned("gone", "2015-04-01", { member: "workshop", class: "workshop", parts: [pack(1)] }),
    serviceChanged("waste", "2015-04-02"),
    revoked("revoked", "2015-05-01"),
  ]));

/* LOTS */

test("an unknown lot", () =>
  after(
    consigned("x", LATER, { parts: [{ maker: "mine", lot: 2, quantity: 1 }], deadline: "2016-01-01" }),
    "LOT_UNKNOWN",
    "/parts/0/lot",
    /no earlier line makes lot 2 of mine; commission it/,
  ));

test("a lot whose own line is wrong is not called unknown as well", () =>
  refuses(
    [
      ...PART_LINES,
      commissioned("broken", LATER, { lot: 2, quantity: 0 }),
      consigned("x", LATER, { parts: [{ maker: "mine", lot: 2, quantity: 1 }], deadline: "2016-01-01" }),
    ],
    "FIELD_INVALID",
    "/quantity",
    /./,
    HEAD_LINES.length + PART_LINES.length + 1,
  ));

test("a lot number that its maker has used", () =>
  after(commissioned("x", LATER), "LOT_DUPLICATE", "/lot", /lot 1 of mine exists already/));

test("content that comes from nowhere is no field of a commissioned lot", () =>
  after(
    commissioned("x", LATER, { lot: 2, content: { cobaltG: 5 } }),
    "FIELD_UNKNOWN",
    "/content",
    /no such field/,
  ));

test("pieces of a material", () =>
  after(commissioned("x", LATER, { lot: 2, form: "counted" }), "LOT_INVALID", "/material", /of no material/));

test("a material that expires", () =>
  after(
    commissioned("x", LATER, { lot: 2, expiresOn: "2016-01-01" }),
    "LOT_INVALID",
    "/expiresOn",
    /does not expire/,
  ));

test("a material with content, and a recycler that makes parts", async () => {
  await after(
    transformed("x", LATER, {
      inputs: [{ maker: "mine", lot: 1, quantity: 2_000 }],
      outputs: [{ lot: 7, form: "material", quantity: 1, content: { cobaltG: 1 } }],
    }),
    "LOT_INVALID",
    "/outputs/0/content",
    /no content beside itself/,
  );
  await refuses(
    [
      ...PART_LINES,
      consigned("to-recycler", LATER, {
        from: "maker",
        to: "recycler",
        parts: [pack(1)],
        deadline: "2016-01-01",
      }),
      received("taken", LATER, { consignment: "to-recycler" }),
      transformed("x", LATER, {
        member: "recycler",
        class: "recycler",
        inputs: [pack(1)],
        outputs: [{ lot: 1, form: "counted", quantity: 1 }],
      }),
    ],
    "LOT_INVALID",
    "/outputs/0/form",
    /recovers materials, not parts/,
  );
});

test("mass balance, by material and after rounding down", async () => {
  const make = (cobaltG: number) =>
    transformed("x", LATER, {
      inputs: [pack(1)],
      outputs: [{ lot: 7, form: "counted", quantity: 1, content: { cobaltG } }],
    });
  await accepts([...PART_LINES, make(1_400)]);
  await after(
    make(1_401),
    "MASS_BALANCE",
    "/outputs/0/content/cobaltG",
    /would hold 1401 g of cobalt, and 1400 g are left/,
  );
  await after(
    transformed("x", LATER, {
      inputs: [pack(1)],
      outputs: [{ lot: 7, form: "counted", quantity: 1, content: { lithiumG: 1 } }],
    }),
    "MASS_BALANCE",
    "/outputs/0/content/lithiumG",
    /1 g of lithium, and 0 g/,
  );
});

test("two outputs share what was consumed", () =>
  after(
    transformed("x", LATER, {
      inputs: [{ maker: "mine", lot: 1, quantity: 2_000 }],
      outputs: [
        { lot: 7, form: "counted", quantity: 1, content: { cobaltG: 1_500 } },
        { lot: 8, form: "material", material: "cobalt", quantity: 501 },
      ],
    }),
    "MASS_BALANCE",
    "/outputs/1/quantity",
    /501 g of cobalt, and 500 g/,
  ));

test("more than somebody has, also in two rows", async () => {
  const part = (quantity: number) => ({ maker: "mine", lot: 1, quantity });
  await after(
    consigned("x", LATER, { parts: [part(2_001)], deadline: "2016-01-01" }),
    "QUANTITY_EXCEEDED",
    "/parts/0/quantity",
    /mine has 2000 of lot 1 of mine, not 2001/,
  );
  await after(
    transformed("x", LATER, {
      inputs: [part(1_500), part(501)],
      outputs: [{ lot: 7, form: "counted", quantity: 1 }],
    }),
    "QUANTITY_EXCEEDED",
    "/inputs/1/quantity",
    /maker has 500/,
  );
});

/* SERIALS */

test("a serial beyond the lot, taken, or of a lot that has none", async () => {
  const mark = (fromSerial: number, toSerial: number, lot = 5) =>
    serialised("x", LATER, { fromSerial, toSerial, lot });
  await after(mark(4, 5), "SERIAL_INVALID", "/toSerial", /has serials 1 to 4/);
  await after(mark(4, 3), "SERIAL_INVALID", "/toSerial", /correct the serials/);
  await after(mark(3, 4), "SERIAL_TAKEN", "/fromSerial", /unit 3 .* has its serial already/);
  await after(mark(1, 1, 6), "SERIAL_INVALID", "/toSerial", /units of a counted lot have no serials/);
});

test("more marks than units that are left", () =>
  refuses(
    [
      ...PART_LINES,
      decommissioned("gone", LATER, { parts: [{ maker: "maker", lot: 5, quantity: 1 }] }),
      serialised("x", LATER, { fromSerial: 4, toSerial: 4 }),
    ],
    "QUANTITY_EXCEEDED",
    "/toSerial",
    /0 units .* are left to be marked/,
  ));

test("a unit that is beyond the lot, not marked, or named twice over", async () => {
  const fit = (part: Line) => fitted("x", LATER, { part });
  await after(fit(pack(5)), "SERIAL_INVALID", "/part/serial", /has serials 1 to 4/);
  await after(fit(pack(4)), "SERIAL_INVALID", "/part/serial", /has no serial yet; mark it/);
  await after(
    fit({ maker: "maker", lot: 6, serial: 1 }),
    "SERIAL_INVALID",
    "/part/serial",
    /have no serials/,
  );
  await after(fit({ ...pack(1), quantity: 1 }), "PART_REFERENCE", "/part", /a serial or by a quantity/);
  await after(fit({ maker: "maker", lot: 5 }), "PART_REFERENCE", "/part", /give one of the two/);
});

/* CUSTODY */

test("units without a serial stay with their maker", () =>
  after(
    consigned("x", LATER, {
      from: "maker",
      to: "workshop",
      parts: [{ maker: "maker", lot: 5, quantity: 1 }],
      deadline: "2016-01-01",
    }),
    "PART_REFERENCE",
    "/parts/0",
    /stay with their maker; give them serials/,
  ));

test("what is in a consignment is not with the member that it is called after", () => {
  const part = { maker: "mine", lot: 1, quantity: 1_000 };
  const send = (id: string, from: string) =>
    consigned(id, LATER, { from, to: "workshop", parts: [part], deadline: "2016-01-01" });
  return refuses(
    [...PART_LINES, send("auditor", "mine"), send("x", "auditor")],
    "QUANTITY_EXCEEDED",
    "/parts/0/quantity",
    /auditor has 0 of lot 1/,
  );
});

test("a unit that another has, or that is in transit", async () => {
  const sent = consigned("sent", LATER, {
    from: "maker",
    to: "workshop",
    parts: [pack(2)],
    deadline: "2016-01-01",
  });
  const fit = (member: string) => fitted("x", LATER, { member, class: "manufacturer", part: pack(2) });
  await after(
    fitted("x", LATER, { member: "workshop", class: "workshop", part: pack(2) }),
    "PART_NOT_HELD",
    "/part/serial",
    /maker has unit 2 of lot 5 of maker, not workshop; hand it over first/,
  );
  await refuses([...PART_LINES, sent, fit("maker")], "PART_NOT_HELD", "/part/serial", /is in transit/);
});

test("a consignment that is not there, or ended, and acceptance after the deadline", async () => {
  await after(
    received("x", LATER, { consignment: "nothing" }),
    "REFERENCE_UNKNOWN",
    "/consignment",
    /consigns parts/,
  );
  await after(received("x", LATER), "CONSIGNMENT_STATE", "/consignment", /was accepted already/);
  const sent = consigned("sent", LATER, {
    parts: [{ maker: "mine", lot: 1, quantity: 1 }],
    deadline: "2015-04-01",
  });
  await refuses(
    [...PART_LINES, sent, received("x", "2015-04-02", { consignment: "sent" })],
    "CONSIGNMENT_STATE",
    "/at",
    /the deadline was 2015-04-01/,
  );
  const back: Line = { id: "x", at: "2015-03-02", type: "parts.returned", consignment: "sent" };
  await refuses([...PART_LINES, sent, back], "CONSIGNMENT_STATE", "/at", /may accept until 2015-04-01/);
  await accepts([...PART_LINES, sent, { ...back, at: "2015-04-02" }]);
});

test("a deadline before the start, a day that is none, and a sender that is the receiver", async () => {
  const send = (change: Line) =>
    consigned("x", LATER, {
      parts: [{ maker: "mine", lot: 1, quantity: 1 }],
      deadline: "2016-01-01",
      ...change,
    });
  await after(send({ deadline: "2015-02-01" }), "TIME_INVALID", "/deadline", /over before the units leave/);
  await after(send({ deadline: "2015-02-30" }), "TIME_INVALID", "/deadline", /no such time/);
  await after(send({ to: "mine" }), "CONSIGNMENT_STATE", "/to", /sender is the receiver/);
});

/* CERTIFICATES */

test("certificates: unknown, foreign, revoked, over before they begin", async () => {
  await after(
    revoked("x", LATER, { certificate: "none" }),
    "REFERENCE_UNKNOWN",
    "/certificate",
    /issues a certificate/,
  );
  await after(
    revoked("x", LATER, { member: "other-auditor" }),
    "CERTIFICATE_STATE",
    "/member",
    /auditor issued it/,
  );
  await refuses(
    [...PART_LINES, revoked("first", LATER), revoked("x", LATER)],
    "CERTIFICATE_STATE",
    "/certificate",
    /revoked already/,
  );
  await after(
    certified("x", LATER, { validUntil: "2015-01-01" }),
    "TIME_INVALID",
    "/validUntil",
    /is over before/,
  );
  await after(certified("x", LATER, { member: "mine" }), "MEMBER_CLASS", "/member", /mine is no auditor/);
  await after(revoked("x", "2014-02-01"), "OUT_OF_ORDER", "/at", /issued after this/);
});

/* FITTING */

test("a unit in two cars, or a second time in one", async () => {
  const again = fitted("x", LATER);
  await after(again, "PART_FITTED", "/part/serial", /is fitted to a vehicle; remove it first/, FITTED_LINES);
  await refuses(
    [...FITTED_LINES, registered(OTHER_VIN), { ...again, vin: OTHER_VIN }],
    "PART_FITTED",
    "/part/serial",
    /remove it first/,
  );
});

test("a material, unmarked units, an expired or wasted unit, and one that is gone", async () => {
  const fit = (part: Line) => fitted("x", LATER, { part });
  await after(
    fit({ maker: "mine", lot: 1, quantity: 5 }),
    "PART_REFERENCE",
    "/part",
    /cannot be fitted as it is/,
  );
  await after(fit({ maker: "maker", lot: 5, quantity: 1 }), "PART_REFERENCE", "/part", /by their serial/);
  await refuses(
    [
      ...PART_LINES,
      commissioned("glue", "2014-05-01", {
        member: "maker",
        class: "manufacturer",
        lot: 9,
        form: "counted",
        material: undefined,
        quantity: 5,
        expiresOn: LATER,
      }),
      fit({ maker: "maker", lot: 9, quantity: 1 }),
    ],
    "PART_EXPIRED",
    "/part",
    /has expired/,
  );
  await refuses(
    [...PART_LINES, serviceChanged("w", LATER), fit(pack(3))],
    "PART_WASTE",
    "/part",
    /declared waste/,
  );
  await refuses(
    [...PART_LINES, decommissioned("d", LATER), fit(pack(3))],
    "PART_GONE",
    "/part/serial",
    /consumed or decommissioned/,
  );
});

test("a ninth unit of one lot on one car", () => {
  const lines: Line[] = [
    commissioned("wheels", "2014-05-01", {
      member: "maker",
      class: "manufacturer",
      lot: 9,
      form: "serialised",
      material: undefined,
      quantity: 9,
    }),
    serialised("wheels-marked", "2014-05-02", { lot: 9, toSerial: 9 }),
    ...Array.from({ length: 9 }, (_, i) =>
      fitted(`wheel-${i + 1}`, LATER, { part: { maker: "maker", lot: 9, serial: i + 1 } }),
    ),
  ];
  return refuses([...PART_LINES, ...lines], "VEHICLE_FULL", "/part", /carries 8 units of lot 9/);
});

test("a class that does not fit parts, and a destroyed car", async () => {
  await after(fitted("x", LATER, { class: "supplier" }), "FIELD_INVALID", "/class", /workshop, manufacturer/);
  await after(fitted("x", LATER, { class: "workshop" }), "MEMBER_CLASS", "/member", /maker is no workshop/);
  await refuses(
    [...PART_LINES, destroyed(LATER), fitted("x", LATER)],
    "VEHICLE_DESTROYED",
    "/vin",
    /fit the part to/,
  );
});

test("a removal without an order, after it, or after the car was sold", async () => {
  await after(
    removed("x", LATER),
    "WORK_ORDER",
    "/member",
    /holder-1 gave workshop no work order/,
    FITTED_LINES,
  );
  const given = order("order", "2015-01-01", { until: "2015-02-01" });
  await after(removed("x", LATER), "WORK_ORDER", "/member", /is over/, [...FITTED_LINES, given]);
  const sold: Line = { id: "sold", at: "2015-02-01", type: "title.transferred", vin: VIN, to: "holder-2" };
  await after(removed("x", LATER), "WORK_ORDER", "/member", /ended when the title changed hands/, [
    ...FITTED_LINES,
    order("order", "2015-01-01"),
    sold,
  ]);
});

test("a removal of what the car does not carry, and under a lock", async () => {
  const ordered = [...FITTED_LINES, order("order", "2015-01-01")];
  await after(
    removed("x", LATER, { part: pack(2) }),
    "NOT_FITTED",
    "/part",
    /does not carry unit 2/,
    ordered,
  );
  const bolts = { maker: "maker", lot: 6, quantity: 1 };
  await after(removed("x", LATER, { part: bolts }), "NOT_FITTED", "/part", /so often/, ordered);
  const locked: Line = {
    id: "l",
    at: LATER,
    type: "title.locked",
    vin: VIN,
    lock: "theft",
    member: "registrar",
  };
  await after(removed("x", LATER), "LOCK_STATE", "/type", /nothing comes off under the theft lock/, [
    ...ordered,
    locked,
  ]);
});

test("parts of a destroyed car go to the recycler that destroyed it", async () => {
  await accepts([...FITTED_LINES, destroyed(LATER), released("x", LATER)]);
  await after(released("x", LATER), "RELEASE_FOREIGN", "/member", /is not destroyed/, FITTED_LINES);
  await after(
    removed("x", LATER, { member: "maker", class: "manufacturer" }),
    "VEHICLE_DESTROYED",
    "/vin",
    /parts.released/,
    [...FITTED_LINES, order("order", "2015-01-01", { workshop: "maker" }), destroyed(LATER)],
  );
});

test("a service that the unit is in already, and one of counted pieces", async () => {
  await refuses(
    [...PART_LINES, serviceChanged("w", LATER), serviceChanged("x", LATER)],
    "PART_STATE",
    "/status",
    /is waste already/,
  );
  const part = { maker: "maker", lot: 6, quantity: 1 };
  await after(serviceChanged("x", LATER, { part }), "PART_REFERENCE", "/part", /only a serialised unit/);
});

test("lines of a lot that are out of order, and an expired day that is none", async () => {
  await after(
    transformed("x", "2014-03-20", {
      inputs: [{ maker: "mine", lot: 1, quantity: 1 }],
      outputs: [{ lot: 7, form: "counted", quantity: 1 }],
    }),
    "OUT_OF_ORDER",
    "/at",
    /line 15 of lot 1 of mine is later/,
  );
  await after(
    commissioned("x", LATER, { lot: 2, form: "counted", material: undefined, expiresOn: "2015-02-30" }),
    "LOT_INVALID",
    "/expiresOn",
    /no such day/,
  );
});

test("a document that does not fit its schema", () => {
  const { bizStep: _, ...document } = commissioned("x", LATER).document as Line;
  return after(
    commissioned("x", LATER, { lot: 2, document }),
    "DOCUMENT_INVALID",
    "/document/bizStep",
    /the field is missing/,
  );
});
