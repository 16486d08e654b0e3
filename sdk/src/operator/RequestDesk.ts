import { canonicalJson } from "../charging/canonicalJson.js";
import type { SessionDocument } from "../charging/sessionDocuments.js";
import { decodeChannel, encodeJson } from "../paymentHttp/headers.js";
import type { OperatorTerms } from "../paymentHttp/types.js";
import { prepareChannel } from "../payments/prepareChannel.js";
import type { PreparedDomain } from "../payments/prepareDomain.js";
import type { ChannelTerms, Hex, PaymentReceipt, Voucher } from "../payments/types.js";
import type { RecordStore } from "../recordStore/RecordStore.js";
import { ProblemError } from "./ProblemError.js";
import type { Quotes } from "./quotes.js";
import { headerOf, requestIdOf, voucherOf } from "./requestParts.js";
import type { HttpRequest } from "./routes.js";
import type { Till } from "./Till.js";
import type { Offer } from "./types.js";
import type { VisitBook } from "./VisitBook.js";

/** A request and the channel that it wants to pay from. */
export interface AskedRequest {
  terms: ChannelTerms;
  channelId: Hex;
  epoch: number;
  requestId: string;
  voucher: Voucher | undefined;
}

/** What a request was paid for, as it is kept for the operator's books. */
interface ServedRecord {
  /** Which request it was. */
  subject: string;
  document?: SessionDocument;
}

export interface RequestDeskInput {
  domain: PreparedDomain;
  terms: OperatorTerms;
  till: Till;
  quotes: Quotes;
  records: RecordStore;
  visits: VisitBook;
}

/** Where requests are paid that stand for themselves, of payers who are known by their vouchers alone. */
export class RequestDesk {
  readonly #input: RequestDeskInput;

  constructor(input: RequestDeskInput) {
    this.#input = input;
  }

  /**
   * Reads who asks.
   *
   * @throws {ProblemError} 402 without what is due, when the request names no channel.
   */
  identify(request: HttpRequest): AskedRequest {
    const { domain, terms } = this.#input;
    const requestId = requestIdOf(request);
    const header = headerOf(request, "channel");
    if (header === undefined) {
      throw new ProblemError(402, "PAYMENT_REQUIRED", "the request is not paid, and names no channel", {
        fix: "send Payment-Channel with the terms of an open channel",
        members: { accepts: terms },
      });
    }
    const claim = decodeChannel(header);
    return {
      ...claim,
      channelId: prepareChannel(claim.terms, domain).id,
      requestId,
      voucher: voucherOf(request),
    };
  }

  /**
   * Takes what a request costs, once; to be called within the till's `run`. Its receipt is the truth about it. The offer that it was
   * made from comes back with the quote or, once it was paid, from the books.
   */
  async take(
    request: HttpRequest,
    asked: AskedRequest,
    makeOffer: () => Offer | Promise<Offer>,
  ): Promise<{ receipt: PaymentReceipt; document?: SessionDocument }> {
    const { till, quotes, records, visits } = this.#input;
    const { channelId, epoch, requestId } = asked;
    const subject = `${channelId} ${epoch} ${requestId} ${request.path} ${canonicalJson(request.body)}`;
    const key = `served/${channelId}/${epoch}/${requestId}`;
    const given = await till.receiptOf(asked);
    const kept = given && (await records.read(key));
    if (given && kept !== undefined) {
      const { subject: before, document } = JSON.parse(kept) as ServedRecord;
      if (before === subject) return { receipt: given, ...(document && { document }) };
      throw new ProblemError(422, "REQUEST_CONFLICT", `request ${requestId} was served for something else`, {
        fix: "give every request a name of its own",
      });
    }
    const quote = headerOf(request, "quote");
    if (given && quote === undefined) {
      throw new ProblemError(
        409,
        "REQUEST_CONFLICT",
        "the request was paid, and its answer is not written yet",
        {
          fix: "send it again with voucher and quote, as it was paid",
        },
      );
    }
    if (!given) await till.check(asked);
    const offer = quote === undefined ? await makeOffer() : openOffer(quotes.open(subject, quote));
    const receipt =
      given ??
      (await till.take({
        ...asked,
        // A voucher without its quote is for nobody knows what.
        voucher: quote === undefined ? undefined : asked.voucher,
        offer,
        quote: quote ?? quotes.seal(subject, encodeJson(offer)),
        otherHolds: visits.holdsOf(channelId),
      }));
    const { document } = offer;
    const record: ServedRecord = { subject, ...(document && { document }) };
    await records.write({ [key]: JSON.stringify(record) });
    return { receipt, ...(document && { document }) };
  }
}

function openOffer(text: string): Offer {
  const { price, hold, document } = JSON.parse(text) as {
    price: string;
    hold: string;
    document?: SessionDocument;
  };
  return { price: BigInt(price), hold: BigInt(hold), ...(document && { document }) };
}
