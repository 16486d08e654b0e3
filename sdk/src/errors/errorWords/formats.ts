import { roleName } from "../../consortium/roles.js";

/** The values of a custom error, by name, as the ABI types them. */
export type ErrorValues = Record<string, unknown>;

/** What went wrong, in words, and what to do about it. */
export interface ErrorWords {
  says: (values: ErrorValues) => string;
  fix: string;
}

export const REPORT_BUG = "This should not happen in use: please report it.";

export const text = (value: unknown): string => String(value);

export const role = (value: unknown): string => `"${roleName(BigInt(text(value)))}"`;

export const time = (value: unknown): string => {
  const seconds = Number(text(value));
  return seconds > 8.64e12
    ? "the end of time"
    : new Date(seconds * 1_000).toISOString().replace(".000Z", "Z");
};

/** A day, counted since 1970-01-01. */
export const day = (value: unknown): string => time(Number(text(value)) * 86_400).replace("T00:00:00Z", "");

export const grams = (value: unknown): string => `${text(value)} g`;

/** Vehicle ids, key ids and other 256-bit values are told apart by their first and last digits. */
export const tag = (value: unknown): string => {
  const hex = BigInt(text(value)).toString(16).padStart(64, "0");
  return `0x${hex.slice(0, 4)}…${hex.slice(-4)}`;
};

/** The maker in an id, told apart in the same way. */
const maker = (id: bigint): string => {
  const hex = (id & MAKER_MASK).toString(16).padStart(40, "0");
  return `0x${hex.slice(0, 4)}…${hex.slice(-4)}`;
};

/** A lot id is maker << 64 | number. */
export const lot = (value: unknown): string => {
  const lotId = BigInt(text(value));
  return `lot ${BigInt.asUintN(64, lotId)} of ${maker(lotId >> 64n)}`;
};

/** A part id is lot id << 32 | serial; serial 0 stands for the units of a lot that have none. */
export const part = (value: unknown): string => {
  const partId = BigInt(text(value));
  const serial = BigInt.asUintN(32, partId);
  return serial === 0n ? lot(partId >> 32n) : `part ${serial} of ${lot(partId >> 32n)}`;
};

/** A campaign number is nine characters. What is none is shown in hexadecimal digits: it may hold anything. */
export const campaignNumber = (value: unknown): string => {
  const hex = BigInt(text(value)).toString(16).padStart(18, "0");
  const characters = hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)));
  return /^[0-9A-Z]{9}$/.test(characters) ? characters : `0x${hex}`;
};

/** A campaign id is maker << 96 | number. */
export const campaign = (value: unknown): string => {
  const campaignId = BigInt(text(value));
  return `campaign ${campaignNumber(BigInt.asUintN(72, campaignId))} of ${maker(campaignId >> 96n)}`;
};

/** The word for a value of an enum; a value that has none is shown as it is. */
export const oneOf =
  (...words: string[]) =>
  (value: unknown): string =>
    words[Number(text(value))] ?? text(value);

export const lockName = (value: unknown): string => LOCK_NAMES[Number(text(value))] ?? `lock ${text(value)}`;

export const locks = (value: unknown): string => {
  const set = Number(text(value));
  const names = Array.from({ length: 16 }, (_, bit) => bit)
    .filter((bit) => (set >> bit) & 1)
    .map(lockName);
  return names.length === 0 ? "none" : names.join(", ");
};

const LOCK_NAMES = ["lien", "theft", "court", "safety stop", "sale", "rental"];
const MAKER_MASK = (1n << 160n) - 1n;
