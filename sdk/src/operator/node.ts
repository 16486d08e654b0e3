/** What needs Node's HTTP and crypto. */
export * from "./createOperator.js";
export { ProblemError, type ProblemCode } from "./ProblemError.js";
export * from "./startOperatorServer.js";
export type {
  ChargePoints,
  ChargingOffer,
  MeterSample,
  OperatorEvent,
  OperatorInput,
  OperatorLimits,
  ParkingOffer,
  TollOffer,
} from "./types.js";
