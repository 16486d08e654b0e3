import { odometerCurve, type CurvePoint } from "./odometerCurve.js";
import { PDF_COLOURS, type PdfFlow } from "./pdfFlow.js";
import type { Report } from "./types.js";

const HEIGHT = 190;
const AXIS_WIDTH = 52;
const AXIS_HEIGHT = 18;
const CROWDED = 150;

/**
 * Draws a report's odometer curve at the present place of a PDF, with a legend below it.
 */
export function drawPdfCurve(flow: PdfFlow, report: Pick<Report, "odometer">): void {
  const curve = odometerCurve(report);
  if (!curve) return;
  flow.heading("Odometer");
  flow.reserve(HEIGHT + 30);
  const { doc } = flow;
  const left = flow.left + AXIS_WIDTH;
  const width = flow.width - AXIS_WIDTH - 8;
  const top = flow.y + 10;
  const height = HEIGHT - AXIS_HEIGHT - 10;
  const x = (at: number): number => left + at * width;
  const y = (at: number): number => top + (1 - at) * height;

  doc.lineWidth(0.5).strokeColor(PDF_COLOURS.line);
  for (const { at } of curve.yTicks)
    doc
      .moveTo(left, y(at))
      .lineTo(left + width, y(at))
      .stroke();
  for (const { at } of curve.xTicks)
    doc
      .moveTo(x(at), top)
      .lineTo(x(at), top + height)
      .stroke();
  doc.font("Helvetica").fontSize(7.5).fillColor(PDF_COLOURS.soft);
  for (const { at, label } of curve.yTicks) {
    doc.text(label, flow.left, y(at) - 3.5, { width: AXIS_WIDTH - 6, align: "right", lineBreak: false });
  }
  for (const { at, label } of curve.xTicks) {
    doc.text(label, x(at) - 25, top + height + 5, { width: 50, align: "center", lineBreak: false });
  }
  doc.text(curve.unit, flow.left, top - 14, { width: AXIS_WIDTH - 6, align: "right", lineBreak: false });

  const [first, ...rest] = curve.line;
  if (first) {
    doc.moveTo(x(first.x), y(first.y));
    for (const point of rest) doc.lineTo(x(point.x), y(point.y));
    doc.lineWidth(1.4).strokeColor(PDF_COLOURS.good).stroke();
  }
  const size = curve.points.length > CROWDED ? 0.9 : 2.4;
  for (const point of curve.points) drawMark(doc, point, x(point.x), y(point.y), size);
  for (const point of curve.points) {
    if (point.status === "accepted" && !point.corrected) continue;
    const at = y(point.y);
    doc.font("Helvetica-Bold").fontSize(7).fillColor(PDF_COLOURS.ink);
    doc.text(`#${point.index}`, x(point.x) - 20, at < top + 14 ? at + 7 : at - 14, {
      width: 40,
      align: "center",
      lineBreak: false,
    });
  }
  flow.y = top + height + AXIS_HEIGHT + 6;
  flow.text(legend(curve.points, curve.isMixed, curve.unit), { size: 8, colour: "soft" });
}

function drawMark(doc: PDFKit.PDFDocument, point: CurvePoint, x: number, y: number, size: number): void {
  if (point.corrected) {
    doc.lineWidth(0.9).circle(x, y, 3.6).fillAndStroke("#ffffff", PDF_COLOURS.soft);
    doc
      .moveTo(x - 2.4, y - 2.4)
      .lineTo(x + 2.4, y + 2.4)
      .moveTo(x - 2.4, y + 2.4)
      .lineTo(x + 2.4, y - 2.4);
    doc.strokeColor(PDF_COLOURS.soft).stroke();
  } else if (point.status === "quarantined") {
    doc.polygon([x, y - 4.4], [x + 4.4, y + 3.2], [x - 4.4, y + 3.2]).fill(PDF_COLOURS.bad);
  } else if (point.status === "resolution") {
    doc.polygon([x, y - 4], [x + 4, y], [x, y + 4], [x - 4, y]).fill(PDF_COLOURS.mark);
  } else {
    doc.circle(x, y, size).fill(PDF_COLOURS.good);
  }
}

function legend(points: readonly CurvePoint[], isMixed: boolean, unit: string): string {
  const parts = [
    "Dots: accepted readings",
    points.some((point) => point.status === "quarantined") && "triangles: anomalies, quarantined",
    points.some((point) => point.status === "resolution") && "diamonds: resolved by an inspector",
    points.some((point) => point.corrected) && "crossed circles: corrected later",
    isMixed && `readings in ${unit === "km" ? "mi" : "km"} are converted for the drawing only`,
    points.some((point) => point.isOffScale) && "readings beyond the scale stand at its edge",
  ].filter((part) => part !== false);
  return `${parts.join("; ")}.`;
}
