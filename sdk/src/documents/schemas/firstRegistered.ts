import * as c from "./common.js";

/** A registrar entered a vehicle that already existed: the birth record of a used vehicle. */
export const firstRegisteredSchema = {
  ...c.recordSchema("firstRegistered"),
  required: [
    "vin",
    "make",
    "model",
    "vehicleCategory",
    "fuelType",
    "firstRegistrationDate",
    "country",
    "registrar",
  ],
  properties: {
    vin: c.vin,
    make: c.make,
    model: c.model,
    modelYear: c.modelYear,
    vehicleCategory: c.vehicleCategory,
    fuelType: c.fuelType,
    colour: c.colour,
    firstRegistrationDate: { ...c.day, description: "1999/37/EC code B" },
    country: c.country,
    typeApprovalNumber: c.typeApprovalNumber,
    massKg: { type: "integer", minimum: 1, maximum: 100_000, description: "1999/37/EC code G" },
    powerKw: { type: "integer", minimum: 0, maximum: 5000, description: "1999/37/EC code P.2" },
    registrar: c.orgId,
  },
} as const;
