import type { IncomingMessage } from "node:http";
import { ProblemError } from "./ProblemError.js";

export interface BodyLimits {
  /** Longer bodies are refused. */
  limitBytes: number;
  /** How long the body may take to arrive, milliseconds. */
  timeoutMs: number;
}

/**
 * Reads a body of at most so many bytes. What its headers say of its length is only ever a reason to refuse it earlier: memory is
 * taken for what arrives.
 *
 * @throws {ProblemError} 413 `BODY_TOO_LARGE`, 408 `BODY_LATE`, 400 `BODY_MALFORMED` when the connection broke.
 */
export function readBody(request: IncomingMessage, { limitBytes, timeoutMs }: BodyLimits): Promise<Buffer> {
  const tooLarge = (): ProblemError =>
    new ProblemError(413, "BODY_TOO_LARGE", `the body is longer than ${limitBytes} bytes`, {
      fix: "send the fields of the request and nothing else",
    });
  if (Number(request.headers["content-length"]) > limitBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (result: Buffer | ProblemError): void => {
      clearTimeout(timer);
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      if (result instanceof ProblemError) reject(result);
      else resolve(result);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > limitBytes) end(tooLarge());
      else chunks.push(chunk);
    };
    const onEnd = (): void => end(Buffer.concat(chunks));
    const onClose = (): void =>
      end(new ProblemError(400, "BODY_MALFORMED", "the connection broke before the body was there"));
    const timer = setTimeout(
      () => end(new ProblemError(408, "BODY_LATE", `the body took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}
