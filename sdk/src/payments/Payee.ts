import { KeyedQueue } from "./KeyedQueue.js";
import { PayeeError, type PayeeErrorCode } from "./PaymentError.js";
import { claimable, planClaims, type ClaimBatch, type ClaimGas } from "./planClaims.js";
import { prepareChannel, type PreparedChannel } from "./prepareChannel.js";
import type { PreparedDomain } from "./prepareDomain.js";
import { normalSession } from "./signVoucher.js";
import type {
  ChannelReader,
  ChannelReading,
  ChannelTerms,
  Hex,
  PayeeChannel,
  PayeeGroup,
  PaymentReceipt,
  PaymentStore,
  Voucher,
} from "./types.js";
import { isAmount } from "./words.js";

/** Channels that a payee takes payments from, and when it settles them. */
export interface PayeeTerms extends PayeeGroup {
  /** Settle a channel that owes so much, base units; left out, only age and closing count. */
  settleAmount?: bigint;
  /** Settle a channel whose oldest unsettled charge is so old; left out, only amount and closing count. */
  settleAgeSeconds?: number;
}

export interface PayeeInput {
  domain: PreparedDomain;
  store: PaymentStore;
  /** Says what is deposited, and confirmed. */
  reader: ChannelReader;
  /** Vouchers of channels with other payees, operators or assets are foreign. */
  groups: readonly PayeeTerms[];
  /**
   * Left out, a channel is refused as soon as its payer asked to close. Given, it is taken until so many seconds before the
   * close deadline: what it takes to settle.
   */
  closingMarginSeconds?: number;
  /** How far this clock and the chain's may be apart; added to the margin. */
  clockSkewSeconds?: number;
  /** Refuses what is read from a node whose newest block is older; left out, any node is believed. */
  maxBlockAgeSeconds?: number;
  /** Unix seconds. */
  now?: () => number;
}

export interface AcceptInput {
  voucher: Voucher;
  /** As the payer says they are. */
  terms: ChannelTerms;
  /** What the request costs, base units; zero for a payment ahead. */
  price: bigint;
  /** The payer's name for the request; its voucher's ceiling when left out. */
  requestId?: string;
}

/** What a payer is to be asked for. */
export interface PaymentQuote {
  channelId: Hex;
  epoch: number;
  /** The least total that pays the price: what was charged, and the price. */
  total: bigint;
  /** What the payer has paid ahead; part of what was signed already. */
  prepaid: bigint;
}

/** A channel that is to be settled, and why. */
export interface DueChannel {
  channel: PayeeChannel;
  amount: bigint;
  reason: "closing" | "amount" | "age";
}

const DEFAULT_CLOCK_SKEW_SECONDS = 120;
const ATTEMPTS = 5;
const REQUEST_ID_LENGTH = 200;

/**
 * The program that takes payments. A voucher counts once, for its whole value: what it allows beyond the price stays with the
 * channel and pays for the next request. A voucher that allows too little is refused and changes nothing: the next one, being a
 * total, holds its value. What is acknowledged is on disk before; asked again for the same request, the same receipt is given.
 *
 * Only what was charged is ever claimed, never what is merely prepaid.
 *
 * @example
 * const payee = new Payee({ domain, store, reader, groups: [{ payee: operator, operator: ZERO_ADDRESS, asset: usdc }] });
 * const receipt = await payee.accept({ voucher, terms, price: 2_500_000n, requestId });
 */
export class Payee {
  readonly #input: PayeeInput;
  readonly #groups: ReadonlyMap<string, PayeeTerms>;
  readonly #now: () => number;
  readonly #queue = new KeyedQueue();

  constructor(input: PayeeInput) {
    this.#input = input;
    this.#groups = new Map(input.groups.map((group) => [groupKey(group), group]));
    this.#now = input.now ?? (() => Math.floor(Date.now() / 1000));
  }

