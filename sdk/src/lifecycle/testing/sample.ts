import { generateVin } from "../../vin/generateVin.js";

/** A line as tests write it: anything that JSON can hold. */
export type Line = Record<string, unknown>;

export const VIN = generateVin({ wmi: "WVW", vds: "ZZZAU", year: 2014, plant: "W", serial: 7, market: "DE" });
export const OTHER_VIN = generateVin({
  wmi: "WVW",
  vds: "ZZZAU",
  year: 2014,
  plant: "W",
  serial: 8,
  market: "DE",
});

/** Nothing in the sample is later than this. */
export const NOW = Date.UTC(2025, 0, 1) / 1000;

const organisation = { scheme: "bpn", value: "BPNLEXAMPLE00001" };

export function admission(member: string, memberClass: string, at = "2014-01-01"): Line {
  return { id: `admit-${member}`, at, type: "member.admitted", member, class: memberClass, organisation };
}

export const MEMBERS: Line[] = [
  admission("maker", "manufacturer"),
  admission("registrar", "registrar"),
  admission("workshop", "workshop"),
  admission("inspector", "inspector"),
  admission("court", "court"),
  admission("recycler", "recycler"),
];

export function registered(vin = VIN, change: Line = {}): Line {
  return {
    id: `built-${vin}`,
    at: "2014-05-20",
    type: "vehicle.registered",
    vin,
    market: "DE",
    member: "maker",
    class: "manufacturer",
    holder: "holder-1",
    odometer: { value: 5, unit: "km" },
    document: {
      vin,
      make: "Volkswagen",
      model: "Golf",
      modelYear: 2014,
      vehicleCategory: "M1",
      fuelType: "petrol",
      manufacturingDate: "2014-05-20",
      plantCountry: "DE",
      market: "DE",
      producer: organisation,
    },
    ...change,
  };
}

export function service(id: string, at: string, km: number, change: Line = {}): Line {
  return {
    id,
    at,
    type: "record.appended",
    vin: VIN,
    kind: "service",
    author: "workshop",
    class: "workshop",
    odometer: { value: km, unit: "km" },
    document: { facility: organisation, serviceType: "scheduled", jobs: [{ description: "oil changed" }] },
    ...change,
  };
}

export function reading(id: string, at: string, km: number, author: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "record.appended",
    vin: VIN,
    kind: "odometerReading",
    author,
    odometer: { value: km, unit: "km" },
    document: { source: "ownerDisclosure", certification: 68 },
    ...change,
  };
}

export function inspection(id: string, at: string, km: number, change: Line = {}): Line {
  return {
    id,
    at,
    type: "record.appended",
    vin: VIN,
    kind: "inspection",
    author: "inspector",
    class: "inspector",
    odometer: { value: km, unit: "km" },
    document: { scheme: "DE-HU", inspectedOn: at, result: "pass", defects: [], station: organisation },
    ...change,
  };
}

export function brand(id: string, at: string, change: Line = {}): Line {
  return {
    id,
    at,
    type: "record.appended",
    vin: VIN,
    kind: "brand",
    author: "registrar",
    class: "registrar",
    brandCode: 11,
    document: { brandCode: 11, jurisdiction: "DE-BE", brandDate: at, issuer: organisation },
    ...change,
  };
}

export function resolution(id: string, at: string, km: number): Line {
  return {
    id,
    at,
    type: "record.appended",
    vin: VIN,
    kind: "odometerResolution",
    author: "inspector",
    class: "inspector",
    odometer: { value: km, unit: "km" },
    document: {
      resolution: "tamperingVerified",
      method: "controlUnitReadout",
      certification: 69,
      inspector: organisation,
    },
  };
}

export function moved(type: "vehicle.exported" | "vehicle.imported", at: string): Line {
  const date = type === "vehicle.exported" ? "exportDate" : "importDate";
  const document = { originCountry: "DE", destinationCountry: "FR", [date]: at, declarant: organisation };
  return { id: `${type}-${at}`, at, type, vin: VIN, member: "registrar", document };
}

export function destroyed(at: string): Line {
  const document = {
    certificateNumber: "EXAMPLE-1",
    dismantlingDate: at,
    bizStep: "destroying",
    reason: "endOfLife",
    facility: organisation,
    country: "DE",
  };
  return { id: "destroyed", at, type: "vehicle.destroyed", vin: VIN, member: "recycler", document };
}

export function keyBound(at: string, change: Line = {}): Line {
  return {
    id: "key",
    at,
    type: "key.bound",
    vin: VIN,
    member: "maker",
    class: "manufacturer",
    curve: "p256",
    ...change,
  };
}

/** Six members and a vehicle. */
export const HEAD_LINES: Line[] = [...MEMBERS, registered()];

/** The lines as a file. */
export function file(lines: readonly Line[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}
