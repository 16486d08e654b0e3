import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import { Payer, type PayerInput } from "./Payer.js";
import { PayerError, PaymentError, type PayerErrorCode } from "./PaymentError.js";
import { channel, CrashingStore, domain, FakeChain, key, NOW, terms } from "./testing/fakes.js";
import type { Hex, VoucherKey } from "./types.js";
import { voucherKey } from "./voucherKey.js";
import { ZERO_ADDRESS } from "./words.js";

const withCode =
  (code: PayerErrorCode) =>
  (error: unknown): boolean =>
    error instanceof PayerError && error.code === code;
const session = id("session") as Hex;

async function withPayer(change: Partial<PayerInput> = {}) {
  const chain = new FakeChain();
  const store = new CrashingStore();
  chain.set(channel.id, { deposited: 1_000n });
  const input: PayerInput = { key, domain, store, reader: chain, now: () => NOW, ...change };
  const payer = new Payer(input);
  await payer.track(terms);
  return {
    chain,
    store,
    payer,
    restart: (again: Partial<PayerInput> = {}) => new Payer({ ...input, ...again }),
  };
}

test("each payment raises the ceiling by what was expected", async () => {
  const { payer } = await withPayer();
  const first = await payer.pay(channel.id, 100n, { expectedDelta: 100n });
  const second = await payer.pay(channel.id, 130n, { expectedDelta: 30n, sessionHash: session, epoch: 0 });
  assert.deepEqual([first.ceiling, second.ceiling], [100n, 130n]);
  assert.equal(second.sessionHash, session);
  assert.deepEqual([channel.verify(first), channel.verify(second)], ["valid", "valid"]);
});

test("a total that was not expected is refused, and nothing is signed for it", async () => {
  const { payer, store } = await withPayer();
  await payer.pay(channel.id, 100n, { expectedDelta: 100n });
  const wrong: [bigint, bigint][] = [
    [140n, 30n],
    [129n, 30n],
    [90n, 30n],
    [130n, 0n],
    [130n, -30n],
    [2n ** 96n, 30n],
  ];
  for (const [charged, expectedDelta] of wrong) {
    await assert.rejects(payer.pay(channel.id, charged, { expectedDelta }), withCode("PAYER_TOTAL"));
  }
  assert.equal((await store.readPayer(channel.id, 0))?.value.ceiling, 100n);
  assert.equal((await store.listPayments({})).length, 1);
});

test("asked again for the same total, the same voucher is signed and nothing counted twice", async () => {
  const { payer, store } = await withPayer();
  const options = { expectedDelta: 100n, sessionHash: session };
  const first = await payer.pay(channel.id, 100n, options);
  assert.deepEqual(await payer.pay(channel.id, 100n, options), first);
  assert.equal((await store.listPayments({})).length, 1);
});

test("no second, different voucher is signed for a total, and no lower one after a higher", async () => {
  const { payer } = await withPayer();
  await payer.pay(channel.id, 100n, { expectedDelta: 100n, sessionHash: session });
  for (const options of [
    { expectedDelta: 100n },
    { expectedDelta: 100n, sessionHash: id("other") as Hex },
    { expectedDelta: 50n, sessionHash: session },
  ]) {
    await assert.rejects(payer.pay(channel.id, 100n, options), withCode("PAYER_CONFLICT"));
  }
  await payer.pay(channel.id, 150n, { expectedDelta: 50n });
  const again = { expectedDelta: 100n, sessionHash: session };
  await assert.rejects(payer.pay(channel.id, 100n, again), withCode("PAYER_CONFLICT"));
});

test("more than is deposited is refused until it is topped up", async () => {
  const { payer, chain } = await withPayer();
  await assert.rejects(payer.pay(channel.id, 1_001n, { expectedDelta: 1_001n }), withCode("PAYER_DEPOSIT"));
  chain.set(channel.id, { deposited: 1_001n });
  await payer.pay(channel.id, 1_001n, { expectedDelta: 1_001n });
});

