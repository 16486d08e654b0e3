import { KeyedQueue } from "./KeyedQueue.js";
import { PayerError } from "./PaymentError.js";
import { prepareChannel, type PreparedChannel } from "./prepareChannel.js";
import type { PreparedDomain } from "./prepareDomain.js";
import { normalSession, signVoucher } from "./signVoucher.js";
import type {
  ChannelReader,
  ChannelTerms,
  Hex,
  PayerChannel,
  PayerPayment,
  PaymentStore,
  Versioned,
  Voucher,
  VoucherKey,
} from "./types.js";
import { isAmount, isUint, EPOCH_MAX } from "./words.js";

/** What an owner lets its car spend of one asset without asking, in base units; what is left out has no limit. */
export interface PayerLimits {
  perPayment?: bigint;
  /** In all payments of one `sessionId`. */
  perSession?: bigint;
  /** In any 24 hours, over all channels. */
  perDay?: bigint;
}

export interface PayerInput {
  /** The machine key of the channels. */
  key: VoucherKey;
  domain: PreparedDomain;
  store: PaymentStore;
  /** Where there is a connection: the epoch, the deposit and a close are then the chain's. */
  reader?: ChannelReader;
  /** By asset, its address or the zero address for the native coin. */
  limits?: Readonly<Record<string, PayerLimits>>;
  /** Unix seconds. */
  now?: () => number;
}

export interface PayOptions {
  /** What the payer expects this payment to cost, base units. */
  expectedDelta: bigint;
  /** The hash of the document that is paid for. */
  sessionHash?: Hex | undefined;
  /** The payer's own name for what belongs together, for the limit per session. */
  sessionId?: string | undefined;
  /** The epoch that the payee speaks of. */
  epoch?: number | undefined;
}

/** What the payer knows of a channel without asking the chain. */
export interface TrackedFacts {
  epoch: number;
  /** Base units. */
  deposited: bigint;
  /** The highest ceiling that was signed in this epoch, if another program signed before. */
  ceiling?: bigint;
}

const DAY_SECONDS = 86_400;
const ATTEMPTS = 5;

/**
 * The program that pays for a car. It signs ceilings that only rise, each no more than was expected; what it is about to sign
 * is on disk before the signature leaves. After a crash it may send the same voucher again, never another for the same total.
 *
 * One program pays with a store at a time: limits are checked in memory.
 *
 * @example
 * const payer = new Payer({ key, domain, store: new SqlitePaymentStore("./payer.db"), reader });
 * const { channelId } = await payer.track(terms);
 * const voucher = await payer.pay(channelId, 2_500_000n, { expectedDelta: 2_500_000n });
 */
export class Payer {
  readonly #input: PayerInput;
  readonly #limits: ReadonlyMap<string, PayerLimits>;
  readonly #now: () => number;
  readonly #queue = new KeyedQueue();

