import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { getBytes, id } from "ethers";
import { buildCdr, type CdrInput } from "./buildCdr.js";
import { toHours } from "./cdrNumbers.js";
import type { Cdr } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";
import { ChargingSession } from "./ChargingSession.js";
import { checkCdr } from "./checkCdr.js";
import { creditCdr } from "./creditCdr.js";
import { hashSessionDocument } from "./hashSessionDocument.js";
import { createMeterKey } from "./meterKey.js";
import { buildParkingTicket, checkParkingTicket } from "./parkingTicket.js";
import { parseCdr } from "./parseCdr.js";
import { parseParkingTicket, parseSessionDocument, parseTollDeclaration } from "./parseSessionDocument.js";
import { parseTariffFile } from "./parseTariffFile.js";
import { hashPlace, type SessionDocument } from "./sessionDocuments.js";
import { signMeterReading } from "./signMeterReading.js";
import { EURO_CENTS } from "./testing/tariffs.js";
import { buildTollDeclaration, checkTollDeclaration } from "./tollDeclaration.js";
import { verifyMeterReading } from "./verifyMeterReading.js";

const json = readFileSync(new URL("../../../examples/tariffs.json", import.meta.url), "utf8");
const {
  charging: [tariff],
  parking: [garage],
  toll: [tunnel],
} = parseTariffFile(json);
assert.ok(tariff && garage && tunnel);

const KEY = createMeterKey("secp256r1", getBytes(id("meter")));
const PLACE_KEY = `0x${"22".repeat(32)}`;
const SALT = `0x${"33".repeat(32)}`;
/** Monday, 2 March 2026, 22:00 in Amsterdam. */
const START = Date.parse("2026-03-02T21:00:00Z") / 1000;

/** A session from 22:00 to 24:00 with 8 kWh, and parking until 08:00; its record; and what the meter signed. */
async function lived(change: Partial<CdrInput> = {}): Promise<{ cdr: Cdr; input: CdrInput }> {
  const session = new ChargingSession({ tariff: tariff!, ...EURO_CENTS });
  session.start({ at: START, registerWh: 2_935_600n });
  session.read({ at: START + 3_600, registerWh: 2_939_601n });
  session.suspend({ at: START + 7_200, registerWh: 2_943_600n });
  session.stop({ at: START + 36_000, registerWh: 2_943_600n });
  const data = { meterSerial: "M-1", user: { type: "ISO14443", data: "1F2D3A4F5506C7" } as const };
  const signed = [
    { ...data, page: 12, readings: [{ at: START, transaction: "B" as const, valueWh: 2_935_600n }] },
    { ...data, page: 13, readings: [{ at: START + 7_200, transaction: "S" as const, valueWh: 2_943_600n }] },
    { ...data, page: 14, readings: [{ at: START + 36_000, transaction: "E" as const, valueWh: 2_943_600n }] },
  ];
  const readings = [];
  for (const values of signed) {
    readings.push(await verifyMeterReading(await signMeterReading(values, KEY), KEY.publicKey));
  }
  const input: CdrInput = {
    country_code: "NL",
    party_id: "CPO",
    id: "CDR-1",
    session_id: "S-1",
    cdr_token: {
      country_code: "NL",
      party_id: "MSP",
      uid: "1F2D3A4F5506C7",
      type: "RFID",
      contract_id: "NL-MSP-C00000001-X",
    },
    auth_method: "AUTH_REQUEST",
    cdr_location: {
      id: "LOC1",
      address: "Example Street 1",
      city: "Example",
      country: "NLD",
      coordinates: { latitude: "52.000000", longitude: "5.000000" },
      evse_uid: "E1",
      evse_id: "NL*CPO*E1",
      connector_id: "1",
      connector_standard: "IEC_62196_T2",
      connector_format: "SOCKET",
      connector_power_type: "AC_3_PHASE",
    },
    tariff: tariff!,
    periods: session.periods(),
    readings,
    publicKey: KEY.publicKey,
    lastUpdatedAt: START + 36_060,
    ...change,
  };
  return { cdr: buildCdr(input, EURO_CENTS), input };
}

async function differences(change: (cdr: Cdr) => void, key = KEY.publicKey): Promise<string[]> {
  const cdr = structuredClone((await lived()).cdr);
  change(cdr);
  return (await checkCdr(cdr, tariff!, key, EURO_CENTS)).differences;
}

function refused(action: () => unknown, pattern: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof ChargingError, String(error));
    assert.match(error.message, pattern);
    return true;
  });
}

