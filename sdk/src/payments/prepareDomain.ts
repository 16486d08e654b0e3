import { getAddress, TypedDataEncoder } from "ethers";
import { hexBuffer } from "../history/hexBytes.js";
import { loadKeccak, type Keccak } from "../history/keccak.js";
import { PaymentError } from "./PaymentError.js";
import type { ChannelDomain, Hex } from "./types.js";
import { voucherHasher, type VoucherHasher } from "./voucherHasher.js";

/** A domain with what is constant in it computed. */
export interface PreparedDomain extends ChannelDomain {
  /** The EIP-712 domain separator. */
  readonly separator: Hex;
  /** Keccak-256, which had to be loaded. */
  readonly keccak: Keccak;
  /** The digests of vouchers to this contract. */
  readonly hash: VoucherHasher;
  /** 20 bytes. */
  readonly p256VerifierBytes: Uint8Array;
}

/** The EIP-712 domain of a payment contract. */
export function eip712Domain({ chainId, contract }: Pick<ChannelDomain, "chainId" | "contract">) {
  return { name: "blok auto payment channels", version: "1", chainId, verifyingContract: contract };
}

/**
 * Prepares what all vouchers to one contract have in common. Everything else on vouchers takes the result and is synchronous.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT` when chain id or addresses are none.
 * @example
 * const domain = await prepareDomain({
 *   chainId: deployment.chainId,
 *   contract: deployment.contracts.PaymentChannels,
 *   p256Verifier: deployment.contracts.ERC7913P256Verifier,
 * });
 */
export async function prepareDomain(domain: ChannelDomain): Promise<PreparedDomain> {
  const { chainId } = domain;
  if (!Number.isSafeInteger(chainId) || chainId <= 0) {
    throw new PaymentError("PAYMENT_ARGUMENT", `${chainId} is not a chain id`);
  }
  const contract = checkAddress(domain.contract, "contract");
  const p256Verifier = checkAddress(domain.p256Verifier, "p256Verifier");
  const verifier = hexBuffer(20);
  verifier.write(p256Verifier, 0, 20);
  const separator = TypedDataEncoder.hashDomain(eip712Domain({ chainId, contract })) as Hex;
  const keccak = await loadKeccak();
  return {
    chainId,
    contract,
    p256Verifier,
    separator,
    keccak,
    hash: voucherHasher(separator, keccak),
    p256VerifierBytes: verifier.bytes,
  };
}

function checkAddress(value: string, where: string): string {
  try {
    return getAddress(value);
  } catch (cause) {
    throw new PaymentError("PAYMENT_ARGUMENT", `${String(value)} is not an address`, { where, cause });
  }
}