test("another epoch, a closing channel and an unknown one are refused", async () => {
  const { payer, chain } = await withPayer();
  const pay = () => payer.pay(channel.id, 10n, { expectedDelta: 10n });
  await assert.rejects(payer.pay(channel.id, 10n, { expectedDelta: 10n, epoch: 1 }), withCode("PAYER_EPOCH"));
  await assert.rejects(payer.pay(session, 10n, { expectedDelta: 10n }), withCode("PAYER_CHANNEL"));
  chain.set(channel.id, { closeDeadline: NOW + 900 });
  await assert.rejects(pay(), withCode("PAYER_CLOSING"));
  chain.set(channel.id, { closeDeadline: 0, epoch: 1 });
  await assert.rejects(pay(), withCode("PAYER_CHANNEL"), "the next epoch is not tracked");
  chain.set(channel.id, { deposited: 0n, epoch: 0 });
  await assert.rejects(pay(), withCode("PAYER_CHANNEL"), "not open");
});

test("the next epoch begins at zero, and the one before is not forgotten when a reorganisation brings it back", async () => {
  const { payer, chain } = await withPayer();
  await payer.pay(channel.id, 100n, { expectedDelta: 100n });
  chain.set(channel.id, { epoch: 1 });
  await payer.track(terms);
  assert.equal((await payer.pay(channel.id, 10n, { expectedDelta: 10n })).epoch, 1);
  chain.set(channel.id, { epoch: 0 });
  await assert.rejects(payer.pay(channel.id, 20n, { expectedDelta: 10n }), withCode("PAYER_TOTAL"));
  const voucher = await payer.pay(channel.id, 120n, { expectedDelta: 20n });
  assert.deepEqual([voucher.epoch, voucher.ceiling], [0, 120n]);
});

test("what the chain settled was signed, also where the store knows nothing of it", async () => {
  const { chain, restart } = await withPayer();
  chain.set(channel.id, { settled: 400n });
  const payer = restart({ store: new CrashingStore() });
  assert.equal((await payer.track(terms)).ceiling, 400n);
  await payer.pay(channel.id, 410n, { expectedDelta: 10n });
  assert.equal((await payer.track(terms)).ceiling, 410n, "tracking again forgets nothing");
});

test("without a connection the payer pays from what it was told", async () => {
  const { restart } = await withPayer();
  const payer = restart({ store: new CrashingStore(), reader: undefined });
  await assert.rejects(payer.track(terms), withCode("PAYER_CHANNEL"));
  await payer.track(terms, { epoch: 3, deposited: 50n, ceiling: 10n });
  assert.equal((await payer.pay(channel.id, 50n, { expectedDelta: 40n })).epoch, 3);
  await assert.rejects(payer.pay(channel.id, 60n, { expectedDelta: 10n }), withCode("PAYER_DEPOSIT"));
  await assert.rejects(payer.track(terms, { epoch: 3, deposited: 0n }), withCode("PAYER_CHANNEL"));
});

test("a channel of another key is refused", async () => {
  const { payer } = await withPayer();
  const other = voucherKey("secp256k1", id("other"), domain);
  await assert.rejects(payer.track({ ...terms, signer: other.signer }), withCode("PAYER_CHANNEL"));
});

test("attack: crash between sign and send", async () => {
  const { payer, store, restart } = await withPayer();
  const delivered = await payer.pay(channel.id, 100n, { expectedDelta: 100n });
  await payer.acknowledge(delivered);
  const lost = await payer.pay(channel.id, 150n, { expectedDelta: 50n, sessionHash: session });

  const again = restart();
  assert.deepEqual(await again.resume(), [lost], "the last voucher is sent again, bit by bit");
  assert.deepEqual(await again.resume(channel.id), [lost]);
  assert.deepEqual(await again.resume(session), []);
  const options = { expectedDelta: 50n, sessionHash: session };
  assert.deepEqual(await again.pay(channel.id, 150n, options), lost);
  await assert.rejects(again.pay(channel.id, 150n, { expectedDelta: 50n }), withCode("PAYER_CONFLICT"));
  assert.equal((await store.listPayments({})).length, 2);
  await again.acknowledge(lost);
  assert.deepEqual(await again.resume(), []);
});

