import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { id, Interface, Wallet, ZeroAddress, ZeroHash } from "ethers";
import { partTwinsAbi } from "../../../sdk/src/abi/PartTwins.js";
import { loadKeccak } from "../../../sdk/src/history/keccak.js";
import { writeArchive } from "../../../sdk/src/parts/logArchive.js";
import { lotIdOf } from "../../../sdk/src/parts/partId.js";
import type { LotCounters } from "../../../sdk/src/parts/reachFromArchive.js";
import type { RecallScope } from "../../../sdk/src/parts/types.js";

/** How many units of how many lots are fitted to how many cars, each car with as many of one lot. */
export interface FleetSize {
  cars: number;
  unitsPerCar: number;
  lots: number;
}

/** What is known of a fleet whose logs were made. */
export interface BenchFleet {
  partTwins: string;
  maker: string;
  scopes: RecallScope[];
  counters: Map<bigint, LotCounters>;
  units: number;
}

const twins = new Interface(partTwinsAbi);
/** As `sdk/src/parts/logArchive.ts` lays logs out. */
const MAGIC = "BLOKLOG1";
const HEADER_BYTES = 68;
const CHUNK_BYTES = 1 << 20;
const MARGIN_BYTES = 1 << 14;
/** Lots are a multiple of this. */
const SERIALS_AT_ONCE = 100;
const LOGS_PER_BLOCK = 200;

/** What is known of a fleet of this size, before any log is made. */
export function planFleet({ cars, unitsPerCar, lots }: FleetSize): BenchFleet {
  const maker = new Wallet(id("maker of the bench")).address;
  const units = cars * unitsPerCar;
  const perLot = units / lots;
  const numbers = Array.from({ length: lots }, (_, i) => i + 1);
  const counters: LotCounters = {
    form: "serialised",
    quantity: BigInt(perLot),
    consumed: 0n,
    decommissioned: 0n,
    fitted: BigInt(perLot),
    unserialised: 0n,
  };
  return {
    partTwins: new Wallet(id("parts of the bench")).address,
    maker,
    scopes: numbers.map((number) => ({ lotNumber: BigInt(number), fromSerial: 1, toSerial: perLot })),
    counters: new Map(numbers.map((number) => [lotIdOf(maker, number), counters])),
    units,
  };
}

/**
 * The archive of a fleet, with the logs that `PartTwins` emits: lots commissioned and given serials, then every unit fitted.
 * One log of each kind is encoded by ethers; the others are copies of it with other ids in their places.
 */
export async function* fleetArchive(
  fleet: BenchFleet,
  { unitsPerCar }: FleetSize,
): AsyncGenerator<Uint8Array, void, undefined> {
  const keccak = await loadKeccak();
  const { maker } = fleet;
  const accountInput = Buffer.alloc(64);
  accountInput.write(id("blok auto vehicle account").slice(2), "hex");
  const ones = Array.from({ length: SERIALS_AT_ONCE }, () => 1n);
  const single = await stampOf(fleet, "TransferSingle", [maker, ZeroAddress, maker, 1n, 1n]);
  const batch = await stampOf(fleet, "TransferBatch", [maker, ZeroAddress, maker, ones, ones]);
  const fitting = await stampOf(fleet, "PartFitted", [1n, 1n, maker, 1, 1]);
  const writer = new ChunkWriter();
  yield writer.magic;

  const [nobody, makerBytes] = [Buffer.alloc(20), bytesOf(BigInt(maker), 20)];
  const transfer = (from: Uint8Array, to: Uint8Array, partId: Uint8Array, quantity: number): void => {
    const log = writer.add(single);
    log.set(from, topicAt(2) + 12);
    log.set(to, topicAt(3) + 12);
    log.set(partId, topicAt(4));
    writeUint(log, topicAt(5), quantity);
  };
  for (const [lotId, { quantity }] of fleet.counters) {
    const partId = bytesOf(lotId << 32n, 32);
    transfer(nobody, makerBytes, partId, Number(quantity));
    for (let from = 1; from <= Number(quantity); from += SERIALS_AT_ONCE) {
      transfer(makerBytes, nobody, partId, SERIALS_AT_ONCE);
      const log = writer.add(batch);
      for (let i = 0; i < SERIALS_AT_ONCE; i++) {
        const at = topicAt(4) + 32 * (3 + i);
        log.set(partId, at);
        writeUint(log, at, from + i);
      }
      yield* writer.full();
    }
  }
  let [car, left] = [0, 0];
  let [vehicle, account] = [Buffer.alloc(32), nobody as Uint8Array];
  for (const [lotId, { quantity }] of fleet.counters) {
    const partId = bytesOf(lotId << 32n, 32);
    for (let serial = 1; serial <= Number(quantity); serial++) {
      if (left === 0) {
        left = unitsPerCar;
        vehicle = createHash("sha256").update(`car ${++car} of the bench`).digest();
        accountInput.set(vehicle, 32);
        account = keccak(accountInput).subarray(12);
      }
      left--;
      writeUint(partId, 0, serial);
      transfer(makerBytes, account, partId, 1);
      const log = writer.add(fitting);
      log.set(partId.subarray(0, 28), topicAt(1) + 4);
      log.set(vehicle, topicAt(2));
      writeUint(log, topicAt(4), serial);
      yield* writer.full();
    }
  }
  yield writer.rest();
}

