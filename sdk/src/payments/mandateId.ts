import { TypedDataEncoder } from "ethers";
import { PaymentError } from "./PaymentError.js";
import { mandateTypedData } from "./typedData.js";
import type { Hex, Mandate } from "./types.js";
import { ZERO_ADDRESS } from "./words.js";

/**
 * The id of a mandate, as `PaymentChannels.mandateIdOf` computes it: its EIP-712 struct hash, on any chain.
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT` when a field is not of its form.
 * @example
 * mandateId(mandate) === (await channels.mandateIdOf(mandate));
 */
export function mandateId(mandate: Mandate): Hex {
  const { types, message } = mandateTypedData(mandate, { chainId: 1, contract: ZERO_ADDRESS });
  try {
    return TypedDataEncoder.hashStruct("Mandate", types, message) as Hex;
  } catch (cause) {
    throw new PaymentError("PAYMENT_ARGUMENT", "this is no mandate", { cause });
  }
}
