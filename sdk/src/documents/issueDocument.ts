import type { OdometerReading } from "../brands/odometer.js";
import { hasSchema } from "./contentProblems.js";
import type { DocumentContent, DocumentKind } from "./contentTypes.js";
import { DocumentError } from "./DocumentError.js";
import { documentType, recordKindName } from "./kinds.js";
import { parseContent } from "./parseContent.js";
import { signContent, type DocumentSigner, type IssuedDocument } from "./signContent.js";

export interface IssueDocumentInput<K extends DocumentKind> {
  /** The number of the kind, see `RECORD_KINDS`. */
  kind: K;
  vehicleId: bigint;
  /** When the fact happened, Unix seconds. */
  observedAt: number;
  odometer?: OdometerReading;
  /** The number of the vehicle's record that this one corrects. */
  corrects?: number;
  content: DocumentContent<K>;
  chainId: bigint | number;
  signer: DocumentSigner;
}

const MAX_UINT32 = 0xffffffff;
const MAX_UINT40 = 0xffffffffff;
const MAX_UINT256 = (1n << 256n) - 1n;

/**
 * Makes and signs the document of one record: an SD-JWT (RFC 9901) signed with ES256K. Vehicle, kind, time, odometer
 * and correction are open; every content field is salted and can be disclosed, or withheld, by itself.
 *
 * @returns The document. Its `documentHash` covers the signed part alone, so that a partial presentation still
 * matches the chain.
 * @throws {DocumentError} When an input is out of range (`DOCUMENT_KIND`, `DOCUMENT_VEHICLE`, `DOCUMENT_OBSERVED_AT`,
 * `DOCUMENT_ODOMETER`, `DOCUMENT_CORRECTS`, `DOCUMENT_CHAIN`), the content does not fit its schema
 * (`DOCUMENT_CONTENT`), or the signer's key, address and signature do not belong together (`DOCUMENT_SIGNER`).
 * @example
 * const { compact, documentHash } = await issueDocument({
 *   kind: RECORD_KINDS.odometerReading,
 *   vehicleId,
 *   observedAt: 1_767_225_600,
 *   odometer: { value: 48_210, unit: "km" },
 *   content: { source: "workshop", certification: OdometerCertification.Actual },
 *   chainId: 31337n,
 *   signer: { address: wallet.address, privateKey: wallet.privateKey },
 * });
 */
export async function issueDocument<K extends DocumentKind>(
  input: IssueDocumentInput<K>,
): Promise<IssuedDocument> {
  const open = openClaims(input);
  const content = plainContent(input.kind, input.content);
  return signContent(open, content, input.chainId, input.signer);
}

function openClaims(input: Omit<IssueDocumentInput<DocumentKind>, "content">): Record<string, unknown> {
  const { kind, vehicleId, observedAt, odometer, corrects } = input;
  const name = recordKindName(kind);
  if (name === undefined || !hasSchema(name)) {
    throw new DocumentError(
      "DOCUMENT_KIND",
      `documents of kind ${kind} (${name ?? "unknown"}) have no schema`,
      {
        fix: "use a kind that RECORD_SCHEMAS lists",
      },
    );
  }
  if (vehicleId <= 0n || vehicleId > MAX_UINT256) {
    throw new DocumentError("DOCUMENT_VEHICLE", "the vehicle id must be a positive 256-bit number", {
      fix: "use vehicleTag(vin, registryKey)",
    });
  }
  if (!isWhole(observedAt, 1, MAX_UINT40)) {
    throw new DocumentError(
      "DOCUMENT_OBSERVED_AT",
      `observedAt ${observedAt} is not a time in whole Unix seconds`,
    );
  }
  if (
    odometer &&
    !(isWhole(odometer.value, 0, MAX_UINT32) && (odometer.unit === "km" || odometer.unit === "mi"))
  ) {
    throw new DocumentError(
      "DOCUMENT_ODOMETER",
      `${odometer.value} ${odometer.unit} is not an odometer reading`,
      {
        fix: "give a whole number, without tenths, and km or mi",
      },
    );
  }
  if (corrects !== undefined && !isWhole(corrects, 1, MAX_UINT32)) {
    throw new DocumentError("DOCUMENT_CORRECTS", `${corrects} is not the number of a record`, {
      fix: "records of a vehicle are numbered from 1; leave corrects out when nothing is corrected",
    });
  }
  return {
    vct: documentType(name),
    vehicle: `0x${vehicleId.toString(16).padStart(64, "0")}`,
    kind,
    observedAt,
    ...(odometer && { odometer: { value: odometer.value, unit: odometer.unit } }),
    ...(corrects !== undefined && { corrects }),
  };
}

function plainContent(kind: DocumentKind, content: unknown): Record<string, unknown> {
  let plain: unknown;
  try {
    // What is checked must be what is signed: no getters, dates or absent values in between.
    plain = JSON.parse(JSON.stringify(content));
  } catch (cause) {
    throw new DocumentError("DOCUMENT_CONTENT", "the content cannot be written as JSON", { cause });
  }
  return { ...parseContent(kind, plain) };
}

function isWhole(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}
