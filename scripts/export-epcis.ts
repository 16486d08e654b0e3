/**
 * Writes the events of a lot, a unit or a vehicle as an EPCIS 2.0 document (JSON-LD), for partners who read no chain.
 *
 * Usage: npm run export-epcis -- --maker 0x… --lot 7 --serial 12 --out unit.jsonld
 */
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { exportEpcis } from "../sdk/src/epcis/exportEpcis.js";
import { statedLots, selectPartEvents, type PartSubject } from "../sdk/src/epcis/selectPartEvents.js";
import type { EpcisEvent, EpcisQuantity } from "../sdk/src/epcis/types.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { connectRpc } from "./lib/connectRpc.js";
import {
  parseLotNumber,
  parseMaker,
  parseSerial,
  parseVehicleId,
  partOf,
  readAllPartEvents,
  readParties,
  type PartName,
} from "./lib/partSubject.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("export-epcis")
  .description(
    "Writes what happened to parts as an EPCIS 2.0 document, with the CBV hash of each event as its id.",
  )
  .option("--maker <account>", "the maker of the lot", parseMaker)
  .option("--lot <number>", "the maker's lot number", parseLotNumber)
  .option("--serial <serial>", "one unit of the lot", parseSerial)
  .option("--vehicle-id <id>", "what was fitted to a vehicle and taken off it", parseVehicleId)
  .option("--gs1 <file>", "GS1 numbers by account, as JSON")
  .option("--out <file>", "where to write the document")
  .option("--json", "print the document instead of a line for each event")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node to read from, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .addHelpText(
    "after",
    `
Without a lot or a vehicle the document holds all events of parts. Exit code 1 when there is none.

Examples:
  export-epcis --maker 0x3C44… --lot 7 --out lot.jsonld
  export-epcis --vehicle-id 0x9f… --rpc https://… --deployment sepolia.json --json`,
  )
  .parse()
  .opts<
    PartName & {
      vehicleId?: bigint;
      gs1?: string;
      out?: string;
      json?: boolean;
      network: string;
      rpc?: string;
      deployment?: string;
    }
  >();

await runScript(async () => {
  const subject = chooseSubject();
  const parties = await readParties(options.gs1);
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const { events, asOf } = await readAllPartEvents(await connectRpc(options), deployment);
  const chosen = subject === undefined ? events : selectPartEvents(events, subject);
  const document = exportEpcis(chosen, { deployment, parties, lots: statedLots(events), createdAt: asOf.at });
  const { eventList } = document.epcisBody;
  if (eventList.length === 0) {
    throw new BlokError("EPCIS_NOTHING", "no event tells of this", {
      fix: "check the maker and the number of the lot, or the vehicle's id, and the deployment",
    });
  }
  const text = `${JSON.stringify(document, null, 2)}\n`;
  if (options.out !== undefined) await writeOut(options.out, text);
  if (options.json) process.stdout.write(text);
  else for (const event of eventList) console.log(lineOf(event));
});

function chooseSubject(): PartSubject | undefined {
  const part = partOf(options);
  if (part === undefined) {
    return options.vehicleId === undefined ? undefined : { vehicleId: options.vehicleId };
  }
  if (options.vehicleId !== undefined) {
    throw new BlokError("EPCIS_SUBJECT", "give either a lot or a vehicle", { where: "--lot, --vehicle-id" });
  }
  return options.serial === undefined ? { lotId: part.lotId } : { partId: part.partId };
}

function lineOf(event: EpcisEvent): string {
  const persistent = "persistentDisposition" in event ? (event.persistentDisposition ?? {}) : {};
  const words = [
    event.eventTime.slice(0, 16).replace("T", " "),
    event.type.replace("Event", ""),
    "action" in event ? event.action : "",
    event.bizStep ?? "",
    event.disposition ?? "",
    ...Object.entries(persistent).map(([change, values]) => `${change} ${values.join(" ")}`),
    objectsOf(event).join(", "),
  ];
  return words.filter((word) => word !== "").join("  ");
}

function objectsOf(event: EpcisEvent): string[] {
  switch (event.type) {
    case "ObjectEvent":
      return [...(event.epcList ?? []), ...quantitiesOf(event.quantityList)];
    case "AssociationEvent":
      return [...(event.childEPCs ?? []), ...quantitiesOf(event.childQuantityList), `on ${event.parentID}`];
    case "TransformationEvent":
      return [
        ...(event.inputEPCList ?? []),
        ...quantitiesOf(event.inputQuantityList),
        ...quantitiesOf(event.outputQuantityList).map((output) => `to ${output}`),
      ];
  }
}

function quantitiesOf(list: EpcisQuantity[] = []): string[] {
  return list.map(({ epcClass, quantity, uom }) =>
    [quantity, uom, epcClass].filter((part) => part !== undefined).join(" "),
  );
}

async function writeOut(out: string, text: string): Promise<void> {
  try {
    await writeFile(out, text);
  } catch (cause) {
    throw new BlokError("EPCIS_OUT", "the document cannot be written", {
      where: out,
      fix: "check the folder",
      cause,
    });
  }
  console.error(`The document is in ${out}.`);
}
