import { setTimeout as wait } from "node:timers/promises";
import { sha256 } from "ethers";
import { checkCdr } from "../../sdk/src/charging/checkCdr.js";
import type { SessionDocument } from "../../sdk/src/charging/sessionDocuments.js";
import type { OperatorTerms, PaymentDue } from "../../sdk/src/paymentHttp/types.js";
import { PayerError } from "../../sdk/src/payments/PaymentError.js";
import type { Hex } from "../../sdk/src/payments/types.js";
import type { Purchase } from "../../sdk/src/vehicleClient/types.js";
import type { VehicleClient } from "../../sdk/src/vehicleClient/VehicleClient.js";
import { VehicleClientError } from "../../sdk/src/vehicleClient/VehicleClientError.js";
import type { Log } from "./logLines.js";

/** An operator on the way. */
export interface Stop {
  url: string;
  terms: OperatorTerms;
  channelId: Hex;
}

export interface JourneyInput {
  client: VehicleClient;
  /** Tells this journey from others: its requests have the same names whenever it is driven. */
  name: string;
  stops: readonly Stop[];
  rounds: number;
  /** How often a charging session is paid on the way. */
  chargingSteps: number;
  /** Milliseconds between two of them. */
  stepMs: number;
  timeZone: string;
  tariffClass: string;
  /** How long an operator may not answer, milliseconds. */
  patienceMs: number;
  /** Tops the channel up, so that so much more can be signed. */
  topUp: (stop: Stop) => Promise<void>;
  log: Log;
}

/**
 * Drives a journey: at every stop, in every round, a toll, a charging session and a stay in the car park, as far as they are offered.
 * Driven again after a crash, what was paid is not asked for anew; it ends as it would have ended.
 *
 * @returns What was paid in this journey, base units.
 */
export async function driveJourney(input: JourneyInput): Promise<bigint> {
  const { stops, rounds } = input;
  let paid = 0n;
  for (let round = 0; round < rounds; round++) {
    for (const stop of stops) {
      const visit = new StopVisit(input, stop, `${input.name} ${round} ${stop.channelId}`);
      paid += await visit.drive();
    }
  }
  return paid;
}

class StopVisit {
  readonly #input: JourneyInput;
  readonly #stop: Stop;
  readonly #name: string;

  constructor(input: JourneyInput, stop: Stop, name: string) {
    this.#input = input;
    this.#stop = stop;
    this.#name = name;
  }

  async drive(): Promise<bigint> {
    const { tolls, charging, parking } = this.#stop.terms.services;
    let paid = 0n;
    if (tolls) paid += await this.#passGate(tolls.gates[0] ?? "");
    if (charging) paid += await this.#charge(charging.evses, charging.meterPublicKey);
    if (parking) paid += await this.#park();
    return paid;
  }

  async #passGate(gate: string): Promise<bigint> {
    const { tariffClass } = this.#input;
    return priceOf(await this.#buy("toll", `/tolls/${encodeURIComponent(gate)}`, { tariffClass }));
  }

  async #charge(evses: readonly string[], meterPublicKey: string): Promise<bigint> {
    const { chargingSteps, stepMs } = this.#input;
    const { visit } = await this.#begin(evses);
    const path = `/sessions/${visit?.visitId}`;
    let paid = 0n;
    for (let step = 0; step < chargingSteps; step++) {
      const { receipt } = await this.#buy(`charging ${step}`, `${path}/pay`, {}, { pauseMs: stepMs });
      paid += receipt?.price ?? 0n;
    }
    const before = paid;
    const stopped = await this.#buy(
      "charging stop",
      `${path}/stop`,
      {},
      {
        pauseMs: stepMs,
        check: (document, due) => this.#checkCdr(document, due, before, meterPublicKey),
      },
    );
    return paid + priceOf(stopped);
  }

  /** The first charge point that is free; which one was tried is part of the request's name. */
  async #begin(evses: readonly string[]): Promise<Purchase> {
    for (const evse of evses) {
      const begun = await this.#input.client.find(uuidOf(`${this.#name} charging start ${evse}`));
      if (begun) return begun;
    }
    for (const [index, evse] of evses.entries()) {
      try {
        return await this.#buy(`charging start ${evse}`, "/sessions", { evse });
      } catch (error) {
        const isTaken =
          error instanceof VehicleClientError && error.operatorProblem?.code === "EVSE_OCCUPIED";
        if (!isTaken || index === evses.length - 1) throw error;
      }
    }
    throw new Error("the operator has no charge points");
  }

  async #park(): Promise<bigint> {
    const { visit } = await this.#buy("parking", "/parking");
    const left = await this.#buy("parking leave", `/parking/${visit?.visitId}/leave`);
    return priceOf(left);
  }

  /** The meter's signatures, the tariff's arithmetic, and that what is due is what was not paid yet. */
  async #checkCdr(
    document: SessionDocument,
    due: PaymentDue,
    before: bigint,
    meterPublicKey: string,
  ): Promise<string | undefined> {
    const tariff = "tariffs" in document ? document.tariffs?.[0] : undefined;
    if (!tariff) return "this is no charge detail record with its tariff";
    const prices = { decimals: this.#stop.terms.decimals, timeZone: this.#input.timeZone };
    const { differences, cost } = await checkCdr(document, tariff, meterPublicKey, prices);
    if (differences.length > 0) return differences.join("; ");
    const total = cost?.total_cost.after_taxes ?? 0n;
    return total === before + due.price
      ? undefined
      : `the record says ${total}, and ${before + due.price} is asked for`;
  }

  /** Buys one thing, once: what was bought in an earlier run comes from the journal, without a pause. */
  async #buy(
    what: string,
    path: string,
    body: Record<string, unknown> = {},
    options: {
      pauseMs?: number;
      check?: (document: SessionDocument, due: PaymentDue) => Promise<string | undefined>;
    } = {},
  ): Promise<Purchase> {
    const { client, patienceMs, topUp, log } = this.#input;
    const requestId = uuidOf(`${this.#name} ${what}`);
    const url = this.#stop.url + path;
    const known = await client.find(requestId);
    if (known) return known;
    if (options.pauseMs !== undefined) await wait(options.pauseMs);
    const until = Date.now() + patienceMs;
    for (;;) {
      try {
        const purchase = await client.pay(url, {
          channelId: this.#stop.channelId,
          requestId,
          body,
          sessionId: this.#name,
          ...(options.check && { checkDocument: options.check }),
        });
        const price = priceOf(purchase);
        log(
          "paid",
          { what, url, requestId, price, charged: purchase.receipt?.charged },
          `${what}: ${price} base units`,
        );
        return purchase;
      } catch (error) {
        if (error instanceof PayerError && error.code === "PAYER_DEPOSIT") {
          await topUp(this.#stop);
          continue;
        }
        const isAway = error instanceof VehicleClientError && error.code === "OPERATOR_UNREACHABLE";
        if (!isAway || Date.now() >= until) throw error;
        log("waiting", { what, url, requestId }, `${what}: the operator does not answer, trying again`);
        await wait(100);
      }
    }
  }
}

function priceOf({ receipt }: Purchase): bigint {
  return receipt?.price ?? 0n;
}

/** The same text gives the same UUID (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = sha256(new TextEncoder().encode(text)).slice(2, 34);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ].join("-");
}
