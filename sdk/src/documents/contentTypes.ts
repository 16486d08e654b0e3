import type { RECORD_KINDS } from "./kinds.js";
import type { DocumentKindName, RECORD_SCHEMAS } from "./schemas/index.js";

type Flat<T> = { [K in keyof T]: T[K] };

type RequiredOf<S> = S extends { required: readonly (infer R)[] } ? R : never;

type ObjectOf<P, R> = Flat<
  { [K in keyof P as K extends R ? K : never]: TypeOfSchema<P[K]> } & {
    [K in keyof P as K extends R ? never : K]?: TypeOfSchema<P[K]>;
  }
>;

/** The TypeScript type of what a JSON Schema describes, for the keywords that the record schemas use. */
export type TypeOfSchema<S> = S extends { enum: readonly (infer E)[] }
  ? E
  : S extends { type: "string" }
    ? string
    : S extends { type: "integer" | "number" }
      ? number
      : S extends { type: "boolean" }
        ? boolean
        : S extends { type: "array"; items: infer I }
          ? TypeOfSchema<I>[]
          : S extends { type: "object"; properties: infer P }
            ? ObjectOf<P, RequiredOf<S>>
            : unknown;

/** The number of a kind of record whose document has a schema. */
export type DocumentKind = (typeof RECORD_KINDS)[DocumentKindName];

type NameOf<K extends DocumentKind> = {
  [N in DocumentKindName]: (typeof RECORD_KINDS)[N] extends K ? N : never;
}[DocumentKindName];

/**
 * The content of a record's document, by the number of its kind.
 *
 * @example
 * const content: DocumentContent<typeof RECORD_KINDS.inspection> = {
 *   scheme: "GB-MOT",
 *   inspectedOn: "2026-03-02",
 *   result: "pass",
 *   defects: [],
 *   station: { scheme: "gln", value: "5012345678900" },
 * };
 */
export type DocumentContent<K extends DocumentKind = DocumentKind> = {
  [N in NameOf<K>]: TypeOfSchema<(typeof RECORD_SCHEMAS)[N]>;
}[NameOf<K>];
