import { escapeHtml as escape } from "./escapeHtml.js";
import type { ReportRecord } from "./types.js";
import {
  authorWords,
  dayOf,
  documentWords,
  fieldOf,
  labelOf,
  plain,
  readingOf,
  remarksOf,
  timeOf,
} from "./words.js";

/**
 * Writes one record of a report as a list item.
 *
 * @example
 * const items = report.records.map(recordHtml).join("");
 */
export function recordHtml(record: ReportRecord): string {
  const { index, document } = record;
  const state = documentWords(record);
  const brand = record.brand ? `: ${escape(plain(record.brand.name))}` : "";
  const reading = record.odometer
    ? `<span class="reading-text${record.anomaly ? " badge bad" : ""}">${readingOf(record.odometer)}</span>`
    : "";
  const remarks = remarksOf(record).map(
    ({ tone, words }) => `<p class="remark ${tone}">${escape(words)}</p>`,
  );
  const disclosed = document.status === "present" && document.ok ? Object.entries(document.disclosed) : [];
  const fields = disclosed
    .map(fieldOf)
    .map(([label, value]) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`);
  return `<li class="card record">
<div class="when"><b>${dayOf(record.observedAt)}</b>record ${index}</div>
<div>
<div class="head"><h3>${escape(labelOf(record.kindName))}${brand}</h3><span class="badge ${state.tone}">${escape(state.words)}</span>${reading}</div>
<p class="soft small">${escape(authorWords(record))} · <span class="mono">${escape(record.author)}</span></p>
${remarks.join("")}${fields.length > 0 ? `<dl class="fields">${fields.join("")}</dl>` : ""}
<details><summary>Proof</summary><dl class="fields">${proof(record)}</dl></details>
</div>
</li>`;
}

function proof(record: ReportRecord): string {
  const rows: [string, string][] = [
    ["Recorded", `${timeOf(record.recordedAt)}, block ${record.blockNumber}`],
    ["Transaction", record.transactionHash],
    ["Document hash (SHA-256)", record.documentHash],
    ["Record digest", record.digest],
    ["Head before", record.headBefore],
  ];
  if (record.organisation) rows.push(["Organisation commitment", record.organisation]);
  return rows.map(([label, value]) => `<dt>${label}</dt><dd><code>${escape(value)}</code></dd>`).join("");
}
