export * from "./PaymentError.js";
export * from "./types.js";
