import { hexBuffer, toHex } from "../history/hexBytes.js";
import type { ChainLog } from "../history/types.js";
import { PartError } from "./PartError.js";

/**
 * A log archive is a file of logs in the order of the chain: the eight letters below, then of each log, in bytes and lowest
 * byte first, block number 4, log index 4, number of topics 4, length of the data 4, address 20, transaction hash 32, and
 * then topics and data as they are.
 */
const MAGIC = new TextEncoder().encode("BLOKLOG1");
const ADDRESS_AT = 16;
const TRANSACTION_AT = 36;
const TOPICS_AT = 68;
/** Longer data is none that a contract of this project emits. */
const DATA_LIMIT = 1 << 24;
const CHUNK_BYTES = 1 << 20;

/** Where the fields of a log stand in memory; the same object for every log. */
export interface ArchivedLog {
  view: DataView;
  bytes: Uint8Array;
  blockNumber: number;
  logIndex: number;
  addressAt: number;
  transactionAt: number;
  topicsAt: number;
  topicCount: number;
  dataAt: number;
  dataLength: number;
}

export type ArchiveChunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * Writes logs as an archive, chunk by chunk.
 *
 * @param logs In the order of the chain.
 * @throws {PartError} `ARCHIVE_MALFORMED` for a log with fields that none has.
 * @example
 * await pipeline(writeArchive(logs), createWriteStream("parts.logs"));
 */
export async function* writeArchive(
  logs: AsyncIterable<ChainLog> | Iterable<ChainLog>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let chunk = new Uint8Array(CHUNK_BYTES);
  chunk.set(MAGIC);
  let used = MAGIC.length;
  for await (const log of logs) {
    const encoded = encodeLog(log);
    if (used + encoded.length > chunk.length) {
      yield chunk.subarray(0, used);
      chunk = new Uint8Array(Math.max(CHUNK_BYTES, encoded.length));
      used = 0;
    }
    chunk.set(encoded, used);
    used += encoded.length;
  }
  yield chunk.subarray(0, used);
}

/**
 * Reads an archive in one pass; what is held is one chunk and the log that runs over its end.
 *
 * @param visit Is given every log; what it is given holds only until it returns.
 * @throws {PartError} `ARCHIVE_MALFORMED` when it is no archive, or ends in the middle of a log.
 * @example
 * let count = 0;
 * await readArchive(createReadStream("parts.logs"), () => count++);
 */
export async function readArchive(chunks: ArchiveChunks, visit: (log: ArchivedLog) => void): Promise<void> {
  const reader = new ArchiveReader();
  for await (const chunk of chunks) reader.take(chunk, visit);
  reader.end();
}

/**
 * Reads the logs of an archive as a node gives them.
 *
 * @throws {PartError} `ARCHIVE_MALFORMED`.
 * @example
 * await recallReach({ rpc, deployment, campaignId, logs: archiveLogs(createReadStream("parts.logs")) });
 */
export async function* archiveLogs(chunks: ArchiveChunks): AsyncGenerator<ChainLog, void, undefined> {
  const reader = new ArchiveReader();
  for await (const chunk of chunks) {
    const logs: ChainLog[] = [];
    reader.take(chunk, (log) => logs.push(toChainLog(log)));
    yield* logs;
  }
  reader.end();
}

class ArchiveReader {
  readonly #log = {} as ArchivedLog;
  #rest: Uint8Array = new Uint8Array();
  #isBegun = false;

  take(chunk: Uint8Array, visit: (log: ArchivedLog) => void): void {
    const bytes = this.#rest.length === 0 ? chunk : join(this.#rest, chunk);
    let at = 0;
    if (!this.#isBegun && bytes.length >= MAGIC.length) {
      if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw malformed("it does not begin as a log archive");
      this.#isBegun = true;
      at = MAGIC.length;
    }
    if (this.#isBegun) at = this.#visit(bytes, at, visit);
    this.#rest = bytes.subarray(at);
  }

  end(): void {
    if (!this.#isBegun || this.#rest.length > 0) throw malformed("it ends in the middle of a log");
  }

  /** @returns Where the log begins that runs over the end. */
  #visit(bytes: Uint8Array, start: number, visit: (log: ArchivedLog) => void): number {
    const log = this.#log;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    log.bytes = bytes;
    log.view = view;
    let at = start;
    while (at + TOPICS_AT <= bytes.length) {
      const topicCount = view.getUint32(at + 8, true);
      const dataLength = view.getUint32(at + 12, true);
      if (topicCount > 4 || dataLength > DATA_LIMIT) throw malformed("a log has lengths that none has");
      const next = at + TOPICS_AT + 32 * topicCount + dataLength;
      if (next > bytes.length) break;
      log.blockNumber = view.getUint32(at, true);
      log.logIndex = view.getUint32(at + 4, true);
      log.addressAt = at + ADDRESS_AT;
      log.transactionAt = at + TRANSACTION_AT;
      log.topicsAt = at + TOPICS_AT;
      log.topicCount = topicCount;
      log.dataAt = at + TOPICS_AT + 32 * topicCount;
      log.dataLength = dataLength;
      visit(log);
      at = next;
    }
    return at;
  }
}

function encodeLog(log: ChainLog): Uint8Array {
  const { topics, data, blockNumber, logIndex, address, transactionHash } = log;
  const dataLength = Math.max(0, (data.length >> 1) - 1);
  const buffer = hexBuffer(TOPICS_AT + 32 * topics.length + dataLength);
  const view = new DataView(buffer.bytes.buffer);
  const fits =
    topics.length <= 4 &&
    dataLength <= DATA_LIMIT &&
    buffer.write(address, ADDRESS_AT, 20) &&
    buffer.write(transactionHash, TRANSACTION_AT, 32) &&
    topics.every((topic, i) => buffer.write(topic, TOPICS_AT + 32 * i, 32)) &&
    buffer.write(data, TOPICS_AT + 32 * topics.length, dataLength);
  if (!fits) throw malformed(`log ${logIndex} of block ${blockNumber} has fields that none has`);
  [blockNumber, logIndex, topics.length, dataLength].forEach((n, i) => view.setUint32(4 * i, n, true));
  return buffer.bytes;
}

function toChainLog(log: ArchivedLog): ChainLog {
  const { bytes, addressAt, transactionAt, topicsAt, topicCount, dataAt, dataLength } = log;
  const hex = (at: number, length: number): string => toHex(bytes.subarray(at, at + length));
  return {
    address: hex(addressAt, 20),
    topics: Array.from({ length: topicCount }, (_, i) => hex(topicsAt + 32 * i, 32)),
    data: hex(dataAt, dataLength),
    transactionHash: hex(transactionAt, 32),
    blockNumber: log.blockNumber,
    logIndex: log.logIndex,
  };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function malformed(message: string): PartError {
  return new PartError("ARCHIVE_MALFORMED", `this is no log archive: ${message}`, {
    fix: "write it anew with writeArchive",
  });
}