  /**
   * What to ask a payer for.
   *
   * @param price Base units.
   * @throws {PayeeError} As `accept`.
   */
  async quote(terms: ChannelTerms, price: bigint): Promise<PaymentQuote> {
    checkPrice(price);
    const channel = this.#own(terms);
    const reading = await this.#input.reader.read(channel.id);
    this.#checkOpen(channel.id, reading);
    const { epoch } = reading.latest;
    const { ceiling, charged } = this.#update(
      (await this.#input.store.readPayee(channel.id, epoch))?.value ?? fresh(channel, epoch),
      reading,
    );
    return { channelId: channel.id, epoch, total: charged + price, prepaid: ceiling - charged };
  }

  /**
   * Takes a voucher for a request. The signature is checked first, also of vouchers that are no payment any more: a forged one is
   * `VOUCHER_FORGED`, a genuine one that was used is `VOUCHER_STALE`.
   *
   * @returns The receipt, stored; deliver on it once per `requestId`.
   * @throws {PayeeError} Why not. Nothing was taken then.
   * @throws {PaymentStoreError} Nothing is acknowledged; the payer may send the same again.
   */
  async accept({ voucher, terms, price, requestId }: AcceptInput): Promise<PaymentReceipt> {
    checkPrice(price);
    const channel = this.#own(terms);
    const verdict = channel.verify(voucher);
    const where = `channel ${channel.id}`;
    if (verdict === "malformed") throw new PayeeError("VOUCHER_MALFORMED", "this is no voucher", { where });
    if (verdict === "foreignChannel")
      throw new PayeeError("CHANNEL_FOREIGN", "the voucher is of a channel with other terms", { where });
    if (verdict === "signatureInvalid")
      throw new PayeeError("VOUCHER_FORGED", "the channel's key did not sign the voucher", { where });

    const sessionHash = normalSession(voucher.sessionHash);
    const normal: Voucher = {
      channelId: channel.id,
      epoch: voucher.epoch,
      ceiling: voucher.ceiling,
      ...(sessionHash !== undefined && { sessionHash }),
      signature: voucher.signature.toLowerCase() as Hex,
    };
    const request: Request = {
      channel,
      epoch: voucher.epoch,
      price,
      requestId: checkRequestId(requestId ?? String(voucher.ceiling)),
      voucher: normal,
    };
    return this.#queue.run(channel.id, () => this.#take(request));
  }

