import { encodeQR } from "qr";
import { escapeHtml as escape } from "../report/escapeHtml.js";
import { PAGE_STYLE } from "../report/pageStyle.js";
import { plain, timeOf } from "../report/words.js";
import { PASSPORT_ELEMENT_ID } from "./readBatteryPassport.js";
import {
  certificateRows,
  contentRows,
  factRows,
  passportRows,
  passportVerdict,
  TIER_WORDS,
} from "./passportWords.js";
import type { BatteryPassport } from "./types.js";

const STYLE = `${PAGE_STYLE}
.carrier{display:flex;flex-wrap:wrap;gap:1rem;align-items:center}
.carrier svg{flex:none;width:9rem;height:9rem;background:#fff;border:1px solid var(--line)}
.carrier p{flex:1;min-width:14rem}
@media print{.carrier svg{border:0}}
`;

/**
 * Writes a battery passport as one HTML page without any outside resource or script, with the QR code that goes onto the
 * battery and the passport itself inside as JSON. It holds what its readers may read and nothing else.
 *
 * @example
 * await writeFile("passport.html", renderPassportHtml(passport));
 */
export function renderPassportHtml(passport: BatteryPassport): string {
  const identifier = escape(plain(passport.batteryPassportIdentifier));
  const verdict = passportVerdict(passport);
  const isCeased = passport.end?.outcome === "recycled";
  const details = verdict.details.map((detail) => `<li>${escape(plain(detail))}</li>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="robots" content="noindex">
<title>Battery passport</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kicker">Battery passport</p>
<h1>${TIER_WORDS[passport.tier].replace(/^./, (letter) => letter.toUpperCase())}</h1>
<p class="soft">as of ${timeOf(passport.chain.at)} · chain ${passport.chain.chainId}, block ${passport.chain.block}</p>
<section class="verdict ${verdict.tone}" aria-label="Verdict"><div><strong>${escape(verdict.headline)}</strong><ul>${details}</ul></div></section>
</header>
<section class="card carrier" aria-label="Data carrier">${qrCode(passport.batteryPassportIdentifier)}
<p><span class="soft small">Identifier, as on the battery</span><br><code>${identifier}</code></p></section>
${[
  section("By the chain", isCeased ? [] : factRows(passport)),
  ...contentRows(passport).map(([cluster, rows]) => section(cluster, rows)),
  section("Certificates", certificateRows(passport)),
  section("Passports of this battery", passportRows(passport)),
]
  .filter((part) => part !== "")
  .join("\n")}
</main>
<script type="application/json" id="${PASSPORT_ELEMENT_ID}">${embed(passport)}</script>
</body>
</html>
`;
}

function section(title: string, rows: [string, string][]): string {
  if (rows.length === 0) return "";
  const list = rows.map(([label, value]) => `<dt>${escape(label)}</dt><dd>${escape(value)}</dd>`).join("");
  return `<section><h2>${escape(title)}</h2><div class="card"><dl class="fields">${list}</dl></div></section>`;
}

function qrCode(identifier: string): string {
  const code = encodeQR(identifier, "svg", { ecc: "medium", border: 4 });
  return code
    .slice(code.indexOf("<svg"))
    .replace("<svg", '<svg role="img" aria-label="QR code of the identifier"');
}

/** JSON that cannot end its element: every `<` is written as an escape that means the same. */
function embed(passport: BatteryPassport): string {
  return JSON.stringify(passport).replace(/</g, "\\u003c");
}
