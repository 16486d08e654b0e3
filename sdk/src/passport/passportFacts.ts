import { isUnit } from "../epcis/epcisIds.js";
import { lotOfPart } from "../parts/partId.js";
import type {
  CertificateKind,
  CriticalMaterial,
  LotInput,
  PartEvent,
  ServiceStatus,
} from "../parts/types.js";
import { PassportError } from "./PassportError.js";

/** A passport that the chain knows of. */
export interface PassportStatement {
  documentHash: string;
  batteryStatus: ServiceStatus;
  /** Unix seconds. */
  since: number;
  by: string;
}

export interface PassportCertificate {
  kind: CertificateKind;
  documentHash: string;
  auditor: string;
  /** Unix seconds. */
  validTo: number;
  isRevoked: boolean;
}

/** How a unit ended: taken apart or recycled, destroyed, or consumed to make another product. */
export interface PassportEnd {
  outcome: "recycled" | "destroyed" | "consumed";
  at: number;
  by: string;
  transactionHash: string;
}

/** What the chain says of a battery. */
export interface PassportFacts {
  lotId: bigint;
  lot: LotInput;
  /** The original passport and those after it. */
  statements: PassportStatement[];
  certificates: PassportCertificate[];
  end: PassportEnd | undefined;
}

/**
 * What the events say of a unit, or with serial 0 of a lot, as of the last of them.
 *
 * @throws {PassportError} `PASSPORT_UNKNOWN` when the lot's commissioning is not among the events.
 */
export function passportFacts(events: Iterable<PartEvent>, partId: bigint): PassportFacts {
  const lotId = lotOfPart(partId);
  const statements: PassportStatement[] = [];
  const certificates = new Map<string, PassportCertificate>();
  let lot: LotInput | undefined;
  let end: PassportEnd | undefined;
  const ends = (outcome: PassportEnd["outcome"], event: PartEvent, by: string): void => {
    if (isUnit(partId)) end = { outcome, at: event.at, by, transactionHash: event.transactionHash };
  };
  for (const event of events) {
    switch (event.type) {
      case "lotCommissioned":
        if (event.lotId !== lotId) break;
        lot = event.lot;
        statements.push({
          documentHash: event.lot.documentHash,
          batteryStatus: "original",
          since: event.at,
          by: event.maker,
        });
        break;
      case "serviceChanged":
        if (event.partId !== partId) break;
        statements.push({
          documentHash: event.documentHash,
          batteryStatus: event.status,
          since: event.at,
          by: event.by,
        });
        break;
      case "lotsConsumed":
        if (event.inputs.some((input) => input.partId === partId)) {
          ends(event.isRecovery ? "recycled" : "consumed", event, event.operator);
        }
        break;
      case "partDecommissioned":
        if (event.partId === partId) ends(event.outcome, event, event.by);
        break;
      case "certified":
        if (event.lotId !== lotId) break;
        certificates.set(event.documentHash, {
          kind: event.kind,
          documentHash: event.documentHash,
          auditor: event.auditor,
          validTo: event.validTo,
          isRevoked: false,
        });
        break;
      case "certificateRevoked": {
        const certificate = event.lotId === lotId ? certificates.get(event.documentHash) : undefined;
        if (certificate) certificate.isRevoked = true;
        break;
      }
    }
  }
  if (lot === undefined) {
    throw new PassportError("PASSPORT_UNKNOWN", `no event tells of lot ${lotId}`, {
      fix: "check the id, and give the events from the lot's commissioning on",
    });
  }
  return { lotId, lot, statements, certificates: [...certificates.values()], end };
}

/** Grams of each critical material in one piece: its share of what the whole lot contains. */
export function gramsPerPiece({ content, quantity }: LotInput): [CriticalMaterial, number][] {
  return (Object.entries(content) as [CriticalMaterial, bigint][])
    .filter(([, grams]) => grams > 0n)
    .map(([material, grams]) => [material, Number(grams) / Number(quantity)]);
}
