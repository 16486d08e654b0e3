import { hashSessionDocument } from "../charging/hashSessionDocument.js";
import type { ChannelClaim, OperatorTerms, PaymentDue } from "../paymentHttp/types.js";
import { encodeJson } from "../paymentHttp/headers.js";
import { KeyedQueue } from "../payments/KeyedQueue.js";
import type { Payee } from "../payments/Payee.js";
import type { ChannelTerms, Hex, PaymentReceipt, PaymentStore, Voucher } from "../payments/types.js";
import { ProblemError } from "./ProblemError.js";
import type { Offer } from "./types.js";

/** A request that costs something. */
export interface TillRequest {
  terms: ChannelTerms;
  channelId: Hex;
  epoch: number;
  requestId: string;
  voucher?: Voucher | undefined;
  offer: Offer;
  /** The quote to be sent back with the voucher. */
  quote?: string | undefined;
  /** What else has to stay signed ahead on this channel, base units. */
  otherHolds: bigint;
}

export interface TillInput {
  payee: Payee;
  payments: PaymentStore;
  terms: OperatorTerms;
}

/**
 * Where an operator takes money: asks for what is due, and takes the voucher that reaches it. One request of a channel after the
 * other, so that what was asked for still holds when it is paid.
 */
export class Till {
  readonly #input: TillInput;
  readonly #queue = new KeyedQueue();

  constructor(input: TillInput) {
    this.#input = input;
  }

  /** Does work after all earlier work on the channel. */
  run<T>(channelId: Hex, work: () => Promise<T>): Promise<T> {
    return this.#queue.run(channelId, work);
  }

  /**
   * Checks that the channel can be paid from.
   *
   * @throws {PayeeError} When it is not open, or not this payee's.
   * @throws {ProblemError} When its terms are not accepted, or its epoch is another.
   */
  async check({ terms, epoch }: ChannelClaim): Promise<void> {
    const { min, max } = this.#input.terms.closeDelaySeconds;
    const quote = await this.#input.payee.quote(terms, 0n);
    const delay = terms.closeDelaySeconds;
    if (delay < min || delay > max) {
      throw new ProblemError(422, "CHANNEL_FOREIGN", `a close delay of ${delay} seconds is not accepted`, {
        fix: `open a channel with ${min} to ${max} seconds`,
      });
    }
    if (quote.epoch !== epoch) {
      throw new ProblemError(
        409,
        "VOUCHER_EPOCH",
        `epoch ${epoch} is not the channel's, which is ${quote.epoch}`,
        {
          fix: "read the channel's present epoch",
        },
      );
    }
  }

  /** The receipt that a request was given, if it was. */
  async receiptOf({
    channelId,
    epoch,
    requestId,
  }: Pick<TillRequest, "channelId" | "epoch" | "requestId">): Promise<PaymentReceipt | undefined> {
    return this.#input.payments.readReceipt(channelId, epoch, requestId);
  }

  /**
   * Takes a payment; to be called within {@link run}.
   *
   * @throws {ProblemError} 402 with what is due, when there is no voucher or it does not reach; why else not.
   * @throws {PayeeError}
   */
  async take(request: TillRequest): Promise<PaymentReceipt> {
    const { terms, requestId, voucher, offer } = request;
    const sessionHash = offer.document && (hashSessionDocument(offer.document) as Hex);
    if (!voucher)
      throw await this.#required(request, sessionHash, "PAYMENT_REQUIRED", "the request is not paid");
    if (sessionHash !== undefined && voucher.sessionHash !== sessionHash) {
      throw new ProblemError(
        422,
        "VOUCHER_SESSION",
        "the voucher does not name the document that it pays for",
        {
          fix: `sign a session voucher with the hash ${sessionHash}`,
        },
      );
    }
    const due = await this.#due(request, sessionHash);
    // Under what was accepted before it is no payment at all: the payee says so, and whether it is forged.
    if (voucher.ceiling < due.total && voucher.ceiling > due.charged + due.ahead) {
      throw await this.#required(
        request,
        sessionHash,
        "VOUCHER_UNDERPAID",
        `the voucher allows ${voucher.ceiling}, and ${due.total} is due`,
      );
    }
    return this.#input.payee.accept({ voucher, terms, price: offer.price, requestId });
  }

  async #due(request: TillRequest, sessionHash: Hex | undefined): Promise<PaymentDue & { ahead: bigint }> {
    const { terms, channelId, epoch, offer, otherHolds } = request;
    const { total, prepaid } = await this.#input.payee.quote(terms, 0n);
    const needed = total + otherHolds + offer.price + offer.hold;
    const signed = total + prepaid;
    return {
      channelId,
      epoch,
      charged: total,
      price: offer.price,
      hold: otherHolds + offer.hold,
      // Another voucher in any case: without a new signature nobody knows whether it is the payer who asks.
      total: needed > signed ? needed : signed + 1n,
      sessionHash,
      ahead: prepaid,
    };
  }

  async #required(
    request: TillRequest,
    sessionHash: Hex | undefined,
    code: "PAYMENT_REQUIRED" | "VOUCHER_UNDERPAID",
    problem: string,
  ): Promise<ProblemError> {
    const { ahead: _, ...due } = await this.#due(request, sessionHash);
    return new ProblemError(402, code, problem, {
      fix: `send a voucher with a ceiling of at least ${due.total}, and the quote`,
      members: JSON.parse(
        encodeJson({
          accepts: this.#input.terms,
          due,
          quote: request.quote,
          document: request.offer.document,
        }),
      ) as Record<string, unknown>,
    });
  }
}
