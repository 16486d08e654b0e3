/** What needs more than a browser has. */
export * from "./renderPdf.js";
