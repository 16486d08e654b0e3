export type * from "./AnchorSender.js";
export * from "./cachedKeyReader.js";
export * from "./chainKeyReader.js";
export * from "./contractSender.js";
export type * from "./keyReader.js";
export * from "./refusals.js";
export type * from "./SummaryTransport.js";
