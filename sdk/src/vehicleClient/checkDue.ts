import type { SessionDocument } from "../charging/sessionDocuments.js";
import { hashSessionDocument } from "../charging/hashSessionDocument.js";
import type { OperatorTerms, PaymentDue } from "../paymentHttp/types.js";
import type { PreparedDomain } from "../payments/prepareDomain.js";
import type { ChannelTerms } from "../payments/types.js";
import { VehicleClientError } from "./VehicleClientError.js";

/** What the car knows of the channel that it is asked to pay from. Amounts in base units. */
export interface KnownChannel {
  channelId: string;
  epoch: number;
  terms: ChannelTerms;
  /** The highest ceiling that was signed. */
  ceiling: bigint;
  /** What was charged by the receipts; undefined before the first. */
  charged: bigint | undefined;
}

/**
 * Checks what an operator asks for against the channel, the receipts so far and the policy.
 *
 * @throws {VehicleClientError} `TERMS_FOREIGN`, `DUE_MISMATCH`, `DUE_TOO_HIGH`, `DOCUMENT_WRONG`: nothing is to be signed then.
 */
export function checkDue(input: {
  accepts: OperatorTerms;
  due: PaymentDue;
  document: SessionDocument | undefined;
  channel: KnownChannel;
  domain: PreparedDomain;
  maxPrice: bigint;
  maxHold: bigint;
}): void {
  const { accepts, due, document, channel, domain, maxPrice, maxHold } = input;
  const where = `channel ${channel.channelId}`;
  const facts = [
    ["chain", accepts.chainId, domain.chainId],
    ["contract", accepts.contract, domain.contract],
    ["payee", accepts.payee, channel.terms.payee],
    ["operator", accepts.operator, channel.terms.operator],
    ["asset", accepts.asset, channel.terms.asset],
    ["channel", due.channelId, channel.channelId],
    ["epoch", due.epoch, channel.epoch],
  ] as const;
  for (const [name, stated, own] of facts) {
    if (String(stated).toLowerCase() === String(own).toLowerCase()) continue;
    throw new VehicleClientError(
      "TERMS_FOREIGN",
      `the operator's ${name} is ${stated}, the channel's ${own}`,
      {
        where,
        fix: "open a channel with the operator's terms",
      },
    );
  }

  // Before the first receipt the operator may have been paid by another program, but never more than was signed.
  const isSame =
    channel.charged === undefined ? due.charged <= channel.ceiling : due.charged === channel.charged;
  if (!isSame) {
    throw new VehicleClientError(
      "DUE_MISMATCH",
      `the operator says that ${due.charged} was charged, its receipts say ${channel.charged ?? "nothing"}`,
      { where, fix: "compare receipts with the operator" },
    );
  }
  const tooHigh = (problem: string): VehicleClientError =>
    new VehicleClientError("DUE_TOO_HIGH", problem, { where, fix: "do not pay, or raise the limit" });
  if (due.price > maxPrice) throw tooHigh(`a price of ${due.price} is above the limit of ${maxPrice}`);
  if (due.hold > maxHold) throw tooHigh(`${due.hold} to be signed ahead is above the limit of ${maxHold}`);
  const needed = due.charged + due.price + due.hold;
  if (due.total > needed && due.total > channel.ceiling + 1n) {
    throw tooHigh(`a total of ${due.total} is more than the ${needed} that it is made of`);
  }
  checkNamed(due, document, where);
}

function checkNamed(due: PaymentDue, document: SessionDocument | undefined, where: string): void {
  const wrong = (problem: string): VehicleClientError =>
    new VehicleClientError("DOCUMENT_WRONG", problem, { where, fix: "do not pay, and ask the operator" });
  if (due.sessionHash === undefined) {
    if (document !== undefined) throw wrong("there is a document that the voucher is not to name");
    return;
  }
  if (document === undefined) throw wrong("the document that the voucher is to name is missing");
  if (hashSessionDocument(document) !== due.sessionHash) throw wrong("the hash is that of another document");
  if ("amount" in document && BigInt(document.amount) !== due.price) {
    throw wrong(`the document says ${document.amount}, and ${due.price} is asked for`);
  }
}
