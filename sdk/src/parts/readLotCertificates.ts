import type { BlockRef } from "../chain/readBlock.js";
import type { CertificateEntry, LotBook } from "./LotBook.js";
import { mapLimited } from "./mapLimited.js";
import type { PartState } from "./PartState.js";
import { CERTIFICATE_KINDS } from "./types.js";

export const CERTIFICATE_STATES = ["valid", "expired", "revoked"] as const;
export type CertificateState = (typeof CERTIFICATE_STATES)[number];

/** A certificate on a lot, as it stands at the block that was read. */
export interface LotCertificate extends CertificateEntry {
  state: CertificateState;
  /** Unix seconds; 0 while it stands. */
  revokedAt: number;
}

/**
 * Reads how the certificates of a lot stand. A log that is dropped hides its certificate, so that a lot looks uncertified,
 * never better than it is: whether a certificate was revoked is read from the contract.
 *
 * @returns The certificates, and those logs that the contract knows nothing of or has otherwise.
 */
export async function readLotCertificates(
  state: PartState,
  book: LotBook,
  lotId: bigint,
  block: BlockRef,
): Promise<{ certificates: LotCertificate[]; altered: CertificateEntry[] }> {
  const entries = book.certificates.get(lotId) ?? [];
  const altered: CertificateEntry[] = [];
  const found = await mapLimited(entries, async (entry): Promise<LotCertificate | undefined> => {
    const onChain = await state.certificateOf(lotId, entry.documentHash);
    const isSame =
      onChain.auditor === entry.auditor &&
      onChain.validTo === entry.validTo &&
      CERTIFICATE_KINDS[onChain.kind] === entry.kind;
    if (!isSame) {
      altered.push(entry);
      return undefined;
    }
    const { revokedAt } = onChain;
    const standing = entry.validTo >= block.timestamp ? "valid" : "expired";
    return { ...entry, state: revokedAt === 0 ? standing : "revoked", revokedAt };
  });
  return { certificates: found.filter((certificate) => certificate !== undefined), altered };
}
