import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { getAddress } from "ethers";
import { PaymentError } from "./PaymentError.js";
import type { Hex } from "./types.js";

/** A list of payees, as a mandate names it. */
export interface PayeeList {
  /** For the mandate. */
  root: Hex;
  /** Checksummed, in the order that was given, each once. */
  payees: readonly string[];
  /**
   * The proof that a payee is on the list, for `MandateProof.payeeProof`.
   * @throws {PaymentError} `PAYEE_NOT_LISTED`
   */
  proofOf(payee: string): Hex[];
}

/**
 * Makes the Merkle tree of the payees that a mandate allows; leaves are keccak256(keccak256(abi.encode(payee))).
 *
 * @throws {PaymentError} `PAYMENT_ARGUMENT` for an empty list, or what is no address.
 * @example
 * const list = payeeList([tollOperator, chargePointOperator]);
 * const mandate = { ...rest, payeeRoot: list.root };
 * const payeeProof = list.proofOf(tollOperator);
 */
export function payeeList(payees: readonly string[]): PayeeList {
  const addresses = [...new Set(payees.map(checkPayee))];
  if (addresses.length === 0) {
    throw new PaymentError("PAYMENT_ARGUMENT", "a list of payees has at least one", {
      fix: "for any payee, give the mandate a root of zero",
    });
  }
  const tree = StandardMerkleTree.of(
    addresses.map((payee) => [payee]),
    ["address"],
  );
  return {
    root: tree.root as Hex,
    payees: addresses,
    proofOf(payee) {
      const at = addresses.indexOf(checkPayee(payee));
      if (at < 0)
        throw new PaymentError("PAYEE_NOT_LISTED", "the payee is not on the list", { where: payee });
      return tree.getProof(at) as Hex[];
    },
  };
}

function checkPayee(payee: string): string {
  try {
    return getAddress(payee);
  } catch (cause) {
    throw new PaymentError("PAYMENT_ARGUMENT", `${String(payee)} is not an address`, { cause });
  }
}