/** Writes the archive of a fleet to a file. */
export async function makeLogArchive(file: string, fleet: BenchFleet, size: FleetSize): Promise<void> {
  await pipeline(fleetArchive(fleet, size), createWriteStream(file));
}

/** Fills chunks with copies of logs, each with its place on the chain. */
class ChunkWriter {
  readonly magic = Buffer.from(MAGIC);
  #chunk = Buffer.alloc(CHUNK_BYTES);
  #used = 0;
  #count = 0;

  /** @returns The copy, to be changed. */
  add(stamp: Uint8Array): Buffer {
    const log = this.#chunk.subarray(this.#used, this.#used + stamp.length);
    log.set(stamp);
    log.writeUInt32LE(1 + Math.floor(this.#count / LOGS_PER_BLOCK), 0);
    log.writeUInt32LE(this.#count % LOGS_PER_BLOCK, 4);
    this.#count += 1;
    log.writeUInt32BE(this.#count, HEADER_BYTES - 4); // the transaction's hash
    this.#used += stamp.length;
    return log;
  }

  /** The chunk, when another few logs might not fit. */
  *full(): Generator<Uint8Array, void, undefined> {
    if (this.#used < CHUNK_BYTES - MARGIN_BYTES) return;
    yield this.rest();
    this.#chunk = Buffer.alloc(CHUNK_BYTES);
    this.#used = 0;
  }

  rest(): Uint8Array {
    return this.#chunk.subarray(0, this.#used);
  }
}

/** One log of a kind as an archive has it, without the archive's beginning. */
async function stampOf(
  { partTwins }: BenchFleet,
  name: string,
  args: readonly unknown[],
): Promise<Uint8Array> {
  const { topics, data } = twins.encodeEventLog(name, args);
  const place = { blockNumber: 0, logIndex: 0, transactionHash: ZeroHash };
  const { value } = await writeArchive([{ address: partTwins, topics, data, ...place }]).next();
  return value?.subarray(MAGIC.length) ?? new Uint8Array();
}

/** Where a topic stands in an archived log with four of them; beyond those, where a word of the data does. */
function topicAt(index: number): number {
  return HEADER_BYTES + 32 * index;
}

/** Writes a number that fits 32 bits into a word of 32 bytes. */
function writeUint(bytes: Uint8Array, wordAt: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[wordAt + 31 - i] = (value >>> (8 * i)) & 0xff;
}

function bytesOf(value: bigint, length: number): Buffer {
  return Buffer.from(value.toString(16).padStart(2 * length, "0"), "hex");
}
