import { AbiCoder, hexlify, id, Interface, keccak256, toUtf8Bytes, ZeroAddress, ZeroHash } from "ethers";
import { partCertificatesAbi } from "../../abi/PartCertificates.js";
import { partCustodyAbi } from "../../abi/PartCustody.js";
import { partTwinsAbi } from "../../abi/PartTwins.js";
import { recallsAbi } from "../../abi/Recalls.js";
import type { RpcProvider } from "../../chain/deployment.js";
import { ROLES } from "../../consortium/roles.js";
import { DEPLOYMENT, FakeChain, type FakeLog } from "../../history/testing/FakeChain.js";
import { campaignIdOf, lotIdOf, lotOfPart, makerOfLot, partIdOf, vehicleAccountOf } from "../partId.js";

const twins = new Interface(partTwinsAbi);
const custody = new Interface(partCustodyAbi);
const certificates = new Interface(partCertificatesAbi);
const recalls = new Interface(recallsAbi);
const coder = AbiCoder.defaultAbiCoder();

export const PARTS_DEPLOYMENT = {
  ...DEPLOYMENT,
  contracts: {
    ...DEPLOYMENT.contracts,
    PartTwins: "0x5000000000000000000000000000000000000005",
    PartCustody: "0x6000000000000000000000000000000000000006",
    PartCertificates: "0x7000000000000000000000000000000000000007",
    Recalls: "0x8000000000000000000000000000000000000008",
    QualityNotifications: "0x9000000000000000000000000000000000000009",
    PaymentChannels: "0xA00000000000000000000000000000000000000A",
    TelemetryAnchors: "0xb00000000000000000000000000000000000000B",
  },
} as const;
const { PartTwins, PartCustody, PartCertificates, Recalls } = PARTS_DEPLOYMENT.contracts;

const ABIS = new Map<string, Interface>([
  [PartTwins, twins],
  [PartCustody, custody],
  [PartCertificates, certificates],
  [Recalls, recalls],
]);

export const FORM = { material: 1, counted: 2, serialised: 3 } as const;
const LOT =
  "tuple(uint64,uint8,uint8,uint40,uint16,tuple(uint40,uint40,uint40,uint40,uint40,uint40),bytes32)";

interface FakeLot {
  form: number;
  material: number;
  quantity: bigint;
  consumed: bigint;
  decommissioned: bigint;
  fitted: bigint;
  unserialised: bigint;
}

interface FakeCampaign {
  maker: string;
  status: number;
  advisory: number;
  lots: [number, number, number][];
  enrolled: number;
  remedied: number;
}

interface State {
  lots: Map<bigint, FakeLot>;
  lineages: Map<bigint, string>;
  /** By account and part id: serialised units and counted ones alike, without what is fitted. */
  balances: Map<string, bigint>;
  /** By vehicle id and part id. */
  fitted: Map<string, bigint>;
  consignments: Map<string, number>;
  certificates: Map<string, [string, number, number, number]>;
  campaigns: Map<bigint, FakeCampaign>;
  vehicles: Map<string, [number, boolean, number, number, number]>;
}

/** A number of units of one part id. */
export type Amount = readonly [partId: bigint, quantity: bigint | number];

export interface LotWords {
  form?: number;
  material?: number;
  quantity: number;
  /** Grams of cobalt, lithium, nickel, lead, graphite and rare earths. */
  content?: readonly [number, number, number, number, number, number];
}

/**
 * The contracts of parts in memory, beside a `FakeChain` that keeps titles and records; one block per call. Hashes are made
 * by ethers, which knows nothing of the SDK's own. There are no rules here but arithmetic: `logs` and `rpc` may be tampered
 * with, as by a node that lies.
 */
