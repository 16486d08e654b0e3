import assert from "node:assert/strict";
import { test } from "node:test";
import { partIdOf } from "./partId.js";
import { readLineage } from "./readLineage.js";
import { recallReach } from "./recallReach.js";
import { renderLineage } from "./renderLineage.js";
import { renderReach } from "./renderReach.js";
import { FORM, PARTS_DEPLOYMENT as deployment } from "./testing/FakeParts.js";
import {
  audit,
  auditor,
  carMaker,
  cars,
  CELLS,
  COBALT,
  dealer,
  mine,
  minedCar,
  owners,
  PACKS,
  recycler,
} from "./testing/minedCar.js";

const [first = 0n] = cars;

test("the reach names vehicles with their holders, stock, transit and lots, in columns", async () => {
  const parts = minedCar();
  const campaignId = parts.openRecall(carMaker, "26V000001", [[9, 1, 10]], 1);
  parts.enrol(campaignId, first);
  parts.remedy(campaignId, first, dealer, 3);
  const text = renderReach(await recallReach({ rpc: parts.rpc, deployment, campaignId }));
  assert.match(text, /^Recall 26V000001 of 0x\w{40}: remedy available, do not drive; block \d+\n/);
  assert.match(text, /COMPLETE: 2 vehicles affected, 1 more remedied/);
  for (const owner of owners) assert.ok(text.includes(owner));
  assert.match(text, /inspected, clear\s+no\s+no\s+1\n/);
  assert.match(text, new RegExp(`${dealer}  lot 9 serial 4 +1\n`));
  assert.match(text, /On the way \(1\)/);
  assert.doesNotMatch(text, /undefined|WARNING|Ended/);
  const lines = text.slice(text.indexOf("Vehicles")).split("\n").slice(1, 5);
  assert.equal(new Set(lines.map((line) => line.length)).size, 1, "columns end together");
});

test("a reach that is not complete says so first, and what was made of recalled units is a warning", async () => {
  const parts = minedCar();
  const campaignId = parts.openRecall(mine, "26E000001", [[1, 0, 0]]);
  const whole = renderReach(await recallReach({ rpc: parts.rpc, deployment, campaignId }));
  assert.match(
    whole,
    /WARNING: made of recalled units, and not in the campaign\nlot .*\nlot 5 of .*\nlot 9 of .* 3\n/,
  );
  parts.drop(parts.logsOf("LotsConsumed")[0]);
  const short = renderReach(await recallReach({ rpc: parts.rpc, deployment, campaignId }));
  assert.match(short, /NOT COMPLETE:\n {2}ENDED_MISMATCH: 9500 units of lot 1 .* the logs show 0/);
});

test("a lineage is a tree in both directions, with certificates and what is unverified", async () => {
  const parts = minedCar();
  parts.revoke(COBALT, auditor, audit);
  parts.transfer(carMaker, recycler, [partIdOf(PACKS, 6), 1]);
  const made = { form: FORM.material, material: 1, quantity: 700 };
  parts.transform(recycler, [[partIdOf(PACKS, 6), 1]], [[2, made]], true);
  const text = renderLineage(await readLineage({ rpc: parts.rpc, deployment, lotId: CELLS }));
  assert.match(text, /^lot 5 of 0x\w+: 100 counted units, 9000 g of cobalt, 15000 g of nickel, 20\d\d-/);
  assert.match(text, /\nVERIFIED/);
  assert.match(
    text,
    /made of\n├─ 9500 used: lot 1 of .*10000 g of cobalt.*\n│ {2}certificate of due diligence .*REVOKED/,
  );
  assert.match(
    text,
    /made into\n└─ 80 used: lot 9 of .*\n {3}└─ recovery, 1 taken apart: lot 2 of .*recovered, 700 g/,
  );
  const unit = renderLineage(await readLineage({ rpc: parts.rpc, deployment, partId: partIdOf(PACKS, 1) }));
  assert.match(unit, /^serial 1 of lot 9/);
  assert.doesNotMatch(unit, /made into|undefined/);
  parts.drop(parts.logsOf("LotsConsumed")[0]);
  const forged = renderLineage(await readLineage({ rpc: parts.rpc, deployment, lotId: PACKS }));
  assert.match(forged, /NOT VERIFIED; .*\n {2}INPUTS_MISSING: /);
});
