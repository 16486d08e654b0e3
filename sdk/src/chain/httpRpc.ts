import { ChainError } from "./ChainError.js";
import type { RpcProvider } from "./deployment.js";
import { isThrottled } from "./isThrottled.js";

export interface HttpRpcOptions {
  /** How long to wait for one answer, in milliseconds. */
  timeoutMs?: number;
  /** How often a request is repeated that failed on the way or was throttled. Transactions are never repeated. */
  retries?: number;
  /** The wait before the first repetition, in milliseconds; each further one waits twice as long. */
  retryDelayMs?: number;
  /** For tests and for proxies. */
  fetch?: typeof globalThis.fetch;
}

const RETRIED_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/** With these even a well-formed error is the gateway's, not the node's. */
const THROTTLED_STATUS = new Set([429, 502, 503, 504]);

/**
 * An EIP-1193 provider over HTTP: one JSON-RPC request per HTTP request, because many public nodes count or refuse
 * batches.
 *
 * @param url http or https.
 * @returns The provider. Its requests throw {@link ChainError}: `RPC_UNREACHABLE`, `RPC_TIMEOUT`, `RPC_MALFORMED`, or
 * `RPC_ERROR` with the node's own number and data in `rpcCode` and `data`.
 * @throws {ChainError} `RPC_UNREACHABLE` when the url is not one.
 * @example
 * const rpc = httpRpc("http://127.0.0.1:8545", { timeoutMs: 5_000 });
 * await rpc.request({ method: "eth_blockNumber" }); // "0x10"
 */
export function httpRpc(url: string, options: HttpRpcOptions = {}): RpcProvider {
  const { timeoutMs = 30_000, retries = 3, retryDelayMs = 250, fetch = globalThis.fetch } = options;
  // Keys of paid nodes stand in path, query or user info: errors name the host alone.
  const host = hostOf(url);
  const headers = { "content-type": "application/json" };
  let nextId = 1;

  const attempt = async (body: string): Promise<{ value: unknown } | { failure: ChainError }> => {
    let response: Response;
    let text: string;
    try {
      response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(timeoutMs) });
      text = await response.text();
    } catch (cause) {
      return { failure: unreachable(host, timeoutMs, cause) };
    }
    const answer = parse(text);
    if (answer && "error" in answer) {
      const failure = refused(host, answer.error);
      if (THROTTLED_STATUS.has(response.status) || isThrottled(failure.problem)) return { failure };
      throw failure;
    }
    if (RETRIED_STATUS.has(response.status)) {
      return {
        failure: new ChainError("RPC_UNREACHABLE", `the node answers with HTTP ${response.status}`, {
          where: host,
        }),
      };
    }
    if (!response.ok) {
      throw new ChainError("RPC_UNREACHABLE", `the node answers with HTTP ${response.status}`, {
        where: host,
        fix:
          response.status === 401 || response.status === 403
            ? "check the key in the RPC URL"
            : "check the RPC URL",
      });
    }
    if (!answer || !("result" in answer)) {
      throw new ChainError("RPC_MALFORMED", "the node's answer is not JSON-RPC", {
        where: host,
        fix: "check that the URL is a node's RPC endpoint, not a web page",
      });
    }
    return { value: answer.result };
  };

  return {
    async request({ method, params = [] }) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: nextId++, method, params });
      // A transaction that was sent may have arrived although its answer did not.
      const repetitions = method.startsWith("eth_send") ? 0 : retries;
      for (let repetition = 0; ; repetition++) {
        const outcome = await attempt(body);
        if ("value" in outcome) return outcome.value;
        if (repetition >= repetitions) throw outcome.failure;
        await new Promise((resolve) => setTimeout(resolve, retryDelayMs * 2 ** repetition));
      }
    },
  };
}

function hostOf(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    if (protocol === "http:" || protocol === "https:") return host;
  } catch {
    // said below
  }
  throw new ChainError("RPC_UNREACHABLE", "the RPC URL is not an http or https address", {
    fix: "give one like http://127.0.0.1:8545",
  });
}

function parse(text: string): { result: unknown } | { error: unknown } | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof answer !== "object" || answer === null) return undefined;
  if ("error" in answer && answer.error !== null && answer.error !== undefined)
    return { error: answer.error };
  return "result" in answer ? { result: answer.result } : undefined;
}

function refused(host: string, error: unknown): ChainError {
  const { code, message, data } = (
    typeof error === "object" && error !== null ? error : { message: error }
  ) as {
    code?: unknown;
    message?: unknown;
    data?: unknown;
  };
  const said = typeof message === "string" && message !== "" ? message : "the node refused the request";
  const failure = new ChainError("RPC_ERROR", said, { where: host });
  if (typeof code === "number") failure.rpcCode = code;
  if (data !== undefined) failure.data = data;
  return failure;
}

function unreachable(host: string, timeoutMs: number, cause: unknown): ChainError {
  if (cause instanceof Error && cause.name === "TimeoutError") {
    return new ChainError("RPC_TIMEOUT", `the node did not answer within ${timeoutMs} ms`, {
      where: host,
      cause,
    });
  }
  return new ChainError("RPC_UNREACHABLE", "the node does not answer", {
    where: host,
    fix: "check the URL, and that the node is running",
    cause,
  });
}
