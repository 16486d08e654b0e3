import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { errorsAbi } from "../abi/errors.js";
import { paymentChannelsAbi } from "../abi/PaymentChannels.js";
import type { RpcProvider } from "../chain/deployment.js";
import { toQuantity } from "../chain/quantity.js";
import { ChannelSettler, type ChannelSettlerOptions } from "./ChannelSettler.js";
import { Payee } from "./Payee.js";
import { SettlementError } from "./PaymentError.js";
import type { ClaimBatch } from "./planClaims.js";
import { prepareChannel } from "./prepareChannel.js";
import type { SentSettlement, SettlementResult, SettleTransport } from "./settleTransport.js";
import { signVoucher } from "./signVoucher.js";
import {
  addressOf,
  channel,
  CrashingStore,
  domain,
  FakeChain,
  group,
  key,
  NOW,
  terms,
} from "./testing/fakes.js";
import type { Hex } from "./types.js";
import { watchChannels, type WatchAlarm, type WatchInput } from "./watchChannels.js";

const batchOf = (count: number, deadline = 0): ClaimBatch => ({
  to: group,
  claims: Array.from({ length: count }, () => ({
    payer: terms.payer,
    signer: terms.signer,
    closing: 1n,
    amounts: 1n,
    proof: "0x" as const,
  })),
  channels: Array.from({ length: count }, (_, i) => ({
    channelId: `0x${String(i).padStart(64, "0")}` as Hex,
    epoch: 0,
    newSettled: 1n,
  })),
  amount: BigInt(count),
  deadline,
});
const done: SettlementResult = { transactionHash: "0x1", blockNumber: 5, amount: 1n, claims: [] };

/** What a transport does at each send: include it, leave it waiting, or fail. */
type Turn = "included" | "waiting" | Error;

class FakeTransport implements SettleTransport {
  readonly turns: Turn[];
  readonly sizes: number[] = [];
  readonly replaced: boolean[] = [];
  payable = 1n;
  /** What was left waiting is included at last. */
  isLateIncluded = false;

  constructor(...turns: Turn[]) {
    this.turns = turns;
  }

  async preview(): Promise<bigint> {
    return this.payable;
  }

  async send(batch: ClaimBatch, replaced?: SentSettlement): Promise<SentSettlement> {
    this.sizes.push(batch.claims.length);
    this.replaced.push(replaced !== undefined);
    const turn = this.turns.shift() ?? "included";
    if (turn instanceof Error) throw turn;
    return { wait: async () => (turn === "included" || this.isLateIncluded ? done : undefined) };
  }
}

function settlerOf(transport: SettleTransport, options: ChannelSettlerOptions = {}) {
  let now = NOW;
  const slept: number[] = [];
  const settler = new ChannelSettler(transport, {
    now: () => now,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds / 1_000;
    },
    ...options,
  });
  return { settler, slept };
}

const withCode =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof SettlementError && error.code === code;
const lost = new Error("socket hang up");

test("a batch is sent, and what became of it returned", async () => {
  const transport = new FakeTransport("included");
  assert.deepEqual(await settlerOf(transport).settler.settle(batchOf(3)), [done]);
  assert.deepEqual(transport.sizes, [3]);
});

test("where nothing would be paid, nothing is sent", async () => {
  const transport = new FakeTransport();
  transport.payable = 0n;
  assert.deepEqual(await settlerOf(transport).settler.settle(batchOf(3)), []);
  assert.deepEqual(transport.sizes, []);
});

test("failures are tried again after ever longer waits, and told", async () => {
  const told: unknown[] = [];
  const transport = new FakeTransport(lost, lost, lost, "included");
  const { settler, slept } = settlerOf(transport, { onRetry: (error) => told.push(error) });
  assert.deepEqual(await settler.settle(batchOf(1)), [done]);
  assert.deepEqual(slept, [1_000, 2_000, 4_000]);
  assert.deepEqual(told, [lost, lost, lost]);
});

test("what is not included is replaced, and found if it was included after all", async () => {
  const slow = new FakeTransport("waiting", "waiting", "included");
  assert.deepEqual(await settlerOf(slow).settler.settle(batchOf(1)), [done]);
  assert.deepEqual(slow.replaced, [false, true, true]);

  const late = new FakeTransport("waiting", new Error("nonce too low"));
  const { settler } = settlerOf(late, {
    onRetry: () => {
      late.isLateIncluded = true;
    },
  });
  assert.deepEqual(await settler.settle(batchOf(1)), [done]);
});

