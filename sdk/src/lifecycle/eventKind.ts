import { RECORD_KINDS } from "../documents/kinds.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import type { LifecycleEvent, RecordEvent } from "./events.js";

const RECORD_TYPES: ReadonlySet<string> = new Set<RecordEvent["type"]>([
  "vehicle.registered",
  "record.appended",
  "record.corrected",
  "vehicle.exported",
  "vehicle.imported",
  "vehicle.destroyed",
  "part.fitted",
  "part.removed",
  "parts.released",
  "recall.notified",
  "recall.remedied",
]);

/** Whether an event puts a record into a vehicle's life. */
export function isRecordEvent(event: LifecycleEvent): event is RecordEvent {
  return RECORD_TYPES.has(event.type);
}

/**
 * The kind of record that an event writes.
 *
 * @param corrected For a correction: the kind of the record that it corrects.
 * @example
 * eventKind({ type: "vehicle.exported", … }); // "export"
 */
export function eventKind(event: RecordEvent, corrected?: DocumentKindName): DocumentKindName {
  switch (event.type) {
    case "vehicle.registered":
      return event.class === "manufacturer" ? "manufactured" : "firstRegistered";
    case "record.appended":
      return event.kind;
    case "record.corrected":
      if (corrected === undefined) throw new TypeError(`the kind that ${event.id} corrects is not known`);
      return corrected;
    case "vehicle.exported":
      return "export";
    case "vehicle.imported":
      return "import";
    case "vehicle.destroyed":
      return "destruction";
    case "part.fitted":
      return "partFitted";
    case "part.removed":
    case "parts.released":
      return "partRemoved";
    case "recall.notified":
      return "recallNotice";
    case "recall.remedied":
      return "campaignRemedy";
  }
}

/** The number of {@link eventKind}, as on chain. */
export function kindNumber(kind: DocumentKindName): number {
  return RECORD_KINDS[kind];
}
