import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import * as fc from "fast-check";
import { Payee } from "./Payee.js";
import { Payer } from "./Payer.js";
import { PayeeError } from "./PaymentError.js";
import { SqlitePaymentStore } from "./SqlitePaymentStore.js";
import { channel, CrashingStore, domain, FakeChain, group, key, NOW, terms } from "./testing/fakes.js";
import type { PaymentReceipt, PaymentStore, Voucher, VoucherKey } from "./types.js";

/** What may happen next. Numbers choose among what is there. */
type Step =
  | { type: "pay"; price: number; surplus: number; isSignerDying: boolean }
  | { type: "deliver"; message: number }
  | { type: "crashPayer" | "crashPayee"; when: "before" | "after" }
  | { type: "restartPayer" | "restartPayee" | "resume" | "settle" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant("pay" as const),
      price: fc.integer({ min: 1, max: 50 }),
      surplus: fc.oneof(fc.constant(0), fc.nat(20)),
      isSignerDying: fc.boolean(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant("deliver" as const), message: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom("crashPayer" as const, "crashPayee" as const),
      when: fc.constantFrom("before" as const, "after" as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "restartPayer" as const,
        "restartPayee" as const,
        "resume" as const,
        "settle" as const,
      ),
    }),
  },
);

interface Message {
  voucher: Voucher;
  price: bigint;
  requestId: string;
}

/** A payer, a payee, and a network that loses, repeats and reorders. */
class World {
  readonly chain = new FakeChain();
  readonly #payerStore: PaymentStore & { crash?: unknown };
  readonly #payeeStore: PaymentStore & { crash?: unknown };
  readonly wire: Message[] = [];
  readonly receipts = new Map<string, PaymentReceipt>();
  #payer: Payer;
  #payee: Payee;
  #isSignerDying = false;
  /** What the payer decided on, by total. */
  readonly #requests = new Map<bigint, Omit<Message, "voucher">>();

  constructor(payerStore: PaymentStore, payeeStore: PaymentStore) {
    this.#payerStore = payerStore;
    this.#payeeStore = payeeStore;
    this.chain.set(channel.id, { deposited: 10n ** 9n });
    this.#payer = this.#newPayer();
    this.#payee = this.#newPayee();
  }

  async start(): Promise<void> {
    await this.#payer.track(terms);
  }

  async take(step: Step): Promise<void> {
    switch (step.type) {
      case "pay":
        this.#isSignerDying = step.isSignerDying;
        return this.#pay(BigInt(step.price), BigInt(step.price + step.surplus));
      case "deliver": {
        const message = this.wire[step.message % Math.max(1, this.wire.length)];
        return message && this.#deliver(message);
      }
      case "crashPayer":
        this.#payerStore.crash = step.when;
        return undefined;
      case "crashPayee":
        this.#payeeStore.crash = step.when;
        return undefined;
      case "restartPayer":
        this.#payer = this.#newPayer();
        return undefined;
      case "restartPayee":
        this.#payee = this.#newPayee();
        return undefined;
      case "resume":
        return this.#resume();
      case "settle":
        return this.#settle();
    }
  }

