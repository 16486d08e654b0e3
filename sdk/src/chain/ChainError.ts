import { BlokError } from "../errors/BlokError.js";

export type ChainErrorCode =
  /** The node does not answer, or answers with an HTTP error. */
  | "RPC_UNREACHABLE"
  /** The node did not answer in time. */
  | "RPC_TIMEOUT"
  /** The node refused a request. */
  | "RPC_ERROR"
  /** The node's answer is not what the protocol says. */
  | "RPC_MALFORMED"
  /** The node will not return the logs of even a single block. */
  | "LOGS_REFUSED"
  /** The node serves another chain than the deployment's. */
  | "CHAIN_MISMATCH"
  /** The chain was reset or reorganised while, or since, it was read. */
  | "CHAIN_RESET"
  /** At an address of the deployment stands no contract, or not the one expected. */
  | "CONTRACT_MISSING"
  /** The deployment file is missing or not valid. */
  | "DEPLOYMENT_FILE";

/** What went wrong between this program and a chain. */
export class ChainError extends BlokError<ChainErrorCode> {
  /** The JSON-RPC error's own number, when a node refused a request. */
  rpcCode?: number;
  /** The JSON-RPC error's data: a revert's encoded reason, for instance. */
  data?: unknown;
}
