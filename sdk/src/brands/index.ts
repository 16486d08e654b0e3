export * from "./brandTable.js";
export * from "./brandsFromBitmap.js";
export * from "./classifyBrands.js";
export * from "./odometer.js";
