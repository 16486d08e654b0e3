import { createHmac } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { hashPlace } from "../charging/sessionDocuments.js";
import { buildParkingTicket } from "../charging/parkingTicket.js";
import { buildTollDeclaration } from "../charging/tollDeclaration.js";
import { canonicalJson } from "../charging/canonicalJson.js";
import { parseSessionDocument } from "../charging/parseSessionDocument.js";
import type { SessionDocument } from "../charging/sessionDocuments.js";
import {
  decodeChannel,
  decodeVoucher,
  encodeHeader,
  encodeJson,
  isRequestId,
} from "../paymentHttp/headers.js";
import {
  PAYMENT_HEADERS,
  PAYMENT_PROTOCOL_VERSION,
  type OperatorTerms,
  type ServedBody,
  type VisitSummary,
} from "../paymentHttp/types.js";
import { KeyedQueue } from "../payments/KeyedQueue.js";
import { prepareChannel } from "../payments/prepareChannel.js";
import type { ChannelTerms, Hex, PaymentReceipt, Voucher } from "../payments/types.js";
import { answerRequest } from "./answerRequest.js";
import { lastStep, nextStep } from "./chargingSteps.js";
import { ProblemError } from "./ProblemError.js";
import { createQuotes } from "./quotes.js";
import type { HttpAnswer, HttpRequest, Route } from "./routes.js";
import { Till } from "./Till.js";
import type { ChargingOffer, Offer, OperatorInput, ParkingOffer, TollOffer } from "./types.js";
import { storedSample, termsOf, VisitBook, type PendingStep, type Visit } from "./VisitBook.js";

/** A charger, toll or parking operator. */
export interface Operator {
  terms: OperatorTerms;
  /** For `node:http`: `createServer(operator.handle)`. Answers every request, and never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** How many requests are being served. */
  pending(): number;
  /**
   * Ends visits whose cars were not heard of for so long, and charges what they owe as far as it is signed.
   *
   * @returns How many.
   */
  endAbandoned(idleSeconds: number): Promise<number>;
}

const DEFAULT_QUOTE_SECONDS = 3_600;

interface Asked {
  terms: ChannelTerms;
  channelId: Hex;
  epoch: number;
  requestId: string;
  voucher: Voucher | undefined;
}

/** What a request was paid for, as it is kept for the operator's books. */
interface Served {
  /** Which request it was. */
  subject: string;
  document?: SessionDocument;
}

/**
 * Serves charging, tolls and parking over HTTP against vouchers: 402 with what is due, the voucher, the service with its receipt.
 *
 * | request                   | answer                                             |
 * | ------------------------- | -------------------------------------------------- |
 * | GET /terms, /health       | what is accepted; whether it is up                 |
 * | POST /tolls/:gate         | `{ tariffClass }` → toll declaration and receipt   |
 * | POST /sessions            | `{ evse }` → a charging visit, prepaid by the hold |
 * | POST /sessions/:id/pay    | what was delivered since is paid                   |
 * | POST /sessions/:id/stop   | charge detail record and receipt                   |
 * | POST /parking             | a parking visit, prepaid by the hold               |
 * | POST /parking/:id/leave   | parking ticket and receipt                         |
 *
 * Every POST carries `Idempotency-Key`, a UUID: asked again, also after a crash on either side, it gives the same receipt and costs
 * nothing. What begins something carries `Payment-Channel`, what pays `Payment-Voucher` and the `Payment-Quote` of the 402.
 * Refusals are RFC 9457 problems.
 *
 * @throws {RecordStoreError} When the records cannot be read.
 * @example
 * const operator = await createOperator({ payee, payments, records, terms, prices, tolls, secret, placeKey });
 * const server = await startOperatorServer(operator, { port: 8402 });
 */
