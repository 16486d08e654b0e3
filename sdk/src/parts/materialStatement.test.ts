import assert from "node:assert/strict";
import { test } from "node:test";
import { id } from "ethers";
import { addFractions, divideFractions, formatFraction, fraction, ZERO } from "./fraction.js";
import { materialStatement, type MaterialShare, type MaterialStatementInput } from "./materialStatement.js";
import type { PartError } from "./PartError.js";
import { lotIdOf, partIdOf } from "./partId.js";
import { FORM, PARTS_DEPLOYMENT as deployment, type FakeParts } from "./testing/FakeParts.js";
import {
  audit,
  auditor,
  carMaker,
  cars,
  cellMaker,
  CELLS,
  COBALT,
  mine,
  minedCar,
  NICKEL,
  PACKS,
  recycler,
  workshop,
} from "./testing/minedCar.js";

const [car = 0n] = cars;
const state = (parts: FakeParts, input: Partial<MaterialStatementInput>) =>
  materialStatement({ rpc: parts.rpc, deployment, ...input });
const brief = ({ material, milligrams, recycledPercent, origins }: MaterialShare) => [
  material,
  milligrams,
  recycledPercent,
  origins.map(({ lotId, milligrams: part, status }) => [lotId, part, status]),
];

test("a car's materials are its parts' shares of their lots, traced to mine and refiner", async () => {
  const parts = minedCar();
  const statement = await state(parts, { vehicleId: car });
  assert.deepEqual(statement.problems, []);
  assert.equal(statement.verified, true);
  assert.deepEqual(statement.parts, [{ partId: partIdOf(PACKS, 1), quantity: 1n }]);
  assert.deepEqual(statement.materials.map(brief), [
    ["cobalt", 720_000n, "0.00", [[COBALT, 720_000n, "certified"]]],
    ["nickel", 1_200_000n, "0.00", [[NICKEL, 1_200_000n, "certified"]]],
  ]);
  assert.deepEqual(statement.doubtful, []);
});

test("a lot and a unit of it have the same shares; a material is its own origin", async () => {
  const parts = minedCar();
  const lot = await state(parts, { lotId: PACKS });
  assert.deepEqual(
    lot.materials.map(({ milligrams }) => milligrams),
    [7_200_000n, 12_000_000n],
  );
  const unit = await state(parts, { partId: partIdOf(PACKS, 6) });
  assert.deepEqual(
    unit.materials.map(({ milligrams }) => milligrams),
    [720_000n, 1_200_000n],
  );
  const cobalt = await state(parts, { lotId: COBALT });
  assert.deepEqual(cobalt.materials.map(brief), [
    ["cobalt", 10_000_000n, "0.00", [[COBALT, 10_000_000n, "certified"]]],
  ]);
});

test("recovered cobalt counts as recycled content, exactly, and is rounded down", async () => {
  const parts = minedCar();
  parts.transfer(carMaker, recycler, [partIdOf(PACKS, 6), 1]);
  const [recovered = 0n] = parts.transform(
    recycler,
    [[partIdOf(PACKS, 6), 1]],
    [[2, { form: FORM.material, material: 1, quantity: 700 }]],
    true,
  );
  parts.transfer(recycler, cellMaker, [partIdOf(recovered), 700]);
  // 500 g from the mine and 700 g recovered make 7 cells of 170 g together: 10 g are lost
  const [cells = 0n] = parts.transform(
    cellMaker,
    [
      [partIdOf(COBALT), 500],
      [partIdOf(recovered), 700],
    ],
    [[6, { quantity: 7, content: [1_190, 0, 0, 0, 0, 0] }]],
  );
  const { materials, verified, doubtful } = await state(parts, { partId: partIdOf(cells, 1) });
  assert.equal(verified, true);
  const [cobalt] = materials;
  assert.deepEqual(cobalt?.grams, fraction(170n));
  assert.deepEqual(cobalt?.recycledShare, fraction(7n, 12n));
  assert.equal(cobalt?.recycledPercent, "58.33");
  assert.deepEqual(cobalt?.recoveredGrams, fraction(595n, 6n));
  assert.deepEqual(
    cobalt?.origins.map(({ lotId, milligrams, isRecovered }) => [lotId, milligrams, isRecovered]),
    [
      [recovered, 99_166n, true],
      [COBALT, 70_833n, false],
    ],
  );
  assert.deepEqual(
    doubtful.map(({ lotId, status }) => [lotId, status]),
    [[recovered, "uncertified"]],
  );
  parts.certify(recovered, auditor, id("recovery audit"), 0, 1);
  parts.mine(2);
  const later = await state(parts, { partId: partIdOf(cells, 1) });
  assert.equal(later.doubtful[0]?.status, "expired");
});

