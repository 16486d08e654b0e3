export {
  decodeChannel,
  decodeReceipt,
  decodeVoucher,
  encodeHeader,
  isRequestId,
  PAYMENT_HEADER_LIMIT,
} from "./headers.js";
export * from "./PaymentHttpError.js";
export { PAYMENT_HEADERS, PAYMENT_PROTOCOL_VERSION } from "./types.js";
export type {
  ChannelClaim,
  OfferedServices,
  OperatorTerms,
  PaymentDue,
  PaymentRequired,
  Problem,
  ServedBody,
  VisitSummary,
} from "./types.js";
