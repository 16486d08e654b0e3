/** What needs a file system. */
export * from "./gateway/Gateway.js";
