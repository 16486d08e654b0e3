import PdfKit from "pdfkit";

/** Colours of the printed report. */
export const PDF_COLOURS = {
  ink: "#1c2430",
  soft: "#5b6675",
  line: "#dfe4ea",
  good: "#0f766e",
  goodBack: "#e6f4f1",
  caution: "#a04a06",
  cautionBack: "#fdf2e3",
  bad: "#b3181e",
  badBack: "#fdecec",
  mark: "#1d4f91",
} as const;
export type PdfColour = keyof typeof PDF_COLOURS;

export interface PdfTextStyle {
  size?: number;
  font?: "regular" | "bold" | "mono";
  colour?: PdfColour;
  /** Points from the left margin. */
  indent?: number;
}

const FONTS = { regular: "Helvetica", bold: "Helvetica-Bold", mono: "Courier" } as const;
const MARGIN = 48;
const FOOTER = 28;

/** A document that is written from top to bottom, page after page. */
export interface PdfFlow {
  readonly left: number;
  readonly width: number;
  /** Where the next thing goes, in points from the top of the page. */
  y: number;
  readonly doc: PDFKit.PDFDocument;
  /** Begins a new page unless so much height is left on this one. */
  reserve(height: number): void;
  /** Writes a paragraph and moves below it. */
  text(text: string, style?: PdfTextStyle): void;
  /** The height a paragraph would take. */
  heightOf(text: string, style?: PdfTextStyle): number;
  heading(text: string): void;
  gap(height: number): void;
  /** Numbers the pages and ends the document. */
  finish(footer: string): Promise<Uint8Array>;
}

/**
 * Starts a PDF. The same calls make the same bytes: the only date in it is the one given.
 *
 * @param info.createdAt Unix seconds.
 */
export function startPdf(info: { title: string; createdAt: number }): PdfFlow {
  const date = new Date(info.createdAt * 1000);
  const doc = new PdfKit({
    size: "A4",
    margins: { top: MARGIN, bottom: MARGIN + FOOTER, left: MARGIN, right: MARGIN },
    bufferPages: true,
    lang: "en",
    info: {
      Title: printable(info.title),
      CreationDate: date,
      ModDate: date,
      Producer: "blok auto",
      Creator: "blok auto",
    },
  });
  const chunks: Uint8Array[] = [];
  doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  const done = new Promise<Uint8Array>((resolve, reject) => {
    doc.on("end", () => resolve(Buffer.concat(chunks)));
    doc.on("error", reject);
  });
  const width = doc.page.width - 2 * MARGIN;

  const apply = ({ size = 9.5, font = "regular", colour = "ink" }: PdfTextStyle): void => {
    doc.font(FONTS[font]).fontSize(size).fillColor(PDF_COLOURS[colour]);
  };
  const flow: PdfFlow = {
    left: MARGIN,
    width,
    y: MARGIN,
    doc,
    reserve(height) {
      if (flow.y + height <= doc.page.height - MARGIN - FOOTER) return;
      doc.addPage();
      flow.y = MARGIN;
    },
    heightOf(text, style = {}) {
      apply(style);
      return doc.heightOfString(printable(text), { width: width - (style.indent ?? 0) });
    },
    text(text, style = {}) {
      const height = flow.heightOf(text, style);
      flow.reserve(Math.min(height, 200));
      apply(style);
      const { indent = 0 } = style;
      doc.text(printable(text), MARGIN + indent, flow.y, { width: width - indent });
      // A long paragraph may have gone over to another page by itself.
      flow.y = doc.y;
    },
    heading(text) {
      flow.gap(14);
      flow.reserve(70);
      flow.text(text, { size: 13, font: "bold" });
      flow.gap(5);
    },
    gap(height) {
      flow.y += height;
    },
    async finish(footer) {
      const { start, count } = doc.bufferedPageRange();
      for (let i = start; i < start + count; i++) {
        doc.switchToPage(i);
        // The footer stands in the bottom margin, where pdfkit would begin another page.
        doc.page.margins.bottom = 0;
        apply({ size: 8, colour: "soft" });
        const y = doc.page.height - MARGIN;
        doc.text(printable(footer), MARGIN, y, { width: width - 60, lineBreak: false });
        doc.text(`${i + 1} / ${count}`, MARGIN + width - 60, y, {
          width: 60,
          align: "right",
          lineBreak: false,
        });
      }
      doc.end();
      return done;
    },
  };
  return flow;
}

/** What the standard fonts can show: Latin letters. Others would come out as something else, a question mark is honest. */
export function printable(text: string): string {
  return text
    .normalize("NFC")
    .replace(/[^\x20-\x7e\xa0-\xff\u2013\u2014\u2018\u2019\u201c\u201d\u2022\u2026]/gu, "?");
}
