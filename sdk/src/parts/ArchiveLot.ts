import type { LotState } from "./PartState.js";

/** What a lot counts, as `lotStateOf` gives it for the block in which an archive ends. */
export type LotCounters = Pick<
  LotState,
  "form" | "quantity" | "consumed" | "decommissioned" | "fitted" | "unserialised"
>;

/**
 * Where the units of one lot are: of a serialised lot, four bytes for who holds each serial and four for the vehicle that
 * carries it; of others, a number per holder and vehicle. Holders and vehicles are given by their numbers in a table; 0 is
 * nobody.
 */
export class ArchiveLot {
  /** Units that exist, fitted units, and units without a serial. */
  supply = 0;
  fitted = 0;
  unserialised = 0;
  /** Moves that begin elsewhere than where the unit was. */
  breaks = 0;

  readonly counters: LotCounters;
  readonly isSerialised: boolean;
  readonly #holders: Uint32Array;
  readonly #vehicles: Uint32Array;
  readonly #balances = new Map<number, number>();
  readonly #carried = new Map<number, number>();

  constructor(
    readonly lotId: bigint,
    counters: LotCounters,
  ) {
    this.counters = counters;
    this.isSerialised = counters.form === "serialised";
    const length = this.isSerialised ? Number(counters.quantity) + 1 : 0;
    this.#holders = new Uint32Array(length);
    this.#vehicles = new Uint32Array(length);
  }

  move(serial: number, from: number, to: number, quantity: number): void {
    if (quantity === 0) return; // ERC-1155 lets anybody transfer nothing of anything
    if (from === 0) this.supply += quantity;
    if (to === 0) this.supply -= quantity;
    if (!this.isSerialised) {
      if (from !== 0) {
        const left = (this.#balances.get(from) ?? 0) - quantity;
        if (left < 0) this.breaks++;
        this.#balances.set(from, left);
      }
      if (to !== 0) this.#balances.set(to, (this.#balances.get(to) ?? 0) + quantity);
      return;
    }
    if (serial === 0) {
      this.unserialised += (from === 0 ? quantity : 0) - (to === 0 ? quantity : 0);
      return;
    }
    if (serial >= this.#holders.length || this.#holders[serial] !== from) this.breaks++;
    this.#holders[serial] = to;
  }

  fit(serial: number, vehicle: number, quantity: number): void {
    this.fitted += quantity;
    if (!this.isSerialised) {
      this.#carried.set(vehicle, (this.#carried.get(vehicle) ?? 0) + quantity);
      return;
    }
    if (this.#vehicles[serial] !== 0) this.breaks++;
    this.#vehicles[serial] = vehicle;
  }

  remove(serial: number, vehicle: number, quantity: number): void {
    this.fitted -= quantity;
    if (!this.isSerialised) {
      this.#carried.set(vehicle, (this.#carried.get(vehicle) ?? 0) - quantity);
      return;
    }
    if (this.#vehicles[serial] !== vehicle) this.breaks++;
    this.#vehicles[serial] = 0;
  }

  /** Every fitted unit, or number of counted units, with the vehicle that carries it. */
  *fittedUnits(): Generator<{ serial: number; vehicle: number; quantity: number }, void, undefined> {
    for (const [vehicle, quantity] of this.#carried) if (quantity > 0) yield { serial: 0, vehicle, quantity };
    for (let serial = 1; serial < this.#vehicles.length; serial++) {
      const vehicle = this.#vehicles[serial] ?? 0;
      if (vehicle !== 0) yield { serial, vehicle, quantity: 1 };
    }
  }

  /**
   * Every unit that is on no vehicle, with its holder. Counted units of a vehicle's account are among them: the account is a
   * hash of the vehicle, which is not computed for each.
   */
  *heldUnits(): Generator<{ serial: number; holder: number; quantity: number }, void, undefined> {
    for (const [holder, quantity] of this.#balances) if (quantity > 0) yield { serial: 0, holder, quantity };
    for (let serial = 1; serial < this.#holders.length; serial++) {
      const holder = this.#holders[serial] ?? 0;
      if (holder !== 0 && this.#vehicles[serial] === 0) yield { serial, holder, quantity: 1 };
    }
  }
}
