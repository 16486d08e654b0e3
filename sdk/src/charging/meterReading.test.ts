import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { test } from "node:test";
import { getBytes, id } from "ethers";
import { ChargingError, type ChargingErrorCode } from "./ChargingError.js";
import { createMeterKey, type MeterKey } from "./meterKey.js";
import { meteredEnergy } from "./meteredEnergy.js";
import { Crypto } from "./ocmfLibrary.js";
import type { MeterReading, VerifiedMeterReading } from "./ocmfTypes.js";
import { signMeterReading, type MeterReadingToSign } from "./signMeterReading.js";
import { verifyMeterReading } from "./verifyMeterReading.js";

const KEY = createMeterKey("secp256r1", getBytes(id("meter")));
const OTHER = createMeterKey("secp256r1", getBytes(id("another meter")));
const KOBLITZ = createMeterKey("secp256k1", getBytes(id("meter")));
const START = 1_772_442_000;
const USER = { type: "ISO14443", data: "1F2D3A4F5506C7" } as const;

type Reading = MeterReadingToSign["readings"][number];

const begin: Reading = { at: START, transaction: "B", valueWh: 2_935_600n };
const finish: Reading = { at: START + 3_600, transaction: "E", valueWh: 2_950_942n };

function dataSet(page: number, readings: Reading[], fields: Partial<MeterReadingToSign> = {}, key = KEY) {
  const values = { meterSerial: "M-1", page, user: USER, chargePoint: "NL*CPO*E1", readings, ...fields };
  return signMeterReading(values, key);
}

async function verified(page: number, readings: Reading[], fields: Partial<MeterReadingToSign> = {}) {
  return verifyMeterReading(await dataSet(page, readings, fields), KEY.publicKey);
}

async function refused(action: Promise<unknown>, code: ChargingErrorCode, pattern: RegExp): Promise<void> {
  await assert.rejects(action, (error) => {
    assert.ok(error instanceof ChargingError, String(error));
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    return true;
  });
}

function mismatch(action: () => unknown, pattern: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof ChargingError && error.code === "OCMF_MISMATCH");
    assert.match(error.message, pattern);
    return true;
  });
}

/** Signs any payload, past the checks of {@link signMeterReading}. */
async function signText(payload: string, key: MeterKey): Promise<string> {
  const crypto = new Crypto();
  const privateKey = await crypto.decodeEcPrivateKey(key.privateKey, "pkcs8-der");
  const bytes = new TextEncoder().encode(payload);
  const signature = await crypto.sign(bytes, privateKey, "SHA-256", "sigvalue-der");
  const SD = Buffer.from(signature).toString("hex");
  return `OCMF|${payload}|${JSON.stringify({ SA: `ECDSA-${key.curve}-SHA256`, SD })}`;
}

test("a signed meter value is verified and read, on both curves", async () => {
  for (const key of [KEY, KOBLITZ]) {
    const text = await dataSet(12, [begin], {}, key);
    for (const publicKey of [key.publicKey, Buffer.from(key.publicKey, "base64").toString("hex")]) {
      const reading = await verifyMeterReading(text, publicKey);
      assert.deepEqual(reading, {
        ocmf: text,
        meterSerial: "M-1",
        gatewaySerial: "GW-M-1",
        chargePoint: "NL*CPO*E1",
        pagination: { context: "T", number: 12n },
        identification: { isAssigned: true, type: "ISO14443", data: USER.data },
        readings: [
          {
            at: START,
            timeStatus: "S",
            transaction: "B",
            valueWh: 2_935_600n,
            register: "1-b:1.8.0",
            status: "G",
            errorFlags: "",
          },
        ],
      } satisfies VerifiedMeterReading);
    }
  }
});

test("the signature is one that Node's own cryptography accepts", async () => {
  for (const key of [KEY, KOBLITZ]) {
    const [, payload = "", signature = ""] = (await dataSet(12, [begin], {}, key)).split("|");
    const publicKey = createPublicKey({
      key: Buffer.from(key.publicKey, "base64"),
      format: "der",
      type: "spki",
    });
    const { SD } = JSON.parse(signature) as { SD: string };
    assert.ok(verify("sha256", Buffer.from(payload), publicKey, Buffer.from(SD, "hex")));
  }
});

