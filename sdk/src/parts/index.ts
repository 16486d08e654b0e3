export * from "./decodePartEvent.js";
export * from "./PartError.js";
export * from "./partId.js";
export * from "./readPartEvents.js";
export * from "./types.js";
