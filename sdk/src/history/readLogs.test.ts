import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { id } from "ethers";
import { ChainError } from "../chain/ChainError.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readLogs, type LogQuery } from "./readLogs.js";

const FILTER = { address: `0x${"11".repeat(20)}`, topics: [] };

/** A node that has one log in each of these blocks, and refuses what `refuse` says. */
function node(
  blocks: readonly number[],
  refuse: (range: { from: number; to: number; found: number }) => unknown = () => undefined,
): RpcProvider & { ranges: [number, number][] } {
  const ranges: [number, number][] = [];
  return {
    ranges,
    async request({ params = [] }) {
      const { fromBlock, toBlock } = params[0] as { fromBlock: string; toBlock: string };
      const [from, to] = [Number(fromBlock), Number(toBlock)];
      ranges.push([from, to]);
      const found = blocks.filter((block) => block >= from && block <= to);
      const refusal = refuse({ from, to, found: found.length });
      if (refusal !== undefined) throw refusal;
      return found.map((block) => ({
        address: FILTER.address,
        topics: [id("X()")],
        data: "0x",
        blockNumber: `0x${block.toString(16)}`,
        logIndex: "0x0",
        transactionHash: id(String(block)),
      }));
    },
  };
}

async function collect(rpc: RpcProvider, query: Partial<LogQuery>) {
  const pages: [number, number][] = [];
  const blocks: number[] = [];
  for await (const page of readLogs(rpc, { filters: [FILTER], fromBlock: 0, toBlock: 99, ...query })) {
    pages.push([page.fromBlock, page.toBlock]);
    blocks.push(...page.logs.map((log) => log.blockNumber));
  }
  return { pages, blocks };
}

function assertCovers(pages: readonly [number, number][], from: number, to: number): void {
  let next = from;
  for (const [first, last] of pages) {
    assert.equal(first, next, "pages follow each other without gap");
    assert.ok(last >= first);
    next = last + 1;
  }
  assert.equal(next, to + 1, "pages reach the end");
}

const refusals: [string, unknown][] = [
  ["geth", Object.assign(new Error("exceed maximum block range: 5000"), { code: -32000 })],
  ["Infura", Object.assign(new Error("query returned more than 10000 results"), { code: -32005 })],
  [
    "Alchemy",
    Object.assign(
      new Error("Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range"),
      {
        code: -32602,
      },
    ),
  ],
  ["QuickNode", new Error("eth_getLogs is limited to a 10,000 range")],
  ["Besu", new Error("Requested range exceeds maximum RPC range limit")],
  ["Erigon", new Error("requested too many blocks from 1 to 9, maximum is set to 3")],
  ["a gateway", new ChainError("RPC_UNREACHABLE", "the node answers with HTTP 413")],
  ["a slow node", new ChainError("RPC_TIMEOUT", "the node did not answer within 30000 ms")],
  ["a node of few words", Object.assign(new Error("refused"), { code: -32005 })],
  [
    "a node of few words, through this SDK",
    Object.assign(new ChainError("RPC_ERROR", "refused"), { rpcCode: -32005 }),
  ],
  ["a plain object", { code: -32005, message: "limit exceeded" }],
];

for (const [name, refusal] of refusals) {
  test(`a range that ${name} refuses is halved`, async () => {
    const rpc = node([3, 50, 99], ({ from, to }) => (to - from >= 30 ? refusal : undefined));
    const { pages, blocks } = await collect(rpc, { pageBlocks: 100 });
    assertCovers(pages, 0, 99);
    assert.deepEqual(blocks, [3, 50, 99]);
  });
}

const others: [string, unknown][] = [
  ["a throttle", Object.assign(new Error("project ID request rate exceeded"), { code: -32005 })],
  ["too many requests", new Error("429 Too Many Requests, rate limit reached")],
  ["a broken node", new ChainError("RPC_UNREACHABLE", "the node does not answer")],
  ["a wrong method", Object.assign(new Error("the method eth_getLogs does not exist"), { code: -32601 })],
];

for (const [name, error] of others) {
  test(`${name} is no matter of the range, and passed on`, async () => {
    const rpc = node([], () => error);
    await assert.rejects(collect(rpc, { pageBlocks: 100 }), (thrown) => thrown === error);
    assert.equal(rpc.ranges.length, 1);
  });
}

