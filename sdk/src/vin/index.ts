export * from "./computeCheckDigit.js";
export * from "./generateVin.js";
export * from "./modelYear.js";
export * from "./validateVin.js";
export * from "./vehicleTag.js";
export * from "./VinError.js";