test("a charge detail record says what the session was, and holds against meter and tariff", async () => {
  const { cdr } = await lived();
  assert.equal(cdr.start_date_time, "2026-03-02T21:00:00Z");
  assert.equal(cdr.end_date_time, "2026-03-03T07:00:00Z");
  assert.deepEqual(cdr.charging_periods[1], {
    start_date_time: "2026-03-02T22:00:00Z",
    dimensions: [
      { type: "ENERGY", volume: 3.999 },
      { type: "TIME", volume: 1 },
    ],
    tariff_id: "AC-DAY-NIGHT",
  });
  assert.equal(cdr.total_energy, 8);
  assert.equal(cdr.total_time, 10);
  assert.equal(cdr.total_parking_time, 8);
  // 4.001 kWh at 0.39, 3.999 kWh at 0.29 from 23:00 on, 0.35 to start, an hour of parking by day.
  assert.deepEqual(cdr.total_cost, { before_taxes: 6.0701, taxes: [{ name: "VAT", amount: 1.274721 }] });
  const check = await checkCdr(JSON.stringify(cdr), tariff!, KEY.publicKey, EURO_CENTS);
  assert.deepEqual([check.differences, check.warnings, check.isRight], [[], [], true]);
  assert.equal(check.metered?.energyWh, 8_000n);
  assert.equal(check.cost?.total_cost.after_taxes, 7_344_821n);
});

test("a record is frozen, and its credit is all of it with the opposite total", async () => {
  const { cdr } = await lived();
  assert.throws(() => Object.assign(cdr.total_cost, { before_taxes: 1 }), TypeError);
  assert.throws(() => cdr.tariffs?.push(tariff!), TypeError);
  const credit = creditCdr(cdr, START + 90_000);
  assert.deepEqual(
    { ...credit, id: cdr.id, total_cost: cdr.total_cost, last_updated: cdr.last_updated },
    { ...cdr, credit: true, credit_reference_id: cdr.id },
  );
  assert.equal(credit.id, "CDR-1-C");
  assert.deepEqual(credit.total_cost, { before_taxes: -6.0701, taxes: [{ name: "VAT", amount: -1.274721 }] });
  const check = await checkCdr(credit, tariff!, KEY.publicKey, EURO_CENTS);
  assert.deepEqual(check.differences, []);
  refused(() => creditCdr(credit, START), /CDR-1-C is a credit/);
});

test("hours have four decimals, rounded half up", () => {
  assert.deepEqual([0, 1, 7, 9, 3_600, 5_000].map(toHours), [0, 0.0003, 0.0019, 0.0025, 1, 1.3889]);
});

