import { sha256, toUtf8Bytes } from "ethers";
import type { Organisation } from "./events.js";

/**
 * What stands on chain of a member's organisation: a commitment to its identifier, which whoever is told the identifier
 * can check.
 *
 * @returns SHA-256 of "scheme:value", hex with 0x.
 * @example
 * organisationCommitment({ scheme: "lei", value: "529900T8BM49AURSDO55" });
 */
export function organisationCommitment(organisation: Organisation): string {
  return sha256(toUtf8Bytes(`${organisation.scheme}:${organisation.value}`));
}