test("a tampered, a re-serialised and a foreign value are refused", async () => {
  const text = await dataSet(12, [begin]);
  await refused(
    verifyMeterReading(text.replace("2935.6", "2935.7"), KEY.publicKey),
    "OCMF_SIGNATURE",
    /did not sign this; use the text exactly/,
  );
  // The same number, written with other digits.
  await refused(
    verifyMeterReading(text.replace("2935.6", "2935.600"), KEY.publicKey),
    "OCMF_SIGNATURE",
    /did not sign/,
  );
  await refused(
    verifyMeterReading(text.replace('"T12"', '"T13"'), KEY.publicKey),
    "OCMF_SIGNATURE",
    /did not/,
  );
  await refused(verifyMeterReading(text, OTHER.publicKey), "OCMF_SIGNATURE", /did not sign/);
  await refused(
    verifyMeterReading(text, KOBLITZ.publicKey),
    "OCMF_SIGNATURE",
    /cannot be checked with this key/,
  );
});

test("what is no OCMF and what is no key is refused in words", async () => {
  const text = await dataSet(12, [begin]);
  await refused(verifyMeterReading("OCMF|{}", KEY.publicKey), "OCMF_MALFORMED", /OCMF\|data\|signature/);
  await refused(verifyMeterReading("x".repeat(30_000), KEY.publicKey), "OCMF_MALFORMED", /30000 characters/);
  await refused(verifyMeterReading(`${text}|`, KEY.publicKey), "OCMF_MALFORMED", /format/);
  await refused(verifyMeterReading("OCMF|{}|{", KEY.publicKey), "OCMF_SIGNATURE", /cannot be checked/);
  await refused(verifyMeterReading(text, "MFkw"), "METER_KEY", /no public key of a meter; give a Subject/);
  await refused(verifyMeterReading(text, "ß"), "METER_KEY", /no public key/);
  const { publicKey: wide } = generateKeyPairSync("ec", { namedCurve: "secp384r1" });
  const spki = wide.export({ format: "der", type: "spki" });
  await refused(verifyMeterReading(text, spki), "METER_KEY", /keys of secp384r1 are not accepted/);
  await refused(
    Promise.resolve().then(() => createMeterKey("secp256r1", new Uint8Array(32))),
    "METER_KEY",
    /no secret/,
  );
  const signed = (payload: string): Promise<unknown> =>
    signText(payload, KEY).then((ocmf) => verifyMeterReading(ocmf, KEY.publicKey));
  const reading = '"TM":"2026-03-02T10:00:00,000+0100 S","RV":1,"RU":"Wh","ST":"G"';
  await refused(signed(`{"PG":"T1","MS":"M"}`), "OCMF_MALFORMED", /RD is missing/);
  await refused(signed(`{"PG":"1","MS":"M","RD":[{${reading}}]}`), "OCMF_MALFORMED", /payload, PG/);
  await refused(
    signed(`{"PG":"T1","MS":"M","RD":[{${reading.replace('"Wh"', '"mOhm"')}}]}`),
    "OCMF_MALFORMED",
    /RD\[0\]\.RU/,
  );
  await refused(
    signed(`{"PG":"T1","MS":"M","RD":[{${reading.replace(":1,", ":1.5,")}}]}`),
    "OCMF_MALFORMED",
    /1\.5 Wh is not a whole number of Wh/,
  );
  await refused(
    signed(`{"PG":"T1","MS":"M","RD":[{${reading.replace("10:00", "25:00")}}]}`),
    "OCMF_MALFORMED",
    /no point in time/,
  );
  await refused(
    signed(`{"PG":"T1","MS":"M","RD":[{"TM":"2026-03-02T10:00:00,000+0100 S"}]}`),
    "OCMF_MALFORMED",
    /lacks its value/,
  );
});

test("values are taken from their digits and unit, and what is left out is as in the reading before", async () => {
  const payload =
    '{ "PG" : "T7", "MS" : "M-2", "IS":false, "RD" : [ {"TM":"2018-07-24T13:22:04,999+0200 S","TX":"B","RV":2935.600000,' +
    '"RI":"1-b:1.8.0","RU":"kWh","ST":"G"}, {"TM":"2018-07-24T13:30:00,000+0200 S","TX":"E","RV":123456789012345.678} ] }';
  const { readings, identification } = await verifyMeterReading(await signText(payload, KEY), KEY.publicKey);
  assert.equal(identification.isAssigned, false);
  assert.deepEqual(
    readings.map(({ at, valueWh, status, register }) => [at, valueWh, status, register]),
    [
      [Date.parse("2018-07-24T11:22:04Z") / 1000, 2_935_600n, "G", "1-b:1.8.0"],
      [Date.parse("2018-07-24T11:30:00Z") / 1000, 123_456_789_012_345_678n, "G", "1-b:1.8.0"],
    ],
  );
});