export async function createOperator(input: OperatorInput): Promise<Operator> {
  const { domain, payee, payments, records, prices, charging, tolls, parking, secret, placeKey } = input;
  const now = input.now ?? (() => Math.floor(Date.now() / 1000));
  const terms = termsOfOperator(input);
  const till = new Till({ payee, payments, terms });
  const visits = await VisitBook.open(records);
  const quotes = createQuotes(secret, input.quoteSeconds ?? DEFAULT_QUOTE_SECONDS, now);
  const places = new KeyedQueue();

  const routes: Route[] = [
    { method: "GET", path: "/terms", serve: async () => ({ status: 200, body: terms }) },
    {
      method: "GET",
      path: "/health",
      serve: async () => ({ status: 200, body: { status: "ok", time: now() } }),
    },
    ...(tolls ? tollRoutes(tolls) : []),
    ...(charging ? chargingRoutes(charging) : []),
    ...(parking ? parkingRoutes(parking) : []),
  ];
  const { handle, pending } = answerRequest(routes, input);
  return { terms, handle, pending, endAbandoned };

  function tollRoutes({ tariff, gates }: TollOffer): Route[] {
    const classes = tariff.classes.map(({ tariff_class: name }) => name);
    return [
      {
        method: "POST",
        path: "/tolls/:gate",
        serve: (request, { gate = "" }) => {
          if (!gates.includes(gate)) throw unknown(`there is no gate ${gate}`, gates);
          const tariffClass = choice(request.body, "tariffClass", classes);
          return serveOnce(request, async () => {
            const stationHash = hashPlace(gate, placeKey);
            const document = buildTollDeclaration(
              tariff,
              { tariffClass, stationHash, passedAt: now() },
              prices,
            );
            return { price: BigInt(document.amount), hold: 0n, document };
          });
        },
      },
    ];
  }

  function chargingRoutes(offer: ChargingOffer): Route[] {
    const { chargePoints, hold } = offer;
    return [
      {
        method: "POST",
        path: "/sessions",
        serve: (request) => {
          const evse = choice(request.body, "evse", chargePoints.evses);
          return places.run(`evse/${evse}`, () =>
            beginVisit(
              request,
              hold,
              async (asked) => {
                checkFree(evse, asked);
                const page = await visits.nextPage(evse);
                const sample = storedSample(await chargePoints.sign(evse, "B", page));
                return { kind: "charging", evse, page, samples: [sample], startedAt: sample.at };
              },
              (asked) => checkFree(evse, asked),
            ),
          );
        },
      },
      {
        method: "POST",
        path: "/sessions/:visitId/pay",
        serve: (request, { visitId = "" }) =>
          serveVisit(request, visitId, "charging", (visit, requestId) =>
            nextStep(visit, requestId, offer, prices),
          ),
      },
      {
        method: "POST",
        path: "/sessions/:visitId/stop",
        serve: (request, { visitId = "" }) =>
          serveVisit(request, visitId, "charging", (visit, requestId) =>
            lastStep(visit, requestId, offer, prices),
          ),
      },
    ];
  }

  function parkingRoutes(offer: ParkingOffer): Route[] {
    return [
      {
        method: "POST",
        path: "/parking",
        serve: (request) =>
          beginVisit(request, offer.hold, async () => ({ kind: "parking", samples: [], startedAt: now() })),
      },
      {
        method: "POST",
        path: "/parking/:visitId/leave",
        serve: (request, { visitId = "" }) =>
          serveVisit(request, visitId, "parking", async (visit, requestId) =>
            parkingStep(visit, requestId, offer),
          ),
      },
    ];
  }

  function parkingStep(
    { startedAt }: Visit,
    requestId: string,
    { tariff, placeId }: ParkingOffer,
  ): PendingStep {
    const stay = {
      locationHash: hashPlace(placeId, placeKey),
      startedAt,
      endedAt: Math.max(startedAt, now()),
    };
    const document = buildParkingTicket(tariff, stay, prices);
    return { requestId, price: document.amount, document };
  }

  /** Serves a request that stands for itself, from a payer who is known by its voucher alone. */
  async function serveOnce(request: HttpRequest, makeOffer: () => Promise<Offer>): Promise<HttpAnswer> {
    const asked = await identify(request);
    return till.run(asked.channelId, async () => {
      const { receipt, document } = await takeOnce(request, asked, makeOffer);
      return served({ receipt, document });
    });
  }

  async function beginVisit(
    request: HttpRequest,
    hold: bigint,
    begin: (asked: Asked) => Promise<Pick<Visit, "kind" | "evse" | "page" | "samples" | "startedAt">>,
    check?: (asked: Asked) => void,
  ): Promise<HttpAnswer> {
    const asked = await identify(request);
    return till.run(asked.channelId, async () => {
      const visitId = visitIdOf(asked);
      const known = await visits.find(visitId);
      if (!known) check?.(asked);
      const { receipt } = await takeOnce(request, asked, async () => ({ price: 0n, hold }));
      if (known) return served({ receipt, visit: summaryOf(known) }, 201);
      const { channelId, epoch, requestId } = asked;
      const visit: Visit = {
        ...(await begin(asked)),
        visitId,
        channelId,
        epoch,
        terms: { ...asked.terms, salt: String(asked.terms.salt) },
        requestId,
        status: "active",
        hold: String(hold),
        charged: "0",
        heardAt: now(),
      };
      await visits.save(visit, visit.page);
      return served({ receipt, visit: summaryOf(visit) }, 201);
    });
  }

  /**
   * The receipt of a request is the truth about it. The offer it was made from comes from the quote, or, once it was paid, from the
   * books.
   */
  async function takeOnce(
    request: HttpRequest,
    asked: Asked,
    makeOffer: () => Promise<Offer>,
  ): Promise<{ receipt: PaymentReceipt; document?: SessionDocument }> {
    const subject = `${asked.channelId} ${asked.epoch} ${asked.requestId} ${request.path} ${canonicalJson(request.body)}`;
    const key = `served/${asked.channelId}/${asked.epoch}/${asked.requestId}`;
    const [given, kept] = [await till.receiptOf(asked), await records.read(key)];
    if (given && kept !== undefined) {
      const { subject: before, document } = JSON.parse(kept) as Served;
      if (before !== subject) throw conflict(asked.requestId);
      return { receipt: given, ...(document && { document }) };
    }
    const sealed = headerOf(request, PAYMENT_HEADERS.quote);
    if (given && sealed === undefined) {
      throw new ProblemError(
        409,
        "REQUEST_CONFLICT",
        "the request was paid, and its answer has yet to be written",
        {
          fix: "send it again with voucher and quote, as it was paid",
        },
      );
    }
    if (!given) await till.check(asked);
    const offer = sealed === undefined ? await makeOffer() : openOffer(quotes.open(subject, sealed));
    const receipt =
      given ??
      (await till.take({
        ...asked,
        // A voucher without its quote is for nobody knows what.
        voucher: sealed === undefined ? undefined : asked.voucher,
        offer,
        quote: sealed ?? quotes.seal(subject, encodeJson(offer)),
        otherHolds: visits.holdsOf(asked.channelId),
      }));
    const { document } = offer;
    await records.write({
      [key]: JSON.stringify({ subject, ...(document && { document }) } satisfies Served),
    });
    return { receipt, ...(document && { document }) };
  }

  /** Serves a step of a visit, whose payer is known by the visit's name. */
  async function serveVisit(
    request: HttpRequest,
    visitId: string,
    kind: Visit["kind"],
    makeStep: (visit: Visit, requestId: string) => Promise<PendingStep>,
  ): Promise<HttpAnswer> {
    const requestId = requestIdOf(request);
    const found = await visits.find(visitId);
    if (!found || found.kind !== kind) {
      throw new ProblemError(404, "NOT_FOUND", "there is no such visit", {
        fix: "use the name that the start gave",
      });
    }
    const voucherHeader = headerOf(request, PAYMENT_HEADERS.voucher);
    const voucher = voucherHeader === undefined ? undefined : decodeVoucher(voucherHeader);
    return till.run(found.channelId, async () => {
      let visit = await fold(visitId);
      const { channelId, epoch } = visit;
      const step = { channelId, epoch, requestId };
      const given = await till.receiptOf(step);
      if (given || visit.status === "over") {
        const isLast = visit.pending?.requestId === requestId || requestId === visit.lastRequestId;
        if (!given && !isLast) {
          throw new ProblemError(409, "VISIT_OVER", "the visit is over", { fix: "begin another one" });
        }
        return served({
          receipt: given,
          document: isLast ? visit.document : undefined,
          visit: summaryOf(visit),
        });
      }
      let pending = visit.pending?.requestId === requestId ? visit.pending : undefined;
      if (!pending) {
        pending = await makeStep(visit, requestId);
        visit = { ...visit, pending, heardAt: now() };
        await visits.save(visit);
      }
      const [price, hold] = [BigInt(pending.price), pending.document ? 0n : BigInt(visit.hold)];
      const isFree = price === 0n;
      const receipt = isFree
        ? undefined
        : await till.take({
            ...step,
            terms: termsOf(visit),
            voucher,
            offer: {
              price,
              hold,
              ...(pending.document && { document: parseSessionDocument(pending.document) }),
            },
            otherHolds: visits.holdsOf(channelId, visitId),
          });
      const after = await settleStep(visit, pending);
      return served({ receipt, document: pending.document && after.document, visit: summaryOf(after) });
    });
  }

  /** The visit, with its pending step charged if that has a receipt: a crash may lie between the receipt and the visit's record. */
  async function fold(visitId: string): Promise<Visit> {
    const visit = await visits.find(visitId);
    if (!visit) throw new Error(`visit ${visitId} vanished`);
    const { pending, channelId, epoch } = visit;
    if (!pending) return visit;
    const receipt = await till.receiptOf({ channelId, epoch, requestId: pending.requestId });
    return receipt ? settleStep(visit, pending) : visit;
  }

  async function settleStep(
    visit: Visit,
    { requestId, price, sample, document }: PendingStep,
  ): Promise<Visit> {
    const { pending: _, ...rest } = visit;
    const after: Visit = {
      ...rest,
      charged: String(BigInt(visit.charged) + BigInt(price)),
      samples: sample ? [...visit.samples, sample] : visit.samples,
      lastRequestId: requestId,
      heardAt: now(),
      ...(document && { status: "over", document }),
    };
    await visits.save(after, document && visit.page !== undefined ? visit.page + 1 : undefined);
    return after;
  }

  async function endAbandoned(idleSeconds: number): Promise<number> {
    let ended = 0;
    for (const { visitId, channelId, heardAt } of visits.active()) {
      if (now() - heardAt < idleSeconds) continue;
      ended += await till.run(channelId, async () => {
        const visit = await fold(visitId);
        if (visit.status === "over" || now() - visit.heardAt < idleSeconds) return 0;
        const requestId = `abandoned/${visitId}`;
        const step = await stepOfAbandoned(visit, requestId);
        const owed = BigInt(step.price);
        const { prepaid } = await payee.quote(termsOf(visit), 0n).catch(() => ({ prepaid: 0n }));
        const price = owed < prepaid ? owed : prepaid;
        await visits.save({ ...visit, pending: { ...step, price: String(price) } });
        if (price > 0n) await payee.chargePrepaid({ terms: termsOf(visit), price, requestId });
        await settleStep(visit, { ...step, price: String(price) });
        return 1;
      });
    }
    return ended;
  }

  async function stepOfAbandoned(visit: Visit, requestId: string): Promise<PendingStep> {
    if (visit.kind === "charging" && charging) return lastStep(visit, requestId, charging, prices);
    if (visit.kind === "parking" && parking) return parkingStep(visit, requestId, parking);
    throw new Error(`${visit.kind} is not offered any more`);
  }

  async function identify(request: HttpRequest): Promise<Asked> {
    const requestId = requestIdOf(request);
    const channelHeader = headerOf(request, PAYMENT_HEADERS.channel);
    if (channelHeader === undefined) {
      throw new ProblemError(402, "PAYMENT_REQUIRED", "the request is not paid, and names no channel", {
        fix: "send Payment-Channel with the terms of an open channel",
        members: { accepts: terms },
      });
    }
    const claim = decodeChannel(channelHeader);
    const channelId = prepareChannel(claim.terms, domain).id;
    const voucherHeader = headerOf(request, PAYMENT_HEADERS.voucher);
    const voucher = voucherHeader === undefined ? undefined : decodeVoucher(voucherHeader);
    return { ...claim, channelId, requestId, voucher };
  }

  function checkFree(evse: string, asked: Asked): void {
    const visit = visits.atEvse(evse);
    if (!visit || visit.visitId === visitIdOf(asked)) return;
    throw new ProblemError(409, "EVSE_OCCUPIED", `charge point ${evse} is occupied`, {
      fix: "use another one, or wait",
    });
  }

  /** Nobody but the operator can tell it from channel and request. */
  function visitIdOf({ channelId, epoch, requestId }: Asked): string {
    return createHmac("sha256", secret)
      .update(`visit ${channelId} ${epoch} ${requestId}`)
      .digest("hex")
      .slice(0, 32);
  }
}

