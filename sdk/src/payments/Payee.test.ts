import assert from "node:assert/strict";
import { test } from "node:test";
import { hexlify, id } from "ethers";
import { Payee, type AcceptInput, type PayeeInput } from "./Payee.js";
import { PayeeError, type PayeeErrorCode } from "./PaymentError.js";
import { CLAIM_GAS } from "./planClaims.js";
import { prepareChannel } from "./prepareChannel.js";
import { prepareDomain } from "./prepareDomain.js";
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
import type { ChannelReading, Hex, Voucher, VoucherStatement } from "./types.js";
import { voucherKey } from "./voucherKey.js";
import { ZERO_HASH } from "./words.js";

const withCode =
  (code: PayeeErrorCode) =>
  (error: unknown): boolean =>
    error instanceof PayeeError && error.code === code;
const session = id("session") as Hex;

const sign = (ceiling: bigint, more: Partial<VoucherStatement> = {}): Promise<Voucher> =>
  signVoucher(key, channel, { epoch: 0, ceiling, ...more });
const forge = (voucher: Voucher): Voucher => ({
  ...voucher,
  signature: (voucher.signature.slice(0, -2) + (voucher.signature.endsWith("00") ? "01" : "00")) as Hex,
});

async function withPayee(change: Partial<PayeeInput> = {}) {
  const chain = new FakeChain();
  chain.set(channel.id, { deposited: 1_000n });
  const store = new CrashingStore();
  const input: PayeeInput = { domain, store, reader: chain, groups: [group], now: () => NOW, ...change };
  const payee = new Payee(input);
  const accept = async (voucher: Voucher, price: bigint, requestId?: string, by = payee) =>
    by.accept({ voucher, terms, price, ...(requestId !== undefined && { requestId }) });
  /** What is kept may not have changed. */
  const unchanged = async (work: () => Promise<unknown>, code: PayeeErrorCode): Promise<void> => {
    const before = [await store.listPayee(), await store.listReceipts(channel.id, 0)];
    await assert.rejects(work(), withCode(code));
    assert.deepEqual([await store.listPayee(), await store.listReceipts(channel.id, 0)], before);
  };
  return {
    chain,
    store,
    payee,
    accept,
    unchanged,
    restart: (again = {}) => new Payee({ ...input, ...again }),
  };
}

test("a voucher is taken for its price, and the receipt says so", async () => {
  const { accept, store } = await withPayee();
  const voucher = await sign(100n, { sessionHash: session });
  const receipt = await accept(voucher, 100n, "charge 1");
  assert.deepEqual(receipt, {
    channelId: channel.id,
    epoch: 0,
    requestId: "charge 1",
    price: 100n,
    increment: 100n,
    ceiling: 100n,
    charged: 100n,
    sessionHash: session,
    signature: voucher.signature,
    acceptedAt: NOW,
  });
  assert.deepEqual(await store.readReceipt(channel.id, 0, "charge 1"), receipt);
  assert.deepEqual((await store.readPayee(channel.id, 0))?.value.voucher, voucher);
});

test("what a voucher allows beyond the price stays with the channel and is used first", async () => {
  const { accept, payee, unchanged } = await withPayee();
  await accept(await sign(150n), 100n, "1");
  assert.deepEqual(await payee.quote(terms, 70n), {
    channelId: channel.id,
    epoch: 0,
    total: 170n,
    prepaid: 50n,
  });
  assert.equal((await accept(await sign(170n), 70n, "2")).charged, 170n);
  await accept(await sign(270n), 10n, "3");
  const receipt = await payee.chargePrepaid({ terms, price: 60n, requestId: "4" });
  assert.deepEqual([receipt.increment, receipt.charged, receipt.signature], [0n, 240n, undefined]);
  assert.deepEqual(await payee.chargePrepaid({ terms, price: 60n, requestId: "4" }), receipt);
  await unchanged(() => payee.chargePrepaid({ terms, price: 31n, requestId: "5" }), "VOUCHER_UNDERPAID");
  await unchanged(() => payee.chargePrepaid({ terms, price: 30n, requestId: "4" }), "REQUEST_CONFLICT");
  assert.equal((await payee.chargePrepaid({ terms, price: 30n, requestId: "5" })).charged, 270n);
});

