import { decodeBase64, encodeBase64, toUtf8String } from "ethers";
import { fraction, type Fraction } from "../parts/fraction.js";
import { canonicalJson } from "./canonicalJson.js";
import { readPrice, thousandfold, toHours, toSeconds, toSessionPeriods } from "./cdrNumbers.js";
import type { Cdr } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";
import { meteredEnergy, type MeteredEnergy } from "./meteredEnergy.js";
import { readMeterPublicKey, type MeterPublicKey } from "./meterKey.js";
import { decomposeValue } from "./ocmfLibrary.js";
import type { VerifiedMeterReading } from "./ocmfTypes.js";
import { parseDecimal } from "./parseDecimal.js";
import { parseCdr } from "./parseCdr.js";
import { parseTariff } from "./parseTariff.js";
import { priceSession } from "./priceSession.js";
import type { Amount, PriceOptions, SessionCost } from "./sessionTypes.js";
import type { Tariff } from "./tariffTypes.js";
import { verifyMeterReading } from "./verifyMeterReading.js";

export interface CdrCheck {
  isRight: boolean;
  /** What the record says otherwise than meter and tariff do, one sentence each. */
  differences: string[];
  /** What is not wrong, and yet worth knowing. */
  warnings: string[];
  /** What the meter signed; absent if its values do not hold. */
  metered?: MeteredEnergy;
  /** What the session costs under the tariff; absent if it cannot be priced. */
  cost?: SessionCost;
}

/**
 * Checks a charge detail record against the meter's signatures and the tariff, and says every difference in words. The
 * split between charging and parking time is the payee's word: meters sign energy.
 *
 * @param input The record, as JSON text or parsed.
 * @param tariff What was agreed, not what the record quotes.
 * @param publicKey The meter's key, from its type plate or a register.
 * @throws {ChargingError} for a record or a tariff that cannot be read, or a key that is none.
 * @example
 * const { isRight, differences } = await checkCdr(cdr, tariff, publicKey, { decimals: 6, timeZone: "Europe/Amsterdam" });
 */
export async function checkCdr(
  input: unknown,
  tariff: Tariff,
  publicKey: MeterPublicKey,
  options: Omit<PriceOptions, "isRunning">,
): Promise<CdrCheck> {
  const cdr = parseCdr(input);
  parseTariff(tariff);
  const differences: string[] = [];
  const warnings: string[] = [];
  const say = (difference: string): unknown => differences.push(difference);

  compareTariff(cdr, tariff, say);
  await compareKey(cdr, publicKey, say);
  const metered = await meteredBy(cdr, publicKey, say);
  if (metered) {
    warnings.push(...metered.warnings);
    compareMeter(cdr, metered, say);
  }
  const cost = priceOf(cdr, tariff, options, say);
  if (cost) {
    compareVolumes(cdr, cost, say);
    compareCosts(cdr, cost, options, say);
  }
  return {
    isRight: differences.length === 0,
    differences,
    warnings,
    ...(metered && { metered }),
    ...(cost && { cost }),
  };
}

type Say = (difference: string) => unknown;

function compareTariff(cdr: Cdr, tariff: Tariff, say: Say): void {
  for (const name of ["country_code", "party_id", "currency"] as const) {
    if (cdr[name] !== tariff[name]) say(`${name} is ${cdr[name]}, and the tariff's is ${tariff[name]}`);
  }
  for (const [index, { tariff_id: id }] of cdr.charging_periods.entries()) {
    if (id !== tariff.id) say(`period ${index + 1} is under tariff ${id ?? "none"}, not ${tariff.id}`);
  }
  const quoted = cdr.tariffs?.find(({ id }) => id === tariff.id);
  if (quoted && canonicalJson(quoted) !== canonicalJson(tariff)) {
    say(`the record quotes tariff ${tariff.id} otherwise than agreed`);
  }
}

async function compareKey(cdr: Cdr, publicKey: MeterPublicKey, say: Say): Promise<void> {
  const named = cdr.signed_data?.public_key;
  const key = encodeBase64((await readMeterPublicKey(publicKey)).encode("spki-der"));
  if (named !== undefined && named !== key) say("the record names another key than the meter's");
}

async function meteredBy(cdr: Cdr, publicKey: MeterPublicKey, say: Say): Promise<MeteredEnergy | undefined> {
  const values = cdr.signed_data?.signed_values;
  if (!values) {
    say("the record has no signed meter values");
    return undefined;
  }
  const readings: VerifiedMeterReading[] = [];
  for (const [index, { nature, plain_data: plain, signed_data: signed }] of values.entries()) {
    const name = `signed value ${index + 1} (${nature})`;
    try {
      const ocmf = toUtf8String(decodeBase64(signed));
      const reading = await verifyMeterReading(ocmf, publicKey);
      if (decomposeValue(ocmf).payloadData !== plain) say(`${name} is shown otherwise than it was signed`);
      if (cdr.meter_id !== undefined && cdr.meter_id !== reading.meterSerial) {
        say(`${name} is of meter ${reading.meterSerial}, not ${cdr.meter_id}`);
      }
      readings.push(reading);
    } catch (error) {
      say(`${name} does not hold: ${problemOf(error)}`);
    }
  }
  const [start, end] = [readings[0], readings.at(-1)];
  if (readings.length < values.length || !start || !end) return undefined;
  try {
    return meteredEnergy(start, end, readings.slice(1, -1));
  } catch (error) {
    say(`the signed values are not one session: ${problemOf(error)}`);
    return undefined;
  }
}

