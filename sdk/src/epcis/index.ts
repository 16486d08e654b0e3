export * from "./EpcisError.js";
export * from "./epcisEventHash.js";
export * from "./epcisIds.js";
export * from "./exportEpcis.js";
export * from "./selectPartEvents.js";
export * from "./types.js";
