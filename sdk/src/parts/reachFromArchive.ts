import { getAddress, toBeHex } from "ethers";
import { ArchiveLot, type LotCounters } from "./ArchiveLot.js";
import { nameLot } from "./buildLineage.js";
import { partTopic } from "./decodePartEvent.js";
import { readArchive, type ArchiveChunks, type ArchivedLog } from "./logArchive.js";
import { PartError } from "./PartError.js";
import { partIdOf, vehicleAccountOf } from "./partId.js";
import type { ReachProblem } from "./reachTypes.js";
import { RecallScopes } from "./RecallScopes.js";
import type { PartAmount, RecallScope } from "./types.js";
import { WordTable } from "./WordTable.js";

export type { LotCounters } from "./ArchiveLot.js";

export interface ArchiveReachInput {
  /** The archive's bytes: `createReadStream(file)`, or `writeArchive(logs)` for logs at hand. */
  archive: ArchiveChunks;
  /** The contract whose logs count; others are passed over. */
  partTwins: string;
  maker: string;
  scopes: readonly RecallScope[];
  /** Of every lot in the scopes: what the contract counts in the block in which the archive ends. */
  counters: ReadonlyMap<bigint, LotCounters>;
}

/** What a recall reaches, according to an archive. */
export interface ArchiveReach {
  /** Whether it adds up to the counters. */
  complete: boolean;
  problems: ReachProblem[];
  /** How many logs were read, of all lots and contracts. */
  logs: number;
  /** Recalled units on vehicles, and how many vehicles those are. */
  fittedUnits: number;
  vehicleCount: number;
  /** The vehicles, and how many recalled units each carries. */
  vehicles(): Generator<{ vehicleId: bigint; units: number }, void, undefined>;
  /** Every recalled unit on a vehicle. */
  fitted(): Generator<PartAmount & { vehicleId: bigint }, void, undefined>;
  /** Every recalled unit that is on no vehicle, custody's among them. */
  held(): Generator<PartAmount & { holder: string }, void, undefined>;
}

const TOPIC_WORDS = 8;
const LOT_WORDS = 7;
const ADDRESS_WORDS = 5;
/** A topic is a word of 32 bytes; an address fills its last 20, a lot its last 28, a part id begins with its lot. */
const ADDRESS_IN_WORD = 12;
const LOT_IN_WORD = 4;
const SERIAL_IN_PART_ID = 28;

/**
 * Finds what a recall reaches from an archive of logs alone, in one pass and with a few bytes of memory per unit: for a million
 * units as for ten. That no vehicle is left out is shown by the lot's counters: the fitted units found are as many as
 * the lot counts, and those that are left are where they are not fitted, consumed or decommissioned.
 *
 * An archive that is short of a fitting is noticed so. What changes no sum is not: a last move from one stock to another that is
 * missing, or a vehicle's id that somebody altered. Where that matters, let `recallReach` ask the contracts about each vehicle
 * and holder, with `archiveLogs` as its logs.
 *
 * @throws {PartError} `ARCHIVE_MALFORMED`, or `PART_UNKNOWN` when the counters of a lot are missing.
 * @example
 * const reach = await reachFromArchive({ archive: createReadStream("parts.logs"), partTwins, maker, scopes, counters });
 * reach.complete; // true
 * for (const { vehicleId, units } of reach.vehicles()) console.log(vehicleId, units);
 */
export async function reachFromArchive(input: ArchiveReachInput): Promise<ArchiveReach> {
  const replay = new ArchiveReplay(input);
  await readArchive(input.archive, (log) => replay.push(log));
  return replay.result();
}

