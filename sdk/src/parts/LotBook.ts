import type { ChainLog } from "../history/types.js";
import { decodePartEvent, partTopic } from "./decodePartEvent.js";
import { lotOfPart } from "./partId.js";
import type { CertificateKind, LotInput, PartAmount, PartEventPlace } from "./types.js";

/** Where an event stands. */
export type LogPlace = Omit<PartEventPlace, "at">;

/** A lot as its commissioning log tells it. */
export interface LotEntry extends LogPlace {
  lotId: bigint;
  maker: string;
  lot: LotInput;
  inputsHash: string;
  lineage: string;
}

/** What lots were made of, as the log of it tells. */
export interface Consumption extends LogPlace {
  inputsHash: string;
  operator: string;
  inputs: PartAmount[];
  isRecovery: boolean;
}

/** A certificate as the log of its issue tells it. */
export interface CertificateEntry {
  lotId: bigint;
  documentHash: string;
  auditor: string;
  kind: CertificateKind;
  /** Its last second (Unix). */
  validTo: number;
}

/** The events that a lot book is made of: of `PartTwins`, then of `PartCertificates`. */
export const LOT_TOPICS = ["LotCommissioned", "LotsConsumed", "PartDecommissioned"].map(partTopic);
export const CERTIFICATE_TOPICS = ["CertificateIssued"].map(partTopic);

/**
 * All lots that the logs tell of, what they were made of and what was made of them. The order of the logs does not matter,
 * and nothing in it is verified yet.
 */
export class LotBook {
  readonly lots = new Map<bigint, LotEntry>();
  readonly consumptions = new Map<string, Consumption>();
  /** The lots that were made at once of the same inputs. */
  readonly outputs = new Map<string, bigint[]>();
  /** What was made of units of a lot. */
  readonly uses = new Map<bigint, Consumption[]>();
  /** Units of a lot that ended with nothing made of them. */
  readonly decommissioned = new Map<bigint, bigint>();
  readonly certificates = new Map<bigint, CertificateEntry[]>();

  /** Takes a log in; whatever says nothing of lots is passed over. */
  push(log: ChainLog): void {
    const event = decodePartEvent(log);
    const { blockNumber, logIndex, transactionHash } = log;
    const place = { blockNumber, logIndex, transactionHash };
    switch (event?.type) {
      case "lotCommissioned": {
        const { type: _, ...entry } = event;
        if (this.lots.has(entry.lotId)) return; // a lot is commissioned once: the node gave the log twice
        this.lots.set(entry.lotId, { ...entry, ...place });
        append(this.outputs, entry.inputsHash, entry.lotId);
        return;
      }
      case "lotsConsumed": {
        const { type: _, ...fields } = event;
        const consumption = { ...fields, ...place };
        if (this.consumptions.has(consumption.inputsHash)) return;
        this.consumptions.set(consumption.inputsHash, consumption);
        const lotIds = new Set(consumption.inputs.map(({ partId }) => lotOfPart(partId)));
        for (const lotId of lotIds) append(this.uses, lotId, consumption);
        return;
      }
      case "partDecommissioned": {
        const lotId = lotOfPart(event.partId);
        this.decommissioned.set(lotId, (this.decommissioned.get(lotId) ?? 0n) + event.quantity);
        return;
      }
      case "certified": {
        const { type: _, ...certificate } = event;
        append(this.certificates, certificate.lotId, certificate);
        return;
      }
    }
  }

  /** What a lot was made of; undefined when of nothing known, or when the log of it is missing. */
  sourceOf(lotId: bigint): Consumption | undefined {
    return this.consumptions.get(this.lots.get(lotId)?.inputsHash ?? "");
  }

  /** The lots whose units went into a lot. */
  parentsOf(lotId: bigint): bigint[] {
    const inputs = this.sourceOf(lotId)?.inputs ?? [];
    return [...new Set(inputs.map(({ partId }) => lotOfPart(partId)))];
  }

  /** Units of a lot that went into others, and those that ended: the two counters that the contract keeps of it. */
  endedOf(lotId: bigint): { consumed: bigint; decommissioned: bigint } {
    let consumed = 0n;
    let decommissioned = this.decommissioned.get(lotId) ?? 0n;
    for (const { inputs, isRecovery } of this.uses.get(lotId) ?? []) {
      const quantity = sum(inputs.filter(({ partId }) => lotOfPart(partId) === lotId));
      if (isRecovery) decommissioned += quantity;
      else consumed += quantity;
    }
    return { consumed, decommissioned };
  }
}

function sum(amounts: readonly PartAmount[]): bigint {
  return amounts.reduce((total, { quantity }) => total + quantity, 0n);
}

function append<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
