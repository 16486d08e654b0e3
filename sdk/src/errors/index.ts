export * from "./BlokError.js";