test("a payment ahead is taken without a price, owes nothing, and pays for what comes", async () => {
  const { accept, store, payee } = await withPayee({ groups: [{ ...group, settleAgeSeconds: 0 }] });
  const ahead = await accept(await sign(100n), 0n, "hold");
  assert.deepEqual([ahead.price, ahead.increment, ahead.charged], [0n, 100n, 0n]);
  assert.equal((await store.readPayee(channel.id, 0))?.value.unsettledSince, 0);
  assert.deepEqual(await payee.dueForSettlement(), []);
  const { charged } = await payee.chargePrepaid({ terms, price: 60n, requestId: "step" });
  assert.equal(charged, 60n);
  assert.equal((await payee.dueForSettlement())[0]?.amount, 60n);
});

test("attack: underpaid voucher consumed", async () => {
  const { accept, unchanged, payee } = await withPayee();
  const low = await sign(60n);
  await unchanged(() => accept(low, 100n, "1"), "VOUCHER_UNDERPAID");
  await assert.rejects(accept(low, 100n, "1"), (error: PayeeError) => error.neededCeiling === 100n);
  assert.deepEqual(await payee.allClaims({ scope: "all" }), [], "nothing of it is claimed");
  // Its value is in the next voucher, which is a total; and for a lower price it is still good.
  assert.equal((await accept(await sign(100n), 100n, "1")).charged, 100n);
  const { accept: elsewhere } = await withPayee();
  await assert.rejects(elsewhere(low, 61n), withCode("VOUCHER_UNDERPAID"));
  assert.equal((await elsewhere(low, 60n)).charged, 60n);
});

test("attack: stale voucher with forged signature", async () => {
  const { accept, unchanged } = await withPayee();
  const old = await sign(40n);
  await accept(await sign(100n), 100n, "1");
  await unchanged(() => accept(old, 10n, "2"), "VOUCHER_STALE");
  await unchanged(() => accept(forge(old), 10n, "2"), "VOUCHER_FORGED");
  await unchanged(async () => accept(forge(await sign(100n)), 100n, "1"), "VOUCHER_FORGED");
  await unchanged(async () => accept(forge(await sign(200n)), 100n, "2"), "VOUCHER_FORGED");
});

test("attack: a voucher that was used pays for no other request", async () => {
  const { accept, unchanged } = await withPayee();
  const voucher = await sign(150n);
  await accept(voucher, 100n, "1");
  await unchanged(() => accept(voucher, 50n, "2"), "VOUCHER_STALE");
  await unchanged(() => accept(voucher, 50n, "1"), "REQUEST_CONFLICT");
  await unchanged(async () => accept(await sign(250n), 100n, "1"), "REQUEST_CONFLICT");
  await unchanged(
    async () => accept(await sign(150n, { sessionHash: session }), 100n, "1"),
    "REQUEST_CONFLICT",
  );
});

test("the same request again gets the same receipt, whatever became of the channel", async () => {
  const { accept, chain, payee } = await withPayee();
  const voucher = await sign(100n);
  const receipt = await accept(voucher, 100n);
  assert.equal(receipt.requestId, "100", "a voucher's ceiling names its request");
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  assert.deepEqual(await accept(voucher, 100n), receipt);
  const upper = { ...voucher, signature: `0x${voucher.signature.slice(2).toUpperCase()}` as Hex };
  assert.deepEqual(await payee.accept({ voucher: upper, terms, price: 100n }), receipt);
});

test("attack: unconfirmed deposit", async () => {
  const { accept, chain, unchanged } = await withPayee();
  chain.latest.clear();
  chain.confirmed.clear();
  const voucher = await sign(100n);
  await unchanged(() => accept(voucher, 100n), "CHANNEL_UNCONFIRMED");
  chain.set(channel.id, { deposited: 1_000n }, false);
  await unchanged(() => accept(voucher, 100n), "CHANNEL_UNCONFIRMED");
  chain.set(channel.id, { deposited: 100n });
  chain.set(channel.id, { deposited: 1_000n }, false);
  await unchanged(async () => accept(await sign(101n), 100n), "CHANNEL_DEPOSIT");
  await accept(voucher, 100n);
  // A top-up that is confirmed but was reorganised away does not count either.
  chain.confirmed.set(channel.id, { settled: 0n, deposited: 5_000n, closeDeadline: 0, epoch: 0 });
  await unchanged(async () => accept(await sign(1_001n), 100n), "CHANNEL_DEPOSIT");
});

