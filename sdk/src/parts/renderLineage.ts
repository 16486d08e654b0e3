import { nameLot, type LineageEdge, type LineageLot } from "./buildLineage.js";
import { parsePartId } from "./partId.js";
import type { Lineage } from "./readLineage.js";
import type { LotCertificate } from "./readLotCertificates.js";
import { MATERIALS, type CertificateKind, type LotInput } from "./types.js";

const KIND_WORDS: Record<CertificateKind, string> = {
  dueDiligence: "due diligence",
  origin: "origin",
  testReport: "test report",
};

/**
 * A lineage as a tree in text: what the lot was made of, and what was made of it, with the units used at each edge.
 *
 * @example
 * console.log(renderLineage(await readLineage({ rpc, deployment, lotId })));
 */
export function renderLineage(lineage: Lineage): string {
  const { lots, edges, lotId, partId, verified, problems, atBlock } = lineage;
  const byId = new Map(lots.map((lot) => [lot.lotId, lot]));
  const self = byId.get(lotId);
  const { serial } = parsePartId(partId ?? 0n);
  const lines = [
    `${serial === 0 ? "" : `serial ${serial} of `}${self ? lotWords(self) : nameLot(lotId)}`,
    verified
      ? `VERIFIED: every edge hashes to what the contract keeps; block ${atBlock.number}`
      : `NOT VERIFIED; block ${atBlock.number}`,
    ...problems.map(({ code, message }) => `  ${code}: ${message}`),
    ...(self ? certificateLines(self.certificates, "  ") : []),
  ];
  const tree = (title: string, next: (lotId: bigint) => { edge: LineageEdge; lotId: bigint }[]): void => {
    const seen = new Set<bigint>();
    const branch = (from: bigint, indent: string): void => {
      const children = next(from);
      children.forEach(({ edge, lotId: child }, i) => {
        const isLast = i === children.length - 1;
        const lot = byId.get(child);
        const again = seen.has(child) ? " (shown above)" : "";
        const status = edge.status === "verified" ? "" : " UNVERIFIED";
        lines.push(
          `${indent}${isLast ? "└─" : "├─"} ${usedWords(edge)} ${lot ? lotWords(lot) : nameLot(child)}${status}${again}`,
        );
        if (again !== "") return;
        seen.add(child);
        const below = `${indent}${isLast ? "  " : "│ "} `;
        if (lot) lines.push(...certificateLines(lot.certificates, below));
        branch(child, below);
      });
    };
    if (next(lotId).length === 0) return;
    lines.push("", title);
    branch(lotId, "");
  };
  tree("made of", (to) => edges.filter((edge) => edge.to === to).map((edge) => ({ edge, lotId: edge.from })));
  tree("made into", (from) =>
    edges
      .filter((edge) => edge.from === from && byId.get(edge.to)?.relation === "descendant")
      .map((edge) => ({ edge, lotId: edge.to })),
  );
  return `${lines.join("\n")}\n`;
}

function usedWords({ inputs, isRecovery }: LineageEdge): string {
  const quantity = inputs.reduce((sum, input) => sum + input.quantity, 0n);
  return `${isRecovery ? "recovery, " : ""}${quantity} ${isRecovery ? "taken apart:" : "used:"}`;
}

function lotWords({ lotId, lot, isRecovered, commissioned }: LineageLot): string {
  if (!lot) return nameLot(lotId);
  const day = commissioned ? new Date(commissioned.at * 1_000).toISOString().slice(0, 10) : "";
  return `${nameLot(lotId)}: ${isRecovered ? "recovered, " : ""}${contentWords(lot)}, ${day}`;
}

function contentWords(lot: LotInput): string {
  if (lot.form === "material") return `${lot.quantity} g of ${wordOf(lot.material)}`;
  const content = MATERIALS.flatMap((material) =>
    material !== "other" && lot.content[material] > 0n
      ? `${lot.content[material]} g of ${wordOf(material)}`
      : [],
  );
  return [`${lot.quantity} ${lot.form} units`, ...content].join(", ");
}

function wordOf(material: (typeof MATERIALS)[number]): string {
  if (material === "rareEarths") return "rare earths";
  return material === "other" ? "other material" : material;
}

function certificateLines(certificates: readonly LotCertificate[], indent: string): string[] {
  return certificates.map(({ kind, state, validTo, auditor }) => {
    const until = new Date(validTo * 1_000).toISOString().slice(0, 10);
    const words =
      state === "valid" ? `valid to ${until}` : state === "expired" ? `expired ${until}` : "REVOKED";
    return `${indent}certificate of ${KIND_WORDS[kind]} by ${auditor}: ${words}`;
  });
}