test("attack: crash between write and sign, in the key and around the disk", async () => {
  const { store, restart } = await withPayer();
  const dying: VoucherKey = { ...key, sign: () => Promise.reject(new Error("the machine lost power")) };
  await assert.rejects(restart({ key: dying }).pay(channel.id, 100n, { expectedDelta: 100n }), /lost power/);
  assert.equal((await store.readPayer(channel.id, 0))?.value.ceiling, 100n, "written before it was signed");
  await assert.rejects(
    restart().pay(channel.id, 60n, { expectedDelta: 60n }),
    withCode("PAYER_TOTAL"),
    "nothing lower after that",
  );
  assert.deepEqual(
    (await restart().resume()).map(({ ceiling }) => ceiling),
    [100n],
  );

  for (const [crash, total] of [
    ["before", 110n],
    ["after", 120n],
  ] as const) {
    store.crash = crash;
    await assert.rejects(restart().pay(channel.id, total, { expectedDelta: 10n }), /crashed/);
    assert.equal((await restart().pay(channel.id, total, { expectedDelta: 10n })).ceiling, total);
  }
  assert.equal((await store.listPayments({})).length, 3);
});

test("a key that returns somebody else's signature lets nothing out", async () => {
  const { restart } = await withPayer();
  const liar: VoucherKey = { ...voucherKey("secp256k1", id("other"), domain), signer: key.signer };
  await assert.rejects(
    restart({ key: liar }).pay(channel.id, 100n, { expectedDelta: 100n }),
    (error: unknown) => error instanceof PaymentError && error.code === "PAYMENT_KEY",
  );
});

test("asked twice at once for the next total, one voucher is signed", async () => {
  const { payer, store } = await withPayer();
  const pay = (sessionHash: Hex) => payer.pay(channel.id, 100n, { expectedDelta: 100n, sessionHash });
  const [a, b, c] = await Promise.allSettled([pay(session), pay(id("other") as Hex), pay(session)]);
  assert.deepEqual([a?.status, b?.status, c?.status], ["fulfilled", "rejected", "fulfilled"]);
  assert.equal((await store.listPayments({})).length, 1);
});

test("two programs that pay with one store do not sign two vouchers for one total", async () => {
  const { payer, restart, store } = await withPayer();
  const other = restart();
  const results = await Promise.allSettled([
    payer.pay(channel.id, 100n, { expectedDelta: 100n, sessionHash: session }),
    other.pay(channel.id, 100n, { expectedDelta: 100n }),
  ]);
  assert.deepEqual(results.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  assert.equal((await store.listPayments({})).length, 1);
});

test("the owner's limits hold for a payment, a session and a day, over all channels of the asset", async () => {
  let now = NOW;
  const limits = { [ZERO_ADDRESS]: { perPayment: 50n, perSession: 80n, perDay: 120n } };
  const { payer, chain } = await withPayer({ limits, now: () => now });
  const second = { ...terms, salt: 2n };
  chain.set((await payer.track(second, { epoch: 0, deposited: 1_000n })).channelId, { deposited: 1_000n });
  const { channelId: other } = await payer.track(second);
  const pay = (channelId: Hex, charged: bigint, expectedDelta: bigint, sessionId?: string) =>
    payer.pay(channelId, charged, { expectedDelta, sessionId });

  await assert.rejects(pay(channel.id, 51n, 51n, "a"), withCode("PAYER_LIMIT"));
  await assert.rejects(pay(channel.id, 50n, 50n), withCode("PAYER_LIMIT"), "a limit by session needs one");
  await pay(channel.id, 50n, 50n, "a");
  await pay(channel.id, 50n, 50n, "a"); // again: counted once
  await assert.rejects(pay(other, 31n, 31n, "a"), withCode("PAYER_LIMIT"));
  await pay(other, 30n, 30n, "a");
  await pay(other, 70n, 40n, "b");
  await assert.rejects(pay(channel.id, 51n, 1n, "c"), withCode("PAYER_LIMIT"));
  now += 86_399;
  await assert.rejects(pay(channel.id, 51n, 1n, "c"), withCode("PAYER_LIMIT"));
  now += 1;
  await pay(channel.id, 51n, 1n, "c");
  await assert.rejects(pay(channel.id, 52n, 1n, "a"), withCode("PAYER_LIMIT"), "a session has no second day");
});