test("attack: reorg removing an open", async () => {
  const { accept, chain, unchanged, payee } = await withPayee();
  await accept(await sign(100n), 100n);
  chain.latest.delete(channel.id);
  const next = await sign(200n);
  await unchanged(() => accept(next, 100n), "CHANNEL_UNCONFIRMED");
  const reading = await chain.read(channel.id);
  await payee.observe(channel.id, reading);
  assert.deepEqual(await payee.allClaims({ scope: "all" }), [], "there is nothing to settle on such a chain");
  chain.set(channel.id, { deposited: 1_000n });
  await payee.observe(channel.id, await chain.read(channel.id));
  assert.equal((await payee.allClaims({ scope: "all" }))[0]?.amount, 100n, "back again, so is the claim");
  await accept(next, 100n);
});

test("attack: replayed voucher of an old epoch", async () => {
  const { accept, chain, unchanged } = await withPayee();
  const old = await sign(500n);
  await accept(await sign(100n), 100n);
  chain.set(channel.id, { epoch: 1, deposited: 1_000n });
  await unchanged(() => accept(old, 100n), "VOUCHER_EPOCH");
  await unchanged(() => accept(forge(old), 100n), "VOUCHER_FORGED");
  await unchanged(async () => accept(await sign(500n, { epoch: 2 }), 100n), "VOUCHER_EPOCH");
  const receipt = await accept(await sign(50n, { epoch: 1 }), 50n);
  assert.deepEqual([receipt.epoch, receipt.charged], [1, 50n], "each epoch begins at zero");
});

test("an epoch that is confirmed otherwise is not confirmed", async () => {
  const { accept, chain, unchanged } = await withPayee();
  chain.set(channel.id, { epoch: 1 }, false);
  await unchanged(async () => accept(await sign(50n, { epoch: 1 }), 50n), "CHANNEL_UNCONFIRMED");
});

test("attack: foreign channel", async () => {
  const { payee, unchanged } = await withPayee();
  const voucher = await sign(100n);
  const give = (change: Partial<AcceptInput>) => payee.accept({ voucher, terms, price: 100n, ...change });
  // with other terms
  await unchanged(() => give({ terms: { ...terms, salt: 2n } }), "CHANNEL_FOREIGN");
  // which pays somebody else, lets another settle, or is of another asset
  for (const change of [
    { payee: addressOf("somebody") },
    { operator: addressOf("somebody") },
    { asset: addressOf("token") },
  ]) {
    const foreign = prepareChannel({ ...terms, ...change }, domain);
    const theirs = await signVoucher(key, foreign, { epoch: 0, ceiling: 100n });
    await unchanged(() => give({ voucher: theirs, terms: foreign.terms }), "CHANNEL_FOREIGN");
  }
  // on another chain, or at another contract
  for (const change of [{ chainId: 1 }, { contract: addressOf("another") }]) {
    const foreign = prepareChannel(terms, await prepareDomain({ ...domain, ...change }));
    const theirs = await signVoucher(key, foreign, { epoch: 0, ceiling: 100n });
    await unchanged(() => give({ voucher: theirs }), "CHANNEL_FOREIGN");
    await unchanged(() => give({ voucher: { ...theirs, channelId: channel.id } }), "VOUCHER_FORGED");
  }
  // of another machine
  const other = voucherKey("secp256k1", id("other"), domain);
  const signature = hexlify(await other.sign(channel.digest(0, 100n))) as Hex;
  await unchanged(() => give({ voucher: { ...voucher, signature } }), "VOUCHER_FORGED");
});

