import { ZeroAddress } from "ethers";
import { toHex32 } from "../history/toHex32.js";
import type { LogFilter } from "../history/readLogs.js";
import type { ChainLog } from "../history/types.js";
import { decodePartEvent, partTopic } from "./decodePartEvent.js";
import { LOT_TOPICS, LotBook } from "./LotBook.js";
import { lotOfPart, partIdOf } from "./partId.js";
import type { PartDeployment } from "./readPartEvents.js";
import type { RecallScopes } from "./RecallScopes.js";
import type { PartAmount } from "./types.js";

const [TRANSFER_SINGLE, TRANSFER_BATCH] = ["TransferSingle", "TransferBatch"].map(partTopic);
const FITTING_TOPICS = ["PartFitted", "PartRemoved"].map(partTopic);
const CUSTODY_TOPICS = ["PartsConsigned", "PartsAccepted", "PartsRejected", "PartsReturned"].map(partTopic);
const VEHICLE_TOPICS = ["VehicleEnrolled", "VehicleNotified", "VehicleRemedied"].map(partTopic);

/** A consignment of recalled lots' units, as the logs tell of it. */
export interface ConsignmentEntry {
  consignmentId: string;
  sender: string;
  receiver: string;
  /** Until when the receiver may accept (Unix seconds). */
  deadline: number;
  parts: PartAmount[];
}

/** The logs that tell where the units of some lots are. */
export function reachFilters(
  { contracts }: PartDeployment,
  scopes: RecallScopes,
  campaignId: bigint,
): LogFilter[] {
  const filters: LogFilter[] = [
    // part ids of transfers, and what went into lots, are not indexed
    { address: contracts.PartTwins, topics: [[TRANSFER_SINGLE ?? "", TRANSFER_BATCH ?? "", ...LOT_TOPICS]] },
    { address: contracts.PartCustody, topics: [CUSTODY_TOPICS] },
    { address: contracts.Recalls, topics: [VEHICLE_TOPICS, toHex32(campaignId)] },
  ];
  const lots = scopes.lotIds.map(toHex32);
  if (lots.length > 0) filters.push({ address: contracts.PartTwins, topics: [FITTING_TOPICS, lots] });
  return filters;
}

/**
 * Where the units of a campaign's lots are, as the logs tell it: sums of what came and went, so that the order of the logs does
 * not matter. Nothing in it is verified yet.
 */
export class ReachLedger {
  readonly book = new LotBook();
  /** By part id and account. */
  readonly balances = new Map<bigint, Map<string, bigint>>();
  /** By vehicle id and part id; a vehicle that gave everything back stays, with nothing. */
  readonly fitted = new Map<bigint, Map<bigint, bigint>>();
  readonly consignments = new Map<string, ConsignmentEntry>();
  readonly endedConsignments = new Set<string>();
  /** Vehicles that the campaign's logs name. */
  readonly named = new Set<bigint>();
  /** Units that ended, and by whom: recycled, destroyed, or taken apart in a recovery. */
  readonly ended: (PartAmount & { by: string; outcome: "recycled" | "destroyed" | "recovered" })[] = [];

  readonly #scopes: RecallScopes;
  readonly #campaignId: bigint;
  readonly #addresses: ReadonlySet<string>;
  /** The lots as the first 28 bytes of a part id. */
  readonly #lots: readonly string[];

  constructor({ contracts }: PartDeployment, scopes: RecallScopes, campaignId: bigint) {
    this.#scopes = scopes;
    this.#campaignId = campaignId;
    const { PartTwins, PartCustody, Recalls } = contracts;
    this.#addresses = new Set([PartTwins, PartCustody, Recalls].map((address) => address.toLowerCase()));
    this.#lots = scopes.lotIds.map((lotId) => lotId.toString(16).padStart(56, "0"));
  }

  /** Takes a log in. Logs of other contracts and of other lots are passed over. */
  push(log: ChainLog): void {
    if (!this.#addresses.has(log.address.toLowerCase())) return;
    const topic = log.topics[0] ?? "";
    // Most transfers are of other lots: those are not decoded.
    if (topic === TRANSFER_SINGLE || topic === TRANSFER_BATCH) {
      const data = log.data.toLowerCase();
      if (!this.#lots.some((lot) => data.includes(lot))) return;
    }
    if (LOT_TOPICS.includes(topic)) this.book.push(log);
    this.#take(log);
  }

  #take(log: ChainLog): void {
    const event = decodePartEvent(log);
    switch (event?.type) {
      case "transferred":
        for (const { partId, quantity } of this.#ours(event.parts)) {
          this.#add(partId, event.from, -quantity);
          this.#add(partId, event.to, quantity);
        }
        return;
      case "partFitted":
      case "partRemoved": {
        if (!this.#scopes.hasLot(event.lotId)) return;
        const vehicle = this.fitted.get(event.vehicleId) ?? new Map<bigint, bigint>();
        const partId = partIdOf(event.lotId, event.serial);
        const quantity = event.type === "partFitted" ? event.quantity : -event.quantity;
        vehicle.set(partId, (vehicle.get(partId) ?? 0n) + quantity);
        this.fitted.set(event.vehicleId, vehicle);
        return;
      }
      case "consigned": {
        const parts = this.#ours(event.parts);
        const { consignmentId, sender, receiver, deadline } = event;
        if (parts.length > 0)
          this.consignments.set(consignmentId, { consignmentId, sender, receiver, deadline, parts });
        return;
      }
      case "accepted":
      case "rejected":
      case "returned":
        this.endedConsignments.add(event.consignmentId);
        return;
      case "lotsConsumed":
        if (!event.isRecovery) return;
        for (const part of this.#ours(event.inputs))
          this.ended.push({ ...part, by: event.operator, outcome: "recovered" });
        return;
      case "partDecommissioned":
        for (const part of this.#ours([event]))
          this.ended.push({ ...part, by: event.by, outcome: event.outcome });
        return;
      case "vehicleEnrolled":
      case "vehicleNotified":
      case "vehicleRemedied":
        if (event.campaignId === this.#campaignId) this.named.add(event.vehicleId);
    }
  }

  #ours(parts: readonly PartAmount[]): PartAmount[] {
    return parts
      .filter(({ partId }) => this.#scopes.hasLot(lotOfPart(partId)))
      .map(({ partId, quantity }) => ({ partId, quantity }));
  }

  #add(partId: bigint, account: string, quantity: bigint): void {
    // ERC-1155 lets anybody transfer nothing of anything: such accounts are nobody to ask about.
    if (account === ZeroAddress || quantity === 0n) return;
    const accounts = this.balances.get(partId) ?? new Map<string, bigint>();
    accounts.set(account, (accounts.get(account) ?? 0n) + quantity);
    this.balances.set(partId, accounts);
  }
}
