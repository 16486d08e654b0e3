import { drawPdfCurve } from "./pdfCurve.js";
import { PDF_COLOURS, printable, startPdf, type PdfColour, type PdfFlow } from "./pdfFlow.js";
import type { Report, ReportRecord } from "./types.js";
import { withGaps } from "./withGaps.js";
import {
  authorWords,
  BRAND_CLASS_WORDS,
  countOf,
  dayOf,
  documentWords,
  eventWords,
  fieldOf,
  grouped,
  labelOf,
  nameOf,
  plain,
  readingOf,
  remarksOf,
  shortHex,
  timeOf,
  verdictOf,
} from "./words.js";

const BACKGROUNDS = { good: "goodBack", caution: "cautionBack", bad: "badBack" } as const;
const TILES_PER_ROW = 3;
const TILE_HEIGHT = 46;
const FIELD_INDENT = 96;
const REMARK_COLOURS = { bad: "bad", caution: "caution", muted: "soft" } as const satisfies Record<
  string,
  PdfColour
>;

/**
 * Prints a report as PDF, A4. The same report always gives the same bytes.
 *
 * @example
 * await writeFile("report.pdf", await renderPdf(report));
 */
export async function renderPdf(report: Report): Promise<Uint8Array> {
  const { chain, vehicle } = report;
  const flow = startPdf({
    title: `Vehicle history report: ${nameOf(report)}`,
    createdAt: chain.atBlock.timestamp,
  });
  flow.text("VEHICLE HISTORY REPORT", { size: 8, colour: "soft" });
  flow.gap(2);
  flow.text(nameOf(report), { size: 20, font: "bold" });
  const vin = vehicle.vin ? `VIN ${plain(vehicle.vin)}` : "VIN not disclosed by the birth document";
  flow.text(
    `${vin}  ·  as of ${timeOf(chain.atBlock.timestamp)}  ·  chain ${chain.chainId}, block ${chain.atBlock.number}`,
    {
      colour: "soft",
    },
  );
  flow.gap(10);
  drawVerdict(flow, report);
  drawTiles(flow, report);
  drawPdfCurve(flow, report);
  drawBrands(flow, report);
  drawRecords(flow, report);
  drawTitle(flow, report);
  drawMembers(flow, report);
  drawProof(flow, report);
  return flow.finish(
    `${nameOf(report)}  ·  vehicle ${shortHex(vehicle.vehicleId)}  ·  block ${chain.atBlock.number}`,
  );
}

function drawVerdict(flow: PdfFlow, report: Report): void {
  const verdict = verdictOf(report);
  const style = { indent: 16 };
  const title = { ...style, size: 12.5, font: "bold", colour: verdict.tone } as const;
  const height =
    18 +
    flow.heightOf(verdict.headline, title) +
    verdict.details.reduce((sum, line) => sum + flow.heightOf(line, style) + 2, 4);
  flow.reserve(height);
  const top = flow.y;
  flow.doc.rect(flow.left, top, flow.width, height).fill(PDF_COLOURS[BACKGROUNDS[verdict.tone]]);
  flow.doc.rect(flow.left, top, 5, height).fill(PDF_COLOURS[verdict.tone]);
  flow.y = top + 9;
  flow.text(verdict.headline, title);
  flow.gap(4);
  for (const line of verdict.details) {
    flow.text(line, style);
    flow.gap(2);
  }
  flow.y = Math.max(flow.y, top + height) + 10;
}

function drawTiles(flow: PdfFlow, report: Report): void {
  const { state, summary, title, records, count } = report;
  const { documents, anomalies } = summary;
  const tiles: [string, string, string][] = [
    [
      "Odometer",
      state.odometer ? readingOf(state.odometer) : "not read",
      state.odometer ? `last good, ${dayOf(state.odometerAt)}` : "",
    ],
    [
      "Records",
      `${grouped(records.length)} of ${grouped(count)}`,
      summary.complete ? "complete" : "not complete",
    ],
    ["Documents verified", `${grouped(documents.verified)} of ${grouped(documents.total)}`, ""],
    ["Owners", grouped(summary.owners), "counted from transfers"],
    ["Odometer anomalies", String(anomalies.found), anomalies.found > 0 ? `${anomalies.open} open` : ""],
    ["Title", labelOf(title.status), title.locks.length > 0 ? `locks: ${title.locks.join(", ")}` : "no lock"],
  ];
  const width = (flow.width - (TILES_PER_ROW - 1) * 8) / TILES_PER_ROW;
  const rows = Math.ceil(tiles.length / TILES_PER_ROW);
  flow.reserve(rows * (TILE_HEIGHT + 8));
  const { doc } = flow;
  for (const [i, [label, value, note]] of tiles.entries()) {
    const x = flow.left + (i % TILES_PER_ROW) * (width + 8);
    const y = flow.y + Math.floor(i / TILES_PER_ROW) * (TILE_HEIGHT + 8);
    const line = { width: width - 16, height: 12, lineBreak: false, ellipsis: true };
    doc.lineWidth(0.7).roundedRect(x, y, width, TILE_HEIGHT, 4).stroke(PDF_COLOURS.line);
    doc
      .font("Helvetica")
      .fontSize(7.5)
      .fillColor(PDF_COLOURS.soft)
      .text(label, x + 8, y + 6, line);
    doc
      .font("Helvetica-Bold")
      .fontSize(12)
      .fillColor(PDF_COLOURS.ink)
      .text(printable(value), x + 8, y + 16, line);
    doc
      .font("Helvetica")
      .fontSize(7.5)
      .fillColor(PDF_COLOURS.soft)
      .text(printable(note), x + 8, y + 32, line);
  }
  flow.y += rows * (TILE_HEIGHT + 8);
}

