import { DIGITAL_LINK, gs1CheckDigit } from "./gs1Keys.js";

type Translation = (...parts: string[]) => string;

// GS1 EPC Tag Data Standard: the parts of an EPC URI begin with the company prefix. A serial of "*" is a pattern of any.
const SCHEMES: Record<string, Translation> = {
  sgtin: (company, item, serial) => `01/${gtinOf(company, item)}${qualifier("21", serial)}`,
  lgtin: (company, item, lot) => `01/${gtinOf(company, item)}${qualifier("10", lot)}`,
  upui: (company, item, tpx) => `01/${gtinOf(company, item)}${qualifier("235", tpx)}`,
  itip: (company, item, piece, total, serial) =>
    `8006/${gtinOf(company, item)}${piece}${total}${qualifier("21", serial)}`,
  sscc: (company, reference) => `00/${checked(`${reference.slice(0, 1)}${company}${reference.slice(1)}`)}`,
  sgln: (company, location, extension) =>
    `414/${checked(company + location)}${extension === "0" ? "" : qualifier("254", extension)}`,
  pgln: (company, party) => `417/${checked(company + party)}`,
  grai: (company, type, serial) => `8003/0${checked(company + type)}${serial === "*" ? "" : serial}`,
  giai: (company, reference) => `8004/${company}${reference}`,
  gdti: (company, type, serial) => `253/${checked(company + type)}${serial === "*" ? "" : serial}`,
  gsrn: (company, reference) => `8018/${checked(company + reference)}`,
  gsrnp: (company, reference) => `8017/${checked(company + reference)}`,
  gsin: (company, reference) => `402/${checked(company + reference)}`,
  ginc: (company, reference) => `401/${company}${reference}`,
  cpi: (company, reference, serial) => `8010/${company}${reference}${qualifier("8011", serial)}`,
};

// The keys of canonical Digital Link URIs, the form of each, and its qualifiers, the finest first.
const KEYS: Record<string, { form: RegExp; qualifiers: string[] }> = {
  "00": { form: /^\d{18}$/, qualifiers: [] },
  "01": { form: /^(\d{8}|\d{12,14})$/, qualifiers: ["21", "10", "235"] },
  "253": { form: /^\d{13}/, qualifiers: [] },
  "255": { form: /^\d{13}/, qualifiers: [] },
  "401": { form: /./, qualifiers: [] },
  "402": { form: /^\d{17}$/, qualifiers: [] },
  "414": { form: /^\d{13}$/, qualifiers: ["254"] },
  "417": { form: /^\d{13}$/, qualifiers: [] },
  "8003": { form: /^\d{14}/, qualifiers: [] },
  "8004": { form: /./, qualifiers: [] },
  "8006": { form: /^\d{18}$/, qualifiers: ["21", "10"] },
  "8010": { form: /./, qualifiers: ["8011"] },
  "8017": { form: /^\d{18}$/, qualifiers: [] },
  "8018": { form: /^\d{18}$/, qualifiers: [] },
};
const SHORT_NAMES: Record<string, string> = { gtin: "01", lot: "10", ser: "21" };

/**
 * The constrained canonical GS1 Digital Link URI of an EPC URI or of any Digital Link URI; other text as it is.
 *
 * @example
 * canonicalUri("urn:epc:id:sgtin:4012345.011111.9876"); // "https://id.gs1.org/01/04012345111118/21/9876"
 */
export function canonicalUri(text: string): string {
  const [, scheme = "", rest = ""] = /^urn:epc:(?:id|class|idpat):([a-z]+):(.+)$/.exec(text) ?? [];
  const translate = SCHEMES[scheme];
  if (translate) return `${DIGITAL_LINK}/${translate(...rest.split("."))}`;
  return /^https?:\/\//.test(text) ? constrained(text) : text;
}

function constrained(uri: string): string {
  const [, ...segments] = uri
    .replace(/^https?:\/\//, "")
    .replace(/[?#].*$/, "")
    .split("/");
  const named = segments.map((segment) => SHORT_NAMES[segment] ?? segment);
  const at = named.findIndex((name, index) => KEYS[name]?.form.test(named[index + 1] ?? ""));
  const [key, value, ...rest] = named.slice(at);
  const known = at < 0 || key === undefined ? undefined : KEYS[key];
  if (key === undefined || value === undefined || known === undefined) return uri;
  const found = known.qualifiers.find((name) => rest.some((part, index) => index % 2 === 0 && part === name));
  const finest = found === undefined ? "" : qualifier(found, rest[rest.indexOf(found) + 1] ?? "");
  return `${DIGITAL_LINK}/${key}/${key === "01" ? value.padStart(14, "0") : value}${finest}`;
}

function gtinOf(company = "", item = ""): string {
  return checked(`${item.slice(0, 1)}${company}${item.slice(1)}`);
}

function checked(digits: string): string {
  return digits + gs1CheckDigit(digits);
}

function qualifier(key: string, value = "*"): string {
  return value === "*" ? "" : `/${key}/${value}`;
}