function termsOfOperator({ domain, terms, prices, charging, tolls, parking }: OperatorInput): OperatorTerms {
  return {
    version: PAYMENT_PROTOCOL_VERSION,
    chainId: domain.chainId,
    contract: domain.contract,
    p256Verifier: domain.p256Verifier,
    ...terms,
    decimals: prices.decimals,
    services: {
      ...(charging && {
        charging: {
          tariffId: charging.tariff.id,
          hold: String(charging.hold),
          evses: [...charging.chargePoints.evses],
          meterPublicKey: charging.chargePoints.publicKey,
        },
      }),
      ...(tolls && {
        tolls: {
          gates: [...tolls.gates],
          tariffClasses: tolls.tariff.classes.map(({ tariff_class: name }) => name),
        },
      }),
      ...(parking && { parking: { tariffId: parking.tariff.id, hold: String(parking.hold) } }),
    },
  };
}

function summaryOf({ visitId, kind, status, startedAt, charged, samples }: Visit): VisitSummary {
  const [first, last] = [samples[0], samples.at(-1)];
  return {
    visitId,
    kind,
    status,
    startedAt,
    charged: BigInt(charged),
    ...(first && last && { energyWh: BigInt(last.registerWh) - BigInt(first.registerWh) }),
  };
}

function served(body: ServedBody, status = 200): HttpAnswer {
  const { receipt } = body;
  return { status, body, headers: receipt ? { [PAYMENT_HEADERS.receipt]: encodeHeader(receipt) } : {} };
}

