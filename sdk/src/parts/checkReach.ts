import { getAddress, Interface } from "ethers";
import { partCustodyAbi } from "../abi/PartCustody.js";
import { vehicleTitleAbi } from "../abi/VehicleTitle.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readContract } from "../chain/readContract.js";
import { toHex32 } from "../history/toHex32.js";
import { descendantsOf, nameLot } from "./buildLineage.js";
import { mapLimited } from "./mapLimited.js";
import { lotOfPart, makerOfLot, serialOfPart, vehicleAccountOf } from "./partId.js";
import { PartState, type LotState } from "./PartState.js";
import type { ReachLedger } from "./ReachLedger.js";
import type {
  CheckedReach,
  ReachDeployment,
  ReachLot,
  ReachProblem,
  ReachProblemCode,
  ReachVehicle,
} from "./reachTypes.js";
import { readVehicleRecall, type Campaign } from "./readCampaign.js";
import type { RecallScopes } from "./RecallScopes.js";
import type { PartAmount } from "./types.js";

interface CheckReachInput {
  rpc: RpcProvider;
  deployment: ReachDeployment;
  campaign: Campaign;
  scopes: RecallScopes;
  ledger: ReachLedger;
  block: number;
}

/** So many balances are asked for in one call: some 2 million gas, which every node lets a call use. */
const BALANCES_AT_ONCE = 400;

const custody = new Interface(partCustodyAbi);
const title = new Interface(vehicleTitleAbi);

/** Asks the contracts about everything that the logs told, and adds it up. */
export async function checkReach(input: CheckReachInput): Promise<CheckedReach> {
  const check = new ReachCheck(input);
  await check.readLots();
  await check.checkVehicles();
  await check.checkHoldings();
  await check.checkTransit();
  check.addUp();
  await check.checkDescendants();
  await check.checkCampaign();
  return check.result();
}

class ReachCheck {
  readonly #in: CheckReachInput;
  readonly #state: PartState;
  readonly #problems: ReachProblem[] = [];
  readonly #lots = new Map<bigint, LotState>();
  /** By lot: what vehicles carry, and what accounts hold, according to the contract. */
  readonly #fitted = new Map<bigint, bigint>();
  readonly #held = new Map<bigint, bigint>();
  readonly #stock: CheckedReach["stock"] = [];
  readonly #unserialised: CheckedReach["unserialised"] = [];
  readonly #transit: CheckedReach["transit"] = [];
  readonly #inCustody = new Map<bigint, bigint>();
  #descendants: CheckedReach["descendants"] = [];
  #vehicles: ReachVehicle[] = [];

  constructor(input: CheckReachInput) {
    this.#in = input;
    this.#state = new PartState(input.rpc, input.deployment, input.block);
  }

