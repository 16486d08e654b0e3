import assert from "node:assert/strict";
import { test } from "node:test";
import { membershipOf } from "./membershipOf.js";
import type { ChainPlace, Membership } from "./types.js";

const at = (blockNumber: number, logIndex: number): ChainPlace => ({ blockNumber, logIndex });

const membership = (more: Partial<Membership> = {}): Membership => ({
  account: "0xA",
  role: 4,
  roleName: "workshop",
  since: 1_000,
  grantedIn: at(10, 5),
  ...more,
});

const record = (more: object = {}) => ({
  author: "0xA",
  role: 4,
  recordedAt: 2_000,
  ...at(20, 3),
  ...more,
});

const cases: [string, object, Partial<Membership>, boolean][] = [
  ["a member", {}, {}, true],
  ["somebody else", { author: "0xB" }, {}, false],
  ["another class", { role: 5 }, {}, false],
  ["active in the same second", { recordedAt: 1_000 }, {}, true],
  ["a second before it is active", { recordedAt: 999 }, {}, false],
  ["an earlier block", at(9, 9), {}, false],
  ["the same block, later", at(10, 6), {}, true],
  ["the same block, earlier", at(10, 4), {}, false],
  ["the very log", at(10, 5), {}, false],
  ["before the end", {}, { ended: { ...at(21, 0), at: 3_000 } }, true],
  ["after the end", {}, { ended: { ...at(19, 9), at: 1_900 } }, false],
  ["the block of the end, before it", {}, { ended: { ...at(20, 4), at: 2_000 } }, true],
  ["the block of the end, after it", {}, { ended: { ...at(20, 2), at: 2_000 } }, false],
];

for (const [name, fields, more, isMember] of cases) {
  test(`${name}: ${isMember ? "a member" : "none"}`, () => {
    const member = membership(more);
    assert.equal(membershipOf(record(fields), [member]), isMember ? member : undefined);
  });
}

test("of several memberships, the one that was in force", () => {
  const former = membership({ ended: { ...at(12, 0), at: 1_500 }, organisation: "0x1" });
  const present = membership({ grantedIn: at(15, 0), since: 1_800, organisation: "0x2" });
  assert.equal(membershipOf(record(), [former, present]), present);
  assert.equal(membershipOf(record({ ...at(11, 0), recordedAt: 1_200 }), [former, present]), former);
  assert.equal(membershipOf(record({ ...at(13, 0), recordedAt: 1_600 }), [former, present]), undefined);
});
