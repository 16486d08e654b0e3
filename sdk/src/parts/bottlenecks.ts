import { alignColumns } from "./alignColumns.js";
import type { PartAmount, PartEvent } from "./types.js";

/** Where units spend their time: on their way to a party, there and back again, or with it. */
export const DWELL_STEPS = ["inTransit", "sentBack", "atParty"] as const;
export type DwellStep = (typeof DWELL_STEPS)[number];

/** How long units stayed in one step with one party. Times are in seconds. */
export interface Dwell {
  step: DwellStep;
  /** Who has them: on their way, the receiver. */
  party: string;
  /** How many stays ended. */
  count: number;
  medianSeconds: number;
  /** Of twenty stays, nineteen were not longer. */
  p95Seconds: number;
  maxSeconds: number;
  /** How many stays have not ended yet, and since when the longest of them lasts (Unix seconds). */
  open: number;
  openSince?: number;
}

interface Stay {
  party: string;
  since: number;
  quantity: bigint;
}

/**
 * Tells from consignments where units wait: how long they were on their way, and how long with whoever accepted them until they
 * were consigned on, fitted, used up, ended or given away. A row of a consignment is one stay, whatever its quantity; of
 * units without serials the first that came is taken to be the first that goes.
 *
 * @param events In the order of the chain, as `readPartEvents` gives them.
 * @returns Steps and parties, the longest median first.
 * @example
 * const table = await bottlenecks(readPartEvents({ rpc, deployment }));
 * table[0]; // { step: "atParty", party: "0x…", count: 12, medianSeconds: 172800, … }
 */
export async function bottlenecks(events: AsyncIterable<PartEvent> | Iterable<PartEvent>): Promise<Dwell[]> {
  const dwells = new DwellTimes();
  for await (const event of events) dwells.push(event);
  return dwells.table();
}

class DwellTimes {
  readonly #ended = new Map<string, number[]>();
  readonly #consignments = new Map<string, { receiver: string; since: number; parts: PartAmount[] }>();
  /** By part id: the stays that have not ended, the oldest first. */
  readonly #stays = new Map<bigint, Stay[]>();

  push(event: PartEvent): void {
    const { at } = event;
    switch (event.type) {
      case "consigned": {
        const { receiver, parts } = event;
        this.#consignments.set(event.consignmentId, { receiver, since: at, parts });
        return;
      }
      case "accepted":
      case "rejected":
      case "returned": {
        const consignment = this.#consignments.get(event.consignmentId);
        if (!consignment) return;
        this.#consignments.delete(event.consignmentId);
        const { receiver, since, parts } = consignment;
        const isAccepted = event.type === "accepted";
        for (const part of parts) {
          this.#end(isAccepted ? "inTransit" : "sentBack", receiver, at - since);
          if (isAccepted) this.#arrive(part, receiver, at);
        }
        return;
      }
      // Consigning, fitting, using up and ending are transfers too, from whoever had the units.
      case "transferred":
        for (const part of event.parts) this.#leave(part, event.from, at);
    }
  }

  table(): Dwell[] {
    const rows = new Map<string, Dwell>();
    const rowOf = (step: DwellStep, party: string): Dwell => {
      const key = `${step} ${party}`;
      const row = rows.get(key) ?? {
        step,
        party,
        count: 0,
        medianSeconds: 0,
        p95Seconds: 0,
        maxSeconds: 0,
        open: 0,
      };
      rows.set(key, row);
      return row;
    };
    for (const [key, times] of this.#ended) {
      const [step = "", party = ""] = key.split(" ");
      const sorted = times.toSorted((a, b) => a - b);
      Object.assign(rowOf(step as DwellStep, party), {
        count: sorted.length,
        medianSeconds: rank(sorted, 50),
        p95Seconds: rank(sorted, 95),
        maxSeconds: rank(sorted, 100),
      });
    }
    const open = (step: DwellStep, party: string, since: number): void => {
      const row = rowOf(step, party);
      row.open += 1;
      row.openSince = Math.min(row.openSince ?? since, since);
    };
    for (const { receiver, since, parts } of this.#consignments.values())
      for (const _ of parts) open("inTransit", receiver, since);
    for (const stays of this.#stays.values())
      for (const { party, since } of stays) open("atParty", party, since);
    return [...rows.values()].toSorted(
      (a, b) => b.medianSeconds - a.medianSeconds || b.open - a.open || (a.party < b.party ? -1 : 1),
    );
  }

  #arrive({ partId, quantity }: PartAmount, party: string, since: number): void {
    const stays = this.#stays.get(partId) ?? [];
    stays.push({ party, since, quantity });
    this.#stays.set(partId, stays);
  }

  #leave({ partId, quantity }: PartAmount, party: string, at: number): void {
    const stays = this.#stays.get(partId);
    if (!stays) return;
    let left = quantity;
    for (const stay of stays) {
      if (stay.party !== party || left === 0n) continue;
      const taken = left < stay.quantity ? left : stay.quantity;
      left -= taken;
      stay.quantity -= taken;
      this.#end("atParty", party, at - stay.since);
    }
    const rest = stays.filter((stay) => stay.quantity > 0n);
    if (rest.length > 0) this.#stays.set(partId, rest);
    else this.#stays.delete(partId);
  }

  #end(step: DwellStep, party: string, seconds: number): void {
    const key = `${step} ${party}`;
    const times = this.#ended.get(key);
    if (times) times.push(seconds);
    else this.#ended.set(key, [seconds]);
  }
}

/** The smallest value that so many per cent are not above; of an even number, the median is the lower of the middle two. */
function rank(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

const STEP_WORDS: Record<DwellStep, string> = {
  inTransit: "in transit to",
  sentBack: "sent back by",
  atParty: "with",
};

/**
 * The table in text, aligned.
 *
 * @param nameOf What to call a party; its address when left out.
 * @example
 * console.log(renderBottlenecks(await bottlenecks(events)));
 */
export function renderBottlenecks(
  table: readonly Dwell[],
  nameOf: (party: string) => string = (party) => party,
): string {
  const head = ["step", "party", "stays", "median", "p95", "longest", "waiting", "since"];
  const rows = table.map((dwell) => [
    STEP_WORDS[dwell.step],
    nameOf(dwell.party),
    String(dwell.count),
    ...[dwell.medianSeconds, dwell.p95Seconds, dwell.maxSeconds].map((seconds) =>
      dwell.count === 0 ? "" : formatSeconds(seconds),
    ),
    dwell.open === 0 ? "" : String(dwell.open),
    dwell.openSince === undefined ? "" : new Date(dwell.openSince * 1_000).toISOString().slice(0, 10),
  ]);
  return alignColumns([head, ...rows], 2);
}

/** A time in the two largest units that it has. */
function formatSeconds(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3_600);
  const minutes = Math.floor((seconds % 3_600) / 60);
  if (days > 0) return hours > 0 ? `${days} d ${hours} h` : `${days} d`;
  if (hours > 0) return minutes > 0 ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
