import { createHmac } from "node:crypto";
import { parseSessionDocument } from "../charging/parseSessionDocument.js";
import type { VisitSummary } from "../paymentHttp/types.js";
import type { Payee } from "../payments/Payee.js";
import { PayeeError } from "../payments/PaymentError.js";
import { ProblemError } from "./ProblemError.js";
import type { AskedRequest, RequestDesk } from "./RequestDesk.js";
import { requestIdOf, servedAnswer, voucherOf } from "./requestParts.js";
import type { HttpAnswer, HttpRequest } from "./routes.js";
import type { Till } from "./Till.js";
import { termsOf, type PendingStep, type Visit, type VisitBook } from "./VisitBook.js";

/** What a visit is, when it begins. */
export type VisitStart = Pick<Visit, "kind" | "evse" | "page" | "samples" | "startedAt">;

/** Prices the next step of a visit. */
export type MakeStep = (visit: Visit, requestId: string) => PendingStep | Promise<PendingStep>;

export interface VisitDeskInput {
  payee: Payee;
  till: Till;
  desk: RequestDesk;
  visits: VisitBook;
  secret: Uint8Array;
  /** The last step of a visit that nobody ends. */
  makeLastStep: MakeStep;
  /** Unix seconds. */
  now: () => number;
}

/** Where visits begin, are paid step by step, and end. Who knows a visit's name is its payer. */
export class VisitDesk {
  readonly #input: VisitDeskInput;

  constructor(input: VisitDeskInput) {
    this.#input = input;
  }

  /**
   * Begins a visit, when the hold is signed.
   *
   * @param check Throws what speaks against it, before anything is asked for.
   */
  async begin(
    request: HttpRequest,
    hold: bigint,
    start: () => VisitStart | Promise<VisitStart>,
    check: (visitId: string) => void = () => undefined,
  ): Promise<HttpAnswer> {
    const { desk, till, visits, now } = this.#input;
    const asked = desk.identify(request);
    return till.run(asked.channelId, async () => {
      const visitId = this.#visitIdOf(asked);
      const known = await visits.find(visitId);
      if (!known) check(visitId);
      const { receipt } = await desk.take(request, asked, () => ({ price: 0n, hold }));
      if (known) return servedAnswer({ receipt, visit: summaryOf(known) }, 201);
      const { channelId, epoch, requestId, terms } = asked;
      const visit: Visit = {
        ...(await start()),
        visitId,
        channelId,
        epoch,
        terms: { ...terms, salt: String(terms.salt) },
        requestId,
        status: "active",
        hold: String(hold),
        charged: "0",
        heardAt: now(),
      };
      await visits.save(visit, visit.page);
      return servedAnswer({ receipt, visit: summaryOf(visit) }, 201);
    });
  }

  /** Serves a step of a visit: what it costs is written down first, so that the same step is paid however often it is asked for. */
  async step(
    request: HttpRequest,
    visitId: string,
    kind: Visit["kind"],
    makeStep: MakeStep,
  ): Promise<HttpAnswer> {
    const { till, visits, now } = this.#input;
    const requestId = requestIdOf(request);
    const voucher = voucherOf(request);
    const found = await visits.find(visitId);
    if (found?.kind !== kind) {
      throw new ProblemError(404, "NOT_FOUND", "there is no such visit", {
        fix: "use the name that the start gave",
      });
    }
    return till.run(found.channelId, async () => {
      let visit = await this.#fold(visitId);
      const { channelId, epoch } = visit;
      const receipt = await till.receiptOf({ channelId, epoch, requestId });
      if (receipt || visit.status === "over") return answerAgain(visit, requestId, receipt);

      let step = visit.pending?.requestId === requestId ? visit.pending : undefined;
      if (!step) {
        step = await makeStep(visit, requestId);
        visit = { ...visit, pending: step, heardAt: now() };
        await visits.save(visit);
      }
      const price = BigInt(step.price);
      const document = step.document && parseSessionDocument(step.document);
      const paid =
        price === 0n
          ? undefined
          : await till.take({
              channelId,
              epoch,
              requestId,
              terms: termsOf(visit),
              voucher,
              offer: { price, hold: document ? 0n : BigInt(visit.hold), ...(document && { document }) },
              otherHolds: visits.holdsOf(channelId, visitId),
            });
      const after = await this.#settle(visit, step);
      return servedAnswer({ receipt: paid, document, visit: summaryOf(after) });
    });
  }

