/** What needs a file system, or serves HTTP. */
export * from "./chain/node.js";
export * from "./lifecycle/node.js";
export * from "./operator/node.js";
export * from "./payments/node.js";
export * from "./recordStore/node.js";
export * from "./report/node.js";
export * from "./store/node.js";
export * from "./telemetry/node.js";