export class FakeParts {
  readonly chain = new FakeChain("parts");
  readonly #states: State[] = [];
  #state: State = {
    lots: new Map(),
    lineages: new Map(),
    balances: new Map(),
    fitted: new Map(),
    consignments: new Map(),
    certificates: new Map(),
    campaigns: new Map(),
    vehicles: new Map(),
  };
  #logIndex = 0;
  #salt = 0;

  constructor() {
    this.chain.intercept = (method, params) => this.#answer(method, params);
    this.#keep();
  }

  get rpc(): RpcProvider {
    return this.chain.rpc;
  }

  get logs(): FakeLog[] {
    return this.chain.logs;
  }

  /** The logs of one event, in order. */
  logsOf(eventName: string): FakeLog[] {
    const topic = [twins, custody, certificates, recalls]
      .map((abi) => abi.getEvent(eventName)?.topicHash)
      .find((hash) => hash !== undefined);
    return this.logs.filter((log) => log.topics[0] === topic);
  }

  /** Takes a log away, as a node that lies would. */
  drop(log: FakeLog | undefined): void {
    if (log === undefined) throw new Error("there is no such log");
    this.logs.splice(this.logs.indexOf(log), 1);
  }

  /** Adds blocks without anything in them. */
  mine(count = 1): void {
    for (let i = 0; i < count; i++) this.#close();
  }

  commission(maker: string, number: number, words: LotWords): bigint {
    const lotId = this.#commission(maker, number, words, ZeroHash);
    this.#close();
    return lotId;
  }

  transform(
    maker: string,
    inputs: readonly Amount[],
    outputs: readonly (readonly [number, LotWords])[],
    isRecovery = false,
  ): bigint[] {
    let inputsHash = coder.encode(["uint256"], [lotIdOf(maker, outputs[0]?.[0] ?? 0)]);
    for (const [partId, quantity] of inputs) {
      const lot = this.#spend(maker, partId, BigInt(quantity));
      if (isRecovery) lot.decommissioned += BigInt(quantity);
      else lot.consumed += BigInt(quantity);
      inputsHash = keccak256(
        coder.encode(
          ["bytes32", "tuple(uint256,uint40)", "bytes32"],
          [inputsHash, [partId, quantity], this.#state.lineages.get(lotOfPart(partId))],
        ),
      );
    }
    this.#emit(PartTwins, twins, "LotsConsumed", [inputsHash, maker, inputs, isRecovery]);
    const lotIds = outputs.map(([number, words]) => this.#commission(maker, number, words, inputsHash));
    this.#close();
    return lotIds;
  }

  serialise(lotId: bigint, serials: readonly number[]): void {
    const maker = makerOfLot(lotId);
    const partIds = serials.map((serial) => partIdOf(lotId, serial));
    this.#add(maker, partIdOf(lotId), -BigInt(serials.length));
    this.#lot(lotId).unserialised -= BigInt(serials.length);
    for (const partId of partIds) this.#add(maker, partId, 1n);
    this.#transferred(maker, maker, ZeroAddress, [[partIdOf(lotId), serials.length]]);
    const ones = partIds.map(() => 1);
    this.#emit(PartTwins, twins, "TransferBatch", [maker, ZeroAddress, maker, partIds, ones]);
    this.#close();
  }

  transfer(from: string, to: string, ...amounts: readonly Amount[]): void {
    this.#move(from, from, to, amounts);
    this.#close();
  }

  consign(sender: string, receiver: string, ...amounts: readonly Amount[]): string {
    const salt = ++this.#salt;
    const terms = [
      sender,
      receiver,
      this.chain.time + 90 * 86_400,
      salt,
      amounts.map(([partId]) => partId),
      amounts.map(([, quantity]) => quantity),
    ];
    const consignmentId = id(`consignment ${salt}`);
    this.#state.consignments.set(consignmentId, 1);
    this.#emit(PartCustody, custody, "PartsConsigned", [
      consignmentId,
      sender,
      receiver,
      terms,
      id("condition"),
    ]);
    this.#move(PartCustody, sender, PartCustody, amounts);
    this.#close();
    return consignmentId;
  }

  accept(consignmentId: string, receiver: string, ...amounts: readonly Amount[]): void {
    this.#end(consignmentId, 2, "PartsAccepted", receiver, amounts);
  }

  reject(consignmentId: string, receiver: string, sender: string, ...amounts: readonly Amount[]): void {
    this.#state.consignments.set(consignmentId, 3);
    this.#emit(PartCustody, custody, "PartsRejected", [consignmentId, receiver, id("condition")]);
    this.#move(PartCustody, PartCustody, sender, amounts);
    this.#close();
  }

  register(vehicleId: bigint, holder: string, maker: string): void {
    this.chain.register(vehicleId, holder, { author: maker, kind: 1, role: ROLES.manufacturer });
    this.#keep();
  }

  fit(by: string, vehicleId: bigint, partId: bigint, quantity: bigint | number = 1): void {
    const lotId = lotOfPart(partId);
    this.#add(by, partId, -BigInt(quantity));
    this.#fit(vehicleId, partId, BigInt(quantity));
    this.#transferred(by, by, vehicleAccountOf(vehicleId), [[partId, quantity]]);
    this.#emit(PartTwins, twins, "PartFitted", [lotId, vehicleId, by, serialOf(partId), quantity]);
    this.#record(vehicleId, by, 17);
  }

  remove(by: string, vehicleId: bigint, partId: bigint, quantity: bigint | number = 1): void {
    const lotId = lotOfPart(partId);
    this.#fit(vehicleId, partId, -BigInt(quantity));
    this.#add(by, partId, BigInt(quantity));
    this.#transferred(by, vehicleAccountOf(vehicleId), by, [[partId, quantity]]);
    this.#emit(PartTwins, twins, "PartRemoved", [lotId, vehicleId, by, serialOf(partId), quantity]);
    this.#record(vehicleId, by, 18);
  }

  decommission(by: string, partId: bigint, quantity: bigint | number = 1): void {
    this.#spend(by, partId, BigInt(quantity)).decommissioned += BigInt(quantity);
    this.#emit(PartTwins, twins, "PartDecommissioned", [partId, by, quantity, 0, id("report")]);
    this.#close();
  }

  certify(lotId: bigint, auditor: string, documentHash: string, kind = 0, days = 9_000): void {
    const validTo = this.chain.time + days * 86_400;
    this.#state.certificates.set(`${lotId} ${documentHash}`, [auditor, kind, validTo, 0]);
    const args = [lotId, documentHash, auditor, kind, validTo];
    this.#emit(PartCertificates, certificates, "CertificateIssued", args);
    this.#close();
  }

  revoke(lotId: bigint, auditor: string, documentHash: string): void {
    const certificate = this.#state.certificates.get(`${lotId} ${documentHash}`);
    if (certificate) certificate[3] = this.chain.time;
    const args = [lotId, documentHash, auditor, id("reasons")];
    this.#emit(PartCertificates, certificates, "CertificateRevoked", args);
    this.#close();
  }

  /** @param scopes Lot number, first and last serial of each. */
  openRecall(maker: string, number: string, scopes: [number, number, number][], advisory = 0): bigint {
    const campaignId = campaignIdOf(maker, number);
    const campaign = { maker, status: 2, advisory, lots: scopes, enrolled: 0, remedied: 0 };
    this.#state.campaigns.set(campaignId, campaign);
    const input = [maker, hexlify(toUtf8Bytes(number)), 2, advisory, id("evidence"), scopes, []];
    this.#emit(Recalls, recalls, "RecallOpened", [campaignId, maker, maker, input]);
    this.#close();
    return campaignId;
  }

  withdraw(campaignId: bigint): void {
    this.#campaign(campaignId).status = 4;
    this.#close();
  }

  enrol(campaignId: bigint, vehicleId: bigint): void {
    this.#vehicle(campaignId, vehicleId)[2] = this.chain.time;
    this.#campaign(campaignId).enrolled += 1;
    this.#emit(Recalls, recalls, "VehicleEnrolled", [campaignId, vehicleId]);
    this.#close();
  }

  remedy(campaignId: bigint, vehicleId: bigint, by: string, remedy = 1): void {
    const vehicle = this.#vehicle(campaignId, vehicleId);
    vehicle[0] = remedy;
    vehicle[4] = this.chain.time;
    this.#campaign(campaignId).remedied += 1;
    this.#emit(Recalls, recalls, "VehicleRemedied", [campaignId, vehicleId, by, remedy]);
    this.#close();
  }

  #commission(maker: string, number: number, words: LotWords, inputsHash: string): bigint {
    const { form = FORM.serialised, material = 0, quantity, content = [0, 0, 0, 0, 0, 0] } = words;
    const lotId = lotIdOf(maker, number);
    const lot = [number, form, material, quantity, 0, content, id(`lot ${lotId}`)];
    const lineage = keccak256(coder.encode(["uint256", LOT, "bytes32"], [lotId, lot, inputsHash]));
    this.#state.lineages.set(lotId, lineage);
    this.#state.lots.set(lotId, {
      form,
      material,
      quantity: BigInt(quantity),
      consumed: 0n,
      decommissioned: 0n,
      fitted: 0n,
      unserialised: form === FORM.serialised ? BigInt(quantity) : 0n,
    });
    this.#add(maker, partIdOf(lotId), BigInt(quantity));
    this.#transferred(maker, ZeroAddress, maker, [[partIdOf(lotId), quantity]]);
    this.#emit(PartTwins, twins, "LotCommissioned", [lotId, maker, lot, inputsHash, lineage]);
    return lotId;
  }

  #spend(by: string, partId: bigint, quantity: bigint): FakeLot {
    const lot = this.#lot(lotOfPart(partId));
    this.#add(by, partId, -quantity);
    if (lot.form === FORM.serialised && serialOf(partId) === 0) lot.unserialised -= quantity;
    this.#transferred(by, by, ZeroAddress, [[partId, quantity]]);
    return lot;
  }

  #end(consignmentId: string, status: number, name: string, receiver: string, amounts: readonly Amount[]) {
    this.#state.consignments.set(consignmentId, status);
    this.#emit(PartCustody, custody, name, [consignmentId, receiver, id("condition")]);
    this.#move(PartCustody, PartCustody, receiver, amounts);
    this.#close();
  }

  #move(operator: string, from: string, to: string, amounts: readonly Amount[]): void {
    for (const [partId, quantity] of amounts) {
      this.#add(from, partId, -BigInt(quantity));
      this.#add(to, partId, BigInt(quantity));
    }
    this.#transferred(operator, from, to, amounts);
  }

  #transferred(operator: string, from: string, to: string, amounts: readonly Amount[]): void {
    const [first] = amounts;
    if (amounts.length === 1 && first) {
      this.#emit(PartTwins, twins, "TransferSingle", [operator, from, to, ...first]);
      return;
    }
    const [partIds, quantities] = [amounts.map(([partId]) => partId), amounts.map(([, q]) => q)];
    this.#emit(PartTwins, twins, "TransferBatch", [operator, from, to, partIds, quantities]);
  }

  #fit(vehicleId: bigint, partId: bigint, quantity: bigint): void {
    this.#lot(lotOfPart(partId)).fitted += quantity;
    const key = `${vehicleId} ${partId}`;
    this.#state.fitted.set(key, (this.#state.fitted.get(key) ?? 0n) + quantity);
  }

  #add(account: string, partId: bigint, quantity: bigint): void {
    const key = `${account.toLowerCase()} ${partId}`;
    this.#state.balances.set(key, (this.#state.balances.get(key) ?? 0n) + quantity);
  }

  #lot(lotId: bigint): FakeLot {
    const lot = this.#state.lots.get(lotId);
    if (!lot) throw new Error("no such lot");
    return lot;
  }

  #campaign(campaignId: bigint): FakeCampaign {
    const campaign = this.#state.campaigns.get(campaignId);
    if (!campaign) throw new Error("no such campaign");
    return campaign;
  }

  #vehicle(campaignId: bigint, vehicleId: bigint): [number, boolean, number, number, number] {
    const key = `${campaignId} ${vehicleId}`;
    const vehicle = this.#state.vehicles.get(key) ?? [0, false, 0, 0, 0];
    this.#state.vehicles.set(key, vehicle);
    return vehicle;
  }

  #emit(address: string, abi: Interface, name: string, args: readonly unknown[]): void {
    const number = this.chain.height + 1;
    this.logs.push({
      address: address.toLowerCase(),
      ...abi.encodeEventLog(name, args),
      blockNumber: `0x${number.toString(16)}`,
      blockHash: id(`parts block ${number}`),
      logIndex: `0x${(this.#logIndex++).toString(16)}`,
      transactionHash: id(`parts transaction ${number}`),
      removed: false,
    });
  }

  #record(vehicleId: bigint, author: string, kind: number): void {
    this.chain.append(vehicleId, { author, kind });
    this.#keep();
  }

  #close(): void {
    this.chain.mine();
    this.#keep();
  }

  #keep(): void {
    this.#logIndex = 0;
    this.#states[this.chain.height] = structuredClone(this.#state);
  }

  #answer(method: string, params: readonly unknown[]): unknown {
    if (method === "eth_getCode") return ABIS.has(String(params[0])) ? "0x60" : undefined;
    if (method !== "eth_call") return undefined;
    const { to, data } = params[0] as { to: string; data: string };
    const abi = ABIS.get(to);
    if (!abi) return undefined;
    const state = this.#states[Number(params[1])];
    if (!state) throw new Error("there is no such block");
    const call = abi.parseTransaction({ data });
    if (!call) throw new Error(`the fake parts do not know ${data}`);
    return abi.encodeFunctionResult(call.name, this.#view(state, call.name, call.args));
  }

  #view(state: State, name: string, args: readonly unknown[]): unknown[] {
    const [first = 0n, second = 0n] = args as readonly bigint[];
    switch (name) {
      case "lineageOf":
        return [state.lineages.get(first) ?? ZeroHash];
      case "lotStateOf": {
        const lot = state.lots.get(first);
        if (!lot) return [[0, 0, 0, 0, 0, 0, 0, 0, 0]];
        const { quantity, consumed, decommissioned, fitted, unserialised, form, material } = lot;
        return [[quantity, consumed, decommissioned, fitted, unserialised, form, material, 0, 0]];
      }
      case "fittedOf": {
        const counts = [...state.fitted].filter(([key]) => {
          const [vehicleId, partId] = key.split(" ").map(BigInt) as [bigint, bigint];
          return vehicleId === first && lotOfPart(partId) === second;
        });
        return [counts.reduce((total, [, count]) => total + count, 0n)];
      }
      case "balanceOfBatch": {
        const [accounts, partIds] = args as [string[], bigint[]];
        return [accounts.map((account, i) => balanceOf(state, account, partIds[i] ?? 0n))];
      }
      case "statusOf":
        return [state.consignments.get(String(first)) ?? 0];
      case "certificateOf":
        return [state.certificates.get(`${first} ${second}`) ?? [ZeroAddress, 0, 0, 0]];
      case "campaignOf": {
        const campaign = state.campaigns.get(first);
        if (!campaign) return [[false, false, 0, 0, 0, 0, 0, 0]];
        const { status, advisory, lots, enrolled, remedied } = campaign;
        return [[true, false, status, advisory, lots.length, 0, enrolled, remedied]];
      }
      case "scopesOf":
        return [state.campaigns.get(first)?.lots ?? [], []];
      case "vehicleRecallOf":
        return [state.vehicles.get(`${first} ${second}`) ?? [0, false, 0, 0, 0]];
      case "isAffected":
        return [isAffected(state, first, second)];
      default:
        throw new Error(`the fake parts do not know ${name}`);
    }
  }
}

