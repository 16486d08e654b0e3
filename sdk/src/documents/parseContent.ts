import { contentProblems } from "./contentProblems.js";
import type { DocumentContent, DocumentKind } from "./contentTypes.js";
import { DocumentError } from "./DocumentError.js";

/**
 * Turns unknown input into the typed content of a document.
 *
 * @param kind The number of the kind.
 * @param content What was read, from JSON for instance.
 * @param where Named in the error, for instance "line 12".
 * @returns The same object.
 * @throws {DocumentError} `DOCUMENT_CONTENT` naming every field that does not fit the schema.
 * @example
 * const content = parseContent(RECORD_KINDS.accident, JSON.parse(line), "line 12");
 */
export function parseContent<K extends DocumentKind>(
  kind: K,
  content: unknown,
  where?: string,
): DocumentContent<K> {
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw new DocumentError("DOCUMENT_CONTENT", "the content of a document must be an object", { where });
  }
  const problems = contentProblems(kind, content as Record<string, unknown>, "whole");
  if (problems.length > 0) {
    throw new DocumentError("DOCUMENT_CONTENT", problems.join(", "), {
      where,
      fix: `see RECORD_SCHEMAS for the fields of kind ${kind}`,
    });
  }
  return content as DocumentContent<K>;
}
