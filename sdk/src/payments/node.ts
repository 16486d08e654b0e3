/** What needs a file system. */
export { SqlitePaymentStore } from "./SqlitePaymentStore.js";
