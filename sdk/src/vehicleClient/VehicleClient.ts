import { ChargingError } from "../charging/ChargingError.js";
import type { BlokError } from "../errors/BlokError.js";
import { encodeHeader, encodeJson, isRequestId } from "../paymentHttp/headers.js";
import { PAYMENT_HEADERS, type ServedBody } from "../paymentHttp/types.js";
import { PaymentHttpError } from "../paymentHttp/PaymentHttpError.js";
import { KeyedQueue } from "../payments/KeyedQueue.js";
import { PayerError } from "../payments/PaymentError.js";
import type { Hex, Voucher } from "../payments/types.js";
import { checkDue, type KnownChannel } from "./checkDue.js";
import { checkReceipt } from "./checkReceipt.js";
import { readProblem, readRequired, readServed } from "./readAnswer.js";
import { sendRequest, type Answer } from "./sendRequest.js";
import type { Purchase, PurchaseOptions, PurchaseRecord, SignedStep, VehicleClientInput } from "./types.js";
import { VehicleClientError } from "./VehicleClientError.js";

const RETRIED_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/** What passes by itself: the payer has seen the deposit, the operator waits for it to be confirmed. */
const RETRIED_CODES = new Set(["CHANNEL_UNCONFIRMED", "CHANNEL_DEPOSIT", "PAYEE_BUSY"]);
/** How often an operator may ask for more for one request. */
const ROUNDS = 4;
const LONGEST_DELAY_MS = 5_000;

/**
 * Requests services for a car, and pays what operators ask for: what they ask is checked against channel, receipts and policy; a
 * voucher is signed by the `Payer`; the receipt is checked, and kept.
 *
 * What is signed is on disk before it is sent. A request that got no answer is sent again with the same name, voucher and quote,
 * also by another process with the same stores ({@link resume}), and is paid once. Requests from one channel wait for each other.
 *
 * @example
 * const client = new VehicleClient({ payer, domain, payments, records, policy: { maxPrice: 10_000_000n, maxHold: 1_000_000n } });
 * await client.resume();
 * const { receipt } = await client.pay("https://toll.example/tolls/EAST-2", { channelId, body: { tariffClass: "1" } });
 */
export class VehicleClient {
  readonly #input: VehicleClientInput;
  readonly #queue = new KeyedQueue();

  constructor(input: VehicleClientInput) {
    this.#input = input;
  }

