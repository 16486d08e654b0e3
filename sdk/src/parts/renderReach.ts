import { toHex32 } from "../history/toHex32.js";
import { alignColumns } from "./alignColumns.js";
import { nameLot } from "./buildLineage.js";
import { lotOfPart, parsePartId } from "./partId.js";
import type { ReachVehicle } from "./reachTypes.js";
import type { RecallReach } from "./recallReach.js";
import type { Advisory, PartAmount, Remedy, RemedyStatus } from "./types.js";

const STATUS_WORDS: Record<RemedyStatus, string> = {
  notAvailable: "no remedy yet",
  interim: "interim remedy",
  available: "remedy available",
  completed: "completed",
  withdrawn: "withdrawn",
};
const ADVISORY_WORDS: Record<Advisory, string> = {
  none: "",
  doNotDrive: ", do not drive",
  parkOutside: ", park outside",
};
const REMEDY_WORDS: Record<Remedy, string> = {
  none: "open",
  partReplaced: "part replaced",
  softwareUpdated: "software updated",
  inspectedClear: "inspected, clear",
};

/**
 * What a recall reaches, in text with aligned columns.
 *
 * @example
 * console.log(renderReach(await recallReach({ rpc, deployment, campaignId })));
 */
export function renderReach(reach: RecallReach): string {
  const { campaign, atBlock, vehicles, stock, transit, unserialised, decommissioned } = reach;
  const affected = vehicles.filter(({ isAffected }) => isAffected).length;
  const warned = reach.descendants.filter(({ isRecalled }) => !isRecalled);
  const sections = [
    `Recall ${campaign.number} of ${campaign.maker}${campaign.byAuthority ? " by an authority" : ""}: ${STATUS_WORDS[campaign.status]}${ADVISORY_WORDS[campaign.advisory]}; ` +
      `block ${atBlock.number}`,
    reach.complete
      ? `COMPLETE: ${affected} vehicles affected, ${vehicles.length - affected} more remedied or released; all units ` +
        "of the lots are accounted for by the contracts."
      : ["NOT COMPLETE:", ...reach.problems.map(({ code, message }) => `  ${code}: ${message}`)].join("\n"),
    section(
      "Lots",
      ["lot", "units", "fitted", "held", "on the way", "no serial", "consumed", "ended"],
      1,
      reach.lots.map((lot) => [
        nameLot(lot.lotId),
        ...[lot.quantity, lot.fitted, lot.held, lot.inTransit, lot.unserialised].map(String),
        ...[lot.consumed, lot.decommissioned].map(String),
      ]),
    ),
    section(
      `Vehicles (${vehicles.length})`,
      ["vehicle", "holder", "remedy", "affected", "notified", "units"],
      5,
      vehicles.map(vehicleRow),
    ),
    section(
      `In stock (${stock.length})`,
      ["holder", "unit", "quantity"],
      2,
      stock.map(({ holder, ...part }) => [holder, ...partColumns(part)]),
    ),
    section(
      `On the way (${transit.length})`,
      ["from", "to", "unit", "quantity"],
      3,
      transit.map(({ sender, receiver, ...part }) => [sender, receiver, ...partColumns(part)]),
    ),
    section(
      "Without a serial yet",
      ["maker", "lot", "quantity"],
      2,
      unserialised.map(({ holder, lotId, quantity }) => [holder, nameLot(lotId), String(quantity)]),
    ),
    section(
      `Ended (${decommissioned.length})`,
      ["by", "how", "unit", "quantity"],
      3,
      decommissioned.map(({ by, outcome, ...part }) => [by, outcome, ...partColumns(part)]),
    ),
    section(
      "WARNING: made of recalled units, and not in the campaign",
      ["lot", "units", "fitted"],
      1,
      warned.map(({ lotId, state }) => [nameLot(lotId), String(state.quantity), String(state.fitted)]),
    ),
  ];
  return `${sections.filter((text) => text !== "").join("\n\n")}\n`;
}

function section(
  title: string,
  head: readonly string[],
  leftAligned: number,
  rows: readonly (readonly string[])[],
): string {
  return rows.length === 0 ? "" : `${title}\n${alignColumns([head, ...rows], leftAligned)}`;
}

function vehicleRow(vehicle: ReachVehicle): string[] {
  const { vehicleId, holder, remedy, isAffected, isStopped, notifiedAt, parts } = vehicle;
  const units = parts.reduce((sum, { quantity }) => sum + quantity, 0n);
  return [
    toHex32(vehicleId),
    holder ?? "unknown",
    REMEDY_WORDS[remedy],
    `${isAffected ? "yes" : "no"}${isStopped ? ", stopped" : ""}`,
    notifiedAt === 0 ? "no" : new Date(notifiedAt * 1_000).toISOString().slice(0, 10),
    String(units),
  ];
}

function partColumns({ partId, quantity }: PartAmount): string[] {
  const { lotNumber, serial } = parsePartId(partId);
  const unit = serial === 0 ? nameLot(lotOfPart(partId)) : `lot ${lotNumber} serial ${serial}`;
  return [unit, String(quantity)];
}
