import assert from "node:assert/strict";
import { test } from "node:test";
import { RateLimit } from "./RateLimit.js";

test("a vehicle has so many messages a minute, and others' are not its own", () => {
  let now = 1_000;
  const rate = new RateLimit(2, () => now);
  assert.deepEqual(
    [1n, 1n, 1n, 2n].map((vehicleId) => rate.allows(vehicleId)),
    [true, true, false, true],
  );
  now += 59;
  assert.equal(rate.allows(1n), false);
  now += 1;
  assert.equal(rate.allows(1n), true);
});

test("attack: flood under made-up names: no more of them are remembered than vehicles send in a minute", () => {
  const rate = new RateLimit(1, () => 1_000);
  rate.allows(0n);
  for (let vehicleId = 1n; vehicleId < 50_000n; vehicleId += 1n) rate.allows(vehicleId);
  assert.equal(rate.allows(0n), false, "it is remembered");
  rate.allows(50_000n);
  assert.equal(rate.allows(0n), true, "the oldest is forgotten for the newest");
});
