import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_COUNTERS } from "../telemetry/types.js";
import { explainPremium, premiumWithout } from "./explainPremium.js";
import { InsuranceError } from "./InsuranceError.js";
import { premiumOf, silencePremiumOf, type PremiumInput } from "./premium.js";

const rates = {
  perKm: 50_000n,
  perDay: 300_000n,
  perDrivingHour: 100_000n,
  maxDailyM: 400_000,
  minFactorBps: 8_000,
  maxFactorBps: 20_000,
  nightBps: 5_000,
  overLimitBps: 10_000,
  harshBps: 200,
};
const to = {
  ...NO_COUNTERS,
  distanceM: 1_000_000n,
  drivingS: 72_000,
  nightS: 7_200,
  overLimitS: 720,
  harshBrakes: 5,
  severeBrakes: 1,
  harshCorners: 2,
};
const input: PremiumInput = { rates, from: NO_COUNTERS, to, coverS: 30 * 86_400 };

/** 8,000 and a tenth of 5,000, a hundredth of 10,000, and 200 for each of 10 weighted events in 10 times 100 km. */
const FACTOR = 8_000n + 500n + 100n + 200n;

test("a month costs its kilometres, days and hours", () => {
  const expected = {
    amount: 44_000_000n + 9_000_000n + 2_000_000n,
    factorBps: FACTOR,
    distanceM: 1_000_000n,
  };
  assert.deepEqual(premiumOf(input), expected);
});

test("every quotient is rounded up by itself", () => {
  const least = { ...to, distanceM: 1n, drivingS: 1, nightS: 0, overLimitS: 0 };
  const one = { ...rates, perKm: 1n, perDay: 1n, perDrivingHour: 1n };
  assert.equal(premiumOf({ ...input, rates: one, to: least, coverS: 1 }).amount, 3n);
});

test("a proof that is late costs the maximum, and silence was paid already", () => {
  assert.equal(premiumOf({ ...input, isMaximum: true }).amount, 100_000_000n + 9_000_000n + 2_000_000n);
  assert.deepEqual(silencePremiumOf(rates, 86_400), {
    amount: 40_000_000n + 300_000n + 2_400_000n,
    factorBps: 20_000n,
    distanceM: 400_000n,
  });
  const credited = premiumOf({ ...input, assumedS: 86_400 });
  assert.deepEqual(credited, { amount: 26_400_000n + 9_000_000n, factorBps: FACTOR, distanceM: 600_000n });
});

test("lines add up, whatever of them the limit cuts off", () => {
  for (const change of [
    {},
    { isMaximum: true },
    { assumedS: 100_000 },
    { to: { ...to, severeBrakes: 400 } },
  ]) {
    const { lines, amount, factorBps } = explainPremium({ ...input, ...change });
    assert.equal(
      lines.reduce((sum, line) => sum + line.amount, 0n),
      amount,
    );
    assert.equal(
      lines.reduce((sum, line) => sum + line.bps, 0n),
      factorBps,
    );
  }
  const braking = explainPremium(input).lines.find(({ kind }) => kind === "brake");
  assert.deepEqual([braking?.quantity, braking?.bps, braking?.amount], [8n, 160n, 800_000n]);
});

test("a driver sees what a disputed event costs", () => {
  assert.equal(premiumWithout(input, { kind: "brake", severity: "severe" }).saved, 300_000n);
  assert.equal(premiumWithout(input, { kind: "overLimit", seconds: 720 }).saved, 500_000n);
  assert.equal(
    premiumWithout({ ...input, isMaximum: true }, { kind: "corner", severity: "harsh" }).saved,
    0n,
  );
  assert.throws(
    () => premiumWithout(input, { kind: "corner", severity: "severe" }),
    hasCode("PREMIUM_EVENT_UNKNOWN"),
  );
});

test("counters that fall have no price", () => {
  assert.throws(() => premiumOf({ ...input, from: to, to: NO_COUNTERS }), hasCode("PREMIUM_COUNTERS_FALL"));
  assert.throws(() => premiumOf({ ...input, coverS: 0.5 }), hasCode("INSURANCE_ARGUMENT"));
});

function hasCode(code: string) {
  return (error: unknown): boolean => error instanceof InsuranceError && error.code === code;
}
