import { MATERIALS, type CriticalMaterial, type LotForm, type Material } from "../parts/types.js";
import type { ContentGrams, LotFields, PartReference } from "./partEvents.js";

/** The critical materials, in the order of the contract. */
export const CRITICAL_MATERIALS = MATERIALS.slice(1) as CriticalMaterial[];

/** A vehicle carries at most so many serialised units of one lot. */
export const UNITS_PER_LOT_LIMIT = 8;

export interface UnitStock {
  /** An alias, a VIN while it is fitted, or a consignment. */
  holder: string;
  state: "free" | "inTransit" | "fitted" | "gone";
  status: string;
}

export interface LotStock {
  /** Names the lot in messages. */
  name: string;
  maker: string;
  number: number;
  form: Exclude<LotForm, "none">;
  quantity: number;
  /** Grams of each critical material in the whole lot. */
  content: bigint[];
  /** Unix seconds from which on it is not fitted; 0 for never. */
  expiresAt: number;
  /** Of a serialised lot: units that have no serial yet. */
  unserialised: number;
  units: Map<number, UnitStock>;
  /** The serials that each vehicle carries, by VIN. */
  fitted: Map<string, Set<number>>;
  /** Grams or counted pieces by whoever has them: an alias, a VIN or a consignment. */
  quantities: Map<string, number>;
  /** Serials under recall, both ends included; 0 to 0 for a lot without serials. */
  holds: { from: number; to: number }[];
  lastAt: number;
  lastLine: number;
}

/** What one row of a line names. */
export interface FoundPart {
  lot: LotStock;
  /** 0 for units that have no serial. */
  serial: number;
  quantity: number;
}

/** Lots and units as the contracts will have them: who has what, and what is on which vehicle. Knows no rules. */
export class PartStock {
  readonly #lots = new Map<string, LotStock>();

  lotOf(maker: string, number: number): LotStock | undefined {
    return this.#lots.get(lotKey(maker, number));
  }

  add(maker: string, fields: LotFields, line: number, time: number, expiresAt: number): LotStock {
    const { lot: number, form, quantity, material = "other" } = fields;
    const lot: LotStock = {
      name: lotKey(maker, number),
      maker,
      number,
      form,
      quantity,
      content: form === "material" ? gramsOfMaterial(material, quantity) : gramsOf(fields.content),
      expiresAt,
      unserialised: form === "serialised" ? quantity : 0,
      units: new Map(),
      fitted: new Map(),
      quantities: new Map(form === "serialised" ? [] : [[maker, quantity]]),
      holds: [],
      lastAt: time,
      lastLine: line,
    };
    this.#lots.set(lot.name, lot);
    return lot;
  }

  /** How many units without a serial somebody has; of a serialised lot they are the maker's alone. */
  quantityOf({ form, maker, unserialised, quantities }: LotStock, holder: string): number {
    if (form === "serialised") return holder === maker ? unserialised : 0;
    return quantities.get(holder) ?? 0;
  }

  /** Units end, or leave for `to`. What is not there is not taken: the rules have said so. */
  move(part: FoundPart, from: string, to: string | undefined, state: UnitStock["state"]): void {
    const { lot, serial, quantity } = part;
    if (serial !== 0) {
      const unit = lot.units.get(serial);
      if (!unit) return;
      lot.fitted.get(unit.holder)?.delete(serial);
      Object.assign(unit, { holder: to ?? "", state });
      if (state !== "fitted") return;
      const carried = lot.fitted.get(unit.holder) ?? new Set();
      lot.fitted.set(unit.holder, carried.add(serial));
    } else if (lot.form === "serialised") {
      lot.unserialised = Math.max(0, lot.unserialised - quantity);
    } else {
      lot.quantities.set(from, Math.max(0, this.quantityOf(lot, from) - quantity));
      if (to !== undefined) lot.quantities.set(to, this.quantityOf(lot, to) + quantity);
    }
  }

  /** How many units of a lot a vehicle carries. */
  fittedOf(lot: LotStock, vin: string): number {
    if (lot.form !== "serialised") return this.quantityOf(lot, vin);
    return lot.fitted.get(vin)?.size ?? 0;
  }

  /** Whether a vehicle carries a unit of a scope. */
  carries(lot: LotStock, vin: string, scope: { from: number; to: number }): boolean {
    if (lot.form !== "serialised") return this.quantityOf(lot, vin) > 0;
    return [...(lot.fitted.get(vin) ?? [])].some((serial) => serial >= scope.from && serial <= scope.to);
  }

  /** Whether a recall keeps a unit from being used; those without a serial may become any of a recalled range. */
  isHeld(lot: LotStock, serial: number): boolean {
    return lot.holds.some(({ from, to }) => serial === 0 || (serial >= from && serial <= to));
  }
}

/** Names a lot: the maker's alias and its number. */
export function lotKey(maker: string, number: number): string {
  return `lot ${number} of ${maker}`;
}

/** Names what a reference refers to. */
export function partName({ maker, lot, serial }: PartReference): string {
  return serial === undefined ? lotKey(maker, lot) : `unit ${serial} of ${lotKey(maker, lot)}`;
}

/** Grams of each critical material. */
export function gramsOf(content: ContentGrams = {}): bigint[] {
  return CRITICAL_MATERIALS.map((material) => BigInt(content[`${material}G`] ?? 0));
}

function gramsOfMaterial(material: Material, quantity: number): bigint[] {
  return CRITICAL_MATERIALS.map((name) => (name === material ? BigInt(quantity) : 0n));
}
