/** Reads the fixed headers of a stream of MQTT packets, to refuse one that is too large before it is held in memory. */
export class PacketGuard {
  readonly #limit: number;
  /** How many bytes of the present packet are still to come; undefined while its header is read. */
  #rest: number | undefined;
  /** How many bytes of the header were read: its type, and the length seven bits at a time. */
  #headerBytes = 0;
  #length = 0;

  /** @param limit In bytes, without the fixed header. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes the next bytes. @returns Whether all packets so far are within the limit. */
  take(chunk: Uint8Array): boolean {
    for (let at = 0; at < chunk.length;) {
      if (this.#rest !== undefined) {
        const taken = Math.min(this.#rest, chunk.length - at);
        at += taken;
        this.#rest -= taken;
        if (this.#rest === 0) this.#begin();
        continue;
      }
      const byte = chunk[at++] as number;
      this.#headerBytes += 1;
      if (this.#headerBytes === 1) continue;
      this.#length += (byte & 0x7f) * 2 ** (7 * (this.#headerBytes - 2));
      if (this.#length > this.#limit || this.#headerBytes > 5) return false;
      if (byte >= 0x80) continue;
      this.#rest = this.#length;
      if (this.#rest === 0) this.#begin();
    }
    return true;
  }

  #begin(): void {
    this.#rest = undefined;
    this.#headerBytes = 0;
    this.#length = 0;
  }
}
