import { sha256Hex } from "../documents/encoding.js";
import { canonicalUri } from "./canonicalUri.js";
import { EpcisError } from "./EpcisError.js";

/** A JSON-LD context: where prefixes are explained. */
export type EpcisContext = string | Record<string, unknown> | readonly (string | Record<string, unknown>)[];

/** How a standard field goes into the text that is hashed. */
interface Field {
  key: string;
  /** Whether the field's own name begins its text. */
  isNamed?: boolean;
  /** What names each item of a list; the field's own name when left out. */
  item?: string;
  /** The fields of each item, in their order. */
  fields?: readonly Field[];
  /** What a bare word of the Core Business Vocabulary is short for. */
  words?: string;
  isTime?: boolean;
}

const CBV = "https://ref.gs1.org/cbv/";
const WEB_VOCABULARY = "https://ref.gs1.org/voc/";
const URN_WORDS: Record<string, string> = {
  bizstep: "BizStep",
  disp: "Disp",
  btt: "BTT",
  sdt: "SDT",
  er: "ER",
};
/** Prefixes that the context of EPCIS 2.0 itself explains. */
const PREFIXES: Record<string, string> = {
  cbv: CBV,
  cbvmda: "urn:epcglobal:cbv:mda:",
  epcis: "https://ref.gs1.org/epcis/",
  gs1: WEB_VOCABULARY,
};

const QUANTITY = named("epcClass", "quantity", "uom");
const DISPOSITION = `${CBV}Disp-`;
const PARTY = `${CBV}SDT-`;

// CBV 2.0, 8.9: the canonical order of properties.
const FIELDS: readonly Field[] = [
  { key: "eventTime", isTime: true },
  ...named("eventTimeZoneOffset"),
  { key: "epcList", isNamed: true, item: "epc" },
  ...named("parentID"),
  { key: "inputEPCList", isNamed: true, item: "epc" },
  { key: "childEPCs", isNamed: true, item: "epc" },
  ...["quantityList", "childQuantityList", "inputQuantityList"].map(quantities),
  { key: "outputEPCList", isNamed: true, item: "epc" },
  quantities("outputQuantityList"),
  ...named("action", "transformationID"),
  { key: "bizStep", words: `${CBV}BizStep-` },
  { key: "disposition", words: DISPOSITION },
  {
    key: "persistentDisposition",
    isNamed: true,
    item: "",
    fields: [
      { key: "set", words: DISPOSITION },
      { key: "unset", words: DISPOSITION },
    ],
  },
  { key: "readPoint", isNamed: true, item: "", fields: named("id") },
  { key: "bizLocation", isNamed: true, item: "", fields: named("id") },
  typed("bizTransactionList", "bizTransaction", `${CBV}BTT-`),
  typed("sourceList", "source", PARTY),
  typed("destinationList", "destination", PARTY),
  {
    key: "sensorElementList",
    item: "sensorElement",
    fields: [
      {
        key: "sensorMetadata",
        fields: [
          ...["time", "startTime", "endTime"].map((key) => ({ key, isTime: true })),
          ...named("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod", "bizRules"),
        ],
      },
      {
        key: "sensorReport",
        fields: [
          { key: "type", words: WEB_VOCABULARY },
          { key: "exception", words: WEB_VOCABULARY },
          ...named("deviceID", "deviceMetadata", "rawData", "dataProcessingMethod"),
          { key: "time", isTime: true },
          ...named("microorganism", "chemicalSubstance", "value", "component", "stringValue", "booleanValue"),
          ...named("hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue", "sDev", "percRank"),
          ...named("percValue", "uom", "coordinateReferenceSystem"),
        ],
      },
    ],
  },
];

/**
 * The hash id of an EPCIS event by CBV 2.0, which any serialisation of the event leads to. The event's id, the time of
 * its recording and its error declaration do not count.
 *
 * @param context The context of the document that the event is from; it explains the prefixes of extensions.
 * @throws {EpcisError} `EPCIS_CONTEXT` for an extension whose prefix nothing explains.
 * @example
 * epcisEventHash(document.epcisBody.eventList[0], document["@context"]); // "ni:///sha-256;6ae9…?ver=CBV2.0"
 */
export function epcisEventHash(event: object, context: EpcisContext = []): string {
  return `ni:///sha-256;${sha256Hex(epcisPreHash(event, context)).slice(2)}?ver=CBV2.0`;
}

