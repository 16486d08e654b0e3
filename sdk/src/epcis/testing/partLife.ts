import { id, ZeroAddress, ZeroHash } from "ethers";
import { campaignIdOf, lotIdOf, partIdOf, vehicleAccountOf } from "../../parts/partId.js";
import type { LotInput, PartEvent, PartEventBody } from "../../parts/types.js";
import type { EpcisDeployment } from "../epcisIds.js";

export const SUPPLIER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
export const CELL_MAKER = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
export const CAR_MAKER = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
export const WORKSHOP = "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65";
export const RECYCLER = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc";
export const AUDITOR = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";

export const DEPLOYMENT: EpcisDeployment = {
  chainId: 31337,
  contracts: {
    PartTwins: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
    PartCustody: "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512",
  },
};

export const COBALT = lotIdOf(SUPPLIER, 1);
export const CELLS = lotIdOf(CELL_MAKER, 7);
export const SCREWS = lotIdOf(CELL_MAKER, 8);
export const RECOVERED = lotIdOf(RECYCLER, 1);
export const CELL = partIdOf(CELLS, 12);
export const VEHICLE = 0xc0ffeen;
export const CAMPAIGN = "26V123000";
export const CONTENT = { cobalt: 0n, lithium: 0n, nickel: 0n, lead: 0n, graphite: 0n, rareEarths: 0n };

const FIRST_TIME = 1_772_150_400;

/** Places bodies on a chain, a block and a minute each. */
export function onChain(bodies: readonly PartEventBody[]): PartEvent[] {
  return bodies.map((body, index) => ({
    ...body,
    blockNumber: index + 1,
    logIndex: 0,
    transactionHash: id(`transaction ${index}`),
    at: FIRST_TIME + 60 * index,
  }));
}

export function commissioned(
  lotId: bigint,
  lot: Partial<LotInput>,
  inputsHash: string = ZeroHash,
): PartEventBody {
  const number = lotId & 0xffff_ffff_ffff_ffffn;
  const maker = partMaker(lotId);
  const stated: LotInput = {
    number,
    form: "serialised",
    material: "other",
    quantity: 100n,
    expiryDay: 0,
    content: CONTENT,
    documentHash: id(`document of lot ${lotId}`),
    ...lot,
  };
  return { type: "lotCommissioned", lotId, maker, lot: stated, inputsHash, lineage: id(`lineage ${lotId}`) };
}

export function transferred(from: string, to: string, partId: bigint, quantity = 1n): PartEventBody {
  return { type: "transferred", operator: from, from, to, parts: [{ partId, quantity }] };
}

const MADE = id("cells and screws");
const TAKEN_APART = id("cell taken apart");
const CONSIGNMENTS = ["accepted", "rejected", "timed out"].map((name) => id(`consignment ${name}`));

function consigned(index: number): PartEventBody {
  return {
    type: "consigned",
    consignmentId: CONSIGNMENTS[index]!,
    sender: CELL_MAKER,
    receiver: CAR_MAKER,
    deadline: FIRST_TIME + 86_400,
    parts: [
      { partId: CELL, quantity: 1n },
      { partId: partIdOf(SCREWS), quantity: 40n },
    ],
    conditionHash: id(`condition ${index}`),
  };
}

