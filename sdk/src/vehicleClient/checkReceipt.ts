import { hashSessionDocument } from "../charging/hashSessionDocument.js";
import { decodeReceipt, encodeHeader } from "../paymentHttp/headers.js";
import type { ServedBody } from "../paymentHttp/types.js";
import type { Voucher } from "../payments/types.js";
import type { PurchaseRecord } from "./types.js";
import { VehicleClientError } from "./VehicleClientError.js";

/**
 * Checks that a receipt is for what was asked and signed, and that it charges what was agreed and nothing else.
 *
 * @param input.header `Payment-Receipt`, as it came.
 * @throws {VehicleClientError} `RECEIPT_WRONG`, `DOCUMENT_WRONG`.
 * @throws {PaymentHttpError} `HEADER_MALFORMED`
 */
export function checkReceipt(input: {
  record: PurchaseRecord;
  voucher: Voucher | undefined;
  served: ServedBody;
  header: string | undefined;
}): void {
  const { record, voucher, served, header } = input;
  const { receipt, document } = served;
  const { signed } = record;
  const wrong = (problem: string): VehicleClientError =>
    new VehicleClientError("RECEIPT_WRONG", problem, {
      where: `request ${record.requestId}`,
      fix: "compare receipts with the operator",
    });
  if (!signed || !voucher) {
    if (receipt) throw wrong("there is a receipt, and nothing was signed");
    return;
  }
  if (!receipt) throw wrong("a voucher was sent, and there is no receipt");
  if (header === undefined || encodeHeader(decodeReceipt(header)) !== encodeHeader(receipt)) {
    throw wrong("the receipt in the header is not the one in the body");
  }
  const facts = [
    ["channel", receipt.channelId, record.channelId],
    ["epoch", receipt.epoch, record.epoch],
    ["request", receipt.requestId, record.requestId],
    ["price", receipt.price, BigInt(signed.price)],
    ["ceiling", receipt.ceiling, voucher.ceiling],
    ["charge", receipt.charged, BigInt(signed.charged) + BigInt(signed.price)],
    ["session", receipt.sessionHash, voucher.sessionHash],
    ["signature", receipt.signature, voucher.signature],
  ] as const;
  for (const [name, stated, own] of facts) {
    if (stated !== own) throw wrong(`the receipt's ${name} is ${stated}, and ${own} was agreed`);
  }
  if (voucher.sessionHash === undefined) return;
  if (!document || hashSessionDocument(document) !== voucher.sessionHash) {
    throw new VehicleClientError("DOCUMENT_WRONG", "the document is not the one that was signed", {
      where: `request ${record.requestId}`,
    });
  }
}
