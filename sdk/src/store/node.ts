export { FileDocumentStore } from "./FileDocumentStore.js";