test("a batch that no transaction holds is split; one claim that none holds is refused", async () => {
  const large = new SettlementError("SETTLEMENT_TOO_LARGE", "too large");
  const transport = new FakeTransport(large, large, "included", "included", "included");
  assert.equal((await settlerOf(transport).settler.settle(batchOf(5))).length, 3);
  assert.deepEqual(transport.sizes, [5, 3, 2, 1, 2]);
  await assert.rejects(
    settlerOf(new FakeTransport(large)).settler.settle(batchOf(1)),
    withCode("SETTLEMENT_TOO_LARGE"),
  );
});

test("what the contract refuses is not tried again", async () => {
  const data = new Interface(errorsAbi).encodeErrorResult("ChannelNotPayee", [
    addressOf("a"),
    addressOf("b"),
  ]);
  const transport = new FakeTransport(Object.assign(new Error("reverted"), { data }));
  await assert.rejects(settlerOf(transport).settler.settle(batchOf(1)), withCode("SETTLEMENT_REFUSED"));
  assert.equal(transport.sizes.length, 1);
});

test("a transaction that failed is sent anew, not replaced", async () => {
  const failing = new SettlementError("SETTLEMENT_REFUSED", "included, and failed");
  const transport = new FakeTransport();
  let isFirst = true;
  const { settler } = settlerOf({
    preview: () => transport.preview(),
    send: async (batch, replaced) => {
      const sent = await transport.send(batch, replaced);
      if (!isFirst) return sent;
      isFirst = false;
      return { wait: () => Promise.reject(failing) };
    },
  });
  assert.deepEqual(await settler.settle(batchOf(1)), [done]);
  assert.deepEqual(transport.replaced, [false, false]);
});

test("it is tried until the deadline, and no longer", async () => {
  const forever = new FakeTransport(...Array.from({ length: 100 }, () => lost));
  const { settler, slept } = settlerOf(forever);
  await assert.rejects(settler.settle(batchOf(1, NOW + 200)), withCode("SETTLEMENT_LATE"));
  const sum = slept.reduce((total, each) => total + each, 0) / 1_000;
  assert.ok(sum >= 200 && sum <= 260, `${sum} seconds`);
  await assert.rejects(
    settlerOf(new FakeTransport(lost)).settler.settle(batchOf(1, NOW - 1)),
    withCode("SETTLEMENT_LATE"),
  );
});

const abi = new Interface(paymentChannelsAbi);

/** A payee with 100 charged on one channel, watched by hand. */
async function watched(change: Partial<WatchInput> = {}) {
  let now = NOW;
  const chain = new FakeChain();
  chain.set(channel.id, { deposited: 1_000n });
  const store = new CrashingStore();
  const payee = new Payee({ domain, store, reader: chain, groups: [group], now: () => now });
  const voucher = await signVoucher(key, channel, { epoch: 0, ceiling: 100n });
  await payee.accept({ voucher, terms, price: 100n });
  const alarms: WatchAlarm[] = [];
  const settled: ClaimBatch[] = [];
  const watch = watchChannels({
    payee,
    reader: chain,
    settle: async (batch) => {
      settled.push(batch);
      for (const { channelId, newSettled } of batch.channels) chain.set(channelId, { settled: newSettled });
    },
    onAlarm: (alarm) => alarms.push(alarm),
    intervalSeconds: 0,
    now: () => now,
    ...change,
  });
  const move = (seconds: number): void => {
    now += seconds;
  };
  return { chain, store, payee, alarms, settled, watch, move };
}

test("a channel whose payer asks to close is settled at the next look", async () => {
  const { chain, alarms, settled, watch } = await watched();
  assert.deepEqual(await watch.tick(), { read: 1, closing: 0, settled: 0 });
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  assert.deepEqual(await watch.tick(), { read: 1, closing: 1, settled: 1 });
  assert.equal(settled[0]?.channels[0]?.newSettled, 100n);
  assert.deepEqual(await watch.tick(), { read: 1, closing: 1, settled: 0 }, "once is enough");
  assert.deepEqual(alarms, []);
});

test("a settlement that fails is an alarm, and tried again at the next look", async () => {
  const failure = new Error("no funds");
  let isFailing = true;
  const { chain, alarms, watch, move } = await watched({
    settle: async () => {
      if (isFailing) throw failure;
      chain.set(channel.id, { settled: 100n });
    },
  });
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  await watch.tick();
  assert.deepEqual(
    alarms.map(({ type }) => type),
    ["unsettled"],
  );
  move(301);
  await watch.tick();
  const late = alarms.find(({ type }) => type === "late");
  assert.ok(late?.type === "late");
  assert.deepEqual([late.amount, late.secondsLeft], [100n, 599]);
  isFailing = false;
  alarms.length = 0;
  await watch.tick();
  assert.deepEqual(alarms, []);
});

