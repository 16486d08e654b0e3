import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { fraction, multiplyFractions } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import { checkSchema } from "./checkSchema.js";
import { readMeterPublicKey, type MeterPublicKey } from "./meterKey.js";
import { Crypto, decomposeValue, Verifier } from "./ocmfLibrary.js";
import {
  METER_STATES,
  READING_REASONS,
  type MeterIdentification,
  type MeterReading,
  type MeterState,
  type ReadingReason,
  type TimeState,
  type VerifiedMeterReading,
} from "./ocmfTypes.js";
import { parseDecimal } from "./parseDecimal.js";
import { readJsonDigits } from "./readJson.js";
import { list, words } from "./schemaParts.js";

const LONGEST = 20_000;
const TIME =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}),([0-9]{3})([+-][0-9]{2})([0-9]{2}) ([UISR])$/;

/** What is used of a payload; numbers are still the texts that were signed. */
interface Payload {
  GS?: string;
  PG: string;
  MS?: string;
  IS?: boolean;
  IL?: string;
  IF?: string[];
  IT?: string;
  ID?: string;
  CI?: string;
  RD: Partial<Record<"TM" | "TX" | "RV" | "RI" | "RU" | "EF" | "ST", string>>[];
}

const PAYLOAD_SCHEMA = {
  type: "object",
  required: ["PG", "RD"],
  anyOf: [{ required: ["MS"] }, { required: ["GS"] }],
  properties: {
    GS: words(255),
    PG: { type: "string", pattern: "^[TF](0|[1-9][0-9]{0,18})$" },
    MS: words(255),
    IS: { type: "boolean" },
    IL: words(40),
    IF: list(words(40), 0, 4),
    IT: words(40),
    ID: { type: "string", maxLength: 255 },
    CI: words(255),
    RD: list(
      {
        type: "object",
        required: ["TM"],
        properties: {
          TM: { type: "string", pattern: TIME.source },
          TX: { enum: READING_REASONS },
          RV: { type: "string", pattern: "^(0|[1-9][0-9]*)(\\.[0-9]+)?$" },
          RI: { type: "string", maxLength: 40 },
          RU: { enum: ["kWh", "Wh"] },
          EF: { type: "string", pattern: "^[Et]{0,2}$" },
          ST: { enum: METER_STATES },
        },
      },
      1,
      1000,
    ),
  },
};

let validate: ValidateFunction | undefined;

/**
 * Checks a signed meter value (OCMF) and reads it. The signature is checked over the very characters that are in the text;
 * values are taken from their digits, never from a rounded number.
 *
 * @param ocmfText `OCMF|{payload}|{signature}`.
 * @param publicKey The meter's key, from its type plate or a register; not from whoever sent the text.
 * @throws {ChargingError} `OCMF_MALFORMED`, `OCMF_SIGNATURE`, `METER_KEY`.
 * @example
 * const { readings } = await verifyMeterReading(text, publicKey);
 * readings[0]?.valueWh; // 2_935_600n
 */
export async function verifyMeterReading(
  ocmfText: string,
  publicKey: MeterPublicKey,
): Promise<VerifiedMeterReading> {
  const key = await readMeterPublicKey(publicKey);
  const { payloadData } = sectionsOf(ocmfText);
  let isVerified: boolean;
  try {
    ({ verified: isVerified } = await new Verifier(new Crypto()).parseAndVerify(ocmfText, key));
  } catch (cause) {
    throw new ChargingError("OCMF_SIGNATURE", "the signature cannot be checked with this key", {
      where: cause instanceof Error ? cause.message.slice(0, 120) : undefined,
      fix: `use the key of this meter; signatures are ECDSA over ${key.getCurve()} with SHA-256, DER in hex`,
      cause,
    });
  }
  if (!isVerified) {
    throw new ChargingError("OCMF_SIGNATURE", "this meter did not sign this", {
      fix: "use the text exactly as it was signed, digits and blanks included, and the key of this meter",
    });
  }
  return { ocmf: ocmfText, ...readPayload(payloadData) };
}

function sectionsOf(ocmfText: string): { payloadData: string } {
  if (ocmfText.length > LONGEST) {
    refuse(`this has ${ocmfText.length} characters`, `OCMF has at most ${LONGEST} here`);
  }
  try {
    return decomposeValue(ocmfText);
  } catch (cause) {
    const problem = cause instanceof Error ? cause.message : "this is no OCMF";
    throw new ChargingError("OCMF_MALFORMED", problem, { fix: "give the text OCMF|{...}|{...}", cause });
  }
}

function readPayload(text: string): Omit<VerifiedMeterReading, "ocmf"> {
  const payload = readJsonDigits(text, "the OCMF payload");
  validate ??= new Ajv2020({ allowUnionTypes: true, strictRequired: false }).compile(PAYLOAD_SCHEMA);
  checkSchema(validate, payload, "the OCMF payload", "OCMF_MALFORMED");
  const { GS, PG, MS, CI, RD, ...user } = payload as Payload;
  const meterSerial = MS ?? GS ?? "";
  return {
    meterSerial,
    ...(GS !== undefined && { gatewaySerial: GS }),
    ...(CI !== undefined && { chargePoint: CI }),
    pagination: { context: PG.startsWith("T") ? "T" : "F", number: BigInt(PG.slice(1)) },
    identification: identificationOf(user),
    readings: readingsOf(RD),
  };
}

function identificationOf({ IS, IL, IF, IT, ID }: Partial<Payload>): MeterIdentification {
  return {
    isAssigned: IS === true,
    ...(IL !== undefined && { level: IL }),
    ...(IF !== undefined && { flags: IF }),
    ...(IT !== undefined && { type: IT }),
    ...(ID !== undefined && { data: ID }),
  };
}

function readingsOf(entries: Payload["RD"]): MeterReading[] {
  let known: Payload["RD"][number] = {};
  return entries.map((entry, index) => {
    // What is the same as in the reading before may be left out.
    known = { ...known, ...entry };
    const { TM = "", TX, RV, RI, RU, EF = "", ST } = known;
    const where = `the OCMF payload, RD[${index}]`;
    if (RV === undefined || RU === undefined || ST === undefined) {
      return refuse("a reading lacks its value, unit or status", "add RV, RU and ST", where);
    }
    return {
      ...timeOf(TM, where),
      ...(TX !== undefined && { transaction: TX as ReadingReason }),
      valueWh: wattHours(RV, RU, where),
      ...(RI !== undefined && { register: RI }),
      status: ST as MeterState,
      errorFlags: EF,
    };
  });
}

function timeOf(text: string, where: string): Pick<MeterReading, "at" | "timeStatus"> {
  const [, local = "", milliseconds = "", hours = "", minutes = "", status = ""] = TIME.exec(text) ?? [];
  const time = Date.parse(`${local}.${milliseconds}${hours}:${minutes}`);
  if (Number.isNaN(time) || time < 0) refuse(`${text} is no point in time`, "check the meter's clock", where);
  return { at: Math.floor(time / 1000), timeStatus: status as TimeState };
}

function wattHours(value: string, unit: string, where: string): bigint {
  const scale = fraction(unit === "kWh" ? 1000n : 1n);
  const { numerator, denominator } = multiplyFractions(parseDecimal(value, where), scale);
  if (denominator !== 1n) {
    refuse(`${value} ${unit} is not a whole number of Wh`, "use a meter that is read in Wh", where);
  }
  return numerator;
}

function refuse(problem: string, fix: string, where?: string): never {
  throw new ChargingError("OCMF_MALFORMED", problem, { where, fix });
}
