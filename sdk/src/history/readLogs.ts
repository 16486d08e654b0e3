import { ChainError } from "../chain/ChainError.js";
import type { RpcProvider } from "../chain/deployment.js";
import { isThrottled } from "../chain/isThrottled.js";
import { fromQuantity, toQuantity } from "../chain/quantity.js";
import type { ChainLog } from "./types.js";

/** Which logs to read, as `eth_getLogs` takes it. */
export interface LogFilter {
  address: string | readonly string[];
  topics: readonly (string | readonly string[] | null)[];
}

export interface LogQuery {
  /** One or more filters; each page holds what any of them finds. They must not find the same log. */
  filters: readonly LogFilter[];
  fromBlock: number;
  toBlock: number;
  /** How many blocks to ask for at first. */
  pageBlocks?: number;
}

/** The logs of a range of blocks, in the order of the chain. */
export interface LogPage {
  fromBlock: number;
  toBlock: number;
  logs: ChainLog[];
}

const DEFAULT_PAGE_BLOCKS = 10_000;
/** After so many pages in a row, a range that was refused once is tried again: nodes also limit the number of logs. */
const FORGET_LIMIT_AFTER = 24;

/**
 * Reads logs page by page, and finds out by itself how many blocks the node lets it read at once: a refused range is
 * halved, an accepted one grows.
 *
 * @returns Pages that cover the range without gap, in order. At most one page is held.
 * @throws {ChainError} `LOGS_REFUSED` when the node refuses even one block, `RPC_MALFORMED` for logs that are none, or
 * whatever the provider throws for other reasons than the size of the range.
 * @example
 * for await (const { logs } of readLogs(rpc, { filters: [filter], fromBlock: 0, toBlock: 1_000_000 })) {
 *   console.log(logs.length);
 * }
 */
export async function* readLogs(rpc: RpcProvider, query: LogQuery): AsyncGenerator<LogPage, void, undefined> {
  const { filters, toBlock } = query;
  const size = new PageSize(query.pageBlocks ?? DEFAULT_PAGE_BLOCKS);
  let from = query.fromBlock;
  while (from <= toBlock) {
    const to = Math.min(toBlock, from + size.blocks - 1);
    let found: ChainLog[][];
    try {
      found = await Promise.all(filters.map((filter) => requestLogs(rpc, filter, from, to)));
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const asked = to - from + 1;
      if (asked === 1) {
        throw new ChainError(
          "LOGS_REFUSED",
          `the node refuses the logs of block ${from} alone: ${messageOf(error)}`,
          {
            fix: "use another node",
            cause: error,
          },
        );
      }
      size.refuse(asked);
      continue;
    }
    yield { fromBlock: from, toBlock: to, logs: found.flat().sort(byPlace) };
    size.accept(to - from + 1);
    from = to + 1;
  }
}

/** The order of the chain. */
export function byPlace(
  a: Pick<ChainLog, "blockNumber" | "logIndex">,
  b: Pick<ChainLog, "blockNumber" | "logIndex">,
): number {
  return a.blockNumber - b.blockNumber || a.logIndex - b.logIndex;
}

/**
 * How many blocks to ask for, from what the node accepted and refused so far: twice as many after each success until a
 * refusal, then closing in on the limit between the two.
 */
class PageSize {
  blocks: number;
  #accepted = 0;
  #refused = Number.POSITIVE_INFINITY;
  /** The limit that is being tested anew. */
  #formerly = Number.POSITIVE_INFINITY;
  #inARow = 0;

  constructor(first: number) {
    this.blocks = Math.max(1, Math.floor(first));
  }

  accept(asked: number): void {
    this.#accepted = Math.max(this.#accepted, asked);
    if (++this.#inARow >= FORGET_LIMIT_AFTER && Number.isFinite(this.#refused)) {
      this.#inARow = 0;
      this.#formerly = this.#refused;
      this.#refused = Number.POSITIVE_INFINITY;
    }
    const isClose = this.#refused - this.#accepted <= this.#accepted / 8;
    const grown = Number.isFinite(this.#refused)
      ? Math.floor((this.#accepted + this.#refused) / 2)
      : this.blocks * 2;
    // The last page of a range, which may be short, changes nothing.
    if (!isClose) this.blocks = Math.max(this.blocks, Math.min(grown, Number.MAX_SAFE_INTEGER));
  }

  refuse(asked: number): void {
    this.#inARow = 0;
    if (this.#accepted >= asked) {
      this.#accepted = 0;
      this.#formerly = Number.POSITIVE_INFINITY;
    }
    this.#refused = Math.min(asked, this.#formerly);
    this.#formerly = Number.POSITIVE_INFINITY;
    this.blocks = this.#accepted > 0 ? this.#accepted : Math.max(1, Math.floor(asked / 2));
  }
}

/**
 * Whether a node refused a range for its size. There is no common code: each kind of node says it in words of its own.
 */
function isTooLarge(error: unknown): boolean {
  if (error instanceof ChainError && error.code === "RPC_TIMEOUT") return true;
  const message = messageOf(error);
  if (isThrottled(message)) return false;
  const code = codeOf(error);
  // EIP-1474: -32005 is "limit exceeded".
  if (code === -32005) return true;
  if (/HTTP 413/.test(message)) return true;
  return /range|exceed|limit|too (?:large|many|wide|big|much)|more than|maximum|max results|timed? ?out|response size/i.test(
    message,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? error.message
    : String((error as { message?: unknown } | null)?.message ?? error);
}

function codeOf(error: unknown): number | undefined {
  const { rpcCode, code } = (error ?? {}) as { rpcCode?: unknown; code?: unknown };
  if (typeof rpcCode === "number") return rpcCode;
  return typeof code === "number" ? code : undefined;
}

async function requestLogs(
  rpc: RpcProvider,
  filter: LogFilter,
  from: number,
  to: number,
): Promise<ChainLog[]> {
  const params = [{ ...filter, fromBlock: toQuantity(from), toBlock: toQuantity(to) }];
  const answer = await rpc.request({ method: "eth_getLogs", params });
  if (!Array.isArray(answer))
    throw new ChainError("RPC_MALFORMED", "the node's answer to eth_getLogs is no list");
  return answer.filter((log) => (log as { removed?: unknown } | null)?.removed !== true).map(toChainLog);
}

function toChainLog(raw: unknown): ChainLog {
  const { address, topics, data, blockNumber, logIndex, transactionHash, blockTimestamp } = (raw ??
    {}) as Record<string, unknown>;
  if (
    typeof address !== "string" ||
    typeof data !== "string" ||
    typeof transactionHash !== "string" ||
    !Array.isArray(topics) ||
    !topics.every((topic) => typeof topic === "string")
  ) {
    throw new ChainError(
      "RPC_MALFORMED",
      "the node returned a log without address, topics, data or transaction",
    );
  }
  return {
    address,
    topics,
    data,
    transactionHash,
    blockNumber: fromQuantity(blockNumber, "log's block number"),
    logIndex: fromQuantity(logIndex, "log's index"),
    ...(typeof blockTimestamp === "string" && {
      blockTimestamp: fromQuantity(blockTimestamp, "log's block time"),
    }),
  };
}
