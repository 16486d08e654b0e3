import { id, Wallet } from "ethers";
import { lotIdOf, partIdOf } from "../partId.js";
import { FakeParts, FORM } from "./FakeParts.js";

const account = (name: string): string => new Wallet(id(name)).address;
export const mine = account("mine");
export const refiner = account("refiner");
export const cellMaker = account("cell maker");
export const carMaker = account("car maker");
export const workshop = account("workshop");
export const dealer = account("dealer");
export const recycler = account("recycler");
export const auditor = account("auditor");
export const owners = ["first owner", "second owner", "third owner"].map(account);
export const cars = ["first car", "second car", "third car"].map((name) => BigInt(id(name)));

export const COBALT = lotIdOf(mine, 1);
export const NICKEL = lotIdOf(refiner, 1);
export const CELLS = lotIdOf(cellMaker, 5);
export const PACKS = lotIdOf(carMaker, 9);
export const audit = id("due diligence of the mine");
export const origin = id("origin of the nickel");

/**
 * 10 kg of cobalt from a mine and 20 kg of nickel, both certified, become 100 cells of 90 g of cobalt and 150 g of nickel each;
 * 80 cells become 10 packs; three of the packs are fitted to three cars, one is with a dealer, one on its way to a workshop.
 */
export function minedCar(): FakeParts {
  const parts = new FakeParts();
  parts.commission(mine, 1, { form: FORM.material, material: 1, quantity: 10_000 });
  parts.commission(refiner, 1, { form: FORM.material, material: 3, quantity: 20_000 });
  parts.certify(COBALT, auditor, audit);
  parts.certify(NICKEL, auditor, origin, 1);
  parts.transfer(mine, cellMaker, [partIdOf(COBALT), 10_000]);
  parts.transfer(refiner, cellMaker, [partIdOf(NICKEL), 20_000]);
  parts.transform(
    cellMaker,
    [
      [partIdOf(COBALT), 9_500],
      [partIdOf(NICKEL), 16_000],
    ],
    [[5, { form: FORM.counted, quantity: 100, content: [9_000, 0, 15_000, 0, 0, 0] }]],
  );
  parts.transfer(cellMaker, carMaker, [partIdOf(CELLS), 100]);
  parts.transform(
    carMaker,
    [[partIdOf(CELLS), 80]],
    [[9, { quantity: 10, content: [7_200, 0, 12_000, 0, 0, 0] }]],
  );
  parts.serialise(PACKS, [1, 2, 3, 4, 5, 6]);
  cars.forEach((car, i) => {
    parts.register(car, owners[i] ?? "", carMaker);
    parts.fit(carMaker, car, partIdOf(PACKS, i + 1));
  });
  parts.transfer(carMaker, dealer, [partIdOf(PACKS, 4), 1]);
  parts.consign(carMaker, workshop, [partIdOf(PACKS, 5), 1]);
  return parts;
}
