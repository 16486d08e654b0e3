import type { PriceOptions, SessionPeriod } from "../sessionTypes.js";
import type { Tariff, TariffRestrictions } from "../tariffTypes.js";

interface Billed {
  price: bigint;
  per: bigint;
  taxed: bigint;
  ticks: bigint;
  step: bigint;
}

/** Prices, energies and VAT of walked tariffs have at most three decimals. */
const MILLI = 1000;

/**
 * An independent, slow reading of the rules, for tests: it walks a session tick by tick, asks for every tick which element
 * applies, and counts. A tick is so small that each second, each Wh and each boundary begins one.
 *
 * @returns Total cost before and after taxes in base units, without price limits.
 */
export function walkSession(
  tariff: Tariff,
  periods: readonly SessionPeriod[],
  options: PriceOptions,
): { before_taxes: bigint; after_taxes: bigint } {
  const ticksPerSecond = lcm(periods.map((period) => BigInt(period.energyWh)));
  const ticksPerWh = lcm(periods.map((period) => BigInt(period.durationSeconds)));
  // Volumes are counted in parts so small that any tick is a whole number of them.
  const parts = ticksPerSecond * ticksPerWh;
  const billed = new Map<string, Billed>();
  const last: Record<string, string> = {};
  let [elapsed, consumed, hasFlat] = [0n, 0n, false];

  for (const period of periods) {
    const [seconds, energy] = [BigInt(period.durationSeconds), BigInt(period.energyWh)];
    const ticks = (seconds || 1n) * (energy || 1n);
    const isEmpty = seconds === 0n && energy === 0n;
    for (let tick = 0n; tick < ticks; tick++) {
      const secondsPart = (seconds * parts) / ticks;
      const energyPart = (energy * parts) / ticks;
      const now = {
        elapsed,
        consumed,
        parts,
        at: period.startedAt + Number((seconds * tick) / ticks),
        zone: options.timeZone,
      };
      const first = (type: string): string | undefined => {
        for (const [e, element] of tariff.elements.entries()) {
          if (!holds(element.restrictions ?? {}, now)) continue;
          const c = element.price_components.findIndex((component) => component.type === type);
          if (c >= 0) return `${type}/${e}/${c}`;
        }
        return undefined;
      };
      const count = (name: string | undefined, amount: bigint, group: string): void => {
        if (name === undefined || amount === 0n) return;
        const entry = billed.get(name) ?? emptyEntry(tariff, name);
        entry.ticks += amount;
        billed.set(name, entry);
        last[group] = name;
      };
      if (!hasFlat) {
        const flat = first("FLAT");
        count(flat, parts, "flat");
        hasFlat = flat !== undefined;
      }
      if (isEmpty) continue;
      count(first("ENERGY"), energyPart, "energy");
      count(first(period.dimension), secondsPart, "time");
      elapsed += secondsPart;
      consumed += energyPart;
    }
  }

  for (const group of ["energy", "time"]) {
    const name = last[group];
    const entry = name === undefined ? undefined : billed.get(name);
    if (name === undefined || !entry) continue;
    const type = name.split("/")[0] ?? "";
    let sum = 0n;
    for (const [other, { ticks }] of billed) if (other.startsWith(`${type}/`)) sum += ticks;
    while (sum % (entry.step * parts) !== 0n) {
      const missing = entry.step * parts - (sum % (entry.step * parts));
      entry.ticks += missing;
      sum += missing;
    }
  }

  let total = { before_taxes: 0n, after_taxes: 0n };
  for (const type of ["ENERGY", "TIME", "PARKING_TIME", "FLAT"]) {
    let [stated, taxed, per] = [0n, 0n, 1n];
    for (const [name, entry] of billed) {
      if (!name.startsWith(`${type}/`)) continue;
      stated += entry.price * entry.ticks;
      taxed += entry.price * entry.ticks * entry.taxed;
      per = entry.per;
    }
    const scale = 10n ** BigInt(options.decimals);
    total = {
      before_taxes: total.before_taxes + halfUp(stated * scale, BigInt(MILLI) * per * parts),
      after_taxes: total.after_taxes + halfUp(taxed * scale, BigInt(MILLI) * per * parts * 100_000n),
    };
  }
  return total;
}

function emptyEntry(tariff: Tariff, name: string): Billed {
  const [type, e, c] = name.split("/");
  const component = tariff.elements[Number(e)]?.price_components[Number(c)];
  if (!component) throw new Error(name);
  return {
    price: milli(component.price),
    per: type === "ENERGY" ? 1000n : type === "FLAT" ? 1n : 3600n,
    taxed: 100_000n + milli(component.vat ?? 0),
    ticks: 0n,
    step: BigInt(component.step_size),
  };
}

interface Now {
  elapsed: bigint;
  consumed: bigint;
  parts: bigint;
  at: number;
  zone: string;
}

function holds(rules: TariffRestrictions, { elapsed, consumed, parts, at, zone }: Now): boolean {
  if (rules.min_duration !== undefined && elapsed < BigInt(rules.min_duration) * parts) return false;
  if (rules.max_duration !== undefined && elapsed >= BigInt(rules.max_duration) * parts) return false;
  if (rules.min_kwh !== undefined && consumed < milli(rules.min_kwh) * parts) return false;
  if (rules.max_kwh !== undefined && consumed >= milli(rules.max_kwh) * parts) return false;
  const local = wallClock(at, zone);
  const time = local.slice(11, 16);
  const [start, end] = [rules.start_time ?? "00:00", rules.end_time ?? "00:00"];
  const until = end === "00:00" ? "24:00" : end;
  const isIn = start < until ? time >= start && time < until : time >= start || time < until;
  if (!isIn) return false;
  const day = new Date(`${local.slice(0, 10)}T12:00:00Z`)
    .toLocaleDateString("en-US", { weekday: "long", timeZone: "UTC" })
    .toUpperCase();
  if (rules.day_of_week && rules.day_of_week.length > 0 && !rules.day_of_week.some((name) => name === day)) {
    return false;
  }
  if (rules.start_date !== undefined && local.slice(0, 10) < rules.start_date) return false;
  return rules.end_date === undefined || local.slice(0, 10) < rules.end_date;
}

const clocks = new Map<string, string>();

function wallClock(at: number, zone: string): string {
  const name = `${at}/${zone}`;
  let text = clocks.get(name);
  if (text === undefined) {
    // Swedish writes times as ISO 8601 does.
    text = new Date(at * 1000).toLocaleString("sv-SE", { timeZone: zone });
    clocks.set(name, text);
  }
  return text;
}

function milli(value: number | string): bigint {
  const [whole = "0", places = ""] = String(value).split(".");
  return BigInt(whole) * 1000n + BigInt(places.padEnd(3, "0"));
}

function halfUp(numerator: bigint, denominator: bigint): bigint {
  const doubled = (numerator * 2n) / denominator;
  return (doubled + 1n) / 2n;
}

function lcm(values: bigint[]): bigint {
  let result = 1n;
  for (const value of values) {
    if (value === 0n) continue;
    let [a, b] = [result, value];
    while (b !== 0n) [a, b] = [b, a % b];
    result = (result * value) / a;
  }
  return result;
}