test("what is no voucher, no terms, no price or no name is refused as such", async () => {
  const { payee, unchanged } = await withPayee();
  const voucher = await sign(100n);
  const give = (change: Partial<Record<keyof AcceptInput, unknown>>) =>
    payee.accept({ voucher, terms, price: 100n, ...change } as AcceptInput);
  for (const change of [{ ceiling: 2n ** 96n }, { epoch: 0.5 }, { ceiling: 100 }, { signature: undefined }]) {
    await unchanged(() => give({ voucher: { ...voucher, ...change } }), "VOUCHER_MALFORMED");
  }
  await unchanged(() => give({ terms: { ...terms, payer: "0x12" } }), "VOUCHER_MALFORMED");
  for (const price of [-1n, 2n ** 96n, 100]) await unchanged(() => give({ price }), "PRICE_INVALID");
  for (const requestId of ["", "x".repeat(201), 5]) {
    await unchanged(() => give({ requestId }), "REQUEST_CONFLICT");
  }
});

test("a channel that is closing is refused, unless there is time to settle", async () => {
  const { accept, chain, unchanged, restart } = await withPayee();
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  await unchanged(async () => accept(await sign(100n), 100n), "CHANNEL_CLOSING");
  const patient = restart({ closingMarginSeconds: 600, clockSkewSeconds: 100 });
  await accept(await sign(100n), 100n, "1", patient);
  chain.set(channel.id, { closeDeadline: NOW + 700 });
  await unchanged(async () => accept(await sign(200n), 100n, "2", patient), "CHANNEL_CLOSING");
});

test("attack: clock skew near the deadline", async () => {
  const { accept, chain, unchanged, restart } = await withPayee();
  const deadline = NOW + 1_000;
  chain.set(channel.id, { closeDeadline: deadline });
  const margins = { closingMarginSeconds: 300, clockSkewSeconds: 120 };
  // This clock is an hour slow; the chain's time says so.
  const slow = restart({ ...margins, now: () => NOW - 3_600 });
  chain.blockTime = deadline - 420;
  await unchanged(async () => accept(await sign(100n), 100n, "1", slow), "CHANNEL_CLOSING");
  chain.blockTime = deadline - 421;
  await accept(await sign(100n), 100n, "1", slow);
  // The chain's time is behind, this clock is right.
  chain.blockTime = NOW - 3_600;
  const right = restart({ ...margins, now: () => deadline - 420 });
  await unchanged(async () => accept(await sign(200n), 100n, "2", right), "CHANNEL_CLOSING");
});

test("a node that stands still is not believed where that was asked for", async () => {
  const { accept, chain, unchanged, restart } = await withPayee();
  const careful = restart({ maxBlockAgeSeconds: 600 });
  chain.blockTime = NOW - 601;
  await unchanged(async () => accept(await sign(100n), 100n, "1", careful), "CHANNEL_UNCONFIRMED");
  chain.blockTime = NOW - 600;
  await accept(await sign(100n), 100n, "1", careful);
});

test("attack: concurrent requests on one channel", async () => {
  const { accept, store } = await withPayee();
  const vouchers = await Promise.all(Array.from({ length: 8 }, (_, i) => sign(BigInt(10 * (i + 1)))));
  // one voucher for eight requests, and each voucher twice for its own
  const [first] = vouchers;
  assert.ok(first);
  const one = await Promise.allSettled(vouchers.map((_, i) => accept(first, 10n, `same ${i}`)));
  assert.equal(one.filter(({ status }) => status === "fulfilled").length, 1);
  await Promise.allSettled(
    vouchers.slice(1).flatMap((voucher) => [accept(voucher, 10n), accept(voucher, 10n)]),
  );
  const receipts = await store.listReceipts(channel.id, 0);
  assert.equal(receipts.length, 8);
  const state = (await store.readPayee(channel.id, 0))?.value;
  assert.deepEqual([state?.charged, state?.ceiling], [80n, 80n]);
});

test("two programs that take payments with one store count each voucher once", async () => {
  const { accept, store, payee, restart } = await withPayee();
  const vouchers = await Promise.all(Array.from({ length: 4 }, (_, i) => sign(BigInt(10 * (i + 1)))));
  const other = restart();
  await Promise.allSettled(
    vouchers.flatMap((voucher) => [accept(voucher, 10n, undefined, payee), accept(voucher, 10n, "x", other)]),
  );
  const receipts = await store.listReceipts(channel.id, 0);
  const charged = receipts.reduce((sum, { price }) => sum + price, 0n);
  const increments = receipts.reduce((sum, { increment }) => sum + increment, 0n);
  const state = (await store.readPayee(channel.id, 0))?.value;
  assert.deepEqual([state?.charged, state?.ceiling], [charged, increments]);
});