class ArchiveReplay {
  readonly #scopes: RecallScopes;
  readonly #lots: ArchiveLot[];
  readonly #lotWords: Uint32Array;
  readonly #address: Uint32Array;
  readonly #topics = ["TransferSingle", "TransferBatch", "PartFitted", "PartRemoved"].map((name) =>
    wordsOf(BigInt(partTopic(name)), TOPIC_WORDS),
  );
  readonly #accounts = new WordTable(ADDRESS_WORDS);
  readonly #vehicles = new WordTable(TOPIC_WORDS);
  #logs = 0;
  #disorders = 0;
  #lastBlock = -1;
  #lastIndex = -1;
  /** The lot of the last log that was of one. */
  #lastLot = 0;

  constructor({ partTwins, maker, scopes, counters }: ArchiveReachInput) {
    this.#scopes = new RecallScopes(maker, scopes);
    this.#address = wordsOf(BigInt(partTwins), ADDRESS_WORDS);
    const { lotIds } = this.#scopes;
    this.#lots = lotIds.map((lotId) => {
      const known = counters.get(lotId);
      if (known) return new ArchiveLot(lotId, known);
      throw new PartError("PART_UNKNOWN", `the counters of ${nameLot(lotId)} are missing`, {
        fix: "read them with lotStateOf in the block in which the archive ends",
      });
    });
    this.#lotWords = new Uint32Array(lotIds.flatMap((lotId) => [...wordsOf(lotId, LOT_WORDS)]));
  }

  push(log: ArchivedLog): void {
    this.#logs++;
    const { blockNumber, logIndex, view, topicsAt } = log;
    const isNext =
      blockNumber > this.#lastBlock || (blockNumber === this.#lastBlock && logIndex > this.#lastIndex);
    if (!isNext) this.#disorders++;
    this.#lastBlock = blockNumber;
    this.#lastIndex = logIndex;
    if (log.topicCount !== 4 || !isAt(view, log.addressAt, this.#address, 0, ADDRESS_WORDS)) return;
    const first = view.getUint32(topicsAt);
    const kind = this.#topics.findIndex(
      (topic) => topic[0] === first && isAt(view, topicsAt, topic, 0, TOPIC_WORDS),
    );
    if (kind === 0) this.#move(log, log.dataAt, log.dataAt + 32);
    else if (kind === 1) this.#moveAll(log);
    else if (kind > 1) this.#fit(log, kind === 2);
  }

  /** @param partAt Where the part id stands. @param quantityAt Where the quantity stands. */
  #move({ view, topicsAt }: ArchivedLog, partAt: number, quantityAt: number): void {
    const lot = this.#lotAt(view, partAt);
    if (!lot) return;
    const from = this.#accountAt(view, topicsAt + 64);
    const to = this.#accountAt(view, topicsAt + 96);
    lot.move(view.getUint32(partAt + SERIAL_IN_PART_ID), from, to, quantityOf(view, quantityAt));
  }

  #moveAll(log: ArchivedLog): void {
    const { view, dataAt, dataLength } = log;
    const [ids, values] = [dataAt + 32, dataAt + 64].map((end) => dataAt + view.getUint32(end - 4)) as [
      number,
      number,
    ];
    const end = dataAt + dataLength;
    if (ids + 32 > end || values + 32 > end) return;
    const count = view.getUint32(ids + 28);
    if (ids + 32 * (count + 1) > end || values + 32 * (count + 1) > end) return;
    for (let i = 1; i <= count; i++) this.#move(log, ids + 32 * i, values + 32 * i);
  }

  #fit({ view, topicsAt, dataAt }: ArchivedLog, isFitted: boolean): void {
    const lot = this.#lotAt(view, topicsAt + 32 + LOT_IN_WORD);
    if (!lot) return;
    const vehicle = this.#vehicles.numberOf(view, topicsAt + 64);
    const serial = view.getUint32(dataAt + 28);
    const quantity = quantityOf(view, dataAt + 32);
    if (isFitted) lot.fit(serial, vehicle, quantity);
    else lot.remove(serial, vehicle, quantity);
  }

  #lotAt(view: DataView, at: number): ArchiveLot | undefined {
    if (isAt(view, at, this.#lotWords, this.#lastLot * LOT_WORDS, LOT_WORDS))
      return this.#lots[this.#lastLot];
    for (let i = 0; i < this.#lots.length; i++) {
      if (!isAt(view, at, this.#lotWords, i * LOT_WORDS, LOT_WORDS)) continue;
      this.#lastLot = i;
      return this.#lots[i];
    }
    return undefined;
  }

  /** The number of an account; 0 for the zero address. */
  #accountAt(view: DataView, topicAt: number): number {
    const at = topicAt + ADDRESS_IN_WORD;
    const isZero =
      view.getUint32(at) === 0 &&
      view.getUint32(at + 4) === 0 &&
      view.getUint32(at + 8) === 0 &&
      view.getUint32(at + 12) === 0 &&
      view.getUint32(at + 16) === 0;
    return isZero ? 0 : this.#accounts.numberOf(view, at);
  }

  result(): ArchiveReach {
    const problems = this.#lots.flatMap(problemsOf);
    if (this.#disorders > 0) {
      const message = `${this.#disorders} logs stand out of the chain's order, or twice`;
      problems.push({ code: "ORDER_MISMATCH", message });
    }
    const units = new Uint32Array(this.#vehicles.size + 1);
    let fittedUnits = 0;
    for (const lot of this.#lots) {
      for (const { serial, vehicle, quantity } of lot.fittedUnits()) {
        if (!this.#scopes.hasSerial(lot.lotId, serial)) continue;
        units[vehicle] = (units[vehicle] ?? 0) + quantity;
        fittedUnits += quantity;
      }
    }
    return {
      complete: problems.length === 0,
      problems,
      logs: this.#logs,
      fittedUnits,
      vehicleCount: units.reduce((count, carried) => count + Number(carried > 0), 0),
      vehicles: () => this.#eachVehicle(units),
      fitted: () => this.#eachFitted(),
      held: () => this.#eachHeld(),
    };
  }

  *#eachVehicle(units: Uint32Array): ReturnType<ArchiveReach["vehicles"]> {
    for (let vehicle = 1; vehicle < units.length; vehicle++) {
      const carried = units[vehicle] ?? 0;
      if (carried > 0) yield { vehicleId: this.#vehicles.valueOf(vehicle), units: carried };
    }
  }

  *#eachFitted(): ReturnType<ArchiveReach["fitted"]> {
    for (const lot of this.#lots) {
      for (const { serial, vehicle, quantity } of lot.fittedUnits()) {
        if (!this.#scopes.hasSerial(lot.lotId, serial)) continue;
        const partId = partIdOf(lot.lotId, serial);
        yield { partId, quantity: BigInt(quantity), vehicleId: this.#vehicles.valueOf(vehicle) };
      }
    }
  }

  *#eachHeld(): ReturnType<ArchiveReach["held"]> {
    for (const lot of this.#lots) {
      const onVehicles = lot.isSerialised ? undefined : this.#countedOnVehicles(lot);
      for (const { serial, holder, quantity } of lot.heldUnits()) {
        if (!this.#scopes.hasSerial(lot.lotId, serial)) continue;
        const partId = partIdOf(lot.lotId, serial);
        const address = getAddress(toBeHex(this.#accounts.valueOf(holder), 20));
        const left = quantity - (onVehicles?.get(address) ?? 0);
        if (left > 0) yield { partId, quantity: BigInt(left), holder: address };
      }
    }
  }

  /** What vehicles' accounts hold because it is fitted. */
  #countedOnVehicles(lot: ArchiveLot): Map<string, number> {
    const fitted = new Map<string, number>();
    for (const { vehicle, quantity } of lot.fittedUnits())
      fitted.set(vehicleAccountOf(this.#vehicles.valueOf(vehicle)), quantity);
    return fitted;
  }
}

function problemsOf({ lotId, counters, supply, fitted, unserialised, breaks }: ArchiveLot): ReachProblem[] {
  const problems: ReachProblem[] = [];
  const name = nameLot(lotId);
  const compare = (code: ReachProblem["code"], expected: bigint, found: number, what: string): void => {
    if (expected === BigInt(found)) return;
    const message = `${expected} units of ${name} ${what}, the archive shows ${found}`;
    problems.push({ code, message, lotId, expected, found: BigInt(found) });
  };
  compare("FITTED_MISMATCH", counters.fitted, fitted, "are fitted");
  const { quantity, consumed, decommissioned } = counters;
  compare("HELD_MISMATCH", quantity - consumed - decommissioned, supply, "exist");
  compare("HELD_MISMATCH", counters.unserialised, unserialised, "have no serial");
  if (breaks > 0) {
    const message = `${breaks} times a unit of ${name} moves from where the archive does not have it`;
    problems.push({ code: "HOLDER_MISMATCH", message, lotId });
  }
  return problems;
}

function isAt(view: DataView, at: number, words: Uint32Array, from: number, count: number): boolean {
  // the last word first: that is where ids of one maker differ
  for (let i = count - 1; i >= 0; i--) if (view.getUint32(at + 4 * i) !== words[from + i]) return false;
  return true;
}

/** A quantity, of which only the lowest 40 bits can be set. */
function quantityOf(view: DataView, at: number): number {
  return view.getUint32(at + 24) * 2 ** 32 + view.getUint32(at + 28);
}

function wordsOf(value: bigint, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) =>
    Number((value >> BigInt(32 * (count - 1 - i))) & 0xffff_ffffn),
  );
}
