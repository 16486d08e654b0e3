import type { LifecycleEvent } from "../../sdk/src/lifecycle/events.js";
import { parseLifecycle } from "../../sdk/src/lifecycle/parseLifecycle.js";
import { generateVin } from "../../sdk/src/vin/generateVin.js";
import {
  admission,
  brand,
  destroyed,
  file,
  HEAD_LINES,
  inspection,
  keyBound,
  moved,
  reading,
  registered,
  resolution,
  service,
  VIN,
  type Line,
} from "../../sdk/src/lifecycle/testing/sample.js";

/** A short file with every way of writing that an import has: each line needs a transaction or erasure of its own. */
export function everyOperation(): Promise<LifecycleEvent[]> {
  const vin = VIN;
  return parseLifecycle(
    file([
      ...HEAD_LINES,
      keyBound("2014-05-20"),
      service("service", "2015-06-01", 15_000),
      reading("signed", "2015-07-01", 16_000, "vehicle"),
      reading("told", "2015-08-01", 17_000, "holder"),
      inspection("inspected", "2017-05-20", 40_000),
      inspection("corrected", "2017-05-21", 40_000, {
        type: "record.corrected",
        corrects: "inspected",
        kind: undefined,
      }),
      {
        id: "erased",
        at: "2017-06-01",
        type: "record.erased",
        vin,
        record: "service",
        reason: "dataSubjectRequest",
      },
      { id: "locked", at: "2017-07-01", type: "title.locked", vin, lock: "theft", member: "registrar" },
      { id: "unlocked", at: "2017-07-02", type: "title.unlocked", vin, lock: "theft", member: "registrar" },
      { id: "sold", at: "2018-01-01", type: "title.transferred", vin, to: "holder-2" },
      reading("false", "2018-02-01", 20_000, "workshop", { class: "workshop" }),
      resolution("resolved", "2018-03-01", 48_000),
      brand("branded", "2018-04-01"),
      {
        id: "expelled",
        at: "2018-05-01",
        type: "member.expelled",
        member: "workshop",
        reason: "falseRecords",
      },
      { ...admission("workshop", "workshop", "2018-09-01"), id: "readmitted" },
      service("after", "2018-10-01", 50_000),
      moved("vehicle.exported", "2019-01-01"),
      moved("vehicle.imported", "2020-01-01"),
      destroyed("2021-01-01"),
    ]),
  );
}

/** Many vehicles of one manufacturer, with one reading each by one workshop. */
export function fleet(vehicles: number, readings: number): Promise<LifecycleEvent[]> {
  const vins = Array.from({ length: vehicles }, (_, i) =>
    generateVin({ wmi: "WVW", vds: "ZZZAU", year: 2014, plant: "W", serial: 1_000 + i, market: "DE" }),
  );
  const lines: Line[] = HEAD_LINES.slice(0, 3);
  const births = vins.map((vin) => registered(vin));
  const life = Array.from({ length: readings }, (_, i) =>
    service(`s${i}`, "2015-06-01", 1_000 + i, { vin: vins[i % vehicles] }),
  );
  return parseLifecycle(file([...lines, ...births, ...life]));
}
