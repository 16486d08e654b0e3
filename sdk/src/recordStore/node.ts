/** What needs a file system. */
export { SqliteRecordStore } from "./SqliteRecordStore.js";
