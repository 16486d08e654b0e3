/** A place where two JSON values differ. */
export interface Difference {
  /** As /records/3/document/ok. */
  path: string;
  left: unknown;
  right: unknown;
}

/**
 * Finds where two JSON values differ, in the order of the first one's fields.
 *
 * @param limit Stop after so many.
 * @example
 * differences({ a: 1 }, { a: 2 }); // [{ path: "/a", left: 1, right: 2 }]
 */
export function differences(left: unknown, right: unknown, limit = Number.POSITIVE_INFINITY): Difference[] {
  const found: Difference[] = [];
  const visit = (a: unknown, b: unknown, path: string): void => {
    if (found.length >= limit || Object.is(a, b)) return;
    if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) {
      found.push({ path: path || "/", left: a, right: b });
      return;
    }
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      visit(ownValue(a, key), ownValue(b, key), `${path}/${key}`);
    }
  };
  visit(left, right, "");
  return found;
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function ownValue(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}
