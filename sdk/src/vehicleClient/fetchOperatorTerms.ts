import type { OperatorTerms } from "../paymentHttp/types.js";
import { readOperatorTerms } from "./readAnswer.js";
import { sendRequest, type SendOptions } from "./sendRequest.js";
import { VehicleClientError } from "./VehicleClientError.js";

/**
 * Asks an operator what it accepts, so that a channel can be opened.
 *
 * @param url Of the operator, without a path.
 * @throws {VehicleClientError} `OPERATOR_UNREACHABLE`, `OPERATOR_REFUSED`.
 * @throws {PaymentHttpError} `ANSWER_MALFORMED`
 * @example
 * const { payee, asset, minimumDeposit } = await fetchOperatorTerms("https://charger.example");
 */
export async function fetchOperatorTerms(
  url: string,
  options: Partial<SendOptions> = {},
): Promise<OperatorTerms> {
  const { timeoutMs = 10_000, fetch = globalThis.fetch } = options;
  const { status, body } = await sendRequest(new URL("/terms", url).href, "GET", {}, undefined, {
    timeoutMs,
    fetch,
  });
  if (status === 200) return readOperatorTerms(body);
  throw new VehicleClientError("OPERATOR_REFUSED", `the operator answers with HTTP ${status}`, {
    where: new URL(url).host,
    fix: "check the URL",
  });
}
