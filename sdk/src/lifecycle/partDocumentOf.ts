import type { PartDocumentType } from "../parts/partDocuments.js";
import type { LifecycleEvent } from "./events.js";
import type { PartDocumentEvent } from "./partEvents.js";

/** Of which type the document of each event about parts is. */
export const PART_EVENT_DOCUMENTS = {
  "lot.commissioned": "lot",
  "lot.transformed": "lot",
  "parts.consigned": "condition",
  "parts.accepted": "condition",
  "parts.rejected": "condition",
  "certificate.issued": "certificate",
  "certificate.revoked": "revocation",
  "parts.decommissioned": "decommission",
  "part.serviceChanged": "service",
  "recall.opened": "recall",
  "recall.updated": "recall",
} as const satisfies Record<PartDocumentEvent["type"], PartDocumentType>;

/** Whether an event has a document about parts, which is no record. */
export function hasPartDocument(event: LifecycleEvent): event is PartDocumentEvent {
  return Object.hasOwn(PART_EVENT_DOCUMENTS, event.type);
}
