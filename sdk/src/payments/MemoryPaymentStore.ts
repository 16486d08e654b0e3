import type {
  Hex,
  PayeeChannel,
  PayerChannel,
  PayerPayment,
  PaymentFilter,
  PaymentReceipt,
  PaymentStore,
  Versioned,
} from "./types.js";

/**
 * A payment store that lives as long as its process: for tests and demonstrations. Money needs a store on disk.
 *
 * @example
 * const payer = new Payer({ key, domain, store: new MemoryPaymentStore() });
 */
export class MemoryPaymentStore implements PaymentStore {
  readonly #payer = new Map<string, Versioned<PayerChannel>>();
  readonly #payee = new Map<string, Versioned<PayeeChannel>>();
  readonly #payments: PayerPayment[] = [];
  readonly #receipts = new Map<string, PaymentReceipt>();

  async readPayer(channelId: Hex, epoch: number): Promise<Versioned<PayerChannel> | undefined> {
    return structuredClone(this.#payer.get(placeOf({ channelId, epoch })));
  }

  async listPayer(channelId?: Hex): Promise<Versioned<PayerChannel>[]> {
    return listOf(this.#payer, channelId);
  }

  async writePayer(channel: PayerChannel, expectedVersion: number, payment?: PayerPayment): Promise<boolean> {
    const isDouble =
      payment !== undefined &&
      this.#payments.some(
        (known) => placeOf(known) === placeOf(payment) && known.ceiling === payment.ceiling,
      );
    if (isDouble || !write(this.#payer, channel, expectedVersion)) return false;
    if (payment) this.#payments.push(structuredClone(payment));
    return true;
  }

  async listPayments(filter: PaymentFilter): Promise<PayerPayment[]> {
    const { channelId, epoch, ceiling, asset, sessionId, since, isUnacknowledged } = filter;
    return structuredClone(
      this.#payments.filter(
        (payment) =>
          (channelId === undefined || payment.channelId === channelId) &&
          (epoch === undefined || payment.epoch === epoch) &&
          (ceiling === undefined || payment.ceiling === ceiling) &&
          (asset === undefined || payment.asset === asset) &&
          (sessionId === undefined || payment.sessionId === sessionId) &&
          (since === undefined || payment.decidedAt >= since) &&
          (isUnacknowledged !== true || !payment.isAcknowledged),
      ),
    );
  }

  async acknowledgePayment(channelId: Hex, epoch: number, ceiling: bigint): Promise<void> {
    for (const payment of this.#payments) {
      if (payment.channelId === channelId && payment.epoch === epoch && payment.ceiling <= ceiling)
        payment.isAcknowledged = true;
    }
  }

  async readPayee(channelId: Hex, epoch: number): Promise<Versioned<PayeeChannel> | undefined> {
    return structuredClone(this.#payee.get(placeOf({ channelId, epoch })));
  }

  async listPayee(channelId?: Hex): Promise<Versioned<PayeeChannel>[]> {
    return listOf(this.#payee, channelId);
  }

  async writePayee(
    channel: PayeeChannel,
    expectedVersion: number,
    receipt?: PaymentReceipt,
  ): Promise<boolean> {
    const key = receipt && receiptKey(receipt);
    if (key !== undefined && this.#receipts.has(key)) return false;
    if (!write(this.#payee, channel, expectedVersion)) return false;
    if (key !== undefined) this.#receipts.set(key, structuredClone(receipt as PaymentReceipt));
    return true;
  }

  async readReceipt(channelId: Hex, epoch: number, requestId: string): Promise<PaymentReceipt | undefined> {
    return structuredClone(this.#receipts.get(receiptKey({ channelId, epoch, requestId })));
  }

  async listReceipts(channelId: Hex, epoch: number): Promise<PaymentReceipt[]> {
    const place = placeOf({ channelId, epoch });
    return structuredClone([...this.#receipts.values()].filter((receipt) => placeOf(receipt) === place));
  }
}

interface Place {
  channelId: Hex;
  epoch: number;
}

/** Sorts as text in the order of channel and epoch. */
function placeOf({ channelId, epoch }: Place): string {
  return `${channelId} ${String(epoch).padStart(8, "0")}`;
}

function receiptKey(receipt: Pick<PaymentReceipt, "channelId" | "epoch" | "requestId">): string {
  return `${placeOf(receipt)} ${receipt.requestId}`;
}

function write<T extends Place>(map: Map<string, Versioned<T>>, value: T, expectedVersion: number): boolean {
  const place = placeOf(value);
  const version = map.get(place)?.version ?? 0;
  if (version !== expectedVersion) return false;
  map.set(place, { value: structuredClone(value), version: version + 1 });
  return true;
}

function listOf<T extends Place>(
  map: ReadonlyMap<string, Versioned<T>>,
  channelId: Hex | undefined,
): Versioned<T>[] {
  const entries = [...map].filter(
    ([, { value }]) => channelId === undefined || value.channelId === channelId,
  );
  return structuredClone(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry));
}