test("attack: crash between accept and store", async () => {
  const { accept, store, restart } = await withPayee();
  const voucher = await sign(100n);
  store.crash = "before";
  await assert.rejects(accept(voucher, 100n, "1"), /crashed before/);
  assert.deepEqual(await store.listReceipts(channel.id, 0), [], "nothing was acknowledged, nothing is there");
  const receipt = await accept(voucher, 100n, "1", restart());

  store.crash = "after";
  const second = await sign(250n);
  await assert.rejects(accept(second, 150n, "2"), /crashed after/);
  const given = await accept(second, 150n, "2", restart());
  assert.deepEqual(await store.listReceipts(channel.id, 0), [receipt, given], "taken once, told at last");
  assert.equal((await store.readPayee(channel.id, 0))?.value.charged, 250n);
});

test("what the chain settled was taken before: a store that lost its memory takes no voucher twice", async () => {
  const { accept, chain, payee, store, unchanged } = await withPayee();
  chain.set(channel.id, { settled: 300n });
  await unchanged(async () => accept(await sign(300n), 10n), "VOUCHER_STALE");
  assert.deepEqual((await payee.quote(terms, 10n)).total, 310n);
  await accept(await sign(320n), 10n, "1");
  chain.set(channel.id, { settled: 315n });
  await payee.chargePrepaid({ terms, price: 5n, requestId: "2" });
  const state = (await store.readPayee(channel.id, 0))?.value;
  assert.deepEqual([state?.carried, state?.charged, state?.ceiling], [305n, 320n, 320n]);
});

test("a reading that fails takes nothing", async () => {
  const { accept, chain, store } = await withPayee();
  chain.failure = new Error("the node does not answer");
  await assert.rejects(accept(await sign(100n), 100n), /does not answer/);
  assert.deepEqual(await store.listPayee(), []);
});

test("channels are due by amount, by age, and when they are closing; never without something to claim", async () => {
  let now = NOW;
  const groups = [{ ...group, settleAmount: 100n, settleAgeSeconds: 3_600 }];
  const { accept, chain, payee, restart } = await withPayee({ groups, now: () => now });
  const reasons = async () =>
    (await payee.dueForSettlement(now)).map(({ reason, amount }) => [reason, amount]);
  const observe = async () => payee.observe(channel.id, await chain.read(channel.id));
  await accept(await sign(99n), 60n, "1");
  assert.deepEqual(await reasons(), [], "what is prepaid does not count");
  now += 3_599;
  await accept(await sign(100n), 39n, "2");
  assert.deepEqual(await reasons(), []);
  now += 1;
  assert.deepEqual(await reasons(), [["age", 99n]]);
  await accept(await sign(101n), 2n, "3");
  assert.deepEqual(await reasons(), [["amount", 101n]]);
  chain.set(channel.id, { settled: 99n });
  await observe();
  assert.deepEqual(await reasons(), [], "the rest begins anew");
  chain.set(channel.id, { closeDeadline: now + 900 });
  await observe();
  assert.deepEqual(await reasons(), [["closing", 2n]]);
  assert.equal((await restart({ groups: [group] }).dueForSettlement()).length, 1);
  now += 900;
  assert.deepEqual(await reasons(), [], "too late");
  now -= 1;
  chain.set(channel.id, { settled: 101n });
  await observe();
  assert.deepEqual(await reasons(), [], "all settled");
});

test("a settlement that was reorganised away is due again", async () => {
  const { accept, chain, payee } = await withPayee();
  await accept(await sign(100n), 100n);
  await payee.markSettled(channel.id, 0, 100n);
  assert.deepEqual(await payee.allClaims({ scope: "all" }), []);
  await payee.observe(channel.id, await chain.read(channel.id));
  assert.equal((await payee.allClaims({ scope: "all" }))[0]?.amount, 100n);
});

