import { InvalidArgumentError } from "commander";
import { lotIdOf, partIdOf } from "../../sdk/src/parts/partId.js";

const PATH = /^(0x[0-9a-fA-F]{40})\/([0-9]{1,20})(?:\/([0-9]{1,10}))?$/;

/** A lot: its id, or maker/number. */
export function parseLot(text: string): bigint {
  const [, maker, number, serial] = PATH.exec(text) ?? [];
  if (maker !== undefined && serial === undefined) return named(() => lotIdOf(maker, BigInt(number ?? 0)));
  return parseId(text, "a lot is maker/number, as in 0x…/7, or its id");
}

/** A part: its id, or maker/number/serial. */
export function parsePart(text: string): bigint {
  const [, maker, number, serial] = PATH.exec(text) ?? [];
  if (maker === undefined || serial === undefined)
    return parseId(text, "a part is maker/number/serial, as in 0x…/7/12, or its id");
  return named(() => partIdOf(lotIdOf(maker, BigInt(number ?? 0)), Number(serial)));
}

/** An account. */
export function parseAccount(text: string): string {
  if (/^0x[0-9a-fA-F]{40}$/.test(text)) return text;
  throw new InvalidArgumentError("It is 0x and 40 hex digits.");
}

/** A whole number from `least` on. */
export function parseNumberFrom(least: number): (text: string) => number {
  return (text) => {
    if (/^[0-9]{1,15}$/.test(text) && Number(text) >= least) return Number(text);
    throw new InvalidArgumentError(`It is a whole number from ${least} on.`);
  };
}

function parseId(text: string, form: string): bigint {
  if (/^0x[0-9a-fA-F]{1,64}$/.test(text) || /^[0-9]{1,77}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError(`It is not an id: ${form}.`);
}

function named(make: () => bigint): bigint {
  try {
    return make();
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}
