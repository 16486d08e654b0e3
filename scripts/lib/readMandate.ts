import { getAddress, isAddress, isHexString } from "ethers";
import { BlokError } from "../../sdk/src/errors/BlokError.js";
import { mandateId } from "../../sdk/src/payments/mandateId.js";
import { payeeList } from "../../sdk/src/payments/payeeList.js";
import type { Hex, Mandate } from "../../sdk/src/payments/types.js";
import type { SignedMandate } from "./fundChannel.js";

/**
 * Reads an owner's mandate for one payee.
 *
 * @param text JSON: `{ mandate, ownerSignature?, payees? }`, the fields of the mandate as the contract has them, amounts as decimal
 * text; `payees` are the addresses of its list.
 * @param payee Who is to be paid.
 * @param file Named in errors.
 * @throws {BlokError} `MANDATE_FILE`; `PAYEE_NOT_LISTED`.
 */
export function readMandate(text: string, payee: string, file: string): SignedMandate {
  try {
    const {
      mandate,
      ownerSignature = "0x",
      payees,
    } = JSON.parse(text) as {
      mandate: Record<string, string | number>;
      ownerSignature?: string;
      payees?: string[];
    };
    const read: Mandate = {
      owner: getAddress(String(mandate.owner)),
      vehicleId: BigInt(mandate.vehicleId ?? -1),
      grantEpoch: Number(mandate.grantEpoch),
      signer: String(mandate.signer).toLowerCase() as Hex,
      asset: getAddress(String(mandate.asset)),
      capPerPeriod: BigInt(mandate.capPerPeriod ?? -1),
      periodSeconds: Number(mandate.periodSeconds),
      totalCap: BigInt(mandate.totalCap ?? -1),
      payeeRoot: String(mandate.payeeRoot) as Hex,
      validFrom: Number(mandate.validFrom),
      expiresAt: Number(mandate.expiresAt),
      salt: BigInt(mandate.salt ?? -1),
    };
    mandateId(read);
    if (!isHexString(ownerSignature) || !isAddress(payee)) throw new Error("this is no signature");
    const payeeProof = payees === undefined ? [] : payeeList(payees).proofOf(payee);
    return { mandate: read, ownerSignature: ownerSignature as Hex, payeeProof };
  } catch (cause) {
    if (cause instanceof BlokError && cause.code === "PAYEE_NOT_LISTED") throw cause;
    throw new BlokError("MANDATE_FILE", "the mandate cannot be read", {
      where: file,
      fix: "write { mandate, ownerSignature, payees }, amounts as decimal text",
      cause,
    });
  }
}
