import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formatsModule from "ajv-formats";
import { encodeBase64Url, sha256Hex } from "../documents/encoding.js";
import { PassportError } from "./PassportError.js";
import { PASSPORT_SCHEMA, type PassportCluster, type PassportContent } from "./passportSchema.js";
import { fieldsOfTier, PASSPORT_TIERS, tiersUpTo, type PassportFields, type PassportTier } from "./tiers.js";

const FORMAT = "blok-auto/battery-passport/1";
const SALT_BYTES = 16;

/**
 * A passport document: one section for each tier, salted, and the SHA-256 of each. A reader who is given some of the sections
 * can still check them against the hash on the chain, and learns nothing of the others.
 */
export interface PassportFile {
  format: typeof FORMAT;
  commitments: Record<PassportTier, string>;
  /** JSON texts, as they were hashed. */
  sections: Partial<Record<PassportTier, string>>;
}

/**
 * Makes the document of a new passport. Its {@link passportHash} goes on chain: as document hash of a lot, or of a unit's
 * change of service.
 *
 * @throws {PassportError} `PASSPORT_CONTENT`, with one sentence per problem.
 * @example
 * const file = createPassport(content);
 * await parts.changeService(partId, status, passportHash(file), role);
 */
export function createPassport(content: PassportContent): PassportFile {
  checkContent(content, "whole");
  const sections = PASSPORT_TIERS.map((tier) => {
    const salt = encodeBase64Url(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
    return [tier, JSON.stringify({ salt, ...fieldsOfTier(content, tier) })] as const;
  });
  return {
    format: FORMAT,
    commitments: Object.fromEntries(
      sections.map(([tier, text]) => [tier, sha256Hex(text)]),
    ) as PassportFile["commitments"],
    sections: Object.fromEntries(sections),
  };
}

/** The hash that stands on chain for a passport document, whichever of its sections are at hand. */
export function passportHash({ commitments }: PassportFile): string {
  return sha256Hex([FORMAT, ...PASSPORT_TIERS.map((tier) => commitments[tier])].join("\n"));
}

/** The document without the sections that a reader may not read. */
export function redactPassport(file: PassportFile, tier: PassportTier): PassportFile {
  const shown = tiersUpTo(tier).filter((name) => file.sections[name] !== undefined);
  return { ...file, sections: Object.fromEntries(shown.map((name) => [name, file.sections[name]])) };
}

/**
 * Reads a passport document, of which any section may be missing.
 *
 * @returns All fields of the sections that are there.
 * @throws {PassportError} `PASSPORT_FILE` for a file of another form, or with a section that it does not commit to or that
 *   holds a field of another tier; `PASSPORT_CONTENT` for fields that the schema does not allow.
 */
export function openPassport(file: PassportFile): PassportFields {
  const content: Record<string, object> = {};
  for (const tier of PASSPORT_TIERS) {
    const text = file.sections[tier];
    if (text === undefined) continue;
    if (sha256Hex(text) !== file.commitments[tier]) {
      throw new PassportError(
        "PASSPORT_FILE",
        `the section ${tier} is not the one that the passport commits to`,
        {
          fix: "get the passport anew from whoever keeps it",
        },
      );
    }
    const { salt: _, ...fields } = parseObject(text, tier);
    checkContent(fields, "part");
    if (JSON.stringify(fieldsOfTier(fields, tier)) !== JSON.stringify(fields)) {
      throw new PassportError("PASSPORT_FILE", `the section ${tier} holds fields of another tier`);
    }
    for (const [cluster, part] of Object.entries(fields)) content[cluster] = { ...content[cluster], ...part };
  }
  return content;
}

/**
 * Reads a passport file's text.
 *
 * @throws {PassportError} `PASSPORT_FILE`, `PASSPORT_CONTENT`.
 */
export function parsePassport(text: string, where?: string): PassportFile {
  const file = parseObject(text, where) as unknown as PassportFile;
  const isHash = (value: unknown): boolean => typeof value === "string" && /^0x[0-9a-f]{64}$/.test(value);
  const isWhole =
    file.format === FORMAT &&
    PASSPORT_TIERS.every((tier) => isHash(file.commitments?.[tier])) &&
    typeof file.sections === "object" &&
    file.sections !== null &&
    Object.entries(file.sections).every(
      ([tier, section]) =>
        (PASSPORT_TIERS as readonly string[]).includes(tier) && typeof section === "string",
    );
  if (!isWhole) {
    throw new PassportError("PASSPORT_FILE", `this is no file of the form ${FORMAT}`, { where });
  }
  openPassport(file);
  return file;
}

function parseObject(text: string, where?: string): Record<string, object> {
  let cause: unknown;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return value as Record<string, object>;
    }
  } catch (error) {
    cause = error;
  }
  throw new PassportError("PASSPORT_FILE", "this is no JSON object", { where, cause });
}

const validators = new Map<"whole" | "part", ValidateFunction>();

/** Checks content; a part of one may lack clusters, and fields of them. */
function checkContent(content: object, extent: "whole" | "part"): void {
  const validate = validators.get(extent) ?? compile(extent);
  validators.set(extent, validate);
  if (validate(content)) return;
  const problems = (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== "if")
    .map(({ instancePath, keyword, message, params }) => {
      const field = instancePath.slice(1, 100).replaceAll("/", ".") || "the passport";
      if (keyword === "additionalProperties") {
        return `${field} may not have a field ${String(params.additionalProperty).slice(0, 40)}`;
      }
      return `${field} ${keyword === "not" ? "contains what looks like a VIN" : message}`;
    });
  throw new PassportError("PASSPORT_CONTENT", [...new Set(problems)].join(", "));
}

function compile(extent: "whole" | "part"): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true });
  formatsModule.default(ajv);
  if (extent === "whole") return ajv.compile(PASSPORT_SCHEMA);
  const clusters = Object.entries(PASSPORT_SCHEMA.properties) as [PassportCluster, object][];
  return ajv.compile({
    ...PASSPORT_SCHEMA,
    required: [],
    properties: Object.fromEntries(clusters.map(([name, schema]) => [name, { ...schema, required: [] }])),
  });
}
