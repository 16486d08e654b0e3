import { AbiCoder, keccak256 } from "ethers";
import type { Hex } from "../payments/types.js";
import { InsuranceError } from "./InsuranceError.js";
import type { CrashEvidence } from "./types.js";

const CRASH_EVIDENCE =
  "tuple(tuple(uint256 vehicleId,uint40 occurredAt,uint32 deltaVCmS,bool isAirbagDeployed,bytes32 documentHash) crash," +
  "bytes signer,bytes signature," +
  "tuple(uint64 role,uint40 attestedAt,uint256 vehicleId,bytes signer,bytes signature)[] attestations,bytes recordProof)";

/**
 * The evidence of a crash, for `openParametricClaim`.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT` when a value does not have its type.
 */
export function encodeCrashEvidence(evidence: CrashEvidence): Hex {
  return encode("crash evidence", [CRASH_EVIDENCE], [evidence]);
}

/**
 * The evidence of an index event, for `openParametricClaim`.
 *
 * @param day Whole days (UTC) since 1970-01-01.
 * @throws {InsuranceError} `INSURANCE_ARGUMENT`
 */
export function encodeIndexEvidence(day: number): Hex {
  return encode("day", ["tuple(uint32 day)"], [{ day }]);
}

/**
 * The id of an incident, under which its one claim stands.
 *
 * @param slot The finding's: for a crash the hour since 1970.
 * @throws {InsuranceError} `INSURANCE_ARGUMENT`
 */
export function incidentIdOf(vehicleId: bigint, slot: bigint): Hex {
  return keccak256(encode("incident", ["uint256", "uint256"], [vehicleId, slot])) as Hex;
}

function encode(what: string, types: readonly string[], values: readonly unknown[]): Hex {
  try {
    return AbiCoder.defaultAbiCoder().encode(types, values) as Hex;
  } catch (cause) {
    throw new InsuranceError("INSURANCE_ARGUMENT", `this is no ${what}`, { cause });
  }
}
