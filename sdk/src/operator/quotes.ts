import { createHmac, timingSafeEqual } from "node:crypto";
import { ProblemError } from "./ProblemError.js";

/** Longer quotes are not looked at, in characters. */
const QUOTE_LIMIT = 8192;

/** Offers as texts that only the operator itself can have written, so that it need not remember what nobody pays for. */
export interface Quotes {
  /** @param subject What the offer is for: the same has to be given to open it. */
  seal(subject: string, offer: string): string;
  /**
   * @throws {ProblemError} `QUOTE_FOREIGN` when it was not sealed here for this subject, `QUOTE_EXPIRED`.
   */
  open(subject: string, quote: string): string;
}

/**
 * Seals offers with a key that the operator keeps: a quote outlives the process that gave it.
 *
 * @param secret 32 bytes; with another one, quotes that were given before are foreign.
 * @param lifeSeconds How long a quote can be paid.
 * @param now Unix seconds.
 */
export function createQuotes(secret: Uint8Array, lifeSeconds: number, now: () => number): Quotes {
  const macOf = (subject: string, body: string): Buffer =>
    createHmac("sha256", secret).update(`${subject.length} ${subject}${body}`).digest();
  const foreign = (): ProblemError =>
    new ProblemError(422, "QUOTE_FOREIGN", "the quote was not given for this request", {
      where: "Payment-Quote",
      fix: "ask again without a quote",
    });
  return {
    seal(subject, offer) {
      const body = Buffer.from(`${now()} ${offer}`).toString("base64url");
      return `${body}.${macOf(subject, body).toString("base64url")}`;
    },
    open(subject, quote) {
      const [body, mac, more] = quote.length > QUOTE_LIMIT ? [] : quote.split(".");
      if (body === undefined || mac === undefined || more !== undefined) throw foreign();
      const [stated, due] = [Buffer.from(mac, "base64url"), macOf(subject, body)];
      if (stated.length !== due.length || !timingSafeEqual(stated, due)) throw foreign();
      const text = Buffer.from(body, "base64url").toString();
      const at = text.indexOf(" ");
      if (now() - Number(text.slice(0, at)) > lifeSeconds) {
        throw new ProblemError(409, "QUOTE_EXPIRED", `the quote is older than ${lifeSeconds} seconds`, {
          fix: "ask again without a quote, under another name",
        });
      }
      return text.slice(at + 1);
    },
  };
}
