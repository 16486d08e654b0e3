const WINDOW_SECONDS = 60;
/** More vehicles than send in a minute; of a flood under made-up names no more are remembered. */
const CAPACITY = 50_000;

interface Window {
  until: number;
  count: number;
}

/** How much each vehicle sends, in bounded memory. */
export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #windows = new Map<bigint, Window>();

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Counts a message. @returns Whether it is within the limit. */
  allows(vehicleId: bigint): boolean {
    const now = this.#now();
    let window = this.#windows.get(vehicleId);
    if (!window || now >= window.until) {
      window = { until: now + WINDOW_SECONDS, count: 0 };
      this.#windows.delete(vehicleId);
      this.#windows.set(vehicleId, window);
      if (this.#windows.size > CAPACITY) this.#windows.delete(this.#windows.keys().next().value ?? 0n);
    }
    window.count += 1;
    return window.count <= this.#perMinute;
  }
}