function drawBrands(flow: PdfFlow, { summary }: Report): void {
  if (summary.brands.length === 0) return;
  flow.heading("Brands");
  for (const { code, name, class: brandClass } of summary.brands) {
    flow.text(`${name}: ${BRAND_CLASS_WORDS[brandClass]} (ANSI D20 code ${String(code).padStart(2, "0")})`, {
      colour: brandClass === "severe" ? "bad" : "ink",
    });
  }
}

function drawRecords(flow: PdfFlow, report: Report): void {
  flow.heading("Life record");
  for (const row of withGaps(report)) {
    if ("missing" in row) {
      flow.text(`Record ${row.missing} is missing from this report.`, { font: "bold", colour: "bad" });
      flow.gap(8);
    } else {
      drawRecord(flow, row.record);
    }
  }
}

function drawRecord(flow: PdfFlow, record: ReportRecord): void {
  const { index, document } = record;
  flow.reserve(48);
  flow.doc
    .lineWidth(0.5)
    .moveTo(flow.left, flow.y)
    .lineTo(flow.left + flow.width, flow.y)
    .stroke(PDF_COLOURS.line);
  flow.gap(5);
  const brand = record.brand ? `: ${record.brand.name}` : "";
  const odometer = record.odometer ? `, ${readingOf(record.odometer)}` : "";
  const top = flow.y;
  flow.text(dayOf(record.observedAt), { font: "bold" });
  const below = flow.y;
  flow.y = top;
  flow.text(`${labelOf(record.kindName)}${brand}${odometer}`, {
    font: "bold",
    size: 10.5,
    indent: FIELD_INDENT,
  });
  flow.y = Math.max(flow.y, below);

  const state = documentWords(record);
  const tone = state.tone === "muted" ? "soft" : state.tone;
  flow.text(`Record ${index}: ${state.words}`, { size: 8.5, colour: tone, indent: FIELD_INDENT });
  flow.text(`${authorWords(record)}: ${record.author}`, { size: 8.5, colour: "soft", indent: FIELD_INDENT });
  for (const remark of remarksOf(record)) {
    flow.text(remark.words, { size: 9, colour: REMARK_COLOURS[remark.tone], indent: FIELD_INDENT });
  }
  if (document.status === "present" && document.ok) {
    for (const [label, value] of Object.entries(document.disclosed).map(fieldOf)) {
      flow.text(`${label}: ${value}`, { size: 8.5, indent: FIELD_INDENT });
    }
  }
  flow.text(`Document ${record.documentHash}`, {
    size: 6.5,
    font: "mono",
    colour: "soft",
    indent: FIELD_INDENT,
  });
  flow.gap(7);
}

function drawTitle(flow: PdfFlow, { titleEvents, summary }: Report): void {
  if (titleEvents.length === 0) return;
  flow.heading(`Title: ${countOf(summary.owners, "owner", "owners")}`);
  for (const event of titleEvents) flow.text(`${dayOf(event.at)}   ${eventWords(event)}`, { size: 9 });
}

function drawMembers(flow: PdfFlow, { members }: Report): void {
  if (members.length === 0) return;
  flow.heading("Authors and their membership");
  for (const member of members) {
    const end = member.ended ? dayOf(member.ended.at) : "today";
    flow.text(`${labelOf(member.roleName)}, ${dayOf(member.since)} – ${end}`, { size: 9 });
    flow.text(member.account, { size: 7.5, font: "mono", colour: "soft" });
    flow.gap(3);
  }
}

function drawProof(flow: PdfFlow, { chain, vehicle, head }: Report): void {
  flow.heading("Check it yourself");
  flow.text(
    "Paper can be forged. Ask for the JSON or HTML report and run verify-report with a node of your choice: it reads the vehicle's " +
      "records from the chain anew, folds them, and compares every word.",
  );
  flow.gap(4);
  const rows: [string, string][] = [
    ["Vehicle id", vehicle.vehicleId],
    ["Head of the life record", head],
    [`Block ${chain.atBlock.number}`, chain.atBlock.hash],
    ["VehicleRecords", chain.contracts.VehicleRecords],
    ["VehicleTitle", chain.contracts.VehicleTitle],
    ["VehicleKeys", chain.contracts.VehicleKeys],
    ["Consortium", chain.contracts.Consortium],
  ];
  for (const [label, value] of rows) {
    flow.text(label, { size: 8, colour: "soft" });
    flow.text(value, { size: 8, font: "mono" });
    flow.gap(2);
  }
}