  constructor(input: PayerInput) {
    this.#input = input;
    this.#limits = new Map(
      Object.entries(input.limits ?? {}).map(([asset, limits]) => [asset.toLowerCase(), limits]),
    );
    this.#now = input.now ?? (() => Math.floor(Date.now() / 1000));
  }

  /**
   * Begins to pay from a channel, or from the next epoch of one, or notes a top-up. Nothing that was signed is forgotten.
   *
   * @param facts Needed without a reader.
   * @throws {PayerError} `PAYER_CHANNEL` when the channel is not open, or its key is another.
   */
  async track(terms: ChannelTerms, facts?: TrackedFacts): Promise<PayerChannel> {
    const { domain, store, key, reader } = this.#input;
    const channel = prepareChannel(terms, domain);
    if (key.signer.toLowerCase() !== terms.signer.toLowerCase()) {
      throw new PayerError("PAYER_CHANNEL", "the channel's vouchers are signed by another key", {
        where: `channel ${channel.id}`,
      });
    }
    return this.#queue.run("", async () => {
      const { epoch, deposited, ceiling = 0n } = facts ?? (await this.#factsOf(channel.id, reader));
      if (!isUint(epoch, EPOCH_MAX) || !isAmount(deposited) || deposited === 0n || !isAmount(ceiling)) {
        throw new PayerError("PAYER_CHANNEL", "the channel is not open", {
          where: `channel ${channel.id}`,
          fix: "open it first",
        });
      }
      return this.#attempt(async () => {
        const known = await store.readPayer(channel.id, epoch);
        const value: PayerChannel = {
          channelId: channel.id,
          epoch,
          terms: { ...terms },
          deposited,
          ceiling: max(known?.value.ceiling ?? 0n, ceiling),
        };
        return (await store.writePayer(value, known?.version ?? 0)) ? value : undefined;
      });
    });
  }

  /**
   * Pays: signs a voucher for the total that the payee asks for. Asked again for the last total, with the same session and
   * expectation, it signs the same voucher again and counts nothing twice.
   *
   * @param charged The new total that the payee asks for, counted from the channel's opening; base units.
   * @throws {PayerError} What is wrong with the request. Nothing was signed then, nor will be for it.
   * @throws {PaymentError} `PAYMENT_KEY` when the key does not sign; asking again is safe.
   */
  async pay(channelId: Hex, charged: bigint, options: PayOptions): Promise<Voucher> {
    const sessionHash = normalSession(options.sessionHash);
    // One payment at a time: a limit is over all channels.
    return this.#queue.run("", async () => {
      const id = channelId.toLowerCase() as Hex;
      const { channel, ceiling } = await this.#attempt(() =>
        this.#decide(id, charged, { ...options, sessionHash }),
      );
      return this.#sign(channel, { ceiling, sessionHash });
    });
  }

  /**
   * The vouchers to send again after a crash or a lost connection: for each epoch of each channel the last one that the payee
   * has not acknowledged.
   */
  async resume(channelId?: Hex): Promise<Voucher[]> {
    return this.#queue.run("", async () => {
      const id = channelId?.toLowerCase() as Hex | undefined;
      const payments = await this.#input.store.listPayments({ channelId: id, isUnacknowledged: true });
      const last = new Map<string, PayerPayment>();
      for (const payment of payments) last.set(`${payment.channelId} ${payment.epoch}`, payment);
      const vouchers: Voucher[] = [];
      for (const payment of last.values()) {
        const channel = await this.#input.store.readPayer(payment.channelId, payment.epoch);
        if (channel) vouchers.push(await this.#sign(channel.value, payment));
      }
      return vouchers;
    });
  }

  /** Notes that the payee took a voucher, and with it all before. */
  async acknowledge(voucher: Pick<Voucher, "channelId" | "epoch" | "ceiling">): Promise<void> {
    const { channelId, epoch, ceiling } = voucher;
    await this.#input.store.acknowledgePayment(channelId.toLowerCase() as Hex, epoch, ceiling);
  }

  /** Checks a payment and writes it down; it may be signed when this resolves. */
  async #decide(
    channelId: Hex,
    charged: bigint,
    options: PayOptions,
  ): Promise<{ channel: PayerChannel; ceiling: bigint } | undefined> {
    const { store } = this.#input;
    const { stored, deposited } = await this.#present(channelId, options.epoch);
    const channel = stored.value;
    const { expectedDelta, sessionHash, sessionId } = options;
    const fail = (code: PayerError["code"], message: string, fix?: string): PayerError =>
      new PayerError(code, message, { where: `channel ${channelId}, epoch ${channel.epoch}`, fix });

    if (!isAmount(charged) || !isAmount(expectedDelta) || expectedDelta === 0n) {
      throw fail("PAYER_TOTAL", `a payment of ${expectedDelta} up to ${charged} is none`);
    }
    const [before] = await store.listPayments({ channelId, epoch: channel.epoch, ceiling: charged });
    if (before) {
      const isSame = before.amount === expectedDelta && before.sessionHash === sessionHash;
      if (charged === channel.ceiling && isSame) return { channel, ceiling: charged };
      throw fail(
        "PAYER_CONFLICT",
        `a voucher for the total of ${charged} was decided on before${isSame ? ", and higher ones since" : " for something else"}`,
      );
    }
    if (charged !== channel.ceiling + expectedDelta) {
      throw fail(
        "PAYER_TOTAL",
        `the payee asks for a total of ${charged}, not ${channel.ceiling} and ${expectedDelta}`,
        "send the last voucher again, and compare receipts with the payee",
      );
    }
    if (charged > deposited) {
      throw fail("PAYER_DEPOSIT", `a total of ${charged} is more than the ${deposited} deposited`, "top up");
    }
    const asset = channel.terms.asset.toLowerCase();
    await this.#checkLimits(asset, options, fail);

    const payment: PayerPayment = {
      channelId,
      epoch: channel.epoch,
      ceiling: charged,
      amount: expectedDelta,
      asset,
      ...(sessionHash !== undefined && { sessionHash }),
      ...(sessionId !== undefined && { sessionId }),
      decidedAt: this.#now(),
      isAcknowledged: false,
    };
    const next = { ...channel, deposited, ceiling: charged };
    const isWritten = await store.writePayer(next, stored.version, payment);
    return isWritten ? { channel: next, ceiling: charged } : undefined;
  }

  /** The epoch of a channel that is paid from now. */
  async #present(
    channelId: Hex,
    quotedEpoch: number | undefined,
  ): Promise<{ stored: Versioned<PayerChannel>; deposited: bigint }> {
    const { store, reader } = this.#input;
    const where = `channel ${channelId}`;
    const known = await store.listPayer(channelId);
    const latest = (await reader?.read(channelId))?.latest;
    const epoch = latest?.epoch ?? known.at(-1)?.value.epoch;
    const stored = known.find(({ value }) => value.epoch === epoch);
    if (!stored || latest?.deposited === 0n) {
      throw new PayerError("PAYER_CHANNEL", "this channel is not paid from, or not in its present epoch", {
        where,
        fix: "open it, and track it",
      });
    }
    if (quotedEpoch !== undefined && quotedEpoch !== epoch) {
      throw new PayerError("PAYER_EPOCH", `the payee speaks of epoch ${quotedEpoch}, it is ${epoch}`, {
        where,
      });
    }
    if (latest !== undefined && latest.closeDeadline !== 0) {
      throw new PayerError("PAYER_CLOSING", "the channel is closing", {
        where,
        fix: "cancel the close first",
      });
    }
    return { stored, deposited: latest?.deposited ?? stored.value.deposited };
  }

  async #checkLimits(
    asset: string,
    { expectedDelta, sessionId }: PayOptions,
    fail: (code: "PAYER_LIMIT", message: string) => PayerError,
  ): Promise<void> {
    const limits = this.#limits.get(asset);
    if (!limits) return;
    const check = async (
      limit: bigint | undefined,
      what: string,
      spent: () => Promise<bigint>,
    ): Promise<void> => {
      if (limit === undefined) return;
      const sum = (await spent()) + expectedDelta;
      if (sum > limit)
        throw fail("PAYER_LIMIT", `${sum} would be more than the owner's ${limit} for ${what}`);
    };
    const sumOf = async (filter: { sessionId?: string; since?: number }): Promise<bigint> =>
      (await this.#input.store.listPayments({ ...filter, asset })).reduce(
        (sum, { amount }) => sum + amount,
        0n,
      );

    await check(limits.perPayment, "one payment", async () => 0n);
    if (sessionId === undefined && limits.perSession !== undefined) {
      throw fail("PAYER_LIMIT", "the owner's limit is by session, and the payment names none");
    }
    await check(limits.perSession, "one session", () => sumOf({ sessionId: sessionId ?? "" }));
    await check(limits.perDay, "one day", () => sumOf({ since: this.#now() - DAY_SECONDS + 1 }));
  }

  async #sign(
    { terms, epoch }: PayerChannel,
    { ceiling, sessionHash }: Pick<Voucher, "ceiling" | "sessionHash">,
  ): Promise<Voucher> {
    const channel: PreparedChannel = prepareChannel(terms, this.#input.domain);
    return signVoucher(this.#input.key, channel, { epoch, ceiling, sessionHash });
  }

  async #factsOf(channelId: Hex, reader: ChannelReader | undefined): Promise<TrackedFacts> {
    if (!reader) {
      throw new PayerError("PAYER_CHANNEL", "without a reader, epoch and deposit have to be given", {
        where: `channel ${channelId}`,
      });
    }
    const { epoch, deposited, settled } = (await reader.read(channelId)).latest;
    // Whatever was settled was signed.
    return { epoch, deposited, ceiling: settled };
  }

  /** Repeats what was refused because another program wrote meanwhile. */
  async #attempt<T>(work: () => Promise<T | undefined>): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const result = await work();
      if (result !== undefined) return result;
    }
    throw new PayerError("PAYER_BUSY", "another program keeps writing to the payment store", {
      fix: "let one program pay with a store",
    });
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