  /** Ends visits that were not heard of for so long, and charges what they owe as far as it is signed; tells how many. */
  async endAbandoned(idleSeconds: number): Promise<number> {
    const { payee, till, visits, makeLastStep, now } = this.#input;
    const isIdle = ({ status, heardAt }: Visit): boolean =>
      status === "active" && now() - heardAt >= idleSeconds;
    let ended = 0;
    for (const { visitId, channelId } of visits.active().filter(isIdle)) {
      await till.run(channelId, async () => {
        const visit = await this.#fold(visitId);
        if (!isIdle(visit)) return;
        const terms = termsOf(visit);
        const requestId = `abandoned/${visitId}`;
        let step = visit.pending?.requestId === requestId ? visit.pending : undefined;
        if (!step) {
          const owed = await makeLastStep(visit, requestId);
          // From a channel that was closed nothing can be had any more.
          const { prepaid } = await payee.quote(terms, 0n).catch((error: unknown) => {
            if (error instanceof PayeeError) return { prepaid: 0n };
            throw error;
          });
          step = { ...owed, price: BigInt(owed.price) < prepaid ? owed.price : String(prepaid) };
          await visits.save({ ...visit, pending: step });
        }
        const price = BigInt(step.price);
        if (price > 0n) await payee.chargePrepaid({ terms, price, requestId });
        await this.#settle(visit, step);
        ended += 1;
      });
    }
    return ended;
  }

  /** The visit, with its pending step charged if that has a receipt: a crash may lie between the receipt and the visit's record. */
  async #fold(visitId: string): Promise<Visit> {
    const { till, visits } = this.#input;
    const visit = await visits.find(visitId);
    if (!visit) throw new Error(`visit ${visitId} vanished`);
    const { pending: step, channelId, epoch } = visit;
    if (!step) return visit;
    const receipt = await till.receiptOf({ channelId, epoch, requestId: step.requestId });
    return receipt ? this.#settle(visit, step) : visit;
  }

  async #settle(visit: Visit, { requestId, price, sample, document }: PendingStep): Promise<Visit> {
    const { visits, now } = this.#input;
    const { pending: _, ...rest } = visit;
    const after: Visit = {
      ...rest,
      charged: String(BigInt(visit.charged) + BigInt(price)),
      samples: sample ? [...visit.samples, sample] : visit.samples,
      lastRequestId: requestId,
      heardAt: now(),
      ...(document && { status: "over", document }),
    };
    // The meter signed one more data set when the visit ended.
    await visits.save(after, document && visit.page !== undefined ? visit.page + 1 : undefined);
    return after;
  }

  /** Nobody but the operator can tell it from channel and request. */
  #visitIdOf({ channelId, epoch, requestId }: AskedRequest): string {
    return createHmac("sha256", this.#input.secret)
      .update(`visit ${channelId} ${epoch} ${requestId}`)
      .digest("hex")
      .slice(0, 32);
  }
}

function answerAgain(
  visit: Visit,
  requestId: string,
  receipt: Awaited<ReturnType<Till["receiptOf"]>>,
): HttpAnswer {
  const isLast = visit.status === "over" && requestId === visit.lastRequestId;
  if (!receipt && !isLast) {
    throw new ProblemError(409, "VISIT_OVER", "the visit is over", { fix: "begin another one" });
  }
  return servedAnswer({ receipt, document: isLast ? visit.document : undefined, visit: summaryOf(visit) });
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