test("claims are what was charged under the highest voucher, the closing channels first", async () => {
  const { chain, payee, store } = await withPayee();
  const channels = [1n, 2n, 3n].map((salt) => prepareChannel({ ...terms, salt }, domain));
  for (const [i, each] of channels.entries()) {
    chain.set(each.id, { deposited: 1_000n });
    const voucher = await signVoucher(key, each, {
      epoch: 0,
      ceiling: 100n * BigInt(i + 1),
      sessionHash: session,
    });
    await payee.accept({ voucher, terms: each.terms, price: 50n * BigInt(i + 1) });
  }
  const [closing] = channels;
  assert.ok(closing);
  chain.set(closing.id, { closeDeadline: NOW + 900 });
  await payee.observe(closing.id, await chain.read(closing.id));
  const [batch, ...more] = await payee.claimsFor(group, { scope: "all" });
  assert.equal(more.length, 0);
  assert.ok(batch);
  assert.deepEqual(
    batch.channels.map(({ newSettled }) => newSettled),
    [50n, 150n, 100n],
  );
  assert.deepEqual(
    batch.claims.map(({ amounts }) => [amounts >> 96n, amounts & (2n ** 96n - 1n)]),
    [
      [50n, 100n],
      [150n, 300n],
      [100n, 200n],
    ],
  );
  assert.deepEqual([batch.amount, batch.deadline], [300n, NOW + 900]);
  assert.ok(batch.claims.every(({ proof }) => proof.endsWith(session.slice(2))));
  assert.deepEqual(
    (await payee.claimsFor(group)).flatMap((due) => due.channels.map(({ channelId }) => channelId)),
    [closing.id],
  );
  assert.deepEqual(await payee.claimsFor({ ...group, operator: addressOf("x") }, { scope: "all" }), []);
  assert.equal((await store.listPayee()).length, 3);
});

test("a batch holds no more than fits into a transaction, and keys of P-256 need more room", async () => {
  const { chain, payee } = await withPayee();
  const p256 = voucherKey("p256", id("car"), domain);
  for (let i = 0; i < 5; i++) {
    const own = i === 0 ? p256 : key;
    const each = prepareChannel({ ...terms, signer: own.signer, salt: BigInt(i) }, domain);
    chain.set(each.id, { deposited: 1_000n });
    const voucher = await signVoucher(own, each, { epoch: 0, ceiling: 500n - BigInt(i) });
    await payee.accept({ voucher, terms: each.terms, price: voucher.ceiling });
  }
  const gas = { cap: 800_000, base: 200_000, secp256k1: 200_000, p256: 500_000 };
  const batches = await payee.claimsFor(group, { scope: "all", gas });
  assert.deepEqual(
    batches.map(({ claims }) => claims.length),
    [1, 3, 1],
  );
  assert.ok(CLAIM_GAS.cap <= 16_777_216);
});

test("a channel that was closed is over: what was not settled is not claimed, what its close settled is known", async () => {
  const { accept, chain, payee } = await withPayee();
  await accept(await sign(100n), 100n);
  await payee.markSettled(channel.id, 0, 100n);
  chain.set(channel.id, { epoch: 1, deposited: 0n, settled: 0n });
  const [over] = await payee.observe(channel.id, await chain.read(channel.id));
  assert.deepEqual([over?.isOver, over?.settled, over?.charged], [true, 100n, 100n]);
  await payee.markSettled(channel.id, 0, 5n);
  assert.deepEqual(
    (await payee.channels()).map(({ settled }) => settled),
    [100n],
  );
});

test("a session of zero is none", async () => {
  const { accept } = await withPayee();
  const voucher = { ...(await sign(100n)), sessionHash: ZERO_HASH };
  const receipt = await accept(voucher, 100n);
  assert.equal("sessionHash" in receipt, false);
});

test("reading goes by the channel's own id", async () => {
  const asked: Hex[] = [];
  const { chain, restart, accept } = await withPayee();
  const reader = {
    read: (channelId: Hex): Promise<ChannelReading> => {
      asked.push(channelId);
      return chain.read(channelId);
    },
  };
  await accept(await sign(100n), 100n, "1", restart({ reader }));
  assert.deepEqual(asked, [channel.id]);
});
