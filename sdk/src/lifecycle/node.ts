/** What needs a file system. */
export * from "./FileJournal.js";
export * from "./openLifecycle.js";
