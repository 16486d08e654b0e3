/** So many calls to a node are under way at once. */
const CALLS_AT_ONCE = 16;

/**
 * Does asynchronous work for each item, a bounded number at a time.
 *
 * @returns The results, in the order of the items.
 * @example
 * const lineages = await mapLimited(lotIds, (lotId) => readLineageOf(lotId));
 */
export async function mapLimited<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index] as Item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, items.length) }, worker));
  return results;
}