test("a revoked certificate of the mine is named, also beside one that is valid", async () => {
  const parts = minedCar();
  parts.revoke(COBALT, auditor, audit);
  const revoked = await state(parts, { vehicleId: car });
  assert.equal(revoked.doubtful.find(({ lotId }) => lotId === COBALT)?.status, "revoked");
  parts.certify(COBALT, auditor, id("second audit"), 1);
  const again = await state(parts, { vehicleId: car });
  assert.equal(again.materials[0]?.origins[0]?.status, "certified");
  assert.equal(again.doubtful[0]?.lotId, COBALT);
  parts.certify(PACKS, auditor, id("test report"), 2);
  assert.equal((await state(parts, { lotId: PACKS })).materials[0]?.origins[0]?.certificates.length, 2);
});

test("a part that was removed does not count, one that was fitted instead does", async () => {
  const parts = minedCar();
  parts.remove(workshop, car, partIdOf(PACKS, 1));
  assert.deepEqual((await state(parts, { vehicleId: car })).materials, []);
  parts.fit(carMaker, car, partIdOf(PACKS, 6));
  const statement = await state(parts, { vehicleId: car });
  assert.equal(statement.verified, true);
  assert.equal(statement.materials.length, 2);
});

test("a fitting that a node leaves out is missed in the vehicle's life; a removal, by the contract's count", async () => {
  const parts = minedCar();
  parts.drop(parts.logsOf("PartFitted")[0]);
  const short = await state(parts, { vehicleId: car });
  assert.equal(short.verified, false);
  assert.deepEqual(short.problems, ["the vehicle's life has 1 fittings, the logs of parts show 0"]);

  const other = minedCar();
  other.remove(workshop, car, partIdOf(PACKS, 1));
  other.drop(other.logsOf("PartRemoved")[0]);
  assert.match((await state(other, { vehicleId: car })).problems[0] ?? "", /carries 0 units .* show 1/);
});

test("a record that is left out, or a forged lineage, is named", async () => {
  const parts = minedCar();
  parts.drop(parts.chain.recordLogs(car)[1]);
  assert.equal((await state(parts, { vehicleId: car })).verified, false);

  const forged = minedCar();
  forged.drop(forged.logsOf("LotsConsumed")[0]);
  const statement = await state(forged, { lotId: PACKS });
  assert.equal(statement.verified, false);
  assert.match(statement.problems[0] ?? "", /what lot 5 of .* was made of is missing/);
  assert.deepEqual(
    statement.materials[0]?.origins.map(({ lotId }) => lotId),
    [CELLS],
    "it is traced as far as it goes",
  );
});

test("one id is asked for, of something that is there", async () => {
  const parts = minedCar();
  const fails = (input: Partial<MaterialStatementInput>, code: string) =>
    assert.rejects(state(parts, input), (error: PartError) => {
      assert.equal(error.code, code);
      return true;
    });
  await fails({}, "PART_ID");
  await fails({ lotId: PACKS, vehicleId: car }, "PART_ID");
  await fails({ lotId: lotIdOf(mine, 88) }, "PART_UNKNOWN");
});

test("fractions are kept in lowest terms and rounded down", () => {
  assert.deepEqual(addFractions(fraction(1n, 6n), fraction(1n, 3n)), fraction(1n, 2n));
  assert.deepEqual(divideFractions(fraction(1n, 2n), ZERO), ZERO);
  assert.equal(formatFraction(fraction(2n, 3n), 2), "0.66");
  assert.equal(formatFraction(fraction(1_999n, 1_000n), 0), "1");
  assert.throws(() => fraction(1n, 0n), RangeError);
});