  async readLots(): Promise<void> {
    await mapLimited(this.#in.scopes.lotIds, async (lotId) => {
      this.#lots.set(lotId, await this.#state.lotOf(lotId));
    });
    const { releases } = this.#in.campaign;
    if (releases.length === 0) return;
    const message = `the campaign is about ${releases.length} software releases besides, which parts say nothing of`;
    this.#problems.push({ code: "RELEASES_NOT_COVERED", message });
  }

  /** Of every vehicle that a log names: how many units of each lot it carries. */
  async checkVehicles(): Promise<void> {
    const rows = [...this.#in.ledger.fitted].flatMap(([vehicleId, parts]) => {
      const lots = new Map<bigint, bigint>();
      for (const [partId, quantity] of parts) add(lots, lotOfPart(partId), quantity);
      return [...lots].map(([lotId, found]) => ({ vehicleId, lotId, found }));
    });
    await mapLimited(rows, async ({ vehicleId, lotId, found }) => {
      const expected = await this.#state.fittedOf(vehicleId, lotId);
      add(this.#fitted, lotId, expected);
      if (expected === found) return;
      const message = `vehicle ${toHex32(vehicleId)} carries ${expected} units of ${nameLot(lotId)}, the logs show ${found}`;
      this.#problems.push({ code: "VEHICLE_MISMATCH", message, lotId, vehicleId, expected, found });
    });
  }

  /** Of every account that a log names: how many units of each part id it has; a vehicle's account has what is fitted. */
  async checkHoldings(): Promise<void> {
    const { ledger, deployment } = this.#in;
    const custodian = getAddress(deployment.contracts.PartCustody);
    const onVehicles = new Map<string, bigint>();
    for (const [vehicleId, parts] of ledger.fitted) {
      const account = vehicleAccountOf(vehicleId);
      for (const [partId, quantity] of parts) onVehicles.set(`${account} ${partId}`, quantity);
    }
    const rows = [...ledger.balances].flatMap(([partId, accounts]) =>
      [...accounts]
        .filter(([, quantity]) => quantity !== 0n || serialOfPart(partId) === 0)
        .map(([account, found]) => ({ partId, account, found })),
    );
    const pages = Array.from({ length: Math.ceil(rows.length / BALANCES_AT_ONCE) }, (_, page) =>
      rows.slice(page * BALANCES_AT_ONCE, (page + 1) * BALANCES_AT_ONCE),
    );
    const balances = await mapLimited(pages, (page) =>
      this.#state.balancesOf(
        page.map(({ account }) => account),
        page.map(({ partId }) => partId),
      ),
    );
    rows.forEach(({ partId, account, found }, i) => {
      const expected = balances[Math.floor(i / BALANCES_AT_ONCE)]?.[i % BALANCES_AT_ONCE] ?? 0n;
      const lotId = lotOfPart(partId);
      add(this.#held, lotId, expected);
      if (expected !== found) {
        const message = `${account} has ${expected} of ${nameUnit(partId)}, the logs show ${found}`;
        this.#problems.push({ code: "HOLDER_MISMATCH", message, lotId, partId, expected, found });
      }
      const quantity = expected - (onVehicles.get(`${account} ${partId}`) ?? 0n);
      if (quantity <= 0n) return;
      if (account === custodian) this.#inCustody.set(partId, quantity);
      else if (this.#isUnserialised(partId)) this.#unserialised.push({ lotId, holder: account, quantity });
      else this.#stock.push({ holder: account, partId, quantity });
    });
  }

  /** Of every consignment: whether it is open; and whether open ones add up to what custody holds. */
  async checkTransit(): Promise<void> {
    const { ledger, rpc, deployment, block } = this.#in;
    const address = deployment.contracts.PartCustody;
    const onTheirWay = new Map<bigint, bigint>();
    await mapLimited([...ledger.consignments.values()], async (consignment) => {
      const { consignmentId, parts, ...terms } = consignment;
      const call = { address, contract: custody, view: "statusOf", args: [consignmentId], block };
      const [status] = await readContract(rpc, call);
      const isOpen = Number(status) === OPEN;
      if (isOpen === ledger.endedConsignments.has(consignmentId)) {
        const message = `consignment ${consignmentId} is ${isOpen ? "open" : "not open"}, the logs show otherwise`;
        this.#problems.push({ code: "TRANSIT_MISMATCH", message });
      }
      if (!isOpen) return;
      for (const part of parts) {
        add(onTheirWay, part.partId, part.quantity);
        this.#transit.push({ ...part, consignmentId, ...terms });
      }
    });
    for (const partId of new Set([...onTheirWay.keys(), ...this.#inCustody.keys()])) {
      const [expected, found] = [this.#inCustody.get(partId) ?? 0n, onTheirWay.get(partId) ?? 0n];
      if (expected === found) continue;
      const message = `${expected} of ${nameUnit(partId)} are in custody, the consignments found hold ${found}`;
      this.#problems.push({
        code: "TRANSIT_MISMATCH",
        message,
        lotId: lotOfPart(partId),
        partId,
        expected,
        found,
      });
    }
  }

  /** The proof: sums over all that was found are the numbers that the lots keep. */
  addUp(): void {
    for (const [lotId, lot] of this.#lots) {
      const fitted = this.#fitted.get(lotId) ?? 0n;
      if (fitted !== lot.fitted) {
        this.#mismatch(
          "FITTED_MISMATCH",
          lotId,
          lot.fitted,
          fitted,
          "are fitted",
          "the vehicles found carry",
        );
      }
      // A vehicle's account has what is fitted to it, so that it is taken off here.
      const held = (this.#held.get(lotId) ?? 0n) - fitted;
      const left = lot.quantity - lot.consumed - lot.decommissioned - lot.fitted;
      if (held !== left) {
        this.#mismatch("HELD_MISMATCH", lotId, left, held, "are left", "the accounts found hold");
      }
      const { consumed, decommissioned } = this.#in.ledger.book.endedOf(lotId);
      if (consumed !== lot.consumed) {
        this.#mismatch("ENDED_MISMATCH", lotId, lot.consumed, consumed, "were consumed", "the logs show");
      }
      if (decommissioned !== lot.decommissioned) {
        const { decommissioned: expected } = lot;
        this.#mismatch("ENDED_MISMATCH", lotId, expected, decommissioned, "ended", "the logs show");
      }
    }
  }

  /** Lots made of recalled units, and what was made of those: each must account for its uses. */
  async checkDescendants(): Promise<void> {
    const { ledger, scopes } = this.#in;
    const used: bigint[] = [];
    for (const { partId, into } of this.#consumed()) {
      used.push(...into);
      if (into.length > 0) continue;
      const message = `the logs do not show what was made of ${nameUnit(partId)}`;
      this.#problems.push({ code: "DESCENDANT_MISMATCH", message, lotId: lotOfPart(partId), partId });
    }
    const lotIds = [...new Set([...used, ...descendantsOf(ledger.book, used)])];
    this.#descendants = await mapLimited(lotIds, async (lotId) => {
      const state = await this.#state.lotOf(lotId);
      const { consumed, decommissioned } = ledger.book.endedOf(lotId);
      const [expected, found] = [state.consumed + state.decommissioned, consumed + decommissioned];
      if (state.consumed !== consumed || state.decommissioned !== decommissioned) {
        this.#mismatch("DESCENDANT_MISMATCH", lotId, expected, found, "were used or ended", "the logs show");
      }
      return { lotId, maker: makerOfLot(lotId), isRecalled: scopes.hasLot(lotId), state };
    });
  }

  /** Of every vehicle found: where it stands in the campaign; and whether that adds up to the campaign's counters. */
  async checkCampaign(): Promise<void> {
    const { ledger, scopes, campaign, rpc, deployment, block } = this.#in;
    const carried = new Map<bigint, PartAmount[]>();
    for (const [vehicleId, parts] of ledger.fitted) {
      const recalled = [...parts].filter(([partId, quantity]) => quantity > 0n && scopes.has(partId));
      if (recalled.length > 0)
        carried.set(
          vehicleId,
          recalled.map(([partId, quantity]) => ({ partId, quantity })),
        );
    }
    const vehicleIds = [...new Set([...carried.keys(), ...ledger.named])];
    this.#vehicles = await mapLimited(vehicleIds, async (vehicleId) => {
      const [recall, holder] = await Promise.all([
        readVehicleRecall(rpc, deployment, campaign.campaignId, vehicleId, block),
        this.#holderOf(vehicleId),
      ]);
      const parts = carried.get(vehicleId) ?? [];
      const isAffected = parts.length > 0 && recall.remedy === "none" && campaign.status !== "withdrawn";
      if (recall.isAffected !== isAffected) {
        const message =
          `the contract says that vehicle ${toHex32(vehicleId)} is ${recall.isAffected ? "" : "not "}affected, ` +
          `what it carries says otherwise`;
        this.#problems.push({ code: "AFFECTED_MISMATCH", message, vehicleId });
      }
      return { vehicleId, ...(holder !== undefined && { holder }), parts, ...recall };
    });
    const counts = {
      enrolled: this.#vehicles.filter(({ enrolledAt }) => enrolledAt > 0).length,
      remedied: this.#vehicles.filter(({ remedy }) => remedy !== "none").length,
    };
    for (const name of ["enrolled", "remedied"] as const) {
      const [expected, found] = [campaign[name], counts[name]];
      if (expected === found) continue;
      const message = `the campaign counts ${expected} vehicles as ${name}, ${found} were found`;
      this.#problems.push({
        code: "CAMPAIGN_MISMATCH",
        message,
        expected: BigInt(expected),
        found: BigInt(found),
      });
    }
  }

  result(): CheckedReach {
    const { ledger, scopes } = this.#in;
    const isRecalled = ({ partId }: PartAmount): boolean =>
      scopes.has(partId) || this.#isUnserialised(partId);
    return {
      vehicles: this.#vehicles.toSorted((a, b) => compare(a.vehicleId, b.vehicleId)),
      stock: this.#stock.filter(isRecalled).toSorted(byPart),
      transit: this.#transit.filter(isRecalled).toSorted(byPart),
      unserialised: this.#unserialised,
      decommissioned: ledger.ended.filter(isRecalled).toSorted(byPart),
      consumed: this.#consumed(),
      descendants: this.#descendants,
      lots: [...this.#lots].map(([lotId, lot]) => this.#balance(lotId, lot)),
      problems: this.#problems,
    };
  }

  /** Recalled units that went into lots; units without a serial may be any of the lot. */
  #consumed(): CheckedReach["consumed"] {
    const { ledger, scopes } = this.#in;
    const uses = new Set(scopes.lotIds.flatMap((lotId) => ledger.book.uses.get(lotId) ?? []));
    return [...uses].flatMap(({ inputs, inputsHash }) =>
      inputs
        .filter(({ partId }) => scopes.has(partId) || this.#isUnserialised(partId))
        .map((part) => ({ ...part, into: ledger.book.outputs.get(inputsHash) ?? [] })),
    );
  }

  #balance(lotId: bigint, lot: LotState): ReachLot {
    const inTransit = sumOf(this.#inCustody, lotId);
    const { quantity, fitted, unserialised, consumed, decommissioned } = lot;
    const held = (this.#held.get(lotId) ?? 0n) - (this.#fitted.get(lotId) ?? 0n) - inTransit - unserialised;
    return { lotId, quantity, fitted, held, inTransit, unserialised, consumed, decommissioned };
  }

  #isUnserialised(partId: bigint): boolean {
    const serial = serialOfPart(partId);
    return serial === 0 && this.#lots.get(lotOfPart(partId))?.form === "serialised";
  }

  async #holderOf(vehicleId: bigint): Promise<string | undefined> {
    const { rpc, deployment, block } = this.#in;
    const call = { address: deployment.contracts.VehicleTitle, contract: title, args: [vehicleId], block };
    const [state] = await readContract(rpc, { ...call, view: "stateOf" });
    if (Number(state.status) === 0) return undefined;
    const [holder] = await readContract(rpc, { ...call, view: "ownerOf" });
    return String(holder);
  }

  #mismatch(
    code: ReachProblemCode,
    lotId: bigint,
    expected: bigint,
    found: bigint,
    counted: string,
    seen: string,
  ): void {
    const message = `${expected} units of ${nameLot(lotId)} ${counted}, ${seen} ${found}`;
    this.#problems.push({ code, message, lotId, expected, found });
  }
}

/** `ConsignmentStatus.Open` of the contract. */
const OPEN = 1;

/** A unit as messages name it. */
function nameUnit(partId: bigint): string {
  const serial = serialOfPart(partId);
  return serial === 0 ? nameLot(lotOfPart(partId)) : `serial ${serial} of ${nameLot(lotOfPart(partId))}`;
}

function add<Key>(sums: Map<Key, bigint>, key: Key, quantity: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + quantity);
}

function sumOf(quantities: ReadonlyMap<bigint, bigint>, lotId: bigint): bigint {
  return [...quantities]
    .filter(([partId]) => lotOfPart(partId) === lotId)
    .reduce((total, [, quantity]) => total + quantity, 0n);
}

function byPart(a: PartAmount, b: PartAmount): number {
  return compare(a.partId, b.partId);
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}
