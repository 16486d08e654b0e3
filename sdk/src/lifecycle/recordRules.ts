import { KIND_WRITERS } from "../consortium/authority.js";
import type { RoleName } from "../consortium/roles.js";
import type { DocumentKindName } from "../documents/schemas/index.js";
import { kindNumber } from "./eventKind.js";
import type { RecordEvent } from "./events.js";
import { documentProblems, type FieldProblem, type Report } from "./schemaProblems.js";

/**
 * What a record has to be whatever the lines before it say: written by a class that may write its kind, with the document,
 * brand code and reading that the kind needs.
 */
export function checkRecord(event: RecordEvent, kind: DocumentKindName, report: Report): FieldProblem[] {
  const role = authorRole(event);
  const writers: readonly RoleName[] = KIND_WRITERS[kindNumber(kind)] ?? [];
  if (role !== undefined && !writers.includes(role)) {
    const field = event.type === "record.appended" && event.class === undefined ? "/author" : "/class";
    const names = writers.filter((name) => name !== "recordController").join(", ");
    const message = `${role} may not write records of kind ${kind}`;
    report("WRITER_NOT_ALLOWED", field, message, `it takes one of ${names}`);
  }
  checkBrandCode(event, kind, report);
  const needsReading = kind === "odometerResolution" || kind === "odometerReading";
  if (needsReading && event.odometer === undefined) {
    report("ODOMETER_MISSING", "/odometer", `a record of kind ${kind} needs a reading`, "add it");
  }
  return documentProblems(kind, event.document);
}

function checkBrandCode(event: RecordEvent, kind: DocumentKindName, report: Report): void {
  const brandCode = "brandCode" in event ? event.brandCode : undefined;
  if (kind !== "brand") {
    if (brandCode === undefined) return;
    report("BRAND_CODE", "/brandCode", `a record of kind ${kind} has no brand code`, "remove it");
  } else if (brandCode === undefined) {
    const fix = "give the ANSI D20 code of its document";
    report("BRAND_CODE", "/brandCode", "a brand record needs a brand code", fix);
  } else if (brandCode !== event.document.brandCode) {
    report("BRAND_CODE", "/brandCode", "the document names another brand", "use the same code in both");
  }
}

/** The role in which the author acts; undefined when a member's class is missing. */
function authorRole(event: RecordEvent): RoleName | undefined {
  switch (event.type) {
    case "vehicle.registered":
    case "record.corrected":
    case "part.fitted":
    case "part.removed":
    case "recall.notified":
    case "recall.remedied":
      return event.class;
    case "record.appended":
      return event.author === "holder" || event.author === "vehicle" ? event.author : event.class;
    case "vehicle.exported":
    case "vehicle.imported":
      return "registrar";
    case "vehicle.destroyed":
    case "parts.released":
      return "recycler";
  }
}