  /**
   * Requests a service and pays for it.
   *
   * @param url Of the service, as in `https://toll.example/tolls/EAST-2`.
   * @returns What came of it; of a request that was served before, what came of it then.
   * @throws {VehicleClientError} Why it was not paid or not served.
   * @throws {PaymentHttpError} `ANSWER_MALFORMED`
   * @throws {PayerError} When the payer does not sign.
   */
  async pay(url: string, options: PurchaseOptions): Promise<Purchase> {
    const requestId = (options.requestId ?? globalThis.crypto.randomUUID()).toLowerCase();
    const channelId = options.channelId.toLowerCase() as Hex;
    if (!isRequestId(requestId)) {
      throw new VehicleClientError("REQUEST_REUSED", `${requestId} is not a UUID`, { where: "requestId" });
    }
    return this.#queue.run(channelId, async () => {
      const known = await this.#read(requestId);
      if (known && (known.url !== url || known.channelId !== channelId)) {
        throw new VehicleClientError("REQUEST_REUSED", `request ${requestId} was for ${known.url}`, {
          fix: "give every request a name of its own",
        });
      }
      if (known?.status === "served") return purchaseOf(known);
      await this.#resumeChannel(channelId, requestId);
      if (known?.status === "signed") return this.#complete(known, options.checkDocument);
      const { epoch } = await this.#channelOf(channelId);
      const { maxPrice = this.#input.policy.maxPrice, sessionId, body = {} } = options;
      const record: PurchaseRecord = {
        requestId,
        url,
        body,
        channelId,
        epoch,
        status: "asked",
        maxPrice: String(maxPrice),
        ...(sessionId !== undefined && { sessionId }),
      };
      return this.#complete(record, options.checkDocument);
    });
  }

  /**
   * Completes what was signed for and not answered, in the order of their channels.
   *
   * @throws {VehicleClientError} `OPERATOR_UNREACHABLE`: try again later. What an operator refuses is noted, and not thrown.
   */
  async resume(): Promise<Purchase[]> {
    const channels = new Set(
      (await this.#input.records.list("open/")).map(([key]) => key.split("/")[1] as Hex),
    );
    const purchases: Purchase[] = [];
    for (const channelId of channels) {
      purchases.push(...(await this.#queue.run(channelId, () => this.#resumeChannel(channelId))));
    }
    return purchases;
  }

  /** What came of a request, if it was served. */
  async find(requestId: string): Promise<Purchase | undefined> {
    const record = await this.#read(requestId.toLowerCase());
    return record?.status === "served" ? purchaseOf(record) : undefined;
  }

  /** What came of all requests that were served, in no order. */
  async purchases(): Promise<Purchase[]> {
    const records = (await this.#input.records.list("purchase/")).map(
      ([, text]) => JSON.parse(text) as PurchaseRecord,
    );
    return records.filter(({ status }) => status === "served").map(purchaseOf);
  }

  async #resumeChannel(channelId: Hex, exceptRequestId?: string): Promise<Purchase[]> {
    const purchases: Purchase[] = [];
    for (const [key] of await this.#input.records.list(`open/${channelId}/`)) {
      const record = await this.#read(key.split("/")[2] ?? "");
      if (!record || record.requestId === exceptRequestId) continue;
      try {
        purchases.push(await this.#complete(record));
      } catch (error) {
        if (!isDefinite(error)) throw error;
        // Written down as refused: nothing more is to be done about it here.
      }
    }
    return purchases;
  }

  async #complete(
    record: PurchaseRecord,
    checkDocument?: PurchaseOptions["checkDocument"],
  ): Promise<Purchase> {
    let current = record;
    try {
      for (let round = 0; round < ROUNDS; round++) {
        const voucher = current.signed && (await this.#sign(current, current.signed));
        const answer = await this.#send(current, voucher);
        if (answer.status === 200 || answer.status === 201)
          return await this.#accept(current, voucher, answer);
        if (answer.status !== 402 || !isAsking(answer.body)) throw refused(answer);
        current = await this.#decide(current, answer.body, checkDocument);
      }
      throw new VehicleClientError("DUE_TOO_HIGH", "the operator keeps asking for more", {
        where: record.url,
      });
    } catch (error) {
      // What went wrong inside, or on the way, leaves open whether the operator took the voucher.
      if (current.signed && isDefinite(error))
        await this.#write({ ...current, status: "refused", refusal: error.code });
      throw error;
    }
  }

  /** Checks what is asked for, and writes down what is to be signed for it. */
  async #decide(
    record: PurchaseRecord,
    body: unknown,
    checkDocument: PurchaseOptions["checkDocument"],
  ): Promise<PurchaseRecord> {
    const { domain, policy } = this.#input;
    const { accepts, due, quote, document } = readRequired(body);
    const channel = await this.#channelOf(record.channelId);
    const maxPrice = BigInt(record.maxPrice);
    checkDue({ accepts, due, document, channel, domain, maxPrice, maxHold: policy.maxHold });
    const problem = document && (await checkDocument?.(document, due));
    if (problem !== undefined) throw new VehicleClientError("DOCUMENT_WRONG", problem, { where: record.url });

    const before = record.signed;
    const isSame = before?.sessionHash === due.sessionHash && BigInt(before?.ceiling ?? 0) >= due.total;
    const ceiling = max(due.total, channel.ceiling + 1n);
    const signed: SignedStep = {
      ...(quote !== undefined && { quote }),
      charged: String(due.charged),
      price: String(due.price),
      // What is signed for this request already is enough: another signature would only add to it.
      ceiling: before && isSame ? before.ceiling : String(ceiling),
      delta: before && isSame ? before.delta : String(ceiling - channel.ceiling),
      ...(due.sessionHash !== undefined && { sessionHash: due.sessionHash }),
    };
    const next: PurchaseRecord = { ...record, status: "signed", signed };
    await this.#write(next);
    return next;
  }

  /** The voucher that was decided on; the same one each time. */
  async #sign({ channelId, epoch, sessionId }: PurchaseRecord, signed: SignedStep): Promise<Voucher> {
    return this.#input.payer.pay(channelId, BigInt(signed.ceiling), {
      expectedDelta: BigInt(signed.delta),
      sessionHash: signed.sessionHash,
      sessionId,
      epoch,
    });
  }

  async #send(record: PurchaseRecord, voucher: Voucher | undefined): Promise<Answer> {
    const { retries = 6, retryDelayMs = 100, timeoutMs = 10_000, fetch = globalThis.fetch } = this.#input;
    const { terms, epoch } = await this.#channelOf(record.channelId, record.epoch);
    const headers: Record<string, string> = {
      [PAYMENT_HEADERS.requestId]: record.requestId,
      [PAYMENT_HEADERS.channel]: encodeHeader({ terms, epoch }),
      ...(voucher && { [PAYMENT_HEADERS.voucher]: encodeHeader(voucher) }),
      ...(record.signed?.quote !== undefined && { [PAYMENT_HEADERS.quote]: record.signed.quote }),
    };
    for (let attempt = 0; ; attempt++) {
      let failure: VehicleClientError;
      let askedDelayMs = 0;
      try {
        const answer = await sendRequest(record.url, "POST", headers, record.body, { timeoutMs, fetch });
        const problem = readProblem(answer.body, answer.status);
        if (!RETRIED_STATUS.has(answer.status) && !RETRIED_CODES.has(problem.code)) return answer;
        failure = new VehicleClientError("OPERATOR_UNREACHABLE", problem.detail, {
          where: record.url,
          fix: problem.fix,
        });
        failure.operatorProblem = problem;
        askedDelayMs = Number(answer.header("retry-after") ?? 0) * 1_000;
      } catch (error) {
        if (!(error instanceof VehicleClientError)) throw error;
        failure = error;
      }
      if (attempt >= retries) throw failure;
      const { random = Math.random } = this.#input;
      const delayMs = Math.max(retryDelayMs * 2 ** attempt * (0.5 + random()), askedDelayMs || 0);
      await new Promise((resolve) => setTimeout(resolve, Math.min(delayMs, LONGEST_DELAY_MS)));
    }
  }

  /** Checks an answer and its receipt, and writes them down. */
  async #accept(record: PurchaseRecord, voucher: Voucher | undefined, answer: Answer): Promise<Purchase> {
    const served: ServedBody = readServed(answer.body);
    const { receipt } = served;
    checkReceipt({ record, voucher, served, header: answer.header(PAYMENT_HEADERS.receipt) });
    const done: PurchaseRecord = {
      ...record,
      status: "served",
      answer: JSON.parse(encodeJson(served)) as unknown,
    };
    await this.#write(done, receipt && { [chargedKey(record)]: String(receipt.charged) });
    if (voucher) await this.#input.payer.acknowledge(voucher);
    return purchaseOf(done);
  }

  async #channelOf(channelId: Hex, epoch?: number): Promise<KnownChannel> {
    const channels = await this.#input.payments.listPayer(channelId);
    const found = epoch === undefined ? channels.at(-1) : channels.find(({ value }) => value.epoch === epoch);
    if (!found) {
      throw new VehicleClientError("CLIENT_CHANNEL", "this program does not pay from the channel", {
        where: `channel ${channelId}`,
        fix: "let the payer track it first",
      });
    }
    const { terms, ceiling } = found.value;
    const charged = await this.#input.records.read(chargedKey(found.value));
    return {
      channelId,
      epoch: found.value.epoch,
      terms,
      ceiling,
      charged: charged === undefined ? undefined : BigInt(charged),
    };
  }

  async #read(requestId: string): Promise<PurchaseRecord | undefined> {
    const text = await this.#input.records.read(`purchase/${requestId}`);
    return text === undefined ? undefined : (JSON.parse(text) as PurchaseRecord);
  }

  async #write(record: PurchaseRecord, more: Record<string, string> = {}): Promise<void> {
    await this.#input.records.write({
      [`purchase/${record.requestId}`]: JSON.stringify(record),
      [`open/${record.channelId}/${record.requestId}`]: record.status === "signed" ? "" : undefined,
      ...more,
    });
  }
}

function chargedKey({ channelId, epoch }: { channelId: string; epoch: number }): string {
  return `charged/${channelId}/${epoch}`;
}

function purchaseOf({ requestId, url, answer }: PurchaseRecord): Purchase {
  return { requestId, url, ...readServed(answer) } as Purchase;
}

/** Whether a 402 says what is due; one that does not is a refusal. */
function isAsking(body: unknown): boolean {
  return typeof body === "object" && body !== null && "due" in body;
}

function refused({ status, body }: Answer): VehicleClientError {
  const problem = readProblem(body, status);
  const error = new VehicleClientError("OPERATOR_REFUSED", `the operator refuses: ${problem.detail}`, {
    where: problem.code,
    fix: problem.fix,
  });
  error.operatorProblem = problem;
  return error;
}

/** Whether an error settles a request: the operator said so, or nothing was signed for it. */
function isDefinite(error: unknown): error is BlokError {
  if (error instanceof VehicleClientError) return error.code !== "OPERATOR_UNREACHABLE";
  if (error instanceof PayerError) return error.code !== "PAYER_BUSY";
  return error instanceof PaymentHttpError || error instanceof ChargingError;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
