/** Titles, life records and history reports of vehicles: everything that runs in browsers and on servers alike. */
export * from "./brands/index.js";
export * from "./chain/index.js";
export * from "./charging/index.js";
export * from "./consortium/index.js";
export * from "./documents/index.js";
export * from "./epcis/index.js";
export * from "./errors/index.js";
export * from "./history/index.js";
export * from "./lifecycle/index.js";
export * from "./parts/index.js";
export * from "./passport/index.js";
export * from "./payments/index.js";
export * from "./report/index.js";
export * from "./store/index.js";
export * from "./vin/index.js";
