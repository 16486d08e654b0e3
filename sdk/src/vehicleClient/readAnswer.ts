import { parseSessionDocument } from "../charging/parseSessionDocument.js";
import type { SessionDocument } from "../charging/sessionDocuments.js";
import { Fields, readReceipt } from "../paymentHttp/headers.js";
import { PaymentHttpError } from "../paymentHttp/PaymentHttpError.js";
import {
  PAYMENT_PROTOCOL_VERSION,
  type OperatorTerms,
  type PaymentDue,
  type Problem,
  type ServedBody,
  type VisitSummary,
} from "../paymentHttp/types.js";

const ANSWER = "ANSWER_MALFORMED";

/**
 * Reads what an operator accepts.
 *
 * @throws {PaymentHttpError} `ANSWER_MALFORMED`
 */
export function readOperatorTerms(value: unknown): OperatorTerms {
  const fields = new Fields(value, "the operator's terms", ANSWER);
  const version = fields.count("version");
  if (version !== PAYMENT_PROTOCOL_VERSION) {
    throw new PaymentHttpError(ANSWER, `the operator speaks version ${version} of the protocol`, {
      fix: `use one that speaks version ${PAYMENT_PROTOCOL_VERSION}`,
    });
  }
  const delay = fields.object("closeDelaySeconds");
  return {
    version,
    chainId: fields.count("chainId"),
    contract: fields.hex("contract", 20),
    p256Verifier: fields.hex("p256Verifier", 20),
    payee: fields.hex("payee", 20),
    operator: fields.hex("operator", 20),
    asset: fields.hex("asset", 20),
    decimals: fields.count("decimals"),
    closeDelaySeconds: { min: delay.count("min"), max: delay.count("max") },
    minimumDeposit: String(fields.amount("minimumDeposit")),
    services: readServices(fields.object("services")),
  };
}

/** What a 402 asks for. */
export interface RequiredPayment {
  accepts: OperatorTerms;
  due: PaymentDue;
  quote: string | undefined;
  document: SessionDocument | undefined;
}

/**
 * Reads a 402.
 *
 * @throws {PaymentHttpError} `ANSWER_MALFORMED`
 */
export function readRequired(value: unknown): RequiredPayment {
  const fields = new Fields(value, "the operator's 402", ANSWER);
  const due = fields.object("due");
  const sessionHash = due.optional("sessionHash", (name) => due.hex(name, 32));
  return {
    accepts: readOperatorTerms(fields.raw("accepts")),
    due: {
      channelId: due.hex("channelId", 32),
      epoch: due.count("epoch"),
      charged: due.amount("charged"),
      price: due.amount("price"),
      hold: due.amount("hold"),
      total: due.amount("total"),
      ...(sessionHash !== undefined && { sessionHash }),
    },
    quote: fields.optional("quote", (name) => fields.text(name)),
    document: fields.optional("document", () => parseSessionDocument(fields.raw("document"))),
  };
}

/**
 * Reads the answer to a request that was served.
 *
 * @throws {PaymentHttpError} `ANSWER_MALFORMED`
 */
export function readServed(value: unknown): ServedBody {
  const fields = new Fields(value, "the operator's answer", ANSWER);
  const receipt = fields.optional("receipt", () => readReceipt(fields.object("receipt")));
  const document = fields.optional("document", () => parseSessionDocument(fields.raw("document")));
  const visit = fields.optional("visit", () => readVisit(fields.object("visit")));
  return { ...(receipt && { receipt }), ...(document && { document }), ...(visit && { visit }) };
}

/** Reads a problem, as far as it is one. */
export function readProblem(value: unknown, status: number): Problem {
  const fields = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const text = (name: string, fallback: string): string => {
    const field = fields[name];
    return typeof field === "string" ? field.slice(0, 500) : fallback;
  };
  return {
    type: text("type", "about:blank"),
    title: text("title", `HTTP ${status}`),
    status,
    code: text("code", "UNKNOWN"),
    detail: text("detail", `the operator answers with HTTP ${status}`),
    ...(typeof fields.fix === "string" && { fix: text("fix", "") }),
  };
}

function readServices(fields: Fields): OperatorTerms["services"] {
  const charging = fields.optional("charging", (name) => fields.object(name));
  const tolls = fields.optional("tolls", (name) => fields.object(name));
  const parking = fields.optional("parking", (name) => fields.object(name));
  return {
    ...(charging && {
      charging: {
        tariffId: charging.text("tariffId"),
        hold: String(charging.amount("hold")),
        evses: texts(charging, "evses"),
        meterPublicKey: charging.text("meterPublicKey"),
      },
    }),
    ...(tolls && { tolls: { gates: texts(tolls, "gates"), tariffClasses: texts(tolls, "tariffClasses") } }),
    ...(parking && { parking: { tariffId: parking.text("tariffId"), hold: String(parking.amount("hold")) } }),
  };
}

function readVisit(fields: Fields): VisitSummary {
  const kind = fields.text("kind");
  const status = fields.text("status");
  const energyWh = fields.optional("energyWh", (name) => fields.amount(name));
  if ((kind !== "charging" && kind !== "parking") || (status !== "active" && status !== "over")) {
    throw new PaymentHttpError(ANSWER, `there is no visit of kind ${kind} and status ${status}`);
  }
  return {
    visitId: fields.text("visitId"),
    kind,
    status,
    startedAt: fields.count("startedAt"),
    charged: fields.amount("charged"),
    ...(energyWh !== undefined && { energyWh }),
  };
}

function texts(fields: Fields, name: string): string[] {
  const value = fields.raw(name);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
  throw new PaymentHttpError(ANSWER, `${name} is not a list of texts`);
}