function compareMeter(cdr: Cdr, metered: MeteredEnergy, say: Say): void {
  const stated = thousandfold(cdr.total_energy, "total_energy");
  if (stated !== metered.energyWh)
    say(`total_energy is ${stated} Wh, and the meter signed ${metered.energyWh} Wh`);
  if (!metered.isTimeSynchronised) return;
  if (metered.startedAt < toSeconds(cdr.start_date_time)) {
    say("the meter's first reading lies before the session");
  }
  if (metered.endedAt > toSeconds(cdr.end_date_time)) say("the meter's last reading lies after the session");
}

function priceOf(cdr: Cdr, tariff: Tariff, options: PriceOptions, say: Say): SessionCost | undefined {
  try {
    return priceSession(tariff, toSessionPeriods(cdr.charging_periods, cdr.end_date_time), {
      ...options,
      isRunning: false,
    });
  } catch (error) {
    say(`the session cannot be priced: ${problemOf(error)}`);
    return undefined;
  }
}

function compareVolumes(cdr: Cdr, cost: SessionCost, say: Say): void {
  const stated = thousandfold(cdr.total_energy, "total_energy");
  if (stated !== cost.total_energy)
    say(`total_energy is ${stated} Wh, and the periods have ${cost.total_energy} Wh`);
  const times = [
    ["total_time", cdr.total_time, cost.total_time],
    ["total_parking_time", cdr.total_parking_time, cost.total_parking_time],
  ] as const;
  for (const [name, hours, seconds] of times) {
    if (hours !== undefined && !isSame(parseDecimal(hours), parseDecimal(toHours(seconds)))) {
      say(`${name} is ${hours} h, and the periods have ${toHours(seconds)} h`);
    }
  }
  const periods = toSessionPeriods(cdr.charging_periods, cdr.end_date_time);
  for (const [index, { dimensions }] of cdr.charging_periods.entries()) {
    const seconds = periods[index]?.durationSeconds ?? 0;
    for (const { type, volume } of dimensions) {
      if (type !== "TIME" && type !== "PARKING_TIME") continue;
      if (isSame(parseDecimal(volume), parseDecimal(toHours(seconds)))) continue;
      say(`period ${index + 1} has ${volume} h of ${type}, and lasts ${toHours(seconds)} h`);
    }
  }
}

function compareCosts(cdr: Cdr, cost: SessionCost, options: PriceOptions, say: Say): void {
  const sign = cdr.credit === true ? -1n : 1n;
  const unit = 10n ** BigInt(options.decimals);
  const compare = (name: `total_${string}cost` & keyof Cdr & keyof SessionCost, factor: bigint): void => {
    const price = cdr[name];
    if (!price) return;
    const stated = readPrice(price, name);
    for (const tax of ["before_taxes", "after_taxes"] as const satisfies (keyof Amount)[]) {
      const due = fraction(cost[name][tax] * factor, unit);
      if (isSame(stated[tax], due)) continue;
      const words = tax === "before_taxes" ? "before taxes" : "after taxes";
      say(`${name} is ${show(stated[tax], options)} ${words}, and ${show(due, options)} is due`);
    }
  };
  compare("total_cost", sign);
  for (const name of [
    "total_energy_cost",
    "total_time_cost",
    "total_parking_cost",
    "total_fixed_cost",
  ] as const) {
    compare(name, 1n);
  }
  if (cdr.total_reservation_cost) {
    const { after_taxes: stated } = readPrice(cdr.total_reservation_cost, "total_reservation_cost");
    if (stated.numerator !== 0n)
      say(`a reservation costs ${show(stated, options)}, which is not checked here`);
  }
}

function show({ numerator, denominator }: Fraction, { decimals }: PriceOptions): string {
  const scaled = (numerator * 10n ** BigInt(decimals)) / denominator;
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(decimals + 1, "0");
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return `${scaled < 0n ? "-" : ""}${text.includes(".") ? text.replace(/\.?0+$/, "") : text}`;
}

function isSame(a: Fraction, b: Fraction): boolean {
  return a.numerator * b.denominator === b.numerator * a.denominator;
}

function problemOf(error: unknown): string {
  if (error instanceof ChargingError) return error.problem;
  return "it is not base64 of a text";
}