test("a node that refuses a single block is named, not asked for ever", async () => {
  const rpc = node([], ({ from, to }) =>
    from <= 10 && to >= 10 ? new Error("too many results") : undefined,
  );
  await assert.rejects(collect(rpc, { pageBlocks: 64 }), (error: ChainError) => {
    assert.equal(error.code, "LOGS_REFUSED");
    assert.match(error.message, /block 10 alone: too many results; use another node/);
    return true;
  });
});

test("accepted ranges grow", async () => {
  const rpc = node([]);
  const { pages } = await collect(rpc, { toBlock: 9_999, pageBlocks: 10 });
  assertCovers(pages, 0, 9_999);
  assert.ok(pages.length < 12, `${pages.length} pages`);
});

test("a limit of blocks is found once and then kept to, nearly", async () => {
  const rpc = node([], ({ from, to }) =>
    to - from + 1 > 1_000 ? new Error("block range too large") : undefined,
  );
  const { pages } = await collect(rpc, { toBlock: 199_999 });
  assertCovers(pages, 0, 199_999);
  assert.ok(rpc.ranges.length < 200 * 1.5, `${rpc.ranges.length} requests where 200 would do`);
});

test("a dense stretch does not make the rest slow", async () => {
  const dense = Array.from({ length: 500 }, (_, i) => 10_000 + i);
  const rpc = node(dense, ({ found }) =>
    found > 20 ? new Error("query returned more than 20 results") : undefined,
  );
  const { pages, blocks } = await collect(rpc, { toBlock: 1_000_000 });
  assertCovers(pages, 0, 1_000_000);
  assert.deepEqual(blocks, dense);
  assert.ok(rpc.ranges.length < 250, `${rpc.ranges.length} requests`);
});

test("one block, and no block at all", async () => {
  assert.deepEqual((await collect(node([5]), { fromBlock: 5, toBlock: 5 })).blocks, [5]);
  assert.deepEqual((await collect(node([5]), { fromBlock: 6, toBlock: 5 })).pages, []);
});

test("pages hold what any filter finds, in the order of the chain, without removed logs", async () => {
  const rpc: RpcProvider = {
    async request({ params = [] }) {
      const { address } = params[0] as { address: string };
      const log = (blockNumber: string, logIndex: string, removed: boolean) => ({
        address,
        topics: [],
        data: "0x",
        blockNumber,
        logIndex,
        transactionHash: id("t"),
        removed,
      });
      return address === "a"
        ? [log("0x2", "0x1", false), log("0x1", "0x5", false)]
        : [log("0x2", "0x0", false), log("0x1", "0x6", true)];
    },
  };
  const filters = [
    { address: "a", topics: [] },
    { address: "b", topics: [] },
  ];
  for await (const { logs } of readLogs(rpc, { filters, fromBlock: 0, toBlock: 9 })) {
    assert.deepEqual(
      logs.map((log) => [log.blockNumber, log.logIndex, log.address]),
      [
        [1, 5, "a"],
        [2, 0, "b"],
        [2, 1, "a"],
      ],
    );
  }
});

const nonsense: unknown[] = [
  null,
  "logs",
  [null],
  [{}],
  [{ address: "a", topics: [1], data: "0x", blockNumber: "0x1", logIndex: "0x0", transactionHash: "0x" }],
  [{ address: "a", topics: [], data: "0x", blockNumber: "one", logIndex: "0x0", transactionHash: "0x" }],
];

for (const answer of nonsense) {
  test(`${JSON.stringify(answer)} is no answer`, async () => {
    const rpc: RpcProvider = { request: async () => answer };
    await assert.rejects(collect(rpc, {}), (error: ChainError) => error.code === "RPC_MALFORMED");
  });
}

test("whatever the limits, every log is read exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 0, max: 2_000 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 700 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5_000 }),
      async (blocks, maxRange, maxResults, pageBlocks) => {
        const sorted = blocks.toSorted((a, b) => a - b);
        const rpc = node(sorted, ({ from, to, found }) =>
          to - from + 1 > maxRange || found > maxResults ? new Error("limit exceeded") : undefined,
        );
        const found = await collect(rpc, { toBlock: 2_000, pageBlocks });
        assertCovers(found.pages, 0, 2_000);
        assert.deepEqual(found.blocks, sorted);
      },
    ),
    { numRuns: 80 },
  );
});
