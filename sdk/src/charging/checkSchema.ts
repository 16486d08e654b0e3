import type { ErrorObject, ValidateFunction } from "ajv/dist/2020.js";
import { ChargingError, type ChargingErrorCode } from "./ChargingError.js";

/**
 * Refuses a value that does not follow a schema, with the path of its first problem.
 *
 * @param source Names the value in the error: a file, a field.
 * @throws {ChargingError} with the code that is given.
 */
export function checkSchema(
  validate: ValidateFunction,
  value: unknown,
  source: string,
  code: ChargingErrorCode,
): void {
  if (validate(value)) return;
  const [error] = validate.errors ?? [];
  if (!error) return;
  const { says, fix } = wordsOf(error);
  throw new ChargingError(code, says, { where: pathOf(source, error.instancePath), fix });
}

/** `elements[0].step_size` of a file, out of the pointer `/elements/0/step_size`. */
export function pathOf(source: string, pointer: string): string {
  const path = pointer
    .slice(1, 120)
    .replace(/\/([0-9]+)(?=\/|$)/g, "[$1]")
    .replaceAll("/", ".");
  return path === "" ? source : `${source}, ${path}`;
}

function wordsOf(error: ErrorObject): { says: string; fix: string } {
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case "required":
      return { says: `${String(params.missingProperty)} is missing`, fix: "add it" };
    case "additionalProperties":
      return {
        says: `there is no field ${JSON.stringify(params.additionalProperty).slice(0, 60)} here`,
        fix: "correct its name, or leave it out",
      };
    case "enum":
      return {
        says: "this is none of the known words",
        fix: `use one of ${(params.allowedValues as unknown[]).join(", ")}`,
      };
    case "const":
      return {
        says: "this is another value than expected",
        fix: `use ${JSON.stringify(params.allowedValue)}`,
      };
    case "type":
      return { says: "this is of another type", fix: `make it ${[params.type].flat().join(" or ")}` };
    case "pattern":
      return {
        says: "this is written in another way than expected",
        fix: `follow ${String(params.pattern)}`,
      };
    default:
      return { says: `this ${error.message ?? "is not valid"}`, fix: "correct it" };
  }
}
