/**
 * Reads the time of an event.
 *
 * @param at A date, which stands for midnight UTC, or a date-time with its offset.
 * @returns Unix seconds, or undefined when there is no such moment or it lies before 1970.
 * @example
 * eventTime("2019-03-01"); // 1551398400
 * eventTime("2019-02-30"); // undefined
 */
export function eventTime(at: string): number | undefined {
  const day = at.slice(0, 10);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Dates roll over in silence: 30 February would become a day in March.
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== day) return undefined;
  const time = Date.parse(at.length === 10 ? `${day}T00:00:00Z` : at);
  return Number.isNaN(time) || time <= 0 ? undefined : Math.floor(time / 1000);
}
