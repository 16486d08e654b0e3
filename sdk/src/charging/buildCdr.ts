import { encodeBase64, toUtf8Bytes } from "ethers";
import { toChargingPeriods, toDateTime, toHours, toKwh, toPrice } from "./cdrNumbers.js";
import type { Cdr, CdrLocation, CdrToken, SignedData } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";
import { deepFreeze } from "./deepFreeze.js";
import { meteredEnergy } from "./meteredEnergy.js";
import { decomposeValue } from "./ocmfLibrary.js";
import type { VerifiedMeterReading } from "./ocmfTypes.js";
import { parseCdr } from "./parseCdr.js";
import { priceSession } from "./priceSession.js";
import type { PriceOptions, SessionPeriod } from "./sessionTypes.js";
import type { Tariff } from "./tariffTypes.js";

export interface CdrInput {
  country_code: string;
  party_id: string;
  id: string;
  session_id?: string;
  cdr_token: CdrToken;
  auth_method: Cdr["auth_method"];
  authorization_reference?: string;
  cdr_location: CdrLocation;
  tariff: Tariff;
  /** As `ChargingSession` gives them. */
  periods: readonly SessionPeriod[];
  /** The verified data sets of the meter, from the one with B to the one with E. */
  readings: readonly VerifiedMeterReading[];
  /** The meter's key: SubjectPublicKeyInfo in DER, base64. */
  publicKey: string;
  /** In s since 1970 UTC. */
  lastUpdatedAt: number;
}

/**
 * Makes the charge detail record of a session (OCPI 2.3.0), with the signed meter values in it. The record is frozen:
 * what has to be corrected is credited, see `creditCdr`.
 *
 * @throws {ChargingError} `SESSION_DOCUMENT` when the periods have other energy than the meter signed, `OCMF_MISMATCH`,
 * `DECIMAL_INEXACT` for amounts of more than 15 digits (set `amountDecimals`), and those of `priceSession`.
 * @example
 * const cdr = buildCdr({ ...record, tariff, periods: session.periods(), readings: [start, end], publicKey }, options);
 * const sessionHash = hashSessionDocument(cdr);
 */
export function buildCdr(input: CdrInput, options: Omit<PriceOptions, "isRunning">): Cdr {
  const { tariff, periods, readings, publicKey, lastUpdatedAt, ...record } = input;
  const [start, end] = [readings[0], readings.at(-1)];
  if (!start || !end) {
    throw new ChargingError("SESSION_DOCUMENT", "there are no meter values", {
      where: "readings",
      fix: "give the verified data sets of the session",
    });
  }
  const cost = priceSession(tariff, periods, options);
  const { energyWh } = meteredEnergy(start, end, readings.slice(1, -1));
  if (energyWh !== cost.total_energy) {
    throw new ChargingError(
      "SESSION_DOCUMENT",
      `the periods have ${cost.total_energy} Wh, and the meter signed ${energyWh} Wh`,
      { where: "periods", fix: "begin and end the session with the signed readings" },
    );
  }
  const price = (name: `total_${string}cost` & keyof typeof cost) =>
    toPrice(cost[name], options.decimals, name);
  const [first, last] = [periods[0], periods.at(-1)];
  const cdr: Cdr = {
    ...record,
    start_date_time: toDateTime(first?.startedAt ?? 0),
    end_date_time: toDateTime((last?.startedAt ?? 0) + (last?.durationSeconds ?? 0)),
    meter_id: start.meterSerial,
    currency: tariff.currency,
    tariffs: [structuredClone(tariff)],
    charging_periods: toChargingPeriods(periods, tariff.id),
    signed_data: signedDataOf(readings, publicKey),
    total_cost: price("total_cost"),
    total_fixed_cost: price("total_fixed_cost"),
    total_energy: toKwh(cost.total_energy, "total_energy"),
    total_energy_cost: price("total_energy_cost"),
    total_time: toHours(cost.total_time),
    total_time_cost: price("total_time_cost"),
    total_parking_time: toHours(cost.total_parking_time),
    total_parking_cost: price("total_parking_cost"),
    last_updated: toDateTime(lastUpdatedAt),
  };
  return deepFreeze(parseCdr(structuredClone(cdr)));
}

function signedDataOf(readings: readonly VerifiedMeterReading[], publicKey: string): SignedData {
  return {
    encoding_method: "OCMF",
    encoding_method_version: 1,
    public_key: publicKey,
    signed_values: readings.map(({ ocmf }, index) => ({
      nature: index === readings.length - 1 ? "End" : index === 0 ? "Start" : "Intermediate",
      plain_data: decomposeValue(ocmf).payloadData,
      signed_data: encodeBase64(toUtf8Bytes(ocmf)),
    })),
  };
}