  /**
   * Charges a request to what the channel has paid ahead, without another voucher. The caller has to know that it is the payer who
   * asks: there is no signature to tell.
   *
   * @throws {PayeeError} As `accept`; `VOUCHER_UNDERPAID` when not so much is prepaid.
   */
  async chargePrepaid(input: {
    terms: ChannelTerms;
    price: bigint;
    requestId: string;
  }): Promise<PaymentReceipt> {
    checkPrice(input.price);
    const channel = this.#own(input.terms);
    const requestId = checkRequestId(input.requestId);
    return this.#queue.run(channel.id, async () => {
      const { epoch } = (await this.#input.reader.read(channel.id)).latest;
      return this.#take({ channel, epoch, price: input.price, requestId });
    });
  }

  /**
   * Notes where the chain says a channel stands, as a watcher sees it: what is settled, whether it is closing or over.
   *
   * @returns The epochs of the channel that this payee knows, as they are now.
   */
  async observe(channelId: Hex, reading: ChannelReading): Promise<PayeeChannel[]> {
    return this.#change(channelId, (channel) => this.#observed(channel, reading));
  }

  /**
   * Notes a settlement that the chain tells of, in an epoch that may be over since.
   *
   * @param newSettled What the payee has had in all, base units.
   */
  async markSettled(channelId: Hex, epoch: number, newSettled: bigint): Promise<PayeeChannel[]> {
    return this.#change(channelId, (channel) => {
      if (channel.epoch !== epoch || newSettled <= channel.settled) return channel;
      return { ...channel, settled: newSettled, unsettledSince: this.#unsettledSince(channel, newSettled) };
    });
  }

  /** All channels that this payee knows, every epoch of them. */
  async channels(): Promise<PayeeChannel[]> {
    return (await this.#input.store.listPayee()).map(({ value }) => value);
  }

  /**
   * The channels that are to be settled: closing ones always, others when they owe enough or for long enough.
   *
   * @param now Unix seconds.
   */
  async dueForSettlement(now: number = this.#now()): Promise<DueChannel[]> {
    const due: DueChannel[] = [];
    for (const channel of await this.channels()) {
      const amount = claimable(channel, now);
      const group = this.#groups.get(groupKey(channel.terms));
      if (amount === 0n || !group) continue;
      const reason = reasonToSettle(channel, amount, group, now);
      if (reason) due.push({ channel, amount, reason });
    }
    return due;
  }

  /**
   * The batches of claims that settle a group's channels.
   *
   * @param options.scope `due` for those that are to be settled, `all` for everything that can be.
   * @param options.gas What claims are reckoned with.
   */
  async claimsFor(
    group: PayeeGroup,
    options: { scope?: "due" | "all"; now?: number; gas?: ClaimGas } = {},
  ): Promise<ClaimBatch[]> {
    const { scope = "due", now = this.#now(), gas } = options;
    const channels =
      scope === "all"
        ? await this.channels()
        : (await this.dueForSettlement(now)).map(({ channel }) => channel);
    const key = groupKey(group);
    const { payee, operator, asset } = group;
    return planClaims(
      { payee, operator, asset },
      channels.filter(({ terms }) => groupKey(terms) === key),
      now,
      gas,
    );
  }

  /** {@link claimsFor} of all groups. */
  async allClaims(options: Parameters<Payee["claimsFor"]>[1] = {}): Promise<ClaimBatch[]> {
    const batches: ClaimBatch[] = [];
    for (const group of this.#input.groups) batches.push(...(await this.claimsFor(group, options)));
    return batches;
  }

  /** A channel that pays this payee. */
  #own(terms: ChannelTerms): PreparedChannel {
    let channel: PreparedChannel;
    try {
      channel = prepareChannel(terms, this.#input.domain);
    } catch (cause) {
      throw new PayeeError("VOUCHER_MALFORMED", "these are no terms of a channel", { cause });
    }
    if (!this.#groups.has(groupKey(terms))) {
      throw new PayeeError("CHANNEL_FOREIGN", "the channel pays somebody else, or in another asset", {
        where: `channel ${channel.id}`,
      });
    }
    return channel;
  }

  async #take(request: Request): Promise<PaymentReceipt> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const receipt = await this.#tryToTake(request);
      if (receipt) return receipt;
    }
    throw new PayeeError("PAYEE_BUSY", "another program keeps writing to the payment store", {
      where: `channel ${request.channel.id}`,
    });
  }

  /** @returns Undefined when another program wrote meanwhile. */
  async #tryToTake(request: Request): Promise<PaymentReceipt | undefined> {
    const { channel, epoch, price, requestId, voucher } = request;
    const { store, reader } = this.#input;
    const fail = (code: PayeeErrorCode, message: string, fix?: string): PayeeError =>
      new PayeeError(code, message, { where: `channel ${channel.id}, epoch ${epoch}`, fix });

    const given = await store.readReceipt(channel.id, epoch, requestId);
    if (given) {
      if (isOfRequest(given, request)) return given;
      throw fail("REQUEST_CONFLICT", `request ${requestId} was accepted for another voucher or price`);
    }
    const reading = await reader.read(channel.id);
    if (reading.latest.epoch !== epoch) {
      throw fail(
        "VOUCHER_EPOCH",
        `the voucher is of epoch ${epoch}, the channel's is ${reading.latest.epoch}`,
        "sign for the channel's present epoch",
      );
    }
    const stored = await store.readPayee(channel.id, epoch);
    const known = this.#update(stored?.value ?? fresh(channel, epoch), reading);
    if (voucher && voucher.ceiling <= known.ceiling) {
      throw fail(
        "VOUCHER_STALE",
        `the voucher's ceiling of ${voucher.ceiling} is not above the ${known.ceiling} accepted before`,
        "send the voucher of this request, under the request's own name",
      );
    }
    this.#checkOpen(channel.id, reading);
    this.#checkClosing(channel.id, reading);

    const ceiling = voucher?.ceiling ?? known.ceiling;
    const backed = min(reading.latest.deposited, reading.confirmed.deposited);
    if (ceiling > backed) {
      throw fail(
        "CHANNEL_DEPOSIT",
        `the ceiling of ${ceiling} is above the ${backed} that is deposited and confirmed`,
        "top up, and wait until it is confirmed",
      );
    }
    const charged = known.charged + price;
    if (charged > ceiling) {
      const error = fail(
        "VOUCHER_UNDERPAID",
        `${ceiling - known.charged} is there for a price of ${price}`,
        `sign for at least ${charged}`,
      );
      error.neededCeiling = charged;
      throw error;
    }

    const acceptedAt = this.#now();
    const next: PayeeChannel = {
      ...known,
      ceiling,
      voucher: voucher ?? known.voucher,
      charged,
      unsettledSince: known.unsettledSince === 0 && price !== 0n ? acceptedAt : known.unsettledSince,
    };
    const receipt: PaymentReceipt = {
      channelId: channel.id,
      epoch,
      requestId,
      price,
      increment: ceiling - known.ceiling,
      ceiling,
      charged,
      ...(voucher?.sessionHash !== undefined && { sessionHash: voucher.sessionHash }),
      ...(voucher && { signature: voucher.signature }),
      acceptedAt,
    };
    return (await store.writePayee(next, stored?.version ?? 0, receipt)) ? receipt : undefined;
  }

  /** A channel with what the chain says, and nothing below it: what was settled elsewhere was charged and signed elsewhere. */
  #update(channel: PayeeChannel, reading: ChannelReading): PayeeChannel {
    const observed = this.#observed(channel, reading);
    const elsewhere = observed.settled - observed.charged;
    if (elsewhere <= 0n || observed.isOver) return observed;
    return {
      ...observed,
      ceiling: max(observed.ceiling, observed.settled),
      charged: observed.settled,
      carried: observed.carried + elsewhere,
    };
  }

  #observed(channel: PayeeChannel, { latest }: ChannelReading): PayeeChannel {
    const isOver = latest.epoch !== channel.epoch || latest.deposited === 0n;
    if (isOver) return { ...channel, isOver };
    const { settled, closeDeadline } = latest;
    const unsettledSince = this.#unsettledSince(channel, settled);
    return { ...channel, settled, closeDeadline, unsettledSince, isOver };
  }

  /** Since when something is unsettled; a settlement that left something begins anew. */
  #unsettledSince(channel: PayeeChannel, settled: bigint): number {
    if (channel.charged <= settled) return 0;
    return channel.unsettledSince !== 0 && settled <= channel.settled ? channel.unsettledSince : this.#now();
  }

  #checkOpen(channelId: Hex, { latest, confirmed, blockTime, confirmations }: ChannelReading): void {
    const where = `channel ${channelId}`;
    const { maxBlockAgeSeconds } = this.#input;
    const age = this.#now() - blockTime;
    if (maxBlockAgeSeconds !== undefined && age > maxBlockAgeSeconds) {
      throw new PayeeError("CHANNEL_UNCONFIRMED", `the node's newest block is ${age} seconds old`, {
        where,
        fix: "check the node",
      });
    }
    if (latest.deposited === 0n) {
      throw new PayeeError("CHANNEL_UNCONFIRMED", "the channel is not open", { where, fix: "open it first" });
    }
    if (confirmed.deposited === 0n || confirmed.epoch !== latest.epoch) {
      throw new PayeeError(
        "CHANNEL_UNCONFIRMED",
        `the channel's opening does not have ${confirmations} confirmations yet`,
        { where, fix: "wait some blocks" },
      );
    }
  }

  #checkClosing(channelId: Hex, { latest, blockTime }: ChannelReading): void {
    const { closeDeadline } = latest;
    if (closeDeadline === 0) return;
    const { closingMarginSeconds, clockSkewSeconds = DEFAULT_CLOCK_SKEW_SECONDS } = this.#input;
    // Whichever clock is ahead: too early a refusal costs a payment, too late an acceptance the goods.
    const now = Math.max(this.#now(), blockTime) + clockSkewSeconds;
    if (closingMarginSeconds !== undefined && now < closeDeadline - closingMarginSeconds) return;
    throw new PayeeError("CHANNEL_CLOSING", `the channel closes at ${closeDeadline}`, {
      where: `channel ${channelId}`,
      fix: "cancel the close, or open another channel",
    });
  }

  /** Changes all epochs of a channel, and writes those that differ. */
  async #change(channelId: Hex, change: (channel: PayeeChannel) => PayeeChannel): Promise<PayeeChannel[]> {
    const { store } = this.#input;
    const id = channelId.toLowerCase() as Hex;
    return this.#queue.run(id, async () => {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const after: PayeeChannel[] = [];
        let isWritten = true;
        for (const { value, version } of await store.listPayee(id)) {
          const next = change(value);
          after.push(next);
          if (isWritten && !isSame(value, next)) isWritten = await store.writePayee(next, version);
        }
        if (isWritten) return after;
      }
      throw new PayeeError("PAYEE_BUSY", "another program keeps writing to the payment store", {
        where: `channel ${id}`,
      });
    });
  }
}

