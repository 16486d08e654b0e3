import * as c from "./common.js";

/** A vehicle left its manufacturer: the birth record of a new vehicle. */
export const manufacturedSchema = {
  ...c.recordSchema("manufactured"),
  required: [
    "vin",
    "make",
    "model",
    "modelYear",
    "vehicleCategory",
    "fuelType",
    "manufacturingDate",
    "plantCountry",
    "market",
    "producer",
  ],
  properties: {
    vin: c.vin,
    make: c.make,
    model: c.model,
    modelYear: c.modelYear,
    vehicleCategory: c.vehicleCategory,
    fuelType: c.fuelType,
    bodyType: { type: "string", minLength: 1, maxLength: 40 },
    colour: c.colour,
    manufacturingDate: c.day,
    plantCountry: c.country,
    typeApprovalNumber: c.typeApprovalNumber,
    market: c.country,
    producer: c.orgId,
  },
} as const;
