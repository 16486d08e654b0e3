import type { Cdr } from "../charging/cdrTypes.js";
import type { ParkingTicket } from "../charging/sessionDocuments.js";
import type { ChannelTerms, Hex } from "../payments/types.js";
import type { RecordStore } from "../recordStore/RecordStore.js";
import type { MeterSample } from "./types.js";

/** A reading as it is stored. */
export interface StoredSample {
  at: number;
  /** Wh, decimal text. */
  registerWh: string;
  /** For the first and the last. */
  ocmf?: string;
}

/** What a visit asks for next; it is charged once its receipt exists. */
export interface PendingStep {
  requestId: string;
  /** Base units, decimal text. */
  price: string;
  /** The reading up to which it pays. */
  sample?: StoredSample;
  /** Given for the last step. */
  document?: Cdr | ParkingTicket;
}

/** A car at a charge point or in a car park, from its prepayment to its document. */
export interface Visit {
  visitId: string;
  kind: "charging" | "parking";
  channelId: Hex;
  epoch: number;
  /** The salt is decimal text. */
  terms: Omit<ChannelTerms, "salt"> & { salt: string };
  /** The request that began it. */
  requestId: string;
  status: "active" | "over";
  /** Unix seconds. */
  startedAt: number;
  /** Base units, decimal text. */
  hold: string;
  /** What was charged for it, by its receipts. Base units, decimal text. */
  charged: string;
  evse?: string;
  /** The number of the meter's data set at the start. */
  page?: number;
  samples: StoredSample[];
  pending?: PendingStep;
  document?: Cdr | ParkingTicket;
  /** The last request that was served. */
  lastRequestId?: string;
  /** When the car was last heard of, Unix seconds. */
  heardAt: number;
}

const PREFIX = "visit/";

/** The visits of an operator: those that are going on in memory, all of them on disk. */
export class VisitBook {
  readonly #records: RecordStore;
  readonly #active: Map<string, Visit>;

  private constructor(records: RecordStore, active: Map<string, Visit>) {
    this.#records = records;
    this.#active = active;
  }

  /** Opens the book where it was left. */
  static async open(records: RecordStore): Promise<VisitBook> {
    const active = new Map<string, Visit>();
    for (const [, text] of await records.list(PREFIX)) {
      const visit = JSON.parse(text) as Visit;
      if (visit.status === "active") active.set(visit.visitId, visit);
    }
    return new VisitBook(records, active);
  }

  async find(visitId: string): Promise<Visit | undefined> {
    const active = this.#active.get(visitId);
    if (active) return structuredClone(active);
    const text = await this.#records.read(PREFIX + visitId);
    return text === undefined ? undefined : (JSON.parse(text) as Visit);
  }

  /** Writes a visit, and the last page of its meter. */
  async save(visit: Visit, meterPage?: number): Promise<void> {
    await this.#records.write({
      [PREFIX + visit.visitId]: JSON.stringify(visit),
      ...(meterPage !== undefined && { [`meter/${visit.evse}`]: String(meterPage) }),
    });
    if (visit.status === "active") this.#active.set(visit.visitId, structuredClone(visit));
    else this.#active.delete(visit.visitId);
  }

  /** The number that the meter's next data set gets. */
  async nextPage(evse: string): Promise<number> {
    return Number((await this.#records.read(`meter/${evse}`)) ?? 0) + 1;
  }

  active(): Visit[] {
    return [...this.#active.values()];
  }

  /** What has to stay signed ahead on a channel for its visits, apart from one. Base units. */
  holdsOf(channelId: Hex, exceptVisitId?: string): bigint {
    let sum = 0n;
    for (const { visitId, channelId: of, hold } of this.#active.values()) {
      if (of === channelId && visitId !== exceptVisitId) sum += BigInt(hold);
    }
    return sum;
  }

  /** The visit at a charge point, if there is one. */
  atEvse(evse: string): Visit | undefined {
    return this.active().find((visit) => visit.evse === evse);
  }
}

/** The terms of a visit's channel. */
export function termsOf(visit: Visit): ChannelTerms {
  return { ...visit.terms, salt: BigInt(visit.terms.salt) };
}

/** A reading to store. */
export function storedSample({
  at,
  registerWh,
  ocmf,
}: Omit<MeterSample, "ocmf"> & { ocmf?: string }): StoredSample {
  return { at, registerWh: String(registerWh), ...(ocmf !== undefined && { ocmf }) };
}
