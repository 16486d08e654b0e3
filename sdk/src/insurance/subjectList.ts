import type { Hex } from "../payments/types.js";
import { merkleTree } from "../telemetry/merkleTree.js";
import { InsuranceError } from "./InsuranceError.js";
import { subjectLeaf } from "./typedData.js";
import type { Subject } from "./types.js";

/** The vehicles of a quote, one or a fleet. */
export interface SubjectList {
  /** For the quote. */
  root: Hex;
  /**
   * The proof that a vehicle is on the list; empty if it is the only one.
   * @throws {InsuranceError} `SUBJECT_NOT_LISTED`
   */
  proofOf(subject: Subject): Hex[];
}

/**
 * Makes the Merkle tree of the vehicles that may be insured by a quote.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT` for an empty list, or what is no subject.
 * @throws {TelemetryError} `MERKLE_DUPLICATE`
 * @example
 * const list = await subjectList(fleet);
 * const quote = { ...rest, subjectRoot: list.root };
 * await policies.buyPolicies(quote, signature, fleet, fleet.map(list.proofOf), deposit);
 */
export async function subjectList(subjects: readonly Subject[]): Promise<SubjectList> {
  if (subjects.length === 0)
    throw new InsuranceError("INSURANCE_ARGUMENT", "a quote is for one vehicle at least");
  const leaves = subjects.map(subjectLeaf);
  const listed = new Set<string>(leaves);
  const tree = await merkleTree(leaves);
  return {
    root: tree.root as Hex,
    proofOf(subject) {
      const leaf = subjectLeaf(subject);
      if (!listed.has(leaf))
        throw new InsuranceError("SUBJECT_NOT_LISTED", "the vehicle is not on the list as it is given", {
          where: `vehicle ${subject.vehicleId}`,
        });
      return tree.proofOf(leaf) as Hex[];
    },
  };
}
