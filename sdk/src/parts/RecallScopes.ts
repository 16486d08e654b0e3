import { lotIdOf, lotOfPart, serialOfPart } from "./partId.js";
import type { RecallScope } from "./types.js";

/** Which units a campaign is about. */
export class RecallScopes {
  readonly #ranges = new Map<bigint, RecallScope[]>();

  constructor(maker: string, scopes: readonly RecallScope[]) {
    for (const scope of scopes) {
      const lotId = lotIdOf(maker, scope.lotNumber);
      this.#ranges.set(lotId, [...(this.#ranges.get(lotId) ?? []), scope]);
    }
  }

  /** The lots that the campaign is about, wholly or in part. */
  get lotIds(): bigint[] {
    return [...this.#ranges.keys()];
  }

  hasLot(lotId: bigint): boolean {
    return this.#ranges.has(lotId);
  }

  /**
   * Whether a unit is recalled. Counted units are recalled whole, from 0 to 0; units of a serialised lot that have no
   * serial are not: which of them are meant shows when they get one.
   */
  has(partId: bigint): boolean {
    return this.hasSerial(lotOfPart(partId), serialOfPart(partId));
  }

  hasSerial(lotId: bigint, serial: number): boolean {
    const ranges = this.#ranges.get(lotId) ?? [];
    return ranges.some(({ fromSerial, toSerial }) => serial >= fromSerial && serial <= toSerial);
  }
}