test("attack: the deadline is reached by the chain's clock while this one is slow", async () => {
  const { chain, alarms, settled, watch } = await watched();
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  chain.blockTime = NOW + 900;
  await watch.tick();
  await watch.tick();
  assert.deepEqual(settled, [], "a claim would be passed over");
  assert.deepEqual(
    alarms.map(({ type }) => type),
    ["lost"],
    "told once",
  );
});

test("one channel that cannot be read does not keep the others from being settled", async () => {
  const { chain, alarms, payee, settled, watch } = await watched();
  const second = { ...terms, salt: 9n };
  const other = prepareChannel(second, domain);
  chain.set(other.id, { deposited: 1_000n });
  const voucher = await signVoucher(key, other, { epoch: 0, ceiling: 40n });
  await payee.accept({ voucher, terms: second, price: 40n });
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  const read = chain.read.bind(chain);
  chain.read = (id) => (id === other.id ? Promise.reject(new Error("bad node")) : read(id));
  await watch.tick();
  assert.deepEqual(
    settled.map(({ channels }) => channels.map((each) => each.channelId)),
    [[channel.id]],
  );
  assert.deepEqual(
    alarms.map((alarm) => alarm.type === "unreadable" && alarm.channelIds),
    [[other.id]],
  );
});

/** A node with these events, or none that answers. */
function eventsNode(logs: () => { name: string; args: unknown[] }[] | Error): RpcProvider {
  return {
    request: async ({ method }) => {
      const found = logs();
      if (found instanceof Error) throw found;
      if (method === "eth_getBlockByNumber") {
        return { number: "0x64", hash: `0x${"1".repeat(64)}`, timestamp: toQuantity(NOW) };
      }
      return found.map(({ name, args }, i) => ({
        ...abi.encodeEventLog(name, args),
        address: domain.contract,
        blockNumber: toQuantity(i + 1),
        logIndex: "0x0",
        transactionHash: `0x${"2".repeat(64)}`,
      }));
    },
  };
}

test("a channel that its close settled in full is no loss; one that was not is, as soon as the events say so", async () => {
  let logs: { name: string; args: unknown[] }[] | Error = new Error("no answer");
  const events = { rpc: eventsNode(() => logs), contract: domain.contract, fromBlock: 0 };
  const first = await watched({ events });
  first.chain.set(channel.id, { epoch: 1, deposited: 0n });
  await first.watch.tick();
  assert.deepEqual(
    first.alarms.map(({ type }) => type),
    ["eventsUnread"],
    "without events nobody knows yet",
  );
  logs = [
    { name: "ChannelSettled", args: [channel.id, 100n, 100n] },
    { name: "ChannelClosed", args: [channel.id, 1, 900n] },
    // of the next epoch
    { name: "ChannelSettled", args: [channel.id, 7n, 7n] },
    { name: "ChannelSettled", args: [`0x${"9".repeat(64)}`, 7n, 7n] },
  ];
  await first.watch.tick();
  assert.equal(first.alarms.length, 1);
  assert.deepEqual(
    (await first.payee.channels()).map(({ settled }) => settled),
    [100n],
  );

  const second = await watched({ events });
  second.chain.set(channel.id, { epoch: 1, deposited: 0n });
  logs = [
    { name: "ChannelSettled", args: [channel.id, 60n, 60n] },
    { name: "ChannelClosed", args: [channel.id, 1, 940n] },
  ];
  await second.watch.tick();
  const [alarm] = second.alarms;
  assert.ok(alarm?.type === "lost");
  assert.equal(alarm.amount, 40n);
});

test("looks do not overlap, and a watch that is stopped looks no more", async () => {
  const { chain, watch, alarms, payee, settled } = await watched();
  const [a, b] = [watch.tick(), watch.tick()];
  assert.equal(a, b);
  await a;
  await watch.stop();
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  const running = watchChannels({
    payee,
    reader: chain,
    settle: async (batch) => {
      settled.push(batch);
      chain.set(channel.id, { settled: 100n });
    },
    onAlarm: (alarm) => alarms.push(alarm),
    intervalSeconds: 3_600,
    now: () => NOW,
  });
  await running.stop();
  assert.equal(settled.length, 1, "it looks at once");
});
