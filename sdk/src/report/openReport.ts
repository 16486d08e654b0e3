import { parseReport } from "./parseReport.js";
import { REPORT_ELEMENT_ID, renderHtml } from "./renderHtml.js";
import { ReportError } from "./ReportError.js";
import type { Report, ReportProblem } from "./types.js";

export interface OpenedReport {
  report: Report;
  /** What is wrong with the file around the report: a page that does not say what its report says. */
  problems: ReportProblem[];
}

/**
 * Reads a report from the text of a file: the JSON itself, or the HTML page that carries it. A page must be exactly what its
 * report renders to, or somebody changed what people see.
 *
 * @param text The file's content.
 * @param where Named in errors: the file's name, for instance.
 * @throws {ReportError} `REPORT_FORMAT`.
 * @example
 * const { report, problems } = openReport(await readFile("report.html", "utf8"), "report.html");
 */
export function openReport(text: string, where?: string): OpenedReport {
  const isPage = text.trimStart().startsWith("<");
  const report = parseReport(parseJson(isPage ? jsonOf(text) : text, where), where);
  if (!isPage || renderHtml(report) === text) return { report, problems: [] };
  return {
    report,
    problems: [
      {
        code: "PAGE_ALTERED",
        message:
          "the page does not show what the report inside it says, or another version of the program wrote it",
      },
    ],
  };
}

function jsonOf(page: string): string {
  const start = page.lastIndexOf(`id="${REPORT_ELEMENT_ID}">`);
  const from = page.indexOf(">", start) + 1;
  return start < 0 ? "" : page.slice(from, page.indexOf("<", from));
}

function parseJson(text: string, where: string | undefined): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReportError("REPORT_FORMAT", "this is neither a report in JSON nor a page that carries one", {
      where,
      fix: "give the JSON or HTML file that report-vehicle wrote",
      cause,
    });
  }
}
