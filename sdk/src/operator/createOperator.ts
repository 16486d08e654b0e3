import type { IncomingMessage, ServerResponse } from "node:http";
import { buildParkingTicket } from "../charging/parkingTicket.js";
import { checkCdrLocation } from "../charging/checkCdrLocation.js";
import { hashPlace } from "../charging/sessionDocuments.js";
import { buildTollDeclaration } from "../charging/tollDeclaration.js";
import { PAYMENT_PROTOCOL_VERSION, type OperatorTerms } from "../paymentHttp/types.js";
import { KeyedQueue } from "../payments/KeyedQueue.js";
import { answerRequest } from "./answerRequest.js";
import { lastStep, locationOf, nextStep } from "./chargingSteps.js";
import { ProblemError } from "./ProblemError.js";
import { createQuotes } from "./quotes.js";
import { RequestDesk } from "./RequestDesk.js";
import { choiceOf, servedAnswer } from "./requestParts.js";
import type { Route } from "./routes.js";
import { Till } from "./Till.js";
import type { ChargingOffer, OperatorInput, ParkingOffer, TollOffer } from "./types.js";
import { VisitBook, type PendingStep, type Visit } from "./VisitBook.js";
import { VisitDesk } from "./VisitDesk.js";

/** A charger, toll or parking operator. */
export interface Operator {
  terms: OperatorTerms;
  /** For `node:http`: `createServer(operator.handle)`. Answers every request, and never throws. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** How many requests are being served. */
  pendingRequests(): number;
  /**
   * Ends visits whose cars were not heard of for so long, and charges what they owe as far as it is signed.
   *
   * @returns How many.
   */
  endAbandoned(idleSeconds: number): Promise<number>;
}

const DEFAULT_QUOTE_SECONDS = 3_600;

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
 * @throws {ChargingError} `SESSION_DOCUMENT` when no charge detail record could name the location.
 * @example
 * const operator = await createOperator({ payee, payments, records, terms, prices, tolls, secret, placeKey });
 * const server = await startOperatorServer(operator, { port: 8402 });
 */
export async function createOperator(input: OperatorInput): Promise<Operator> {
  const { domain, payee, payments, records, secret, charging, tolls, parking } = input;
  const now = input.now ?? (() => Math.floor(Date.now() / 1000));
  // Now, and not when the first car has been charged.
  for (const evse of charging?.chargePoints.evses ?? []) {
    if (charging) checkCdrLocation(locationOf(charging, evse), `charge point ${evse}`);
  }
  const terms = termsOfOperator(input);
  const till = new Till({ payee, payments, terms });
  const visits = await VisitBook.open(records);
  const quotes = createQuotes(secret, input.quoteSeconds ?? DEFAULT_QUOTE_SECONDS, now);
  const desk = new RequestDesk({ domain, terms, till, quotes, records, visits });
  const makeLastStep = (visit: Visit, requestId: string): PendingStep | Promise<PendingStep> => {
    if (visit.kind === "charging" && charging) return lastStep(visit, requestId, charging, input.prices);
    if (visit.kind === "parking" && parking) return parkingStep(visit, requestId, parking, input, now);
    throw new Error(`${visit.kind} is not offered any more`);
  };
  const visitDesk = new VisitDesk({ payee, till, desk, visits, secret, makeLastStep, now });
  const parts = { input, till, desk, visits, visitDesk, now };
  const routes: Route[] = [
    { method: "GET", path: "/terms", serve: async () => ({ status: 200, body: terms }) },
    {
      method: "GET",
      path: "/health",
      serve: async () => ({ status: 200, body: { status: "ok", time: now() } }),
    },
    ...(tolls ? [tollRoute(tolls, parts)] : []),
    ...(charging ? chargingRoutes(charging, parts) : []),
    ...(parking ? parkingRoutes(parking, parts) : []),
  ];
  return {
    terms,
    ...answerRequest(routes, input),
    endAbandoned: (idleSeconds) => visitDesk.endAbandoned(idleSeconds),
  };
}

