export { fetchOperatorTerms } from "./fetchOperatorTerms.js";
export * from "./VehicleClient.js";
export * from "./VehicleClientError.js";
export type { Purchase, PurchaseOptions, VehicleClientInput, VehiclePolicy } from "./types.js";
