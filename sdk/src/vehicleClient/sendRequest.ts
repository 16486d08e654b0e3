import { VehicleClientError } from "./VehicleClientError.js";

/** An operator's answer. */
export interface Answer {
  status: number;
  /** Parsed JSON; undefined where it is none. */
  body: unknown;
  header(name: string): string | undefined;
}

export interface SendOptions {
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
}

/** Longer answers are cut, in bytes. */
const ANSWER_LIMIT = 512 * 1024;

/**
 * Sends a request once.
 *
 * @throws {VehicleClientError} `OPERATOR_UNREACHABLE` when no whole answer came in time.
 */
export async function sendRequest(
  url: string,
  method: "GET" | "POST",
  headers: Record<string, string>,
  body: object | undefined,
  { timeoutMs, fetch }: SendOptions,
): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        accept: "application/json",
        ...(body && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
      // A voucher goes to the address it was meant for.
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readText(response);
    return {
      status: response.status,
      body: parse(text),
      header: (name) => response.headers.get(name) ?? undefined,
    };
  } catch (cause) {
    throw new VehicleClientError("OPERATOR_UNREACHABLE", "the operator does not answer", {
      where: new URL(url).host,
      fix: "try again; what was signed is sent again, and nothing is paid twice",
      cause,
    });
  }
}

async function readText(response: Response): Promise<string> {
  if (!response.body) return "";
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let text = "";
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > ANSWER_LIMIT) {
      await reader.cancel();
      throw new Error(`the answer is longer than ${ANSWER_LIMIT} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
