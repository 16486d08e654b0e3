import { hexlify, id, toUtf8Bytes } from "ethers";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { campaignIdOf, lotIdOf, partIdOf } from "../../sdk/src/parts/partId.js";
import type { createChain } from "./fixture.js";

const DAY = 86_400;
export const FORM = { material: 1, counted: 2, serialised: 3 } as const;
export const NOTHING = { cobaltG: 0, lithiumG: 0, nickelG: 0, leadG: 0, graphiteG: 0, rareEarthsG: 0 };
export const CAMPAIGN = "26V000001";
export const AUDIT = id("due diligence of the cobalt mine");

type Chain = Awaited<ReturnType<typeof createChain>>;

/** A lot in the words of the contract. */
export function lotWords(number: number, form: number, quantity: number, more: object = {}) {
  const documentHash = id(`lot ${number}`);
  return { number, form, material: 0, quantity, expiryDay: 0, content: NOTHING, documentHash, ...more };
}

/**
 * 10 kg of cobalt of a certified lot become 40 cells, 32 of these 4 packs of a manufacturer; three packs are fitted to cars of three
 * owners, the fourth is consigned to the workshop.
 *
 * @returns A fixture for `loadFixture`.
 */
export function partFlow({ memberFixture, networkHelpers }: Chain) {
  return async function partFlowFixture() {
    const system = await memberFixture();
    const { actors, title, parts, custody, certificates, recalls } = system;
    const { supplier, manufacturer, workshop, auditor, holder, buyer, stranger } = actors;
    const now = await networkHelpers.time.latest();
    const born = now - 900 * DAY;
    let clock = 0;
    const record = (vehicleId: bigint, kind: number) => {
      clock += 1;
      const documentHash = id(`document ${clock}`);
      const observedAt = born + clock * DAY;
      return { vehicleId, documentHash, kind, code: 0, odometer: 0, odometerUnit: 0, observedAt };
    };

    const cobalt = lotIdOf(supplier.address, 1);
    const cells = lotIdOf(manufacturer.address, 1);
    const packs = lotIdOf(manufacturer.address, 2);
    const pack = (serial: number): bigint => partIdOf(packs, serial);
    const made = parts.connect(manufacturer);
    await parts
      .connect(supplier)
      .commissionLot(lotWords(1, FORM.material, 10_000, { material: 1 }), ROLES.supplier);
    await certificates.connect(auditor).issueCertificate(cobalt, 0, now + 900 * DAY, AUDIT);
    await parts.connect(supplier).safeTransferFrom(supplier, manufacturer, partIdOf(cobalt), 10_000, "0x");
    await made.transformLots(
      [{ partId: partIdOf(cobalt), quantity: 10_000 }],
      [lotWords(1, FORM.counted, 40, { content: { ...NOTHING, cobaltG: 9_000 } })],
      ROLES.manufacturer,
    );
    await made.transformLots(
      [{ partId: partIdOf(cells), quantity: 32 }],
      [lotWords(2, FORM.serialised, 4, { content: { ...NOTHING, cobaltG: 7_200 } })],
      ROLES.manufacturer,
    );
    await made.serialiseUnits(2, [1, 2, 3, 4], ROLES.manufacturer);

    const owners = [holder, buyer, stranger];
    const cars = owners.map((_, i) => BigInt(id(`car ${i}`)));
    for (const [i, vehicleId] of cars.entries()) {
      await title
        .connect(manufacturer)
        .registerVehicle(owners[i]!, { ...record(vehicleId, 1), observedAt: born }, ROLES.manufacturer);
      await made.fitPart(pack(i + 1), 1, record(vehicleId, 17), ROLES.manufacturer);
    }
    await made.setApprovalForAll(custody, true);
    const consignment = {
      sender: manufacturer.address,
      receiver: workshop.address,
      deadline: now + 90 * DAY,
      salt: 1,
      partIds: [pack(4)],
      quantities: [1],
    };
    await custody.connect(manufacturer).consign(consignment, id("condition"));

    const openRecall = () =>
      recalls.connect(manufacturer).openRecall(
        {
          maker: manufacturer.address,
          number: hexlify(toUtf8Bytes(CAMPAIGN)),
          status: 2,
          advisory: 1,
          evidenceHash: id("defect report"),
          lots: [{ lotNumber: 2, fromSerial: 1, toSerial: 4 }],
          releases: [],
        },
        ROLES.manufacturer,
      );
    const campaignId = campaignIdOf(manufacturer.address, CAMPAIGN);
    return {
      ...system,
      record,
      owners,
      cars,
      cobalt,
      cells,
      packs,
      pack,
      consignment,
      openRecall,
      campaignId,
      now,
    };
  };
}
