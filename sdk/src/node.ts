/** What needs a file system. */
export * from "./chain/node.js";
export * from "./lifecycle/node.js";
export * from "./payments/node.js";
export * from "./report/node.js";
export * from "./store/node.js";
