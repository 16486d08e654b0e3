import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { RECORD_SCHEMAS, type DocumentKindName } from "../documents/schemas/index.js";
import { PART_DOCUMENT_SCHEMAS, type PartDocumentType } from "../parts/partDocuments.js";
import type { LifecycleEventType } from "./events.js";
import type { LifecycleProblem, LifecycleProblemCode } from "./LifecycleError.js";
import { LIFECYCLE_LINES } from "./lifecycleSchema.js";

/** A problem before its line is known. */
export type FieldProblem = Omit<LifecycleProblem, "line">;

/** Takes note of a problem. */
export type Report = (code: LifecycleProblemCode, field: string, message: string, fix: string) => void;

const compiled = new Map<string, ValidateFunction>();

/** Whether a text names a type of line. */
export function isLineType(type: unknown): type is LifecycleEventType {
  return typeof type === "string" && Object.hasOwn(LIFECYCLE_LINES, type);
}

/** What is wrong with the fields of a line, as far as the line alone can tell; documents are not looked into. */
export function lineProblems(type: LifecycleEventType, value: unknown): FieldProblem[] {
  return problemsOf(validatorOf(type, LIFECYCLE_LINES[type]), value, "");
}

/** What is wrong with the document of a record, against the schema of its kind. */
export function documentProblems(kind: DocumentKindName, value: unknown): FieldProblem[] {
  return problemsOf(validatorOf(kind, RECORD_SCHEMAS[kind]), value, "/document").map((problem) => ({
    ...problem,
    code: "DOCUMENT_INVALID",
  }));
}

/** What is wrong with a document about parts, against the schema of its type. */
export function partDocumentProblems(type: PartDocumentType, value: unknown): FieldProblem[] {
  const validate = validatorOf(`part/${type}`, PART_DOCUMENT_SCHEMAS[type]);
  return problemsOf(validate, value, "/document").map((problem) => ({
    ...problem,
    code: "DOCUMENT_INVALID",
  }));
}

function validatorOf(name: string, schema: object): ValidateFunction {
  const known = compiled.get(name);
  if (known) return known;
  const ajv = new Ajv2020({ allErrors: true, strictRequired: false });
  formatsModule.default(ajv);
  const validate = ajv.compile(schema);
  compiled.set(name, validate);
  return validate;
}

function problemsOf(validate: ValidateFunction, value: unknown, base: string): FieldProblem[] {
  if (validate(value)) return [];
  const problems = new Map<string, FieldProblem>();
  for (const error of validate.errors ?? []) {
    // The branches of a condition are told by what is wrong within them.
    if (error.keyword === "if" || error.keyword === "anyOf") continue;
    const problem = toProblem(error, base);
    problems.set(`${problem.field} ${problem.message}`, problem);
  }
  return [...problems.values()];
}

function toProblem(error: ErrorObject, base: string): FieldProblem {
  const field = base + error.instancePath;
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "additionalProperties": {
      const name = String(params.additionalProperty);
      return {
        code: "FIELD_UNKNOWN",
        field: `${field}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`.slice(0, 200),
        message: "there is no such field here",
        fix: "remove it, or correct its name",
      };
    }
    case "required":
      return {
        code: "FIELD_MISSING",
        field: `${field}/${String(params.missingProperty)}`,
        message: "the field is missing",
        fix: "add it",
      };
    case "enum":
      return invalid(
        field,
        "the value is not one of the list",
        `use ${(params.allowedValues as unknown[]).join(", ")}`,
      );
    case "type":
      return invalid(
        field,
        `the value is not of type ${String(params.type)}`,
        `give a ${String(params.type)}`,
      );
    case "pattern":
      return invalid(field, "the value has the wrong form", `it has to match ${String(params.pattern)}`);
    case "format":
      return invalid(field, "the value has the wrong form", `give a ${String(params.format)}`);
    case "not":
      return field.startsWith("/document")
        ? invalid(field, "the text contains what looks like a VIN", "leave VINs out of texts")
        : invalid(field, "the value is a reserved word", "choose another alias");
    default:
      return invalid(field, `the value ${error.message ?? "is not valid"}`, "correct it");
  }
}

function invalid(field: string, message: string, fix: string): FieldProblem {
  return { code: "FIELD_INVALID", field, message, fix };
}
