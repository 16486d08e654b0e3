/**
 * Numbers keys of a fixed width, from 1 on, in the order in which they are first seen. Keys lie one behind the other in one
 * array, so that hundreds of thousands cost their own bytes and a few more, and no object each.
 */
export class WordTable {
  /** How many keys there are. */
  size = 0;

  readonly #words: number;
  #keys: Uint32Array;
  /** Numbers of keys by hash; 0 is an empty place. At most half are taken. */
  #places: Uint32Array;
  readonly #key: Uint32Array;
  /** Keys come in a row often: the last one found. */
  #last = 0;

  /** @param words The width of a key in words of 32 bits. */
  constructor(words: number) {
    this.#words = words;
    this.#keys = new Uint32Array(words * 1_024);
    this.#places = new Uint32Array(2_048);
    this.#key = new Uint32Array(words);
  }

  /** The number of the key that stands at an offset, highest byte first; a new key gets the next number. */
  numberOf(view: DataView, offset: number): number {
    const key = this.#key;
    for (let i = 0; i < this.#words; i++) key[i] = view.getUint32(offset + 4 * i);
    if (this.#last !== 0 && this.#isAt(this.#last)) return this.#last;
    const mask = this.#places.length - 1;
    for (let place = hash(key) & mask; ; place = (place + 1) & mask) {
      const number = this.#places[place] ?? 0;
      if (number !== 0 && !this.#isAt(number)) continue;
      this.#last = number === 0 ? this.#add(place) : number;
      return this.#last;
    }
  }

  /** A key as a number. */
  valueOf(number: number): bigint {
    let value = 0n;
    const from = (number - 1) * this.#words;
    for (const word of this.#keys.subarray(from, from + this.#words)) value = (value << 32n) | BigInt(word);
    return value;
  }

  #isAt(number: number): boolean {
    const from = (number - 1) * this.#words;
    for (let i = 0; i < this.#words; i++) if (this.#keys[from + i] !== this.#key[i]) return false;
    return true;
  }

  #add(place: number): number {
    const number = ++this.size;
    if (number * this.#words > this.#keys.length) {
      const keys = new Uint32Array(this.#keys.length * 2);
      keys.set(this.#keys);
      this.#keys = keys;
    }
    this.#keys.set(this.#key, (number - 1) * this.#words);
    this.#places[place] = number;
    if (number * 2 > this.#places.length) this.#grow();
    return number;
  }

  #grow(): void {
    const places = new Uint32Array(this.#places.length * 2);
    const mask = places.length - 1;
    for (let number = 1; number <= this.size; number++) {
      const from = (number - 1) * this.#words;
      let place = hash(this.#keys.subarray(from, from + this.#words)) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = number;
    }
    this.#places = places;
  }
}

/** Spreads keys that are alike but for a few bits, such as small numbers, over the table. */
function hash(words: Uint32Array): number {
  let mixed = 0;
  for (const word of words) {
    mixed = Math.imul(mixed ^ word, 0x9e3779b1);
    mixed ^= mixed >>> 15;
  }
  return mixed >>> 0;
}
