import { id, Wallet, type BrowserProvider } from "ethers";
import { PartCustody__factory, PartTwins__factory, Recalls__factory } from "../../sdk/src/chain/contracts.js";
import type { Deployment, RpcProvider } from "../../sdk/src/chain/deployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { RECORD_KINDS } from "../../sdk/src/documents/kinds.js";
import { explainError } from "../../sdk/src/errors/explainError.js";
import type { ImportAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import { campaignNumberBytes, lotIdOf, partIdOf, vehicleAccountOf } from "../../sdk/src/parts/partId.js";
import { LOT_FORMS, MATERIALS, REMEDIES, REMEDY_STATUSES } from "../../sdk/src/parts/types.js";
import type { DemoAttempt } from "./demoTypes.js";

/** The cars of examples/parts.jsonl whose parts the counterfeiters are after, by vehicle id. */
export interface PartCars {
  /** Carries unit 2 of lot 32. */
  a: bigint;
  /** Carries unit 3 of lot 31, which was inspected. */
  c: bigint;
  /** Carries unit 1 of lot 33. */
  e: bigint;
}

interface Attempt {
  name: string;
  /** The alias of whoever tries. */
  by: string;
  to: keyof Deployment["contracts"];
  data: string;
}

interface Scene {
  rpc: RpcProvider;
  provider: BrowserProvider;
  deployment: Deployment;
  accounts: ImportAccounts;
  cars: PartCars;
  now: number;
}

const parts = PartTwins__factory.createInterface();
const recalls = Recalls__factory.createInterface();
const custody = PartCustody__factory.createInterface();

const MAKER = "manufacturer-us-1";
const HASH = id("a document that nobody will see");
const FAKE_CAMPAIGN = "26V900001";
const NO_CONTENT = { cobaltG: 0, lithiumG: 0, nickelG: 0, leadG: 0, graphiteG: 0, rareEarthsG: 0 };

/**
 * Tries to bring false parts into cars, in every way that the contracts know, and says how each was refused. Whatever it
 * changes on the way it takes back.
 */
export async function tryCounterfeits(scene: Scene): Promise<DemoAttempt[]> {
  const snapshot = await scene.rpc.request({ method: "evm_snapshot" });
  try {
    await openFalseCampaign(scene);
    const results: DemoAttempt[] = [];
    for (const attempt of [...attempts(scene), await secondAcceptance(scene)]) {
      results.push(await tryOne(attempt, scene));
    }
    return results;
  } finally {
    await scene.rpc.request({ method: "evm_revert", params: [snapshot] });
  }
}

function attempts({ accounts, cars, now }: Scene): Attempt[] {
  const maker = accounts.accountOf(MAKER).address;
  const pack = (lot: number, serial: number): bigint => partIdOf(lotIdOf(maker, lot), serial);
  const record = (vehicleId: bigint, kind: number) => ({
    vehicleId,
    documentHash: HASH,
    kind,
    code: 0,
    odometer: 0,
    odometerUnit: 0,
    observedAt: now,
  });
  const serialise = (lot: number, serial: number) =>
    parts.encodeFunctionData("serialiseUnits", [lot, [serial], ROLES.manufacturer]);
  const fit = (partId: bigint, car: bigint, role: number) =>
    parts.encodeFunctionData("fitPart", [partId, 1, record(car, RECORD_KINDS.partFitted), role]);
  const lot = (number: number, quantity: number, cobaltG: number) => ({
    number,
    form: LOT_FORMS.indexOf("serialised"),
    material: MATERIALS.indexOf("other"),
    quantity,
    expiryDay: 0,
    content: { ...NO_CONTENT, cobaltG },
    documentHash: HASH,
  });
  const cells = partIdOf(lotIdOf(accounts.accountOf("cellmaker-kr-1").address, 23));
  const holder = accounts.accountOf("holder-21").address;

  return [
    {
      name: "mark a unit in another maker's lot",
      by: "cellmaker-kr-1",
      to: "PartTwins",
      data: parts.encodeFunctionData("serialiseUnits", [32, [6], ROLES.supplier]),
    },
    { name: "mark a seventh unit of six", by: MAKER, to: "PartTwins", data: serialise(32, 7) },
    { name: "mark the same serial twice", by: MAKER, to: "PartTwins", data: serialise(32, 5) },
    {
      name: "fit a unit to a second car",
      by: "workshop-sacramento-1",
      to: "PartTwins",
      data: fit(pack(32, 2), cars.c, ROLES.workshop),
    },
    {
      name: "fit a unit that nobody made",
      by: "workshop-austin-1",
      to: "PartTwins",
      data: fit(pack(99, 1), cars.c, ROLES.workshop),
    },
    {
      name: "fit a recalled unit",
      by: MAKER,
      to: "PartTwins",
      data: fit(pack(31, 4), cars.a, ROLES.manufacturer),
    },
    {
      name: "fit the pack of a scrapped car",
      by: MAKER,
      to: "PartTwins",
      data: fit(pack(32, 1), cars.a, ROLES.manufacturer),
    },
    {
      name: "remove a pack without the holder's order",
      by: "workshop-austin-1",
      to: "PartTwins",
      data: parts.encodeFunctionData("removePart", [
        pack(32, 2),
        1,
        record(cars.a, RECORD_KINDS.partRemoved),
        ROLES.workshop,
      ]),
    },
    {
      name: "sell a fitted pack with a plain wallet",
      by: "holder-21",
      to: "PartTwins",
      data: parts.encodeFunctionData("safeTransferFrom", [
        vehicleAccountOf(cars.a),
        holder,
        pack(32, 2),
        1,
        "0x",
      ]),
    },
    {
      name: "make a pack of 14 cells, with the cobalt of 288",
      by: MAKER,
      to: "PartTwins",
      data: parts.encodeFunctionData("transformLots", [
        [{ partId: cells, quantity: 14 }],
        [lot(34, 1, 14_112)],
        ROLES.manufacturer,
      ]),
    },
    {
      name: "make a pack with cobalt from nowhere",
      by: MAKER,
      to: "PartTwins",
      data: parts.encodeFunctionData("commissionLot", [lot(34, 1, 14_112), ROLES.manufacturer]),
    },
    {
      name: "recall another maker's packs",
      by: "cellmaker-kr-1",
      to: "Recalls",
      data: openRecall(maker, 32, ROLES.supplier),
    },
    {
      name: "state a remedy without the repair",
      by: "workshop-sacramento-1",
      to: "Recalls",
      data: recalls.encodeFunctionData("remedyVehicle", [
        (BigInt(maker) << 96n) | BigInt(campaignNumberBytes(FAKE_CAMPAIGN)),
        REMEDIES.indexOf("partReplaced"),
        record(cars.e, RECORD_KINDS.campaignRemedy),
        ROLES.workshop,
      ]),
    },
  ];
}

/** Accepting what was accepted long ago. */
async function secondAcceptance({ provider, deployment, accounts }: Scene): Promise<Attempt> {
  const contract = PartCustody__factory.connect(deployment.contracts.PartCustody, provider);
  const receiver = accounts.accountOf("recycler-us-1").address;
  const [consigned] = await contract.queryFilter(
    contract.filters.PartsConsigned(undefined, undefined, receiver),
  );
  if (!consigned) throw new Error("nothing was consigned to the recycler");
  const { sender, deadline, salt, partIds, quantities } = consigned.args.consignment;
  const terms = { sender, receiver, deadline, salt, partIds: [...partIds], quantities: [...quantities] };
  return {
    name: "accept a delivery twice",
    by: "recycler-us-1",
    to: "PartCustody",
    data: custody.encodeFunctionData("accept", [terms, HASH]),
  };
}

/** A campaign over the newest pack, for a workshop to state its remedy and do nothing. */
async function openFalseCampaign({ provider, deployment, accounts }: Scene): Promise<void> {
  const maker = accounts.accountOf(MAKER);
  const wallet = new Wallet(maker.privateKey, provider);
  const data = openRecall(maker.address, 33, ROLES.manufacturer);
  await (await wallet.sendTransaction({ to: deployment.contracts.Recalls, data })).wait();
}

function openRecall(maker: string, lotNumber: number, role: number): string {
  const recall = {
    maker,
    number: campaignNumberBytes(FAKE_CAMPAIGN),
    status: REMEDY_STATUSES.indexOf("available"),
    advisory: 0,
    evidenceHash: HASH,
    lots: [{ lotNumber, fromSerial: 1, toSerial: 2 }],
    releases: [],
  };
  return recalls.encodeFunctionData("openRecall", [recall, role]);
}

async function tryOne(
  { name, by, to, data }: Attempt,
  { rpc, deployment, accounts }: Scene,
): Promise<DemoAttempt> {
  const call = { from: accounts.accountOf(by).address, to: deployment.contracts[to], data };
  try {
    await rpc.request({ method: "eth_call", params: [call, "latest"] });
    return { name, refused: false, reason: "accepted" };
  } catch (error) {
    const explained = explainError(error);
    // A call that fails for another reason, such as a wrong argument, is no refusal.
    return { name, refused: explained !== undefined, reason: explained?.message ?? String(error) };
  }
}
