export * from "./BlokError.js";
export * from "./errorWords.js";
export * from "./explainError.js";