interface Parts {
  input: OperatorInput;
  till: Till;
  desk: RequestDesk;
  visits: VisitBook;
  visitDesk: VisitDesk;
  now: () => number;
}

function tollRoute({ tariff, gates }: TollOffer, { input, till, desk, now }: Parts): Route {
  const classes = tariff.classes.map(({ tariff_class: name }) => name);
  return {
    method: "POST",
    path: "/tolls/:gate",
    serve: async (request, { gate = "" }) => {
      if (!gates.includes(gate)) {
        throw new ProblemError(404, "NOT_FOUND", `there is no gate ${gate}`, {
          fix: `use one of ${gates.slice(0, 20).join(", ")}`,
        });
      }
      const tariffClass = choiceOf(request.body, "tariffClass", classes);
      const asked = desk.identify(request);
      return till.run(asked.channelId, async () =>
        servedAnswer(
          await desk.take(request, asked, () => {
            const passage = { tariffClass, stationHash: hashPlace(gate, input.placeKey), passedAt: now() };
            const document = buildTollDeclaration(tariff, passage, input.prices);
            return { price: BigInt(document.amount), hold: 0n, document };
          }),
        ),
      );
    },
  };
}

function chargingRoutes(offer: ChargingOffer, { input, visits, visitDesk }: Parts): Route[] {
  const { chargePoints, hold } = offer;
  const { prices } = input;
  const queue = new KeyedQueue();
  return [
    {
      method: "POST",
      path: "/sessions",
      serve: async (request) => {
        const evse = choiceOf(request.body, "evse", chargePoints.evses);
        const begin = async () => {
          const page = await visits.nextPage(evse);
          const { at, registerWh, ocmf } = await chargePoints.sign(evse, "B", page);
          const samples = [{ at, registerWh: String(registerWh), ocmf }];
          return { kind: "charging" as const, evse, page, samples, startedAt: at };
        };
        const checkFree = (visitId: string): void => {
          const visit = visits.atEvse(evse);
          if (!visit || visit.visitId === visitId) return;
          throw new ProblemError(409, "EVSE_OCCUPIED", `charge point ${evse} is occupied`, {
            fix: "use another one, or wait",
          });
        };
        return queue.run(evse, () => visitDesk.begin(request, hold, begin, checkFree));
      },
    },
    {
      method: "POST",
      path: "/sessions/:visitId/pay",
      serve: (request, { visitId = "" }) =>
        visitDesk.step(request, visitId, "charging", (visit, requestId) =>
          nextStep(visit, requestId, offer, prices),
        ),
    },
    {
      method: "POST",
      path: "/sessions/:visitId/stop",
      serve: (request, { visitId = "" }) =>
        visitDesk.step(request, visitId, "charging", (visit, requestId) =>
          lastStep(visit, requestId, offer, prices),
        ),
    },
  ];
}

function parkingRoutes(offer: ParkingOffer, { input, visitDesk, now }: Parts): Route[] {
  return [
    {
      method: "POST",
      path: "/parking",
      serve: (request) =>
        visitDesk.begin(request, offer.hold, () => ({ kind: "parking", samples: [], startedAt: now() })),
    },
    {
      method: "POST",
      path: "/parking/:visitId/leave",
      serve: (request, { visitId = "" }) =>
        visitDesk.step(request, visitId, "parking", (visit, requestId) =>
          parkingStep(visit, requestId, offer, input, now),
        ),
    },
  ];
}

function parkingStep(
  { startedAt }: Visit,
  requestId: string,
  { tariff, placeId }: ParkingOffer,
  { placeKey, prices }: OperatorInput,
  now: () => number,
): PendingStep {
  const stay = { locationHash: hashPlace(placeId, placeKey), startedAt, endedAt: Math.max(startedAt, now()) };
  const document = buildParkingTicket(tariff, stay, prices);
  return { requestId, price: document.amount, document };
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