function openOffer(text: string): Offer {
  const { price, hold, document } = JSON.parse(text) as {
    price: string;
    hold: string;
    document?: SessionDocument;
  };
  return { price: BigInt(price), hold: BigInt(hold), ...(document && { document }) };
}

function requestIdOf(request: HttpRequest): string {
  const requestId = headerOf(request, PAYMENT_HEADERS.requestId);
  if (isRequestId(requestId)) return requestId.toLowerCase();
  throw new ProblemError(400, "REQUEST_ID", "the request has no name", {
    where: "Idempotency-Key",
    fix: "send a UUID of your own, and the same one when you send the request again",
  });
}

function headerOf({ headers }: HttpRequest, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join() : value;
}

function choice(body: Record<string, unknown>, name: string, allowed: readonly string[]): string {
  const value = body[name];
  if (typeof value === "string" && allowed.includes(value)) return value;
  throw new ProblemError(422, "SERVICE_INVALID", `${name} is none that is served here`, {
    where: `body, ${name}`,
    fix: `use one of ${allowed.slice(0, 20).join(", ")}`,
  });
}

function unknown(problem: string, known: readonly string[]): ProblemError {
  return new ProblemError(404, "NOT_FOUND", problem, { fix: `use one of ${known.slice(0, 20).join(", ")}` });
}

function conflict(requestId: string): ProblemError {
  return new ProblemError(422, "REQUEST_CONFLICT", `request ${requestId} was served for something else`, {
    fix: "give every request a name of its own",
  });
}
