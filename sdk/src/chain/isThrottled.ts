/**
 * Whether a node refused a request only because it gets too many of them: the same request may succeed a moment later.
 *
 * @example
 * isThrottled("project ID request rate exceeded"); // true
 * isThrottled("query returned more than 10000 results"); // false
 */
export function isThrottled(message: string): boolean {
  return /rate.?limit|request rate|too many requests|per.second|throttl|request count exceeded|capacity/i.test(
    message,
  );
}
