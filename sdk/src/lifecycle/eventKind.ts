import { RECORD_KINDS } from "../documents/kinds.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import type { LifecycleEvent, RecordEvent } from "./events.js";

/** Whether an event puts a record into a vehicle's life. */
export function isRecordEvent(event: LifecycleEvent): event is RecordEvent {
  return "document" in event;
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
  }
}

/** The number of {@link eventKind}, as on chain. */
export function kindNumber(kind: DocumentKindName): number {
  return RECORD_KINDS[kind];
}
