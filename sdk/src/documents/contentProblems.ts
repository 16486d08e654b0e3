import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { recordKindName } from "./kinds.js";
import { RECORD_SCHEMAS, type DocumentKindName } from "./schemas/index.js";

type Extent = "whole" | "part";

const compiled = new Map<string, ValidateFunction>();

/**
 * Checks the content of a document against the schema of its kind.
 *
 * @param kind The number of the kind.
 * @param content Field names and values.
 * @param extent `whole` asks for all required fields, `part` lets any be absent, as in a partial presentation.
 * @returns One sentence per problem, each naming the field; empty when there is none.
 */
export function contentProblems(kind: number, content: Record<string, unknown>, extent: Extent): string[] {
  const name = recordKindName(kind);
  if (name === undefined || !hasSchema(name))
    return [`kind ${kind} (${name ?? "unknown"}) has no schema here`];
  const validate = validatorOf(name, extent);
  if (validate(content)) return [];
  return [...new Set((validate.errors ?? []).filter((error) => error.keyword !== "if").map(sentence))];
}

/** Whether documents of a kind have a schema in this version. */
export function hasSchema(name: string): name is DocumentKindName {
  return Object.hasOwn(RECORD_SCHEMAS, name);
}

function validatorOf(name: DocumentKindName, extent: Extent): ValidateFunction {
  const key = `${name}/${extent}`;
  const known = compiled.get(key);
  if (known) return known;
  // Compiled on first use: most readers meet few kinds, and a reader of undisclosed documents none.
  const ajv = new Ajv2020({ allErrors: true });
  formatsModule.default(ajv);
  const whole = RECORD_SCHEMAS[name];
  const validate = ajv.compile(extent === "whole" ? whole : { ...whole, required: [], anyOf: undefined });
  compiled.set(key, validate);
  return validate;
}

function sentence(error: ErrorObject): string {
  // Cut short: names come from the document, whoever wrote it.
  const field = error.instancePath.slice(1, 80).replaceAll("/", ".") || "content";
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case "additionalProperties":
      return `${field} may not have a field ${String(params.additionalProperty).slice(0, 40)}`;
    case "required":
      return `${field} lacks ${String(params.missingProperty)}`;
    case "enum":
      return `${field} must be one of ${(params.allowedValues as unknown[]).join(", ")}`;
    case "not":
      return `${field} contains what looks like a VIN`;
    default:
      return `${field} ${error.message ?? "is not valid"}`;
  }
}