interface Request {
  channel: PreparedChannel;
  epoch: number;
  price: bigint;
  requestId: string;
  /** Left out for a charge of what is prepaid. */
  voucher?: Voucher;
}

/** A channel that nothing is known of yet. */
function fresh({ id, terms }: PreparedChannel, epoch: number): PayeeChannel {
  return {
    channelId: id,
    epoch,
    terms: { ...terms },
    ceiling: 0n,
    charged: 0n,
    carried: 0n,
    settled: 0n,
    closeDeadline: 0,
    unsettledSince: 0,
    isOver: false,
  };
}

function isOfRequest(receipt: PaymentReceipt, { price, voucher }: Request): boolean {
  if (receipt.price !== price) return false;
  if (!voucher) return receipt.signature === undefined;
  // Not the signature's bytes: a key may sign the same voucher in several ways.
  return (
    receipt.signature !== undefined &&
    receipt.ceiling === voucher.ceiling &&
    receipt.sessionHash === voucher.sessionHash
  );
}

function isSame(a: PayeeChannel, b: PayeeChannel): boolean {
  return (
    a.settled === b.settled &&
    a.closeDeadline === b.closeDeadline &&
    a.unsettledSince === b.unsettledSince &&
    a.isOver === b.isOver
  );
}

function reasonToSettle(
  channel: PayeeChannel,
  amount: bigint,
  { settleAmount, settleAgeSeconds }: PayeeTerms,
  now: number,
): DueChannel["reason"] | undefined {
  if (channel.closeDeadline !== 0) return "closing";
  if (settleAmount !== undefined && amount >= settleAmount) return "amount";
  if (settleAgeSeconds !== undefined && now - channel.unsettledSince >= settleAgeSeconds) return "age";
  return undefined;
}

/** Channels with the same key can be settled together. */
function groupKey({ payee, operator, asset }: PayeeGroup): string {
  return `${payee} ${operator} ${asset}`.toLowerCase();
}

function checkPrice(price: bigint): void {
  if (isAmount(price)) return;
  throw new PayeeError("PRICE_INVALID", `${String(price)} is no price`);
}

function checkRequestId(requestId: string): string {
  if (typeof requestId === "string" && requestId !== "" && requestId.length <= REQUEST_ID_LENGTH)
    return requestId;
  throw new PayeeError("REQUEST_CONFLICT", `a request's name has 1 to ${REQUEST_ID_LENGTH} characters`);
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
