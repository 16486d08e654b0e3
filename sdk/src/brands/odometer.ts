/** The unit in which an odometer was read, numbered as on chain. */
export const OdometerUnit = { None: 0, Km: 1, Mi: 2 } as const;
export type OdometerUnit = (typeof OdometerUnit)[keyof typeof OdometerUnit];

/** The unit as documents and people write it. */
export type OdometerUnitName = "km" | "mi";

/** A reading without tenths, in the unit it was read in. */
export interface OdometerReading {
  /** A whole number, 0 to 4,294,967,295. */
  value: number;
  unit: OdometerUnitName;
}

/** The three certifications of 49 CFR 580.5 and the exemption of 580.17, as ANSI D20 codes. */
export const OdometerCertification = {
  Actual: 68,
  NotActual: 69,
  Exempt: 71,
  ExceedsMechanicalLimits: 72,
} as const;
export type OdometerCertification = (typeof OdometerCertification)[keyof typeof OdometerCertification];

/** Where a reading came from. */
export const ODOMETER_SOURCES = [
  "ownerDisclosure",
  "workshop",
  "inspection",
  "insurer",
  "telematics",
  "oemConnected",
  "registrar",
] as const;
export type OdometerSource = (typeof ODOMETER_SOURCES)[number];

/**
 * Reads an odometer as it stands on chain.
 *
 * @param value The reading without tenths.
 * @param unit {@link OdometerUnit}, as a number or bigint.
 * @returns The reading, or undefined when the record has none.
 * @example
 * odometerFromChain(12000n, 1n); // { value: 12000, unit: "km" }
 */
export function odometerFromChain(
  value: bigint | number,
  unit: bigint | number,
): OdometerReading | undefined {
  const code = Number(unit);
  if (code === OdometerUnit.Km) return { value: Number(value), unit: "km" };
  if (code === OdometerUnit.Mi) return { value: Number(value), unit: "mi" };
  return undefined;
}
