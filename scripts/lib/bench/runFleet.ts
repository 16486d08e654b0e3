/** The reach of a fleet in a process of its own; prints what came of it. Usage: runFleet.ts '{"cars":10,"unitsPerCar":5,"lots":1}' */
import type { FleetSize } from "./makeLogArchive.js";
import { reachFleet } from "./reachFleet.js";

console.log(JSON.stringify(await reachFleet(JSON.parse(process.argv[2] ?? "") as FleetSize)));
