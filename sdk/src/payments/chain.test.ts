import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { paymentChannelsAbi } from "../abi/PaymentChannels.js";
import { ChainError } from "../chain/ChainError.js";
import type { RpcProvider } from "../chain/deployment.js";
import { toQuantity } from "../chain/quantity.js";
import { cacheReadings } from "./cacheReadings.js";
import { openTermsFromEvents } from "./openTermsFromEvents.js";
import { rpcChannelReader } from "./rpcChannelReader.js";
import { channel, CLOSED, domain, FakeChain, NOW, terms } from "./testing/fakes.js";
import type { ChannelState, Hex } from "./types.js";

const abi = new Interface(paymentChannelsAbi);
const state: ChannelState = { settled: 5n, deposited: 100n, closeDeadline: 1_234, epoch: 3 };

/** A node whose channel had one state per block. */
function node(states: Record<number, ChannelState | "nothing">, head: number): RpcProvider {
  return {
    request: async ({ method, params = [] }) => {
      if (method === "eth_getBlockByNumber") {
        return { number: toQuantity(head), hash: `0x${"1".repeat(64)}`, timestamp: toQuantity(NOW) };
      }
      assert.equal(method, "eth_call");
      const [call, block] = params as [{ to: string; data: string }, string];
      assert.deepEqual(call, {
        to: domain.contract,
        data: abi.encodeFunctionData("channelOf", [channel.id]),
      });
      const found = states[Number(block)];
      if (found === undefined) throw new ChainError("RPC_ERROR", `no state of block ${Number(block)}`);
      return found === "nothing" ? "0x" : abi.encodeFunctionResult("channelOf", [found]);
    },
  };
}

const read = (states: Record<number, ChannelState | "nothing">, head: number, confirmations: number) =>
  rpcChannelReader({ rpc: node(states, head), contract: domain.contract, confirmations }).read(channel.id);

test("a channel is read now and as deep as asked", async () => {
  const before = { ...state, deposited: 60n };
  assert.deepEqual(await read({ 90: before, 100: state }, 100, 10), {
    latest: state,
    confirmed: before,
    blockNumber: 100,
    blockTime: NOW,
    confirmations: 10,
  });
  assert.deepEqual((await read({ 100: state }, 100, 0)).confirmed, state);
});

test("before the chain or the contract began, nothing was open", async () => {
  assert.deepEqual((await read({ 5: state }, 5, 10)).confirmed, CLOSED);
  assert.deepEqual((await read({ 90: "nothing", 100: state }, 100, 10)).confirmed, CLOSED);
  assert.deepEqual((await read({ 0: CLOSED, 10: state }, 10, 10)).confirmed, CLOSED);
});

test("where no contract stands now, or the node does not know the depth, there is no reading", async () => {
  const withCode = (code: string) => (error: unknown) => error instanceof ChainError && error.code === code;
  await assert.rejects(read({ 90: "nothing", 100: "nothing" }, 100, 10), withCode("CONTRACT_MISSING"));
  await assert.rejects(read({ 100: state }, 100, 10), withCode("RPC_ERROR"));
});

test("readings are remembered for their time, and read once for all who ask at once", async () => {
  let now = 1_000;
  const chain = new FakeChain();
  chain.set(channel.id, { deposited: 1n });
  const reader = cacheReadings(chain, 10, () => now);
  await Promise.all([reader.read(channel.id), reader.read(channel.id)]);
  assert.equal(chain.reads, 1);
  now += 9.9;
  await reader.read(channel.id);
  assert.equal(chain.reads, 1);
  now += 0.1;
  await reader.read(channel.id);
  assert.equal(chain.reads, 2);
  now -= 5;
  await reader.read(channel.id);
  assert.equal(chain.reads, 3, "a clock that was set back remembers nothing for longer");
  reader.forget(channel.id);
  await reader.read(channel.id);
  reader.forget();
  await reader.read(channel.id);
  assert.equal(chain.reads, 5);
});

test("a reading that failed is not remembered", async () => {
  const chain = new FakeChain();
  const reader = cacheReadings(chain, 10);
  chain.failure = new Error("no answer");
  await assert.rejects(reader.read(channel.id), /no answer/);
  chain.failure = undefined;
  assert.deepEqual((await reader.read(channel.id)).latest, CLOSED);
});

test("terms are found from the events of openings, and checked against the channel's id", async () => {
  const log = (channelId: Hex, blockNumber: number) => ({
    ...abi.encodeEventLog("ChannelOpened", [
      channelId,
      terms.payer,
      terms.payee,
      terms.signer,
      terms.operator,
      terms.asset,
      terms.closeDelaySeconds,
      terms.salt,
      2,
      77n,
    ]),
    address: domain.contract,
    blockNumber: toQuantity(blockNumber),
    logIndex: "0x0",
    transactionHash: `0x${"2".repeat(64)}`,
  });
  const asked: unknown[] = [];
  const rpc = (channelId: Hex): RpcProvider => ({
    request: async ({ params = [] }) => {
      asked.push((params[0] as { topics: unknown }).topics);
      return [log(channelId, 7)];
    },
  });
  const query = { payee: terms.payee, fromBlock: 1, toBlock: 9 };
  const [opening] = await openTermsFromEvents(rpc(channel.id), domain, query);
  assert.deepEqual(opening, {
    channelId: channel.id,
    terms,
    epoch: 2,
    amount: 77n,
    blockNumber: 7,
    transactionHash: `0x${"2".repeat(64)}`,
  });
  assert.deepEqual(asked[0], [
    abi.getEvent("ChannelOpened")?.topicHash,
    null,
    null,
    `0x${"0".repeat(24)}${terms.payee.slice(2).toLowerCase()}`,
  ]);
  await assert.rejects(
    openTermsFromEvents(rpc(`0x${"3".repeat(64)}`), domain, query),
    /not those of channel/,
  );
});
