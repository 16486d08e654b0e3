/** What needs a file system. */
export * from "./loadDeployment.js";
