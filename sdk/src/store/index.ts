export * from "./DocumentStore.js";
export * from "./MemoryDocumentStore.js";
export * from "./StoreError.js";
