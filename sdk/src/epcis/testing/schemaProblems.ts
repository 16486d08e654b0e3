import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formatsModule from "ajv-formats";

let compiled: ValidateFunction | undefined;

/** What GS1's schema finds wrong with an EPCIS document. */
export function schemaProblems(document: unknown): string[] {
  compiled ??= compile();
  if (compiled(document)) return [];
  return (compiled.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function compile(): ValidateFunction {
  const schema = readFileSync(new URL("epcis-json-schema.json", import.meta.url), "utf8");
  // the schema lists properties under allOf and anyOf, which strict mode takes for slips
  const ajv = new Ajv({ strict: false, allErrors: true });
  formatsModule.default(ajv);
  return ajv.compile(JSON.parse(schema) as object);
}
