import { ChargingError } from "./ChargingError.js";

/** What the clock on the wall shows. */
export interface LocalTime {
  /** YYYY-MM-DD. */
  date: string;
  /** Minutes since midnight, 0 to 1439. */
  minutes: number;
  /** 0 is Monday. */
  weekday: number;
}

export interface ZoneClock {
  /** The local time at a moment, in s since 1970 UTC. */
  at(seconds: number): LocalTime;
  /** The moments strictly between two others at which the wall clock shows one of the times, or is put forward or back. */
  boundaries(from: number, to: number, minutes: readonly number[]): number[];
}

const DAY = 86_400;
/** No zone changes its offset and takes that back within this time. */
const PROBE = DAY / 4;
const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The clock of an IANA time zone, by the rules that the runtime's `Intl` knows.
 *
 * When clocks are put back, an hour comes twice and so does a window of the day that lies in it; when they are put
 * forward, what lies in the skipped hour does not come.
 *
 * @throws {ChargingError} `ZONE_UNKNOWN`.
 * @example
 * zoneClock("Europe/Amsterdam").at(1_774_746_000); // { date: "2026-03-29", minutes: 180, weekday: 6 }
 */
export function zoneClock(timeZone: string): ZoneClock {
  const format = formatOf(timeZone);
  const known = new Map<number, number>();

  function offsetAt(seconds: number): number {
    const stored = known.get(seconds);
    if (stored !== undefined) return stored;
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(seconds * 1000)) parts[type] = value;
    const { year, month, day, hour, minute, second } = parts;
    const local = Date.UTC(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    const offset = Math.round(local / 1000) - seconds;
    known.set(seconds, offset);
    return offset;
  }

  /** Pieces of [from, to) in which the offset stays the same. */
  function* pieces(from: number, to: number): Generator<{ from: number; to: number; offset: number }> {
    let start = from;
    let offset = offsetAt(from);
    for (let probe = Math.min(from + PROBE, to); ; probe = Math.min(probe + PROBE, to)) {
      if (offsetAt(probe) !== offset) {
        let [same, other] = [Math.max(start, probe - PROBE), probe];
        while (other - same > 1) {
          const middle = Math.floor((same + other) / 2);
          if (offsetAt(middle) === offset) same = middle;
          else other = middle;
        }
        yield { from: start, to: other, offset };
        [start, offset] = [other, offsetAt(other)];
      }
      if (probe >= to) break;
    }
    if (start < to) yield { from: start, to, offset };
  }

  return {
    at(seconds) {
      const local = seconds + offsetAt(seconds);
      const days = Math.floor(local / DAY);
      return {
        date: new Date(days * DAY * 1000).toISOString().slice(0, 10),
        minutes: Math.floor((local - days * DAY) / 60),
        // 1970-01-01 was a Thursday.
        weekday: (((days + 3) % 7) + 7) % 7,
      };
    },
    boundaries(from, to, minutes) {
      const found = new Set<number>();
      for (const piece of pieces(from, to)) {
        if (piece.from > from) found.add(piece.from);
        const lastDay = Math.floor((piece.to + piece.offset) / DAY);
        for (let day = Math.floor((piece.from + piece.offset) / DAY); day <= lastDay; day++) {
          for (const minute of minutes) {
            const moment = day * DAY + minute * 60 - piece.offset;
            if (moment > from && moment >= piece.from && moment < piece.to) found.add(moment);
          }
        }
      }
      return [...found].sort((a, b) => a - b);
    },
  };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formats.set(timeZone, format);
    return format;
  } catch (cause) {
    throw new ChargingError("ZONE_UNKNOWN", `${JSON.stringify(timeZone)} is no time zone`, {
      fix: "use the time_zone of the location, as in Europe/Amsterdam",
      cause,
    });
  }
}
