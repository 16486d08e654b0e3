import type { Report, ReportRecord } from "../../sdk/src/report/types.js";

/** Something that a cheat does to a report before showing it to a buyer. */
export interface Tampering {
  name: string;
  /** @returns A changed copy; `undefined` when the report offers nothing to change this way. */
  apply(report: Report, other: Report): Report | undefined;
}

/** The ways in which the demo tries to cheat. A verified report has to refuse each. */
export const TAMPERINGS: readonly Tampering[] = [
  {
    name: "change a document",
    apply: (report) =>
      changeRecord(report, isShown, (record) => {
        if (record.document.status !== "present") return record;
        const { presentation } = record.document;
        const middle = Math.floor(presentation.indexOf("~") / 2);
        const changed = presentation[middle] === "A" ? "B" : "A";
        return {
          ...record,
          document: {
            ...record.document,
            presentation: presentation.slice(0, middle) + changed + presentation.slice(middle + 1),
          },
        };
      }),
  },
  {
    name: "show another document",
    apply: (report, other) => {
      const foreign = other.records.find(isShown);
      return (
        foreign && changeRecord(report, isShown, (record) => ({ ...record, document: foreign.document }))
      );
    },
  },
  {
    name: "drop a record",
    apply: (report) => {
      const dropped = Math.floor(report.records.length / 2);
      if (report.records.length < 3) return undefined;
      return { ...report, records: report.records.filter((_, index) => index !== dropped) };
    },
  },
  {
    name: "drop the last record, and say there was none",
    apply: (report) => ({
      ...report,
      count: report.count - 1,
      head: report.records.at(-1)?.headBefore ?? report.head,
      records: report.records.slice(0, -1),
    }),
  },
  {
    name: "forge an author",
    apply: (report, other) => {
      const forged = other.records.find(({ author }) =>
        report.records.every((record) => record.author !== author),
      );
      return (
        forged &&
        changeRecord(
          report,
          () => true,
          (record) => ({ ...record, author: forged.author }),
        )
      );
    },
  },
  {
    name: "turn the odometer back",
    apply: (report) =>
      changeRecord(
        report,
        ({ odometer }) => (odometer?.value ?? 0) > 1_000,
        (record) => ({
          ...record,
          odometer: record.odometer && { ...record.odometer, value: Math.floor(record.odometer.value / 2) },
        }),
      ),
  },
  {
    name: "swap two records",
    apply: (report) => {
      const records = [...report.records];
      const [a, b] = records.splice(1, 2);
      if (a === undefined || b === undefined) return undefined;
      records.splice(1, 0, b, a);
      return { ...report, records };
    },
  },
  {
    name: "insert a record of another car",
    apply: (report, other) => {
      const foreign = other.records.at(-1);
      if (foreign === undefined) return undefined;
      const index = report.records.length + 1;
      return { ...report, count: index, records: [...report.records, { ...foreign, index }] };
    },
  },
  {
    name: "hide a holder",
    apply: (report) => ({
      ...report,
      title: { ...report.title, holderCount: report.title.holderCount - 1 },
      summary: { ...report.summary, owners: report.summary.owners - 1 },
    }),
  },
];

const isShown = ({ document }: ReportRecord): boolean => document.status === "present" && document.ok;

/** Changes the last record that suits. */
function changeRecord(
  report: Report,
  suits: (record: ReportRecord) => boolean,
  change: (record: ReportRecord) => ReportRecord,
): Report | undefined {
  const target = report.records.findLast(suits);
  if (target === undefined) return undefined;
  return {
    ...report,
    records: report.records.map((record) => (record === target ? change(record) : record)),
  };
}
