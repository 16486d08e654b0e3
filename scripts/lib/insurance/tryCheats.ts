import { explainError } from "../../../sdk/src/errors/explainError.js";
import { signSummary } from "../../../sdk/src/telemetry/signSummary.js";
import type { AnchoredSummary, TripCounters } from "../../../sdk/src/telemetry/types.js";
import type { DemoAttempt } from "../demoTypes.js";
import type { Driver } from "./drivers.js";
import type { InsuranceWorld } from "./world.js";

/** Tries something that one certain error must stop; another error does not count. */
export async function mustFail(
  name: string,
  error: string,
  attempt: () => Promise<unknown>,
): Promise<DemoAttempt> {
  try {
    await attempt();
    return { name, refused: false, reason: "accepted" };
  } catch (cause) {
    const explained = explainError(cause);
    return {
      name,
      refused: explained?.name === error,
      reason: explained === undefined ? String(cause) : `${explained.name}: ${explained.message}`,
    };
  }
}

/** The ways to a cheaper month of who has the car, and with it its key. */
export async function tryCheats(
  world: InsuranceWorld,
  { terms, key }: Driver,
  month: readonly AnchoredSummary[],
): Promise<DemoAttempt[]> {
  const { book, domain, anchor } = world;
  const [old, last] = [month[0]!, month.at(-1)!];
  const prove = (to: AnchoredSummary): Promise<unknown> =>
    book.provePremiumPeriod.staticCall(terms, last.summary, to);
  const next = (counters: Partial<TripCounters>) => ({
    ...last.summary,
    sequence: last.summary.sequence + 1,
    startedAt: last.summary.endedAt,
    endedAt: last.summary.endedAt + 60,
    counters: { ...last.summary.counters, ...counters },
  });
  const half = last.summary.counters.distanceM / 2n;
  const [rolledBack] = await anchor([await signSummary(next({ distanceM: half }), key, domain)]);
  const [honest] = await anchor([
    await signSummary(next({ nightS: last.summary.counters.nightS + 60 }), key, domain),
  ]);
  const retouched = { ...honest!, summary: next({}) };
  return [
    await mustFail("replays an old trip", "PremiumPeriodOverlaps", () => prove(old)),
    await mustFail("rolls the counter back", "PremiumCountersFell", () => prove(rolledBack!)),
    await mustFail("takes the night out of a signed trip", "TelemetrySignatureInvalid", () =>
      prove(retouched),
    ),
  ];
}
