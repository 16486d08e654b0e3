export { readDriveCsv } from "./readDriveCsv.js";
export { readGpx } from "./readGpx.js";
export * from "./simulateDrive.js";
export * from "./writeDriveCsv.js";
export * from "./writeGpx.js";
export * from "./writeObdCsv.js";
