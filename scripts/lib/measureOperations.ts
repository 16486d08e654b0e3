import type { ContractTransactionResponse } from "ethers";
import { getAddress, id, toBeHex } from "ethers";
import type { RecordInputStruct } from "../../typechain-types/contracts/vehicle/VehicleTitle.js";
import { foldedProof } from "../../test/helpers/foldedProof.js";
import { createChain } from "../../test/helpers/fixture.js";
import { p256Key, secp256k1Key } from "../../test/helpers/vehicleKeys.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { measureChannelOperations } from "./measureChannelOperations.js";
import { measureInsuranceOperations } from "./measureInsuranceOperations.js";
import { measurePartOperations } from "./measurePartOperations.js";
import { measureTelemetryOperations } from "./measureTelemetryOperations.js";

const BATCH = 50;
const DAY = 86_400;
const FOREVER = 2n ** 40n - 1n;

/**
 * Sends every operation once to a chain of its own and reads the gas of the receipts, refunds included. Ids and
 * hashes are made from names, so that calldata and with it the figures are the same in every run.
 *
 * @returns gas by operation; `…Each50` is a batch of 50 divided by 50, rounded up.
 */
export async function measureOperations(): Promise<Record<string, number>> {
  const chain = await createChain({ initialDate: "2027-01-15T08:00:00Z", isRepeatable: true });
  const { actors, consortium, records, title, keys, deployment } = await chain.memberFixture();
  const { manufacturer, registrar, workshop, court, guardian, admissions, recycler, holder, buyer } = actors;
  const gas: Record<string, number> = {};
  let clock = 0;

  async function measure(name: string, sent: Promise<ContractTransactionResponse>, share = 1): Promise<void> {
    const receipt = await (await sent).wait();
    if (receipt === null) throw new Error(`${name}: no receipt`);
    gas[name] = Math.ceil(Number(receipt.gasUsed) / share);
  }

  const now = await chain.networkHelpers.time.latest();
  const born = now - 900 * DAY;
  const vehicle = (name: string | number): bigint => BigInt(id(`vehicle ${name}`));
  const account = (name: string | number): string => getAddress(id(`account ${name}`).slice(0, 42));
  const record = (vehicleId: bigint, kind: number, km = 0): RecordInputStruct => {
    clock += 1;
    return {
      vehicleId,
      documentHash: id(`document ${clock}`),
      kind,
      code: 0,
      odometer: km,
      odometerUnit: km === 0 ? 0 : 1,
      observedAt: born + clock * DAY,
    };
  };
  const batch = <T>(make: (index: number) => T): T[] =>
    Array.from({ length: BATCH }, (_, index) => make(index));

  const maker = title.connect(manufacturer);
  const [car, other] = [vehicle("one"), vehicle("two")];
  await measure("registerVehicle", maker.registerVehicle(holder, record(car, 1, 5), ROLES.manufacturer));
  await measure(
    "registerVehicleSameHolder",
    maker.registerVehicle(holder, record(other, 1, 5), ROLES.manufacturer),
  );
  const dealer = account("dealer");
  const stock = batch((index) => vehicle(`stock ${index}`));
  await measure(
    "registerVehicleEach50",
    maker.registerVehicles(
      stock.map(() => dealer),
      stock.map((vehicleId) => record(vehicleId, 1, 5)),
      ROLES.manufacturer,
    ),
    BATCH,
  );
  await measure(
    "registerVehicleEach50NewHolders",
    maker.registerVehicles(
      batch((index) => account(index)),
      batch((index) => record(vehicle(`sold ${index}`), 1, 5)),
      ROLES.manufacturer,
    ),
    BATCH,
  );

  const shop = records.connect(workshop);
  await shop.appendRecord(record(car, 4, 9_000), ROLES.workshop);
  await measure("appendRecord", shop.appendRecord(record(car, 4, 10_000), ROLES.workshop));
  await measure(
    "appendRecordsEach50",
    shop.appendRecords(
      stock.map((vehicleId) => record(vehicleId, 4, 12_000)),
      ROLES.workshop,
    ),
    BATCH,
  );
  await measure("appendRecordQuarantined", shop.appendRecord(record(car, 4, 8_000), ROLES.workshop));
  await measure("reportAsHolder", title.connect(holder).reportAsHolder(record(car, 5, 11_000)));
  for (let count = 0; count < 8; count += 1) await shop.appendRecord(record(car, 4, 11_000), ROLES.workshop);
  const proof = await foldedProof(records, car, 2);
  await measure(
    "appendCorrection10Later",
    shop.appendCorrection(record(car, 4, 11_000), ROLES.workshop, proof),
  );
  await measure(
    "resolveOdometer",
    records.connect(actors.inspector).appendRecord(record(car, 11, 11_000), ROLES.inspector),
  );
  await measure(
    "appendBrand",
    records.connect(registrar).appendRecord({ ...record(car, 10), code: 11 }, ROLES.registrar),
  );

  await measure("setUser", title.connect(holder).setUser(car, account("user"), now + 900 * DAY));
  await measure("lockTitle", title.connect(registrar).lockTitle(car, 1));
  await measure("unlockTitle", title.connect(registrar).unlockTitle(car, 1));
  await measure("transferTitleWithUser", title.connect(holder).transferFrom(holder, buyer, car));
  await measure(
    "transferTitle",
    title.connect(holder)["safeTransferFrom(address,address,uint256)"](holder, account("new holder"), other),
  );

  const domain = {
    name: "blok auto vehicle keys",
    version: "1",
    chainId: deployment.chainId,
    verifyingContract: deployment.contracts.VehicleKeys,
  };
  const p256 = p256Key(deployment.contracts.ERC7913P256Verifier, "first");
  const period = { validFrom: BigInt(born), validTo: FOREVER, binder: manufacturer.address };
  for (const [name, key] of [
    ["bindVehicleKey", p256],
    ["bindVehicleKeySecp256k1", secp256k1Key("second")],
  ] as const) {
    const proofOfPossession = await key.sign(domain, "BindKey", {
      vehicleId: car,
      keyId: key.keyId,
      ...period,
    });
    const bound = keys
      .connect(manufacturer)
      .bindVehicleKey(car, key.signer, born, FOREVER, ROLES.manufacturer, proofOfPossession);
    await measure(name, bound);
  }
  const signed = record(car, 5, 12_000);
  const signature = await p256.sign(domain, "VehicleRecord", { ...signed });
  await measure(
    "appendSignedRecord",
    keys.connect(holder).appendSignedRecord(signed, p256.signer, signature),
  );
  const successor = secp256k1Key("successor");
  const rotation = await successor.sign(domain, "RotateKey", {
    vehicleId: car,
    oldKeyId: p256.keyId,
    keyId: successor.keyId,
    validTo: FOREVER,
    binder: manufacturer.address,
  });
  const keyOffice = keys.connect(manufacturer);
  await measure(
    "rotateVehicleKey",
    keyOffice.rotateVehicleKey(car, p256.keyId, successor.signer, FOREVER, ROLES.manufacturer, rotation),
  );
  await measure(
    "revokeVehicleKey",
    keyOffice.revokeVehicleKey(car, successor.keyId, now, ROLES.manufacturer),
  );

  await measure("freezeTitle", title.connect(court).setFrozenTokens(buyer, car, true));
  const order = id("court order");
  await measure(
    "requestForcedTransfer",
    title.connect(court).requestForcedTransfer(buyer, holder, car, order),
  );
  await measure("cancelForcedTransfer", title.connect(guardian).cancelForcedTransfer(car));
  await title.connect(court).requestForcedTransfer(buyer, holder, car, order);
  await chain.networkHelpers.time.increase(15 * DAY);
  await measure("forcedTransfer", title.connect(registrar).forcedTransfer(buyer, holder, car));
  await measure("exportVehicle", title.connect(registrar).changeStatus(record(car, 15)));
  await title.connect(registrar).changeStatus(record(car, 14));
  await title.connect(holder).approve(recycler, car);
  await measure("destroyVehicle", title.connect(recycler).destroyVehicle(record(car, 13)));
  await measure("refreshMetadata", title.refreshMetadata(car));

  const office = consortium.connect(admissions);
  const organisation = toBeHex(1, 32);
  await measure("admitMember", office.admitMember(account("member"), ROLES.workshop, organisation));
  await measure(
    "vetoAdmission",
    consortium.connect(guardian).vetoAdmission(account("member"), ROLES.workshop),
  );
  await measure("expelMember", office.expelMember(workshop, id("decision")));
  return {
    ...gas,
    ...(await measurePartOperations()),
    ...(await measureChannelOperations()),
    ...(await measureTelemetryOperations()),
    ...(await measureInsuranceOperations()),
  };
}
