import { getAddress, TypedDataEncoder, type TypedDataField } from "ethers";
import { toHex, hexBuffer } from "../history/hexBytes.js";
import { loadKeccak, type Keccak } from "../history/keccak.js";
import { summaryHasher } from "./summaryHasher.js";
import { TelemetryError } from "./TelemetryError.js";
import { COUNTER_FIELDS, type TripSummary } from "./types.js";

/** Which contract, on which chain, summaries speak to, and the verifier of P-256 keys that it uses. */
export interface TelemetryDomainInput {
  chainId: number;
  /** `TelemetryAnchors`. */
  contract: string;
  /** `ERC7913P256Verifier`. */
  p256Verifier: string;
}

/** A domain with what is constant in it computed. */
export interface TelemetryDomain extends Readonly<TelemetryDomainInput> {
  /** The EIP-712 domain separator, hex with 0x. */
  readonly separator: string;
  /** Keccak-256, which had to be loaded. */
  readonly keccak: Keccak;
  /** The digest of a summary, 32 bytes. */
  readonly hash: (summary: TripSummary) => Uint8Array;
}

/** The EIP-712 types of a summary, as wallets and hardware take them. */
export const SUMMARY_TYPES: Record<string, TypedDataField[]> = {
  TripSummary: [
    { name: "vehicleId", type: "uint256" },
    { name: "sequence", type: "uint32" },
    { name: "startedAt", type: "uint40" },
    { name: "endedAt", type: "uint40" },
    { name: "traceRoot", type: "bytes32" },
    { name: "counters", type: "TripCounters" },
  ],
  TripCounters: COUNTER_FIELDS.map(([name, bits]) => ({ name, type: `uint${bits}` })),
};

/** The EIP-712 domain of a telemetry contract. */
export function telemetryTypedDomain({
  chainId,
  contract,
}: Pick<TelemetryDomainInput, "chainId" | "contract">) {
  return { name: "blok auto telemetry", version: "1", chainId, verifyingContract: contract };
}

/**
 * Prepares what all summaries to one contract have in common. Everything else on summaries takes the result and is synchronous.
 *
 * @throws {TelemetryError} `TELEMETRY_DOMAIN` when chain id or addresses are none.
 * @example
 * const domain = await telemetryDomain({
 *   chainId: deployment.chainId,
 *   contract: deployment.contracts.TelemetryAnchors,
 *   p256Verifier: deployment.contracts.ERC7913P256Verifier,
 * });
 */
export async function telemetryDomain(input: TelemetryDomainInput): Promise<TelemetryDomain> {
  const { chainId } = input;
  if (!Number.isSafeInteger(chainId) || chainId <= 0)
    throw new TelemetryError("TELEMETRY_DOMAIN", `${String(chainId)} is not a chain id`);
  const contract = checkAddress(input.contract, "contract");
  const p256Verifier = checkAddress(input.p256Verifier, "p256Verifier");
  const separator = TypedDataEncoder.hashDomain(telemetryTypedDomain({ chainId, contract }));
  const keccak = await loadKeccak();
  return { chainId, contract, p256Verifier, separator, keccak, hash: summaryHasher(separator, keccak) };
}

/** The id of a key, as `VehicleKeys` has it: the hash of its ERC-7913 signer, hex with 0x. */
export function keyIdOf(signer: string, { keccak }: Pick<TelemetryDomain, "keccak">): string {
  return toHex(keccak(signerBytes(signer)));
}

/**
 * The bytes of an ERC-7913 signer.
 *
 * @throws {TelemetryError} `SUMMARY_FIELD` when it has neither 20 nor 84.
 */
export function signerBytes(signer: string): Uint8Array {
  const length = typeof signer === "string" && signer.startsWith("0x") ? signer.length / 2 - 1 : 0;
  if (length === 20 || length === 84) {
    const buffer = hexBuffer(length);
    if (buffer.write(signer, 0, length)) return buffer.bytes;
  }
  throw new TelemetryError("SUMMARY_FIELD", "a signer is 20 or 84 bytes in hex", { where: "signer" });
}

function checkAddress(value: string, where: string): string {
  try {
    return getAddress(value);
  } catch (cause) {
    throw new TelemetryError("TELEMETRY_DOMAIN", `${String(value)} is not an address`, { where, cause });
  }
}
