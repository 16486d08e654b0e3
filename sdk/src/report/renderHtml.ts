import { escapeHtml as escape } from "./escapeHtml.js";
import { odometerCurve } from "./odometerCurve.js";
import { odometerSvg } from "./odometerSvg.js";
import { PAGE_STYLE } from "./pageStyle.js";
import { recordHtml } from "./recordHtml.js";
import type { Report } from "./types.js";
import { withGaps } from "./withGaps.js";
import {
  BRAND_CLASS_WORDS,
  countOf,
  dayOf,
  eventWords,
  grouped,
  labelOf,
  nameOf,
  plain,
  readingOf,
  timeOf,
  verdictOf,
} from "./words.js";

/** The element of a page that holds the report itself, as JSON. */
export const REPORT_ELEMENT_ID = "blok-auto-report";

const ICONS = {
  good: '<path d="M5 13l4 4L19 7"/>',
  caution: '<path d="M12 4L2.5 20h19zM12 10v4.5M12 17v.5"/>',
  bad: '<path d="M6 6l12 12M18 6L6 18"/>',
} as const;

/**
 * Writes a report as one HTML page without any outside resource or script: readable on a phone, printable, and with the report
 * itself inside as JSON, so that the page alone can be verified. The same report always gives the same page.
 *
 * @example
 * await writeFile("report.html", renderHtml(report));
 */
