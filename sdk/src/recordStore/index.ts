export * from "./MemoryRecordStore.js";
export type * from "./RecordStore.js";
export * from "./RecordStoreError.js";
