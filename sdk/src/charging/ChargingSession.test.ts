import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { ChargingError, type ChargingErrorCode } from "./ChargingError.js";
import { ChargingSession } from "./ChargingSession.js";
import { priceSession } from "./priceSession.js";
import { element, EURO_CENTS, price, show, tariffOf } from "./testing/tariffs.js";

const TARIFF = tariffOf([
  element([
    price("FLAT", "0.50"),
    price("ENERGY", "0.40", undefined, 1_000),
    price("PARKING_TIME", "6", undefined, 300),
  ]),
]);
const START = 1_772_442_000;

const newSession = (): ChargingSession => new ChargingSession({ tariff: TARIFF, ...EURO_CENTS });
const after = (minutes: number, registerWh: number) => ({ at: START + minutes * 60, registerWh });

function throwsCode(action: () => unknown, code: ChargingErrorCode, pattern: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof ChargingError);
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    return true;
  });
}

test("a session charges, parks and stops, and says at any time what it costs", () => {
  const session = newSession();
  assert.equal(session.status, "PENDING");
  session.start(after(0, 1_000));
  assert.equal(show(session.cost().total_cost), "0.5/0.5");
  session.read(after(30, 6_500));
  assert.equal(session.isCharging, true);
  assert.equal(show(session.cost().total_cost), "2.7/2.7");
  session.suspend(after(60, 11_200));
  assert.equal(session.isCharging, false);
  session.read(after(67, 11_200));
  assert.equal(show(session.cost().total_cost), "5.28/5.28");
  session.stop(after(67, 11_200));
  assert.equal(session.status, "COMPLETED");
  // Now with steps: 11 kWh and 10 minutes.
  assert.equal(show(session.cost().total_cost), "5.9/5.9");
  assert.deepEqual(session.periods(), [
    { startedAt: START, durationSeconds: 1_800, dimension: "TIME", energyWh: 5_500n },
    { startedAt: START + 1_800, durationSeconds: 1_800, dimension: "TIME", energyWh: 4_700n },
    { startedAt: START + 3_600, durationSeconds: 420, dimension: "PARKING_TIME", energyWh: 0n },
  ]);
});

test("steps that the status does not allow are refused, and change nothing", () => {
  const pending = newSession();
  throwsCode(
    () => pending.read(after(1, 0)),
    "SESSION_STATUS",
    /PENDING cannot take a reading; start it first/,
  );
  throwsCode(() => pending.stop(after(1, 0)), "SESSION_STATUS", /PENDING cannot stop/);
  throwsCode(() => pending.cost(), "SESSION_STATUS", /has not started/);
  const active = newSession();
  active.start(after(0, 0));
  throwsCode(() => active.start(after(1, 0)), "SESSION_STATUS", /ACTIVE cannot start/);
  throwsCode(() => active.resume(after(1, 0)), "SESSION_STATUS", /charging already/);
  active.suspend(after(1, 10));
  throwsCode(() => active.suspend(after(2, 10)), "SESSION_STATUS", /suspended already/);
  active.resume(after(3, 10));
  active.stop(after(4, 20));
  for (const step of ["start", "read", "suspend", "resume", "stop"] as const) {
    throwsCode(() => active[step](after(9, 99)), "SESSION_STATUS", /COMPLETED cannot.*new session/);
  }
  throwsCode(() => active.invalidate(), "SESSION_STATUS", /COMPLETED cannot become INVALID; credit/);
  assert.deepEqual(
    active.periods().map(({ dimension }) => dimension),
    ["TIME", "PARKING_TIME", "TIME"],
  );
  const invalid = newSession();
  invalid.start(after(0, 0));
  invalid.invalidate();
  throwsCode(() => invalid.cost(), "SESSION_STATUS", /INVALID session costs nothing/);
  throwsCode(() => invalid.invalidate(), "SESSION_STATUS", /INVALID cannot become INVALID/);
});

test("a meter that runs backwards is refused, and the session can go on", () => {
  const session = newSession();
  session.start(after(0, 1_000));
  session.read(after(10, 2_000));
  throwsCode(() => session.read(after(11, 1_999)), "METER_READING", /fell from 2000 to 1999 Wh; registerWh/);
  throwsCode(() => session.read(after(9, 2_100)), "METER_READING", /60 s older than the last; at/);
  throwsCode(() => session.read(after(10, 2_001)), "METER_READING", /two readings at 1772442600 differ/);
  throwsCode(() => session.read(after(11, 2_000.5)), "METER_READING", /2000\.5 Wh is no state/);
  throwsCode(() => session.read({ at: 1.5, registerWh: 1n }), "METER_READING", /1\.5 is no time/);
  session.stop(after(12, 2_000));
  assert.equal(session.cost().total_energy, 1_000n);
});

test("how often the meter is read changes nothing, and the running cost never falls nor passes the last", () => {
  const steps = fc.array(fc.tuple(fc.nat(600), fc.nat(5_000), fc.boolean()), { maxLength: 12 });
  fc.assert(
    fc.property(steps, (readings) => {
      const session = newSession();
      let [at, registerWh, before] = [START, 0n, 0n];
      session.start({ at, registerWh });
      for (const [seconds, energy, isSwitch] of readings) {
        at += seconds + 1;
        registerWh += BigInt(energy);
        if (!isSwitch) session.read({ at, registerWh });
        else if (session.isCharging) session.suspend({ at, registerWh });
        else session.resume({ at, registerWh });
        const running = session.cost().total_cost.after_taxes;
        assert.ok(running >= before);
        before = running;
      }
      session.stop({ at, registerWh });
      const cost = session.cost();
      assert.ok(cost.total_cost.after_taxes >= before);
      assert.equal(cost.total_energy, registerWh);
      assert.equal(cost.total_time, at - START);
      const merged = session.periods().reduce<ReturnType<typeof session.periods>>((list, period) => {
        const last = list.at(-1);
        if (last?.dimension !== period.dimension) return [...list, period];
        const durationSeconds = last.durationSeconds + period.durationSeconds;
        const energyWh = BigInt(last.energyWh) + BigInt(period.energyWh);
        return [...list.slice(0, -1), { ...last, durationSeconds, energyWh }];
      }, []);
      assert.deepEqual(priceSession(TARIFF, merged, EURO_CENTS).total_cost, cost.total_cost);
    }),
  );
});