export function renderHtml(report: Report): string {
  const name = escape(nameOf(report));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>Vehicle history report: ${name}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${[
  header(report, name),
  tiles(report),
  curve(report),
  brands(report),
  records(report),
  titleEvents(report),
  members(report),
  proof(report),
]
  .filter((part) => part !== "")
  .join("\n")}
</main>
<script type="application/json" id="${REPORT_ELEMENT_ID}">${embed(report)}</script>
</body>
</html>
`;
}

/** JSON that cannot end its element: every `<` is written as an escape that means the same. */
function embed(report: Report): string {
  return JSON.stringify(report).replace(/</g, "\\u003c");
}

function header(report: Report, name: string): string {
  const { chain, vehicle } = report;
  const verdict = verdictOf(report);
  const details = verdict.details.map((detail) => `<li>${escape(plain(detail))}</li>`).join("");
  const vin = vehicle.vin
    ? `VIN <span class="mono">${escape(plain(vehicle.vin))}</span>`
    : "VIN not disclosed by the birth document";
  return `<header>
<p class="kicker">Vehicle history report</p>
<h1>${name}</h1>
<p class="soft">${vin} · as of ${timeOf(chain.atBlock.timestamp)} · chain ${chain.chainId}, block ${chain.atBlock.number}</p>
<section class="verdict ${verdict.tone}" aria-label="Verdict">
<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.5" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${ICONS[verdict.tone]}</svg>
<div><strong>${escape(verdict.headline)}</strong><ul>${details}</ul></div>
</section>
</header>`;
}

function tiles(report: Report): string {
  const { state, title, summary, count, records: shown } = report;
  const { documents, anomalies } = summary;
  const rows: [string, string, string][] = [
    [
      "Odometer",
      state.odometer ? readingOf(state.odometer) : "not read",
      state.odometer ? `last good, ${dayOf(state.odometerAt)}` : "",
    ],
    [
      "Records",
      `${grouped(shown.length)} of ${grouped(count)}`,
      summary.complete ? "complete" : "not complete",
    ],
    [
      "Documents verified",
      `${grouped(documents.verified)} of ${grouped(documents.total)}`,
      hidden(documents),
    ],
    ["Owners", grouped(summary.owners), "counted from transfers"],
    [
      "Odometer anomalies",
      String(anomalies.found),
      anomalies.found === 0 ? "none found" : anomalies.open === 0 ? "all resolved" : `${anomalies.open} open`,
    ],
    ["Title", labelOf(title.status), title.locks.length > 0 ? `locks: ${title.locks.join(", ")}` : "no lock"],
  ];
  const tile = ([label, value, note]: [string, string, string]): string =>
    `<div><dt>${label}</dt><dd>${escape(value)}<small>${escape(plain(note))}</small></dd></div>`;
  return `<dl class="tiles">${rows.map(tile).join("")}</dl>`;
}

function hidden({ erased, withheld, missing, failed }: Report["summary"]["documents"]): string {
  if (failed > 0) return `${failed} do not hold`;
  const notShown = erased + withheld + missing;
  return notShown === 0 ? "all shown" : `${notShown} not shown`;
}

function curve(report: Report): string {
  const drawn = odometerCurve(report);
  if (!drawn) return "";
  const sign = (shape: string): string =>
    `<svg class="curve" viewBox="-8 -8 16 16" aria-hidden="true">${shape}</svg>`;
  const legend = [
    `<li>${sign('<circle class="reading" r="5"/>')}accepted reading</li>`,
    drawn.points.some((point) => point.status === "quarantined") &&
      `<li>${sign('<g class="anomaly"><path d="M0 -6L6 5L-6 5Z"/></g>')}anomaly, quarantined</li>`,
    drawn.points.some((point) => point.status === "resolution") &&
      `<li>${sign('<g class="resolution"><path d="M0 -6L6 0L0 6L-6 0Z"/></g>')}resolved by an inspector</li>`,
    drawn.points.some((point) => point.corrected) &&
      `<li>${sign('<g class="corrected"><circle r="6"/><path d="M-4 -4L4 4M-4 4L4 -4"/></g>')}corrected later</li>`,
    drawn.isMixed &&
      `<li>readings in ${drawn.unit === "km" ? "mi" : "km"} are converted for the drawing only</li>`,
    drawn.points.some((point) => point.isOffScale) && "<li>readings beyond the scale stand at its edge</li>",
  ].filter((item) => item !== false);
  return `<section><h2>Odometer</h2><div class="card">${odometerSvg(report)}<ul class="legend">${legend.join("")}</ul></div></section>`;
}

function brands({ summary }: Report): string {
  if (summary.brands.length === 0) return "";
  const rows = summary.brands.map(({ code, name, class: brandClass }) => {
    const tone = brandClass === "severe" ? "bad" : brandClass === "other" ? "" : "caution";
    return `<tr><td><span class="badge ${tone}">${escape(plain(name))}</span></td><td>${escape(BRAND_CLASS_WORDS[brandClass])}</td><td class="soft">ANSI D20 code ${String(code).padStart(2, "0")}</td></tr>`;
  });
  return `<section><h2>Brands</h2><div class="card scroll"><table>${rows.join("")}</table></div></section>`;
}

function records(report: Report): string {
  const rows = withGaps(report).map((row) =>
    "missing" in row
      ? `<li class="card missing">Record ${row.missing} is missing from this report.</li>`
      : recordHtml(row.record),
  );
  return `<section><h2>Life record</h2><ol class="records">${rows.join("\n")}</ol></section>`;
}

function titleEvents({ titleEvents: events, summary }: Report): string {
  if (events.length === 0) return "";
  const rows = events.map(
    (event) => `<tr><td>${dayOf(event.at)}</td><td>${escape(plain(eventWords(event)))}</td></tr>`,
  );
  return `<section><h2>Title: ${countOf(summary.owners, "owner", "owners")}</h2><div class="card scroll"><table>${rows.join("")}</table></div></section>`;
}

function members({ members: list }: Report): string {
  if (list.length === 0) return "";
  const rows = list.map((member) => {
    const period = `${dayOf(member.since)} – ${member.ended ? dayOf(member.ended.at) : "today"}`;
    return `<tr><td>${escape(labelOf(member.roleName))}</td><td>${period}</td><td><code>${escape(member.account)}</code>${
      member.organisation
        ? `<br><span class="soft small">organisation commitment</span> <code>${escape(member.organisation)}</code>`
        : ""
    }</td></tr>`;
  });
  return `<section><h2>Authors and their membership</h2><div class="card scroll"><table><tr><th>Class</th><th>Member</th><th>Account</th></tr>${rows.join("")}</table></div></section>`;
}

function proof({ chain, vehicle, head }: Report): string {
  const rows: [string, string][] = [
    ["Vehicle id", vehicle.vehicleId],
    ["Head of the life record", head],
    ["Block", `${chain.atBlock.number}, ${chain.atBlock.hash}`],
    ["VehicleRecords", chain.contracts.VehicleRecords],
    ["VehicleTitle", chain.contracts.VehicleTitle],
    ["VehicleKeys", chain.contracts.VehicleKeys],
    ["Consortium", chain.contracts.Consortium],
  ];
  const list = rows
    .map(([label, value]) => `<dt>${label}</dt><dd><code>${escape(value)}</code></dd>`)
    .join("");
  return `<section><h2>Check it yourself</h2><div class="card">
<p>A page can be forged. This one carries its report inside: run <code>verify-report --file this-page.html --rpc &lt;url&gt;</code> with a node of your choice. It reads the vehicle's records from the chain anew, folds them, and compares every word; nothing in this page is taken on trust but the addresses below, which should be the consortium's.</p>
<dl class="fields">${list}</dl>
</div></section>`;
}
