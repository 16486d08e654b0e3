/** The style of the HTML report: self-contained, readable on a phone, and printable. */
export const PAGE_STYLE = `
:root{--ink:#1c2430;--soft:#5b6675;--line:#dfe4ea;--page:#f4f6f8;--card:#fff;--good:#0f766e;--good-bg:#e6f4f1;
--caution:#a04a06;--caution-bg:#fdf2e3;--bad:#b3181e;--bad-bg:#fdecec;--mark:#1d4f91}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{font-size:1.75rem;line-height:1.2;margin:.15rem 0 .35rem}
h2{font-size:1.15rem;margin:2.25rem 0 .75rem}
h3{font-size:1rem;margin:0}
p{margin:.35rem 0}
.kicker{color:var(--soft);font-size:.8rem;letter-spacing:.08em;text-transform:uppercase;margin:0}
.soft{color:var(--soft)}
.small{font-size:.875rem}
code,.mono{font:.875em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;overflow-wrap:anywhere}
.verdict{display:flex;gap:1rem;border:1px solid;border-left-width:6px;border-radius:10px;padding:1rem 1.25rem;margin:1.25rem 0}
.verdict svg{flex:none;width:2.25rem;height:2.25rem;margin-top:.1rem}
.verdict strong{display:block;font-size:1.15rem;line-height:1.35}
.verdict ul{margin:.4rem 0 0;padding:0;list-style:none;color:var(--ink)}
.verdict.good{color:var(--good);background:var(--good-bg)}
.verdict.caution{color:var(--caution);background:var(--caution-bg)}
.verdict.bad{color:var(--bad);background:var(--bad-bg)}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:.75rem;margin:0}
.tiles div,.card{background:var(--card);border:1px solid var(--line);border-radius:10px}
.tiles div{padding:.75rem 1rem}
.tiles dt{color:var(--soft);font-size:.8rem}
.tiles dd{margin:0;font-size:1.15rem;font-weight:600;line-height:1.35}
.tiles dd small{display:block;font-size:.8rem;font-weight:400;color:var(--soft)}
.card{padding:1rem 1.25rem;margin:0 0 .75rem}
.chart{display:block;width:100%;height:auto}
.curve{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
.curve .grid{stroke:var(--line)}
.curve .tick,.curve .axis{fill:var(--soft)}
.curve .line{fill:none;stroke:var(--good);stroke-width:2.25;stroke-linejoin:round}
.curve .reading{fill:var(--good);stroke:var(--card);stroke-width:1.25}
.curve .anomaly path{fill:var(--bad);stroke:var(--card)}
.curve .resolution path{fill:var(--mark);stroke:var(--card)}
.curve .corrected circle{fill:var(--card);stroke:var(--soft);stroke-width:1.5}
.curve .corrected path{stroke:var(--soft);stroke-width:1.5}
.curve .mark-label{font-size:11px;font-weight:600;fill:var(--ink)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0 0;padding:0;list-style:none;color:var(--soft);font-size:.85rem}
.legend svg{width:14px;height:14px;margin-right:.35rem;vertical-align:-2px}
.legend li{white-space:nowrap}
.records{list-style:none;margin:0;padding:0}
.record{display:grid;grid-template-columns:6.5rem 1fr;gap:0 1rem;content-visibility:auto;contain-intrinsic-size:auto 10rem}
.record .when{color:var(--soft);font-size:.875rem}
.record .when b{display:block;color:var(--ink);font-size:1rem}
.head{display:flex;flex-wrap:wrap;align-items:baseline;gap:.25rem .75rem}
.head .reading-text{font-weight:600;margin-left:auto}
.badge{display:inline-block;border-radius:99px;padding:.05rem .6rem;font-size:.8rem;font-weight:600;background:#eef1f4;color:var(--soft)}
.badge.good{background:var(--good-bg);color:var(--good)}
.badge.caution{background:var(--caution-bg);color:var(--caution)}
.badge.bad{background:var(--bad-bg);color:var(--bad)}
.remark{margin:.35rem 0 0;padding-left:.75rem;border-left:3px solid var(--line)}
.remark.caution{border-color:var(--caution);color:var(--caution)}
.remark.bad{border-color:var(--bad);color:var(--bad)}
.missing{border:2px dashed var(--bad);background:var(--bad-bg);color:var(--bad);font-weight:600}
dl.fields{display:grid;grid-template-columns:minmax(8rem,max-content) 1fr;gap:.15rem 1rem;margin:.6rem 0 0;font-size:.9rem}
dl.fields dt{color:var(--soft)}
dl.fields dd{margin:0;overflow-wrap:anywhere}
details{margin-top:.6rem;font-size:.875rem}
summary{cursor:pointer;color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{text-align:left;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
th{color:var(--soft);font-weight:500}
td:first-child{white-space:nowrap}
@media (max-width:36rem){
main{padding:1rem .75rem 2rem}
.record{grid-template-columns:1fr;gap:.25rem}
.record .when{display:flex;gap:.6rem}
.record .when b{display:inline;font-size:.875rem}
.head .reading-text{margin-left:0;width:100%}
.verdict{padding:.85rem 1rem;gap:.75rem}
.card{padding:.85rem 1rem}
.tiles{grid-template-columns:repeat(2,1fr)}
.tiles div{padding:.6rem .75rem}
dl.fields{grid-template-columns:minmax(6.5rem,35%) 1fr;gap:.15rem .75rem}
details dl.fields{grid-template-columns:1fr;gap:0}
.legend li{white-space:normal}
.curve .tick,.curve .axis{font-size:18px}
.curve .tick.minor,.curve .axis.x{display:none}
.curve .mark-label{font-size:17px}
}
@media print{
@page{margin:14mm}
body{background:#fff;font-size:11pt}
main{max-width:none;padding:0}
.card,.tiles div,.verdict,.chart{break-inside:avoid}
h2{break-after:avoid}
details{display:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
