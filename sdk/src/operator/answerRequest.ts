import type { IncomingMessage, ServerResponse } from "node:http";
import { encodeJson } from "../paymentHttp/headers.js";
import type { ServedBody } from "../paymentHttp/types.js";
import { ProblemError } from "./ProblemError.js";
import { readBody } from "./readBody.js";
import { findRoute, type HttpAnswer, type Route } from "./routes.js";
import { toProblem } from "./toProblem.js";
import type { OperatorEvent, OperatorInput, OperatorLimits } from "./types.js";

const DEFAULT_LIMITS: OperatorLimits = {
  bodyBytes: 16 * 1024,
  bodyTimeoutMs: 5_000,
  answerTimeoutMs: 30_000,
  concurrentRequests: 1_024,
};
/** How long what is left of a refused body is thrown away before the connection is cut, so that the refusal can be read. */
const DRAIN_MS = 500;

/** Turns routes into a handler for `node:http` that answers every request with JSON, and never throws. */
export function answerRequest(
  routes: readonly Route[],
  { limits: given, onEvent }: Pick<OperatorInput, "limits" | "onEvent">,
): { handle(request: IncomingMessage, response: ServerResponse): void; pendingRequests(): number } {
  const limits = { ...DEFAULT_LIMITS, ...given };
  let pending = 0;

  return {
    pendingRequests: () => pending,
    handle(request, response) {
      const started = performance.now();
      const method = request.method ?? "";
      const path = pathOf(request.url);
      pending += 1;
      void answer(request, method, path)
        .then(
          (answered) => {
            send(request, response, answered);
            return eventOf("served", answered.status, answered.body as ServedBody);
          },
          (error: unknown) => {
            const problem = toProblem(error);
            sendProblem(request, response, problem);
            const event = eventOf(problem.status === 500 ? "failed" : "refused", problem.status);
            return { ...event, code: problem.code, ...(problem.status === 500 && { error }) };
          },
        )
        .then(onEvent)
        // A listener that fails must not take the request down with it.
        .catch(() => response.destroy())
        .finally(() => {
          pending -= 1;
        });

      function eventOf(event: OperatorEvent["event"], status: number, body: ServedBody = {}): OperatorEvent {
        const durationMs = Math.round((performance.now() - started) * 10) / 10;
        const { receipt } = body;
        return {
          event,
          method,
          path,
          status,
          durationMs,
          ...(receipt && {
            channelId: receipt.channelId,
            requestId: receipt.requestId,
            price: receipt.price,
            charged: receipt.charged,
          }),
        };
      }
    },
  };

  async function answer(request: IncomingMessage, method: string, path: string): Promise<HttpAnswer> {
    if (pending > limits.concurrentRequests) {
      throw new ProblemError(503, "OVERLOADED", "too many requests are being served", {
        retryAfterSeconds: 1,
      });
    }
    const found = findRoute(routes, method, path);
    if ("known" in found) {
      if (found.known.length === 0) throw new ProblemError(404, "NOT_FOUND", "there is nothing here");
      throw new ProblemError(405, "METHOD", `this is not served by ${method.slice(0, 10)}`, {
        fix: `use ${found.known.join(" or ")}`,
      });
    }
    const { route, values } = found;
    const body = route.method === "POST" ? await readJsonBody(request, limits) : {};
    return inTime(
      route.serve({ method, path, headers: request.headers, body }, values),
      limits.answerTimeoutMs,
    );
  }
}

async function readJsonBody(
  request: IncomingMessage,
  limits: OperatorLimits,
): Promise<Record<string, unknown>> {
  const bytes = await readBody(request, { limitBytes: limits.bodyBytes, timeoutMs: limits.bodyTimeoutMs });
  if (bytes.length === 0) return {};
  const type = request.headers["content-type"] ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new ProblemError(415, "CONTENT_TYPE", "the body is not said to be JSON", {
      fix: "send Content-Type: application/json",
    });
  }
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ProblemError(400, "BODY_MALFORMED", "the body is not JSON", {
      fix: "send one JSON object in UTF-8",
    });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new ProblemError(400, "BODY_MALFORMED", "the body is no JSON object", {
    fix: "send one JSON object",
  });
}

async function inTime<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          new ProblemError(504, "ANSWER_LATE", "the request took too long", {
            fix: "send the same request again; it will not be charged twice",
            retryAfterSeconds: 1,
          }),
        ),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, body, headers }: HttpAnswer,
): void {
  write(request, response, status, "application/json", encodeJson(body), headers);
}

function sendProblem(request: IncomingMessage, response: ServerResponse, problem: ProblemError): void {
  const { status, retryAfterSeconds } = problem;
  write(request, response, status, "application/problem+json", encodeJson(problem.toProblem()), {
    ...(retryAfterSeconds !== undefined && { "retry-after": String(retryAfterSeconds) }),
  });
}

function write(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  text: string,
  headers: Record<string, string> = {},
): void {
  if (response.headersSent || response.destroyed) return;
  // What was not read of a body would be taken for the next request.
  const isCut = !request.complete;
  if (isCut) cutAfter(request, response);
  response
    .writeHead(status, {
      "content-type": type,
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
      ...headers,
      ...(isCut && { connection: "close" }),
    })
    .end(text);
}

function cutAfter(request: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => {
    request.resume();
    const timer = setTimeout(() => request.destroy(), DRAIN_MS);
    request.once("close", () => clearTimeout(timer));
  });
}

function pathOf(url = ""): string {
  const end = url.indexOf("?");
  return (end < 0 ? url : url.slice(0, end)).slice(0, 256);
}