test("every lie of a record is said in words", async () => {
  const cases: [(cdr: Cdr) => void, RegExp][] = [
    [(cdr) => (cdr.total_cost.before_taxes = 6.07), /^total_cost is 6\.07 before taxes, and 6\.0701 is due/],
    [(cdr) => (cdr.total_cost.taxes = []), /total_cost is 6\.0701 after taxes, and 7\.344821 is due/],
    [
      (cdr) => (cdr.total_parking_cost = { before_taxes: 9 }),
      /total_parking_cost is 9 before taxes, and 3 is due/,
    ],
    [
      (cdr) => (cdr.total_energy = 8.001),
      /total_energy is 8001 Wh, and the meter signed 8000 Wh.*periods have 8000/,
    ],
    [
      (cdr) => (cdr.charging_periods[0]!.dimensions[0]!.volume = 5),
      /total_energy is 8000 Wh, and the periods have 8999/,
    ],
    [
      (cdr) => (cdr.charging_periods[0]!.dimensions[1]!.volume = 2),
      /period 1 has 2 h of TIME, and lasts 1 h/,
    ],
    [
      (cdr) => (cdr.charging_periods[2]!.dimensions[1]!.type = "TIME"),
      /total_parking_time is 8 h, and the periods have 0 h/,
    ],
    [(cdr) => (cdr.end_date_time = "2026-03-03T06:59:59Z"), /last reading lies after the session/],
    [
      (cdr) => {
        cdr.start_date_time = "2026-03-02T21:00:01Z";
        cdr.charging_periods[0]!.start_date_time = "2026-03-02T21:00:01Z";
      },
      /first reading lies before the session/,
    ],
    [(cdr) => (cdr.total_time = 11), /total_time is 11 h, and the periods have 10 h/],
    [(cdr) => (cdr.currency = "USD"), /currency is USD, and the tariff's is EUR/],
    [
      (cdr) => (cdr.charging_periods[1]!.tariff_id = "OTHER"),
      /period 2 is under tariff OTHER, not AC-DAY-NIGHT/,
    ],
    [(cdr) => delete cdr.charging_periods[1]!.tariff_id, /period 2 is under tariff none/],
    [
      (cdr) => (cdr.tariffs![0]!.elements[0]!.price_components[0]!.price = 0.3),
      /quotes tariff AC-DAY-NIGHT otherwise/,
    ],
    [(cdr) => (cdr.meter_id = "M-2"), /signed value 1 \(Start\) is of meter M-1, not M-2/],
    [(cdr) => delete cdr.signed_data, /no signed meter values/],
    [(cdr) => cdr.signed_data!.signed_values.splice(1, 1), /not one session: 1 data sets are missing/],
    [
      (cdr) => cdr.signed_data!.signed_values.sort((a, b) => (a.nature < b.nature ? -1 : 1)),
      /not one session: T14 and T13 are not in order/,
    ],
    [(cdr) => (cdr.signed_data!.signed_values[0]!.plain_data += " "), /value 1 \(Start\) is shown otherwise/],
    [(cdr) => (cdr.signed_data!.signed_values[0]!.signed_data = "/w=="), /does not hold: it is not base64/],
    [
      (cdr) => {
        const value = cdr.signed_data!.signed_values[2]!;
        const text = Buffer.from(value.signed_data, "base64").toString().replace("2943.6", "2953.6");
        value.signed_data = Buffer.from(text).toString("base64");
      },
      /signed value 3 \(End\) does not hold: this meter did not sign this/,
    ],
    [
      (cdr) => (cdr.total_reservation_cost = { before_taxes: 1 }),
      /a reservation costs 1, which is not checked/,
    ],
    [(cdr) => Object.assign(cdr, { credit: true, credit_reference_id: "CDR-0" }), /and -6\.0701 is due/],
  ];
  for (const [change, pattern] of cases) assert.match((await differences(change)).join("; "), pattern);
  const other = createMeterKey("secp256r1", getBytes(id("another meter"))).publicKey;
  assert.match(
    (await differences(() => {}, other)).join("; "),
    /another key than the meter's; signed value 1/,
  );
});

test("a record that is not complete, or not consistent in itself, is refused with the path", async () => {
  const { cdr } = await lived();
  const broken =
    (change: (copy: Cdr) => void): (() => unknown) =>
    () => {
      const copy = structuredClone(cdr);
      change(copy);
      return parseCdr(JSON.stringify(copy), "cdr.json");
    };
  for (const name of [
    "cdr_token",
    "auth_method",
    "cdr_location",
    "total_cost",
    "total_time",
    "last_updated",
  ] as const) {
    refused(
      broken((copy) => delete (copy as Partial<Cdr>)[name]),
      new RegExp(`${name} is missing; cdr\\.json; add it`),
    );
  }
  refused(
    broken((copy) => Object.assign(copy, { plate: "X" })),
    /no field "plate"/,
  );
  refused(
    broken((copy) => (copy.id = "1".repeat(37))),
    /id has 37 characters; cdr\.json, id/,
  );
  refused(
    broken((copy) => (copy.credit = true)),
    /credit names no record/,
  );
  refused(
    broken((copy) => (copy.credit_reference_id = "CDR-0")),
    /no credit names one/,
  );
  refused(
    broken((copy) => (copy.start_date_time = "2026-03-02T20:00:00Z")),
    /first period begins at another time/,
  );
  refused(
    broken((copy) => (copy.end_date_time = "2026-03-02T20:00:00Z")),
    /lies before what precedes.*end_date_time/,
  );
  refused(
    broken((copy) => (copy.end_date_time = "2026-13-02T20:00:00Z")),
    /no point in time/,
  );
  refused(
    broken((copy) => (copy.total_energy = 8.0001)),
    /more than three decimals; cdr\.json, total_energy/,
  );
  refused(
    broken((copy) => copy.charging_periods[0]!.dimensions.push({ type: "PARKING_TIME", volume: 1 })),
    /both charging and parking; cdr\.json, charging_periods\[0\]/,
  );
  refused(
    broken((copy) => copy.charging_periods[0]!.dimensions.push({ type: "ENERGY", volume: 1 })),
    /dimension comes twice/,
  );
});

test("a record is not made of periods that the meter did not sign, nor of amounts with too many digits", async () => {
  const { input } = await lived();
  const [first, ...rest] = input.periods;
  refused(
    () => buildCdr({ ...input, periods: [{ ...first!, energyWh: 1n }, ...rest] }, EURO_CENTS),
    /the periods have 4000 Wh, and the meter signed 8000 Wh/,
  );
  refused(() => buildCdr({ ...input, readings: [] }, EURO_CENTS), /no meter values/);
  const dear = {
    ...tariff!,
    elements: [{ price_components: [{ type: "ENERGY" as const, price: "0.1234567891234", step_size: 1 }] }],
    max_price: undefined,
  };
  const many = { ...EURO_CENTS, decimals: 18 };
  const odd = { ...dear, max_price: { before_taxes: "0.123456789012345678" } };
  refused(() => buildCdr({ ...input, tariff: odd }, many), /more than 15 digits.*amountDecimals/);
  assert.equal(
    buildCdr({ ...input, tariff: odd }, { ...many, amountDecimals: 6 }).total_cost.before_taxes,
    0.123457,
  );
});

test("a toll declaration names gate, class and amount, and neither plate nor position", () => {
  const stationHash = hashPlace("TUNNEL-EAST-2", PLACE_KEY);
  const passedAt = Date.parse("2026-03-02T06:00:00Z") / 1000;
  const declaration = buildTollDeclaration(
    tunnel,
    { tariffClass: "2", stationHash, passedAt, salt: SALT },
    EURO_CENTS,
  );
  assert.deepEqual(declaration, {
    format: "blok-auto/toll-declaration/1",
    chargerId: "NL*TOL",
    contextVersion: 3,
    stationHash,
    tariffClass: "2",
    tariffId: "TUNNEL-2",
    currency: "EUR",
    decimals: 6,
    amount: "9080000",
    sessionTime: "2026-03-02T06:00:00Z",
    salt: SALT,
  });
  assert.deepEqual(checkTollDeclaration(declaration, tunnel, EURO_CENTS), []);
  assert.deepEqual(
    checkTollDeclaration({ ...declaration, amount: "9080001", contextVersion: 2 }, tunnel, EURO_CENTS),
    ["contextVersion is 2, and 3 is due", "amount is 9080001, and 9080000 is due"],
  );
  refused(
    () => parseTollDeclaration({ ...declaration, plate: "AB-123-C" }, "d.json"),
    /no field "plate" here; d\.json/,
  );
  refused(() => parseTollDeclaration({ ...declaration, stationHash: "52.1,5.1" }), /stationHash; follow/);
  refused(
    () => parseTollDeclaration({ ...declaration, amount: 9_080_000 }),
    /another type.*amount; make it string/,
  );
  refused(() => parseTollDeclaration({ ...declaration, amount: "-1" }), /amount/);
  refused(
    () => parseTollDeclaration({ ...declaration, sessionTime: "2026-03-02T26:00:00Z" }),
    /no point in time/,
  );
  refused(() => hashPlace("TUNNEL-EAST-2", "0x22"), /key of places is not 32 bytes/);
  assert.notEqual(stationHash, hashPlace("TUNNEL-EAST-2", SALT));
});

test("a parking ticket names place, stay and amount", () => {
  const locationHash = hashPlace("GARAGE-NORTH", PLACE_KEY);
  const startedAt = Date.parse("2026-03-02T08:00:00Z") / 1000;
  const stay = { locationHash, startedAt, endedAt: startedAt + 3_600 };
  const ticket = buildParkingTicket(garage, { ...stay, salt: SALT }, EURO_CENTS);
  assert.equal(ticket.amount, "3375000");
  assert.equal(ticket.operatorId, "NL*PRK");
  assert.deepEqual(checkParkingTicket(ticket, garage, EURO_CENTS), []);
  assert.deepEqual(checkParkingTicket({ ...ticket, endedAt: "2026-03-02T10:00:00Z" }, garage, EURO_CENTS), [
    "amount is 3375000, and 7875000 is due",
  ]);
  refused(
    () => parseParkingTicket({ ...ticket, endedAt: "2026-03-02T07:00:00Z" }, "t.json"),
    /ends before it begins; t\.json, endedAt/,
  );
  refused(() => parseParkingTicket({ ...ticket, note: "blue car" }), /no field "note"/);
  const [first, second] = [0, 1].map(() => buildParkingTicket(garage, stay, EURO_CENTS));
  assert.notEqual(hashSessionDocument(first!), hashSessionDocument(second!), "salts differ");
});

test("the hash is SHA-256 of the canonical form, whatever the order and the writing of the JSON", async () => {
  const { cdr } = await lived();
  const locationHash = hashPlace("GARAGE-NORTH", PLACE_KEY);
  const ticket = buildParkingTicket(
    garage,
    { locationHash, startedAt: START, endedAt: START, salt: SALT },
    EURO_CENTS,
  );
  const sorted = `{"amount":"0","currency":"EUR","decimals":6,"endedAt":"2026-03-02T21:00:00Z","format":"blok-auto/parking-ticket/1","locationHash":"${locationHash}","operatorId":"NL*PRK","salt":"${SALT}","startedAt":"2026-03-02T21:00:00Z","tariffId":"GARAGE"}`;
  assert.equal(hashSessionDocument(ticket), `0x${createHash("sha256").update(sorted).digest("hex")}`);
  for (const document of [cdr, ticket] as SessionDocument[]) {
    const reversed = Object.fromEntries(Object.entries(document).toReversed());
    const again = parseSessionDocument(JSON.stringify(reversed, undefined, 3));
    assert.equal(hashSessionDocument(again), hashSessionDocument(document));
  }
  refused(() => parseSessionDocument('{"format":"other/1"}'), /another value than expected|is missing/);
});