/** The life of a cell, from the cobalt in it to the cobalt that is recovered: every event that there is. */
export const LIFE: readonly PartEvent[] = onChain([
  transferred(ZeroAddress, SUPPLIER, partIdOf(COBALT), 5000n),
  commissioned(COBALT, { form: "material", material: "cobalt", quantity: 5000n }),
  {
    type: "certified",
    lotId: COBALT,
    documentHash: id("due diligence"),
    auditor: AUDITOR,
    kind: "dueDiligence",
    validTo: FIRST_TIME + 365 * 86_400,
  },
  transferred(SUPPLIER, CELL_MAKER, partIdOf(COBALT), 4000n),
  transferred(CELL_MAKER, ZeroAddress, partIdOf(COBALT), 4000n),
  {
    type: "lotsConsumed",
    inputsHash: MADE,
    operator: CELL_MAKER,
    inputs: [{ partId: partIdOf(COBALT), quantity: 4000n }],
    isRecovery: false,
  },
  commissioned(CELLS, { content: { ...CONTENT, cobalt: 3900n }, expiryDay: 24_000 }, MADE),
  commissioned(SCREWS, { form: "counted", quantity: 1000n }, MADE),
  transferred(CELL_MAKER, ZeroAddress, partIdOf(CELLS), 1n),
  transferred(ZeroAddress, CELL_MAKER, CELL),
  consigned(0),
  transferred(CELL_MAKER, DEPLOYMENT.contracts.PartCustody, CELL),
  {
    type: "accepted",
    consignmentId: CONSIGNMENTS[0]!,
    receiver: CAR_MAKER,
    conditionHash: id("condition at receipt"),
  },
  transferred(CAR_MAKER, vehicleAccountOf(VEHICLE), CELL),
  {
    type: "partFitted",
    lotId: CELLS,
    serial: 12,
    quantity: 1n,
    vehicleId: VEHICLE,
    by: CAR_MAKER,
  },
  { type: "partFitted", lotId: SCREWS, serial: 0, quantity: 8n, vehicleId: VEHICLE, by: CAR_MAKER },
  {
    type: "recallOpened",
    campaignId: campaignIdOf(CELL_MAKER, CAMPAIGN),
    maker: CELL_MAKER,
    by: CELL_MAKER,
    number: CAMPAIGN,
    status: "notAvailable",
    advisory: "parkOutside",
    evidenceHash: id("evidence"),
    lots: [
      { lotNumber: 7n, fromSerial: 10, toSerial: 12 },
      { lotNumber: 7n, fromSerial: 20, toSerial: 4_000_000 },
      { lotNumber: 8n, fromSerial: 0, toSerial: 0 },
    ],
    releases: [],
  },
  { type: "vehicleEnrolled", campaignId: campaignIdOf(CELL_MAKER, CAMPAIGN), vehicleId: VEHICLE },
  {
    type: "vehicleNotified",
    campaignId: campaignIdOf(CELL_MAKER, CAMPAIGN),
    vehicleId: VEHICLE,
    by: CAR_MAKER,
  },
  { type: "partRemoved", lotId: CELLS, serial: 12, quantity: 1n, vehicleId: VEHICLE, by: WORKSHOP },
  {
    type: "vehicleRemedied",
    campaignId: campaignIdOf(CELL_MAKER, CAMPAIGN),
    vehicleId: VEHICLE,
    by: WORKSHOP,
    remedy: "partReplaced",
  },
  {
    type: "recallUpdated",
    campaignId: campaignIdOf(CELL_MAKER, CAMPAIGN),
    by: CELL_MAKER,
    status: "completed",
    advisory: "none",
    evidenceHash: id("evidence of completion"),
  },
  { type: "theftReported", partId: CELL, holder: WORKSHOP, isStolen: true },
  { type: "theftReported", partId: CELL, holder: WORKSHOP, isStolen: false },
  {
    type: "serviceChanged",
    partId: CELL,
    by: WORKSHOP,
    status: "repurposed",
    documentHash: id("new passport"),
  },
  consigned(1),
  {
    type: "rejected",
    consignmentId: CONSIGNMENTS[1]!,
    receiver: CAR_MAKER,
    conditionHash: id("condition that is not accepted"),
  },
  consigned(2),
  { type: "returned", consignmentId: CONSIGNMENTS[2]!, sender: CELL_MAKER },
  transferred(WORKSHOP, RECYCLER, CELL),
  {
    type: "lotsConsumed",
    inputsHash: TAKEN_APART,
    operator: RECYCLER,
    inputs: [{ partId: CELL, quantity: 1n }],
    isRecovery: true,
  },
  commissioned(RECOVERED, { form: "material", material: "cobalt", quantity: 37n }, TAKEN_APART),
  {
    type: "partDecommissioned",
    partId: partIdOf(SCREWS),
    by: RECYCLER,
    quantity: 8n,
    outcome: "recycled",
    documentHash: id("recycling report"),
  },
  {
    type: "partDecommissioned",
    partId: partIdOf(CELLS, 13),
    by: RECYCLER,
    quantity: 1n,
    outcome: "destroyed",
    documentHash: id("destruction report"),
  },
  {
    type: "certificateRevoked",
    lotId: COBALT,
    documentHash: id("due diligence"),
    auditor: AUDITOR,
    reasonHash: id("reason"),
  },
]);

function partMaker(lotId: bigint): string {
  return `0x${(lotId >> 64n).toString(16).padStart(40, "0")}`;
}
