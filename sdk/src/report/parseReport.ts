import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import { ReportError } from "./ReportError.js";
import { reportSchema } from "./reportSchema.js";
import { REPORT_FORMAT, REPORT_VERSION, type Report } from "./types.js";

let validate: ValidateFunction | undefined;

/**
 * Turns unknown input into a report. Only its form is checked here; whether it is true is for `verifyReport` to say.
 *
 * @param input What was read, from JSON for instance.
 * @param where Named in the error: the file, for instance.
 * @throws {ReportError} `REPORT_FORMAT` naming the first field that is missing or wrong.
 * @example
 * const report = parseReport(JSON.parse(text), "report.json");
 */
export function parseReport(input: unknown, where?: string): Report {
  const { format, version } = (typeof input === "object" && input !== null ? input : {}) as Record<
    string,
    unknown
  >;
  if (format !== REPORT_FORMAT) {
    throw new ReportError("REPORT_FORMAT", "this is not a vehicle history report", {
      where,
      fix: "give the JSON or HTML file that report-vehicle wrote",
    });
  }
  if (version !== REPORT_VERSION) {
    throw new ReportError(
      "REPORT_FORMAT",
      `the report is of version ${String(version)}, known is ${REPORT_VERSION}`,
      {
        where,
        fix: "use a newer SDK",
      },
    );
  }
  // Several types in one place, as in a type or null, are what JSON Schema has them for.
  validate ??= new Ajv2020({ allowUnionTypes: true, discriminator: true }).compile(reportSchema);
  if (!validate(input)) {
    throw new ReportError("REPORT_FORMAT", `the report is damaged: ${sentence(validate.errors?.[0])}`, {
      where,
      fix: "ask for the file again",
    });
  }
  return input as Report;
}

function sentence(error: ErrorObject | undefined): string {
  const field = error?.instancePath || "its root";
  const extra = (error?.params as { additionalProperty?: string } | undefined)?.additionalProperty;
  return `${field} ${error?.message ?? "is not valid"}${extra === undefined ? "" : `: ${extra}`}`;
}
