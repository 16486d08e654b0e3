import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Operator } from "./createOperator.js";
import { ProblemError } from "./ProblemError.js";

export interface OperatorServerOptions {
  /** 0 for any that is free. */
  port: number;
  /** 127.0.0.1 when left out: to be reached from elsewhere, put a TLS proxy in front. */
  host?: string;
  /** How long a request's headers may take, milliseconds; 5,000 when left out. */
  headersTimeoutMs?: number;
  /** How long a whole request may take to arrive, milliseconds; 10,000 when left out. */
  requestTimeoutMs?: number;
  maxConnections?: number;
}

export interface OperatorServer {
  url: string;
  port: number;
  server: Server;
  /**
   * Takes no more requests, waits for those that are being served, at most so long, and cuts what is left.
   *
   * @param graceMs 5,000 when left out.
   */
  stop(graceMs?: number): Promise<void>;
}

const HEADER_BYTES = 32 * 1024;

/**
 * Serves an operator over HTTP.
 *
 * @throws What `listen` throws, when the port is taken.
 * @example
 * const server = await startOperatorServer(operator, { port: 8402 });
 * process.once("SIGTERM", () => void server.stop());
 */
export async function startOperatorServer(
  operator: Pick<Operator, "handle">,
  options: OperatorServerOptions,
): Promise<OperatorServer> {
  const { host = "127.0.0.1", headersTimeoutMs = 5_000, requestTimeoutMs = 10_000 } = options;
  const server = createServer(
    {
      maxHeaderSize: HEADER_BYTES,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(1_000, headersTimeoutMs),
      keepAliveTimeout: 10_000,
      requireHostHeader: true,
    },
    (request, response) => operator.handle(request, response),
  );
  server.maxConnections = options.maxConnections ?? 2_048;
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => refuse(error, socket as Socket));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    server,
    async stop(graceMs = 5_000) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** What is no HTTP gets a problem as well, if it can still be told. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem =
    error.code === "HPE_HEADER_OVERFLOW"
      ? new ProblemError(431, "HEADER_MALFORMED", `the headers are longer than ${HEADER_BYTES} bytes`)
      : error.code === "ERR_HTTP_REQUEST_TIMEOUT"
        ? new ProblemError(408, "BODY_LATE", "the request took too long to arrive")
        : new ProblemError(400, "BODY_MALFORMED", "this is not HTTP");
  const text = JSON.stringify(problem.toProblem());
  socket.end(
    `HTTP/1.1 ${problem.status} ${problem.toProblem().title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
  );
}