/** The text that {@link epcisEventHash} hashes. */
export function epcisPreHash(event: object, context: EpcisContext = []): string {
  const content = event as Record<string, unknown>;
  const prefixes = {
    ...PREFIXES,
    ...prefixesOf(context),
    ...prefixesOf(content["@context"] as EpcisContext),
  };
  const { ilmd } = content;
  return [
    `eventType=${String(content.type)}`,
    standardText(content, FIELDS),
    isObject(ilmd) ? `ilmd${extensionText(ilmd, [], prefixes)}` : "",
    extensionText(content, FIELDS, prefixes),
  ].join("");
}

function standardText(content: Record<string, unknown>, fields: readonly Field[]): string {
  return fields.map((field) => fieldText(field, content[field.key])).join("");
}

function fieldText(field: Field, value: unknown): string {
  const items = itemsOf(value).map((item) => {
    if (field.fields === undefined) return `${field.item ?? field.key}=${valueText(item, field)}`;
    return `${field.item ?? field.key}${isObject(item) ? standardText(item, field.fields) : ""}`;
  });
  return items.length === 0 ? "" : `${field.isNamed ? field.key : ""}${items.sort().join("")}`;
}

/** The extensions of an object and of the standard fields in it, sorted. */
function extensionText(
  content: Record<string, unknown>,
  fields: readonly Field[],
  prefixes: Record<string, string>,
): string {
  const standard = fields.flatMap(({ key, item, fields: inner }) =>
    inner === undefined
      ? []
      : itemsOf(content[key])
          .filter(isObject)
          .map((value) => [item || key, extensionText(value, inner, prefixes)] as const)
          .filter(([, text]) => text !== "")
          .map(([name, text]) => name + text),
  );
  const own = Object.entries(content)
    .filter(([key]) => key.includes(":") && key !== "rdfs:comment")
    .flatMap(([key, value]) => {
      const name = expanded(key, prefixes);
      return itemsOf(value).map((item) =>
        isObject(item) ? name + extensionText(item, [], prefixes) : `${name}=${valueText(item)}`,
      );
    });
  return [...standard, ...own].sort().join("");
}

function expanded(key: string, prefixes: Record<string, string>): string {
  const colon = key.indexOf(":");
  const namespace = prefixes[key.slice(0, colon)];
  if (namespace === undefined) {
    throw new EpcisError("EPCIS_CONTEXT", `no context explains the prefix of ${key}`, {
      fix: "give the @context of the document that the event is from",
    });
  }
  return `{${namespace}}${key.slice(colon + 1)}`;
}

function valueText(value: unknown, { words, isTime }: Pick<Field, "words" | "isTime"> = {}): string {
  const text = String(value).trim();
  if (isTime) return timeText(text);
  if (words !== undefined && !text.includes(":")) return words + text;
  if (/^-?\d+\.\d+$/.test(text)) return text.replace(/\.?0+$/, "");
  const [, kind = "", word = ""] = /^urn:epcglobal:cbv:([a-z]+):([^:]+)$/.exec(text) ?? [];
  if (URN_WORDS[kind]) return `${CBV}${URN_WORDS[kind]}-${word}`;
  const [, prefix = "", local = ""] = /^(cbv|epcis|gs1):(.+)$/.exec(text) ?? [];
  return prefix === "" ? canonicalUri(text) : `${PREFIXES[prefix]}${local}`;
}

/** UTC with milliseconds, rounded half up. */
function timeText(text: string): string {
  const [, seconds = text, fraction = "", zone = ""] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const milliseconds = Math.floor((Number(fraction.slice(0, 4).padEnd(4, "0")) + 5) / 10);
  return new Date(Date.parse(seconds + zone) + milliseconds).toISOString();
}

function prefixesOf(context: EpcisContext | undefined): Record<string, string> {
  const pairs = itemsOf(context)
    .filter(isObject)
    .flatMap((part) => Object.entries(part))
    .filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return Object.fromEntries(pairs);
}

function itemsOf(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function named(...keys: string[]): Field[] {
  return keys.map((key) => ({ key }));
}

function quantities(key: string): Field {
  return { key, isNamed: true, item: "quantityElement", fields: QUANTITY };
}

function typed(key: string, value: string, words: string): Field {
  return { key, isNamed: true, item: "", fields: [{ key: "type", words }, { key: value }] };
}
