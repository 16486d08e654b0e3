import type { ContractTransactionResponse } from "ethers";
import { encodeBytes32String, hexlify, id, toUtf8Bytes } from "ethers";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { createChain } from "../../test/helpers/fixture.js";
import type { LotInputStruct } from "../../typechain-types/contracts/parts/PartTwins.js";
import type { RecordInputStruct } from "../../typechain-types/contracts/vehicle/VehicleTitle.js";

const DAY = 86_400;
const FORM = { material: 1, counted: 2, serialised: 3 } as const;
const NOTHING = { cobaltG: 0, lithiumG: 0, nickelG: 0, leadG: 0, graphiteG: 0, rareEarthsG: 0 };

/** The same for the operations of parts and recalls, on a chain of its own. `isAffected…` are of execution alone. */
export async function measurePartOperations(): Promise<Record<string, number>> {
  const chain = await createChain({ initialDate: "2027-01-15T08:00:00Z", isRepeatable: true });
  const { actors, title, workOrders, parts, custody, certificates, recalls, notifications } =
    await chain.memberFixture();
  const { manufacturer, supplier, workshop, recycler, auditor, holder, buyer } = actors;
  const gas: Record<string, number> = {};
  let clock = 0;

  async function measure(name: string, sent: Promise<ContractTransactionResponse>): Promise<void> {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error(`${name}: no receipt`);
    gas[name] = Number(receipt.gasUsed);
  }

  const now = await chain.networkHelpers.time.latest();
  const born = now - 900 * DAY;
  const record = (vehicleId: bigint, kind: number): RecordInputStruct => {
    clock += 1;
    return {
      vehicleId,
      documentHash: id(`document ${clock}`),
      kind,
      code: 0,
      odometer: 0,
      odometerUnit: 0,
      observedAt: born + clock * DAY,
    };
  };
  const lot = (number: number, form: number, quantity: number, more: Partial<LotInputStruct> = {}) => ({
    number,
    form,
    material: 0,
    quantity,
    expiryDay: 0,
    content: NOTHING,
    documentHash: id(`lot ${number}`),
    ...more,
  });
  const lotId = (maker: { address: string }, number: number): bigint =>
    (BigInt(maker.address) << 64n) | BigInt(number);
  const partId = (maker: { address: string }, number: number, serial = 0): bigint =>
    (lotId(maker, number) << 32n) | BigInt(serial);
  const transfer = "safeTransferFrom" as const;

  const [car, other, third] = [id("car"), id("other car"), id("third car")].map(BigInt) as [
    bigint,
    bigint,
    bigint,
  ];
  for (const vehicleId of [car, other, third]) {
    await title
      .connect(manufacturer)
      .registerVehicle(holder, { ...record(vehicleId, 1), observedAt: born }, ROLES.manufacturer);
  }

  const made = parts.connect(supplier);
  for (const [number, material] of [
    [1, 1],
    [2, 2],
    [3, 3],
  ] as const) {
    await made.commissionLot(lot(number, FORM.material, 900_000, { material }), ROLES.supplier);
    // bought by the cell maker, who consumes a part of it: the steady case of a warehouse
    await made[transfer](supplier, manufacturer, partId(supplier, number), 800_000, "0x");
  }
  await measure("commissionLot", made.commissionLot(lot(4, FORM.serialised, 500), ROLES.supplier));
  const grams = (number: number, quantity: number) => ({ partId: partId(supplier, number), quantity });
  await measure(
    "transformLot",
    parts.connect(manufacturer).transformLots(
      [grams(1, 200_000), grams(2, 100_000), grams(3, 300_000)],
      [
        lot(5, FORM.serialised, 40, {
          content: { ...NOTHING, cobaltG: 190_000, lithiumG: 99_000, nickelG: 290_000 },
        }),
      ],
      ROLES.manufacturer,
    ),
  );
  await measure("serialiseUnits10", made.serialiseUnits(4, serials(1, 10), ROLES.supplier));
  await made.serialiseUnits(4, serials(11, 60), ROLES.supplier);
  await parts.connect(manufacturer).serialiseUnits(5, serials(1, 20), ROLES.manufacturer);

  await made.setApprovalForAll(custody, true);
  const consignment = (serial: number, salt: number) => ({
    sender: supplier.address,
    receiver: workshop.address,
    deadline: now + 30 * DAY,
    salt,
    partIds: [partId(supplier, 4, serial)],
    quantities: [1],
  });
  const report = id("condition");
  await measure("consignPart", custody.connect(supplier).consign(consignment(1, 1), report));
  await measure("acceptPart", custody.connect(workshop).accept(consignment(1, 1), report));
  gas.consignAndAccept = gas.consignPart! + gas.acceptPart!;
  await made.commissionLot(lot(6, FORM.counted, 1_000), ROLES.supplier);
  const counted = {
    ...consignment(1, 2),
    partIds: [partId(supplier, 6)],
    quantities: [40],
  };
  await measure("consignCounted", custody.connect(supplier).consign(counted, report));
  await measure("acceptCounted", custody.connect(workshop).accept(counted, report));
  gas.consignAndAcceptCounted = gas.consignCounted! + gas.acceptCounted!;

  for (const serial of serials(2, 40)) {
    await made[transfer](supplier, workshop, partId(supplier, 4, serial), 1, "0x");
  }
  const shop = parts.connect(workshop);
  const fit = (serial: number, vehicleId: bigint) =>
    shop.fitPart(partId(supplier, 4, serial), 1, record(vehicleId, 17), ROLES.workshop);
  await fit(2, other);
  await measure("fitPart", fit(3, car));
  await measure("fitPartSecondOfLot", fit(4, car));
  await measure("fitCounted", shop.fitPart(partId(supplier, 6), 8, record(car, 17), ROLES.workshop));
  await workOrders.connect(holder).giveWorkOrder(car, workshop, now + 300 * DAY);
  await measure("giveWorkOrder", workOrders.connect(holder).giveWorkOrder(other, workshop, now + 300 * DAY));
  await measure(
    "removePartOneOfTwo",
    shop.removePart(partId(supplier, 4, 4), 1, record(car, 18), ROLES.workshop),
  );
  await measure("removePart", shop.removePart(partId(supplier, 4, 3), 1, record(car, 18), ROLES.workshop));
  await measure(
    "decommissionPart",
    shop.decommissionParts([{ partId: partId(supplier, 4, 3), quantity: 1 }], 1, report, ROLES.workshop),
  );
  await measure("transferPart", shop[transfer](workshop, buyer, partId(supplier, 4, 20), 1, "0x"));

  await measure(
    "issueCertificate",
    certificates.connect(auditor).issueCertificate(lotId(supplier, 1), 0, now + 900 * DAY, id("audit")),
  );
  await measure(
    "notifyQuality",
    notifications
      .connect(manufacturer)
      .notify(
        0,
        lotId(supplier, 4),
        supplier,
        encodeBytes32String(""),
        id("investigation"),
        ROLES.manufacturer,
      ),
  );

  await fit(5, car);
  await made.commissionLot(lot(7, FORM.serialised, 500), ROLES.supplier);
  const recall = (number: string, lots: { lotNumber: number; fromSerial: number; toSerial: number }[]) => ({
    maker: supplier.address,
    number: hexlify(toUtf8Bytes(number)),
    status: 2,
    advisory: 0,
    evidenceHash: id("defect report"),
    lots,
    releases: [],
  });
  const scopes = [
    { lotNumber: 7, fromSerial: 1, toSerial: 500 },
    { lotNumber: 6, fromSerial: 0, toSerial: 0 },
    { lotNumber: 4, fromSerial: 1, toSerial: 500 },
  ];
  await measure(
    "openRecall",
    recalls.connect(supplier).openRecall(recall("26V000001", scopes), ROLES.supplier),
  );
  const campaign = await recalls.campaignIdOf(supplier, hexlify(toUtf8Bytes("26V000001")), false);
  await recalls
    .connect(supplier)
    .openRecall(recall("26V000002", [{ lotNumber: 4, fromSerial: 1, toSerial: 9 }]), ROLES.supplier);
  const single = await recalls.campaignIdOf(supplier, hexlify(toUtf8Bytes("26V000002")), false);
  // execution alone: what a call costs another contract, without the transaction around it
  const execution = async (vehicleId: bigint, campaignId: bigint): Promise<number> => {
    const data = recalls.interface.encodeFunctionData("isAffected", [vehicleId, campaignId]);
    const sent = await actors.stranger.sendTransaction({ to: await recalls.getAddress(), data });
    const bytes = [...Buffer.from(data.slice(2), "hex")];
    const calldata = bytes.reduce((sum, byte) => sum + (byte === 0 ? 4 : 16), 0);
    return Number((await sent.wait())!.gasUsed) - 21_000 - calldata;
  };
  gas.isAffected = await execution(other, single);
  gas.isAffectedBySecondOf3 = await execution(car, campaign);
  gas.isAffectedByThirdOf3 = await execution(other, campaign);
  gas.isAffectedByNoneOf3 = await execution(third, campaign);

  await measure("enrolVehicle", recalls.enrolVehicles(campaign, [other]));
  await measure(
    "notifyVehicle",
    recalls.connect(supplier).notifyVehicles(campaign, [record(other, 21)], ROLES.supplier),
  );
  await shop.removePart(partId(supplier, 4, 2), 1, record(other, 18), ROLES.workshop);
  await measure(
    "remedyVehicle",
    recalls.connect(workshop).remedyVehicle(campaign, 1, record(other, 22), ROLES.workshop),
  );
  await recalls.connect(supplier).updateRecall(single, 2, 1, id("crash"), ROLES.supplier);
  await measure("enrolAndStopVehicle", recalls.enrolVehicles(single, [car]));
  await measure(
    "remedyStoppedVehicle",
    recalls.connect(workshop).remedyVehicle(single, 3, record(car, 22), ROLES.workshop),
  );

  await parts.connect(manufacturer)[transfer](manufacturer, recycler, partId(manufacturer, 5, 1), 1, "0x");
  await measure(
    "recoverMaterial",
    parts
      .connect(recycler)
      .transformLots(
        [{ partId: partId(manufacturer, 5, 1), quantity: 1 }],
        [lot(1, FORM.material, 4_500, { material: 1 })],
        ROLES.recycler,
      ),
  );
  return gas;
}

function serials(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
