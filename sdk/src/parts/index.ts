export * from "./decodePartEvent.js";
export * from "./issuePartDocument.js";
export * from "./partDocuments.js";
export * from "./PartError.js";
export * from "./partId.js";
export * from "./readPartEvents.js";
export * from "./types.js";
