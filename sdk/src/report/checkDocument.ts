import { decodeBase64UrlText } from "../documents/encoding.js";
import { readHeader } from "../documents/authorId.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { verifyDocument, type DocumentVerification } from "../documents/verifyDocument.js";
import { ROLES } from "../consortium/roles.js";
import type { HistoryRecord, TitleEvent } from "../history/types.js";

/** ERC-7913: a signer of 20 bytes is an address. */
const ADDRESS_SIGNER_LENGTH = 42;

export interface CheckDocumentInput {
  presentation: string;
  record: HistoryRecord;
  vehicleId: bigint;
  chainId: number;
  /** For the vehicle's keys. */
  titleEvents: readonly TitleEvent[];
}

/**
 * Checks a document against its record, with what is particular to records that nobody wrote by hand.
 *
 * - A record of the vehicle itself stands under its key's address. A secp256k1 key signs the document too; a P-256 key
 *   cannot sign ES256K, so that whoever bound it signs the document, and the key its hash, for the contract.
 * - A forced transfer carries the hash that a court named when it asked. The order is older than the record, and not
 *   signed by the registrar that carried it out.
 *
 * @example
 * checkDocument({ presentation, record, vehicleId, chainId, titleEvents }).ok;
 */
export function checkDocument(input: CheckDocumentInput): DocumentVerification {
  const { presentation, record, vehicleId, chainId, titleEvents } = input;
  const isForcedTransfer = record.kind === RECORD_KINDS.forcedTransfer;
  const author = isForcedTransfer ? addressInHeader(presentation) : signerOf(record, titleEvents);
  return verifyDocument({
    jwtOrPresentation: presentation,
    expected: {
      documentHash: record.documentHash,
      vehicleId,
      kind: record.kind,
      author: author ?? record.author,
      chainId,
      observedAt: isForcedTransfer ? (observedAtOf(presentation) ?? record.observedAt) : record.observedAt,
      odometer: record.odometer,
      corrects: record.corrects,
      code: record.code,
    },
  });
}

/** Whose signature the document must bear. */
function signerOf(record: HistoryRecord, titleEvents: readonly TitleEvent[]): string {
  if (record.role !== ROLES.vehicle) return record.author;
  const bound = titleEvents.find(
    (event) => event.type === "keyBound" && event.keyAddress.toLowerCase() === record.author.toLowerCase(),
  );
  if (bound?.type !== "keyBound") return record.author;
  return bound.signer.length === ADDRESS_SIGNER_LENGTH ? bound.signer : bound.binder;
}

function addressInHeader(presentation: string): string | undefined {
  const header = readHeader(presentation.split(".", 1)[0] ?? "");
  return "address" in header ? header.address : undefined;
}

function observedAtOf(presentation: string): number | undefined {
  try {
    const payload: unknown = JSON.parse(decodeBase64UrlText(presentation.split(".", 2)[1] ?? ""));
    const observedAt = (payload as { observedAt?: unknown } | null)?.observedAt;
    return typeof observedAt === "number" ? observedAt : undefined;
  } catch {
    return undefined;
  }
}