function balanceOf(state: State, account: string, partId: bigint): bigint {
  const own = state.balances.get(`${account.toLowerCase()} ${partId}`) ?? 0n;
  const fitted = [...state.fitted].filter(([key]) => {
    const [vehicleId = "", fittedId = ""] = key.split(" ");
    return BigInt(fittedId) === partId && vehicleAccountOf(BigInt(vehicleId)) === account;
  });
  return fitted.reduce((total, [, count]) => total + count, own);
}

function isAffected(state: State, vehicleId: bigint, campaignId: bigint): boolean {
  const campaign = state.campaigns.get(campaignId);
  if (!campaign || campaign.status === 4) return false;
  if (state.vehicles.get(`${campaignId} ${vehicleId}`)?.[0]) return false;
  return [...state.fitted].some(([key, count]) => {
    const [vehicle = "", part = ""] = key.split(" ");
    const partId = BigInt(part);
    return (
      count > 0n &&
      BigInt(vehicle) === vehicleId &&
      campaign.lots.some(
        ([number, from, to]) =>
          lotIdOf(campaign.maker, number) === lotOfPart(partId) &&
          serialOf(partId) >= from &&
          serialOf(partId) <= to,
      )
    );
  });
}

function serialOf(partId: bigint): number {
  return Number(partId & 0xffff_ffffn);
}
