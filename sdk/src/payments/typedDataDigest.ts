import { TypedDataEncoder } from "ethers";
import { PaymentError } from "./PaymentError.js";
import type { Hex, TypedData } from "./types.js";

/**
 * The EIP-712 digest of typed data: the 32 bytes that a machine key signs.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT` when a value does not have its type.
 * @example
 * const signature = await key.sign(getBytes(typedDataDigest(fundingOrderTypedData(order, domain))));
 */
export function typedDataDigest({ domain, types, primaryType, message }: TypedData): Hex {
  try {
    return TypedDataEncoder.hash(domain, types, message) as Hex;
  } catch (cause) {
    throw new PaymentError("PAYMENT_ARGUMENT", `this is no ${primaryType}`, { cause });
  }
}