  async check(): Promise<void> {
    const payer = (await this.#payerStore.readPayer(channel.id, 0))?.value;
    const payee = (await this.#payeeStore.readPayee(channel.id, 0))?.value;
    const receipts = await this.#payeeStore.listReceipts(channel.id, 0);
    const payments = await this.#payerStore.listPayments({});
    const sum = (values: bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

    assert.equal(
      sum(payments.map(({ amount }) => amount)),
      payer?.ceiling,
      "every unit signed is of one payment",
    );
    assert.equal(
      sum(receipts.map(({ price }) => price)),
      payee?.charged ?? 0n,
      "every unit charged has a receipt",
    );
    assert.equal(
      sum(receipts.map(({ increment }) => increment)),
      payee?.ceiling ?? 0n,
      "each increment counts once",
    );
    assert.ok((payee?.charged ?? 0n) <= (payee?.ceiling ?? 0n), "no more is charged than was allowed");
    assert.ok((payee?.ceiling ?? 0n) <= (payer?.ceiling ?? 0n), "no more is taken than was signed");
    assert.equal(new Set(receipts.map(({ requestId }) => requestId)).size, receipts.length);
    for (const [requestId, receipt] of this.receipts) {
      assert.deepEqual(
        receipts.find((stored) => stored.requestId === requestId),
        receipt,
        "what was told is kept",
      );
    }
    const claims = (await this.#payee.allClaims({ scope: "all" })).flatMap((batch) => batch.claims);
    const settled = this.chain.latest.get(channel.id)?.settled ?? 0n;
    const claimed = claims[0] ? claims[0].amounts >> 96n : settled;
    assert.equal(claimed, payee?.charged ?? 0n, "what can be claimed is what was charged");
  }

  /** Without any more accidents: everything is sent again, what was paid ahead is used, all is settled. */
  async end(): Promise<void> {
    delete this.#payerStore.crash;
    delete this.#payeeStore.crash;
    this.#isSignerDying = false;
    this.#payer = this.#newPayer();
    this.#payee = this.#newPayee();
    await this.#resume();
    for (const message of this.wire) await this.#deliver(message);
    // Requests whose vouchers came late, or were lost before higher ones, are paid for already.
    for (const { requestId, price } of this.#requests.values()) {
      if (await this.#payeeStore.readReceipt(channel.id, 0, requestId)) continue;
      await this.#payee.chargePrepaid({ terms, price, requestId });
    }
    await this.#settle();
    await this.check();
    const payer = (await this.#payerStore.readPayer(channel.id, 0))?.value;
    const payee = (await this.#payeeStore.readPayee(channel.id, 0))?.value;
    const receipts = await this.#payeeStore.listReceipts(channel.id, 0);
    assert.equal(receipts.length, this.#requests.size, "every request was served once");
    assert.equal(payee?.ceiling ?? 0n, payer?.ceiling, "all that was signed arrived");
    assert.equal(
      this.chain.latest.get(channel.id)?.settled,
      payee?.charged ?? 0n,
      "all that was charged is settled",
    );
  }

  async #pay(price: bigint, amount: bigint): Promise<void> {
    const before = (await this.#payerStore.readPayer(channel.id, 0))?.value.ceiling ?? 0n;
    const total = before + amount;
    try {
      const voucher = await this.#payer.pay(channel.id, total, { expectedDelta: amount });
      this.#note(total, price);
      this.#send(voucher);
    } catch (error) {
      if (!isAccident(error)) throw error;
      // The request stands if, and only if, it was written before the accident.
      if ((await this.#payerStore.readPayer(channel.id, 0))?.value.ceiling === total)
        this.#note(total, price);
      this.#payer = this.#newPayer();
    }
  }

  #note(total: bigint, price: bigint): void {
    this.#requests.set(total, { price, requestId: `request ${total}` });
  }

  #send(voucher: Voucher): void {
    const request = this.#requests.get(voucher.ceiling);
    assert.ok(request, "only what was decided on is signed");
    this.wire.push({ voucher, ...request });
  }

  async #resume(): Promise<void> {
    try {
      for (const voucher of await this.#payer.resume()) this.#send(voucher);
    } catch (error) {
      if (!isAccident(error)) throw error;
    }
  }

  async #deliver({ voucher, price, requestId }: Message): Promise<void> {
    try {
      const receipt = await this.#payee.accept({ voucher, terms, price, requestId });
      this.receipts.set(requestId, receipt);
      await this.#payer.acknowledge(voucher);
    } catch (error) {
      if (error instanceof PayeeError) assert.equal(error.code, "VOUCHER_STALE");
      else if (!isAccident(error)) throw error;
    }
  }

  /** The contract's part, in its own words. */
  async #settle(): Promise<void> {
    for (const { claims } of await this.#payee.allClaims({ scope: "all" })) {
      for (const { amounts } of claims) {
        const state = this.chain.latest.get(channel.id);
        const [newSettled, ceiling] = [amounts >> 96n, amounts & (2n ** 96n - 1n)];
        assert.ok(state && newSettled > state.settled && newSettled <= ceiling && ceiling <= state.deposited);
        this.chain.set(channel.id, { settled: newSettled });
      }
    }
    try {
      await this.#payee.observe(channel.id, await this.chain.read(channel.id));
    } catch (error) {
      if (!isAccident(error)) throw error;
      await this.#payee.observe(channel.id, await this.chain.read(channel.id));
    }
  }

  #newPayer(): Payer {
    const fragile: VoucherKey = {
      ...key,
      sign: (digest) => {
        if (!this.#isSignerDying) return key.sign(digest);
        this.#isSignerDying = false;
        throw new Error("crashed while signing");
      },
    };
    return new Payer({ key: fragile, domain, store: this.#payerStore, reader: this.chain, now: () => NOW });
  }

  #newPayee(): Payee {
    return new Payee({
      domain,
      store: this.#payeeStore,
      reader: this.chain,
      groups: [{ ...group, settleAmount: 1n }],
      now: () => NOW,
    });
  }
}

function isAccident(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("crashed");
}

async function live(world: World, life: readonly Step[]): Promise<void> {
  await world.start();
  for (const step of life) {
    await world.take(step);
    await world.check();
  }
  await world.end();
}

const depth = { quick: 150, ci: 1_000, deep: 20_000 }[process.env.BLOK_TEST_DEPTH ?? "quick"] ?? 150;

test("whatever crashes, gets lost, comes twice or out of order: no unit is lost or counted twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { maxLength: 30 }), (life) =>
      live(new World(new CrashingStore(), new CrashingStore()), life),
    ),
    { numRuns: depth },
  );
});

test("the same with files on disk", async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 10, maxLength: 30 }), async (life) => {
      const folder = join(tmpdir(), `payments-${process.pid}-${(run += 1)}`);
      const [payer, payee] = ["payer.db", "payee.db"].map(
        (name) => new SqlitePaymentStore(join(folder, name)),
      );
      assert.ok(payer && payee);
      try {
        await live(new World(payer, payee), life);
      } finally {
        payer.close();
        payee.close();
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: Math.ceil(depth / 30) },
  );
});
