import { RECORD_SCHEMAS, type DocumentKindName } from "../documents/schemas/index.js";
import { PART_DOCUMENT_SCHEMAS, partDocumentType, type PartDocumentType } from "../parts/partDocuments.js";
import { IMPORTABLE_KINDS } from "./events.js";
import { LIFECYCLE_LINES } from "./lifecycleSchema.js";
import { PART_EVENT_DOCUMENTS } from "./partDocumentOf.js";

/**
 * The JSON Schema (draft 2020-12) of one line of a lifecycle file, complete in itself: every type of line, and the
 * schema of every kind of document that a line can hold. `examples/lifecycle.schema.json` is its copy.
 *
 * What a single line cannot tell stands not in it: ids, order, who is a member, which VIN is known. `parseLifecycle`
 * checks that as well.
 *
 * @example
 * await writeFile("lifecycle.schema.json", `${JSON.stringify(publishLifecycleSchema(), null, 2)}\n`);
 */
export function publishLifecycleSchema(): Record<string, unknown> {
  const types = Object.keys(LIFECYCLE_LINES);
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "urn:blok:auto:lifecycle:1",
    title: "One line of a lifecycle file (JSON Lines)",
    type: "object",
    required: ["type"],
    properties: { type: { enum: types } },
    allOf: types.map((type) => when("type", type, { $ref: `#/$defs/${type}` })),
    $defs: {
      ...LIFECYCLE_LINES,
      "vehicle.registered": {
        ...LIFECYCLE_LINES["vehicle.registered"],
        allOf: [
          when("class", "manufacturer", holds("manufactured")),
          when("class", "registrar", holds("firstRegistered")),
        ],
      },
      "record.appended": {
        ...LIFECYCLE_LINES["record.appended"],
        allOf: IMPORTABLE_KINDS.map((kind) => when("kind", kind, holds(kind))),
      },
      "vehicle.exported": { ...LIFECYCLE_LINES["vehicle.exported"], ...holds("export") },
      "vehicle.imported": { ...LIFECYCLE_LINES["vehicle.imported"], ...holds("import") },
      "vehicle.destroyed": { ...LIFECYCLE_LINES["vehicle.destroyed"], ...holds("destruction") },
      "part.fitted": { ...LIFECYCLE_LINES["part.fitted"], ...holds("partFitted") },
      "part.removed": { ...LIFECYCLE_LINES["part.removed"], ...holds("partRemoved") },
      "parts.released": { ...LIFECYCLE_LINES["parts.released"], ...holds("partRemoved") },
      "recall.notified": { ...LIFECYCLE_LINES["recall.notified"], ...holds("recallNotice") },
      "recall.remedied": { ...LIFECYCLE_LINES["recall.remedied"], ...holds("campaignRemedy") },
      ...Object.fromEntries(
        Object.entries(PART_EVENT_DOCUMENTS).map(([type, document]) => [
          type,
          { ...LIFECYCLE_LINES[type as keyof typeof PART_EVENT_DOCUMENTS], ...holdsPart(document) },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(PART_DOCUMENT_SCHEMAS).map(([type, body]) => [`document.part.${type}`, body]),
      ),
      ...Object.fromEntries(Object.entries(RECORD_SCHEMAS).map(([kind, body]) => [`document.${kind}`, body])),
    },
  };
  // Through JSON, so that it is exactly what a file holds: no absent values, nothing shared.
  return JSON.parse(JSON.stringify(schema)) as Record<string, unknown>;
}

function when(field: string, value: string, then: object): object {
  // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
  return { if: { required: [field], properties: { [field]: { const: value } } }, then };
}

function holdsPart(type: PartDocumentType): { allOf: object[] } {
  return { allOf: [{ properties: { document: { $ref: partDocumentType(type) } } }] };
}

function holds(kind: DocumentKindName): { allOf: object[] } {
  return { allOf: [{ properties: { document: { $ref: `urn:blok:auto:record:${kind}:1` } } }] };
}