test("the energy of a session, from two data sets, from one, and over one in between", async () => {
  const [start, end] = [await verified(12, [begin]), await verified(13, [finish])];
  assert.deepEqual(meteredEnergy(start, end), {
    energyWh: 15_342n,
    startedAt: START,
    endedAt: START + 3_600,
    isTimeSynchronised: true,
    warnings: [],
  });
  const both = await verified(12, [begin, finish]);
  assert.equal(meteredEnergy(both, both).energyWh, 15_342n);
  const tariffChange = await verified(13, [{ at: START + 60, transaction: "T", valueWh: 2_936_000n }]);
  assert.equal(meteredEnergy(start, await verified(14, [finish]), [tariffChange]).energyWh, 15_342n);
});

test("beginning and end that are swapped, or of two sessions, are refused", async () => {
  const [start, end] = [await verified(12, [begin]), await verified(13, [finish])];
  mismatch(() => meteredEnergy(end, start), /T13 and T12 are not in order/);
  mismatch(() => meteredEnergy(start, start), /last reading is B, not E/);
  mismatch(() => meteredEnergy(end, end), /first reading is E, not B/);
  const later = await verified(15, [{ ...finish, at: START + 9_000, valueWh: 2_960_000n }]);
  mismatch(() => meteredEnergy(start, later), /2 data sets are missing between T12 and T15/);
  const second = await verified(14, [{ ...begin, at: START + 8_000, valueWh: 2_951_000n }]);
  mismatch(() => meteredEnergy(start, later, [end, second]), /reading E lies between beginning and end/);
  const again = await verified(13, [{ ...begin, at: START + 60 }]);
  const last = await verified(14, [finish]);
  mismatch(() => meteredEnergy(start, last, [again]), /reading B lies between/);
  mismatch(() => meteredEnergy(start, start, [end]), /one data set/);
  const otherUser = await verified(13, [finish], { user: { ...USER, data: "00000000" } });
  mismatch(() => meteredEnergy(start, otherUser), /different users/);
  mismatch(
    () => meteredEnergy(start, { ...end, chargePoint: "NL*CPO*E2" }),
    /charge point changes from NL\*CPO\*E1 to NL\*CPO\*E2/,
  );
  const otherMeter = await verified(13, [finish], { meterSerial: "M-9" });
  mismatch(() => meteredEnergy(start, otherMeter), /meter changes from M-1 to M-9/);
  mismatch(
    () => meteredEnergy({ ...start, pagination: { context: "F", number: 12n } }, end),
    /outside transactions/,
  );
});

test("a falling register, a clock that goes back and a status that is not good are refused", async () => {
  const start = await verified(12, [begin]);
  const ends = async (change: Partial<Reading>): Promise<VerifiedMeterReading> =>
    verified(13, [{ ...finish, ...change }]);
  const fallen = await ends({ valueWh: 2_935_599n });
  mismatch(() => meteredEnergy(start, fallen), /register fell from 2935600 to 2935599 Wh/);
  const back = await ends({ at: START - 1 });
  mismatch(() => meteredEnergy(start, back), /clock went back by 1 s/);
  for (const status of ["N", "T", "D", "R", "M", "X", "I", "O", "S", "E", "F"] as const) {
    const bad = await ends({ status });
    mismatch(() => meteredEnergy(start, bad), new RegExp(`status at reading E is ${status}, not G`));
  }
  const badStart = await verified(12, [{ ...begin, status: "F" }]);
  const good = await ends({});
  mismatch(() => meteredEnergy(badStart, good), /reading B is F/);
  const edit = (change: Partial<MeterReading>): VerifiedMeterReading => ({
    ...good,
    readings: good.readings.map((reading) => ({ ...reading, ...change })),
  });
  mismatch(() => meteredEnergy(start, edit({ errorFlags: "E" })), /not to be relied on/);
  const error = await verified(13, [{ ...finish, at: START + 60, transaction: "X" }]);
  const last = await verified(14, [finish]);
  mismatch(() => meteredEnergy(start, last, [error]), /not to be relied on; do not bill/);
  mismatch(() => meteredEnergy(start, edit({ register: "1-b:2.8.0" })), /register changes/);
});

test("a clock that is not synchronised is said, and energy can still be billed", async () => {
  const start = await verified(12, [{ ...begin, timeStatus: "I" }]);
  const energy = meteredEnergy(start, await verified(13, [{ ...finish, transaction: "P" }]));
  assert.equal(energy.energyWh, 15_342n);
  assert.equal(energy.isTimeSynchronised, false);
  assert.match(energy.warnings.join("; "), /not synchronised \(I and S\).*power failure/);
});
