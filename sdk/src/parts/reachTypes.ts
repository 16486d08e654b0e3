import type { Deployment } from "../chain/deployment.js";
import type { LotState } from "./PartState.js";
import type { ReachLedger } from "./ReachLedger.js";
import type { VehicleRecall } from "./readCampaign.js";
import type { PartDeployment } from "./readPartEvents.js";
import type { PartAmount } from "./types.js";

/** What of a deployment is needed to find what a campaign reaches. */
export type ReachDeployment = PartDeployment & { contracts: Pick<Deployment["contracts"], "VehicleTitle"> };

export type ReachProblemCode =
  /** Vehicles carry more, or fewer, units of a lot than the lot counts as fitted. */
  | "FITTED_MISMATCH"
  /** A vehicle carries another number of units than the logs show. */
  | "VEHICLE_MISMATCH"
  /** What accounts hold does not add up to what is left of the lot. */
  | "HELD_MISMATCH"
  /** An account holds another number of units than the logs show. */
  | "HOLDER_MISMATCH"
  /** More, or fewer, units were consumed or decommissioned than the logs show. */
  | "ENDED_MISMATCH"
  /** A consignment is in another state, or custody holds another number of units, than the logs show. */
  | "TRANSIT_MISMATCH"
  /** The campaign affects a vehicle otherwise than what it carries says. */
  | "AFFECTED_MISMATCH"
  /** The campaign counts other numbers of vehicles than were found. */
  | "CAMPAIGN_MISMATCH"
  /** What was made of recalled units cannot be followed further for certain. */
  | "DESCENDANT_MISMATCH"
  /** The logs of an archive are not in the order of the chain. */
  | "ORDER_MISMATCH"
  /** The campaign is about software releases, which this does not look for. */
  | "RELEASES_NOT_COVERED";

/** Something that does not add up, and by how much. */
export interface ReachProblem {
  code: ReachProblemCode;
  message: string;
  lotId?: bigint;
  partId?: bigint;
  vehicleId?: bigint;
  /** What the contract counts. */
  expected?: bigint;
  /** What was found. */
  found?: bigint;
}

/** A vehicle that the campaign concerns: it carries recalled units, or did when it was enrolled. */
export interface ReachVehicle extends VehicleRecall {
  vehicleId: bigint;
  /** Who holds its title; absent when there is no such title. */
  holder?: string;
  /** The recalled units that it carries. */
  parts: PartAmount[];
}

/** The balance of a recalled lot: quantity = fitted + held + inTransit + unserialised + consumed + decommissioned. */
export interface ReachLot {
  lotId: bigint;
  quantity: bigint;
  fitted: bigint;
  held: bigint;
  inTransit: bigint;
  unserialised: bigint;
  consumed: bigint;
  decommissioned: bigint;
}

/** What was found of a campaign's units, and what does not add up. */
export interface CheckedReach {
  vehicles: ReachVehicle[];
  /** Recalled units that lie with somebody. */
  stock: (PartAmount & { holder: string })[];
  /** Recalled units on their way. */
  transit: (PartAmount & { consignmentId: string; sender: string; receiver: string; deadline: number })[];
  /** Units of recalled lots that have no serial yet, with their makers. */
  unserialised: { lotId: bigint; holder: string; quantity: bigint }[];
  /** Recalled units that ended. */
  decommissioned: ReachLedger["ended"];
  /** Recalled units that went into other lots. */
  consumed: (PartAmount & { into: bigint[] })[];
  /** Lots made of recalled units, at any distance. Those that the campaign does not name are a warning. */
  descendants: { lotId: bigint; maker: string; isRecalled: boolean; state: LotState }[];
  /** The balances of the campaign's lots, all of their units, recalled or not. */
  lots: ReachLot[];
  problems: ReachProblem[];
}
