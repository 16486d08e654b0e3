/** Does work one after the other for each key; different keys do not wait for each other. */
export class KeyedQueue {
  /** The end of the last work of each key; never rejects. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Does work after all earlier work of the same key, however that ended.
   *
   * @returns What the work returns, or throws.
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    let finish = (): void => undefined;
    const end = new Promise<void>((resolve) => {
      finish = resolve;
    });
    this.#last.set(key, end);
    try {
      await before;
      return await work();
    } finally {
      finish();
      if (this.#last.get(key) === end) this.#last.delete(key);
    }
  }
}
