import { AbiCoder, concat, id, Interface, keccak256, ZeroAddress, ZeroHash } from "ethers";
import { consortiumAbi } from "../../abi/Consortium.js";
import { vehicleKeysAbi } from "../../abi/VehicleKeys.js";
import { vehicleRecordsAbi } from "../../abi/VehicleRecords.js";
import { vehicleTitleAbi } from "../../abi/VehicleTitle.js";
import type { OdometerReading } from "../../brands/odometer.js";
import type { RpcProvider } from "../../chain/deployment.js";
import { applyRecord, EMPTY_RECORD_STATE } from "../applyRecord.js";
import { toHex32 } from "../toHex32.js";
import type { RecordState } from "../types.js";

const records = new Interface(vehicleRecordsAbi);
const title = new Interface(vehicleTitleAbi);
const keys = new Interface(vehicleKeysAbi);
const consortium = new Interface(consortiumAbi);

export const CHAIN_ID = 31_337;
export const DEPLOYMENT = {
  chainId: CHAIN_ID,
  fromBlock: 1,
  contracts: {
    Consortium: "0x1000000000000000000000000000000000000001",
    VehicleRecords: "0x2000000000000000000000000000000000000002",
    VehicleTitle: "0x3000000000000000000000000000000000000003",
    VehicleKeys: "0x4000000000000000000000000000000000000004",
  },
} as const;

/** What an author states, with defaults for what does not matter. */
export interface Statement {
  author: string;
  kind: number;
  role?: number;
  documentHash?: string;
  code?: number;
  odometer?: OdometerReading;
  observedAt?: number;
  corrects?: number;
}

export interface FakeLog {
  address: string;
  topics: string[];
  data: string;
  blockNumber: string;
  blockHash: string;
  logIndex: string;
  transactionHash: string;
  removed: boolean;
}

interface Life {
  head: string;
  state: RecordState;
}

interface FakeTitle {
  holder: string;
  issuer: string;
  status: number;
  locks: number;
  holderCount: number;
  grantEpoch: number;
  registeredDay: number;
}

/**
 * A chain in memory that answers what the SDK asks, one block per call. Heads are folded by ethers, which knows nothing of
 * the SDK's own fold. `logs` may be tampered with, as by a node that lies.
 */
export class FakeChain {
  readonly logs: FakeLog[] = [];
  readonly requests: { method: string; params: readonly unknown[] }[] = [];
  /** Answers instead of the chain, when it returns something. */
  intercept: ((method: string, params: readonly unknown[]) => unknown) | undefined;

  readonly #lives = new Map<bigint, Life>();
  readonly #titles = new Map<bigint, FakeTitle>();
  readonly #blocks: { hash: string; timestamp: number }[] = [];
  /** State as it was after each block, for calls at an old one. */
  readonly #snapshots: { lives: Map<bigint, Life>; titles: Map<bigint, FakeTitle> }[] = [];
  #time = 1_700_000_000;
  /** Logs in the block that is being made. */
  #pending = 0;

  constructor(readonly salt = "chain") {
    this.mine();
  }

  get rpc(): RpcProvider {
    return {
      request: async ({ method, params = [] }) => {
        this.requests.push({ method, params });
        return this.intercept?.(method, params) ?? this.#answer(method, params);
      },
    };
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  get time(): number {
    return this.#time;
  }

  /** Adds blocks without anything in them. */
  mine(count = 1): void {
    for (let i = 0; i < count; i++) this.#close();
  }

  register(vehicleId: bigint, holder: string, birth: Statement): void {
    const { author, role = 2 } = birth;
    this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, "Transfer", [ZeroAddress, holder, vehicleId]);
    this.#append(vehicleId, { ...birth, role });
    this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, "VehicleRegistered", [
      vehicleId,
      holder,
      author,
      role,
    ]);
    const registeredDay = Math.floor(this.#time / 86_400);
    this.#titles.set(vehicleId, {
      holder,
      issuer: author,
      status: 1,
      locks: 0,
      holderCount: 1,
      grantEpoch: 0,
      registeredDay,
    });
    this.#close();
  }

  append(vehicleId: bigint, statement: Statement): void {
    this.#append(vehicleId, statement);
    this.#close();
  }

  /** Several records in one block. */
  appendAll(vehicleId: bigint, statements: readonly Statement[]): void {
    for (const statement of statements) this.#append(vehicleId, statement);
    this.#close();
  }

  transfer(vehicleId: bigint, to: string, forced = false): void {
    const state = this.#title(vehicleId);
    const from = state.holder;
    this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, "Transfer", [from, to, vehicleId]);
    if (forced) this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, "ForcedTransfer", [from, to, vehicleId]);
    this.#titles.set(vehicleId, {
      ...state,
      holder: to,
      holderCount: state.holderCount + (from === to ? 0 : 1),
      grantEpoch: state.grantEpoch + 1,
    });
    this.#close();
  }

  setLock(vehicleId: bigint, lock: number, controller: string, isSet = true): void {
    const name = isSet ? "TitleLockSet" : "TitleLockCleared";
    this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, name, [vehicleId, lock, controller]);
    const state = this.#title(vehicleId);
    this.#titles.set(vehicleId, { ...state, locks: state.locks ^ (1 << lock) });
    this.#close();
  }

  setStatus(vehicleId: bigint, status: number): void {
    this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, "TitleStatusChanged", [vehicleId, status]);
    this.#titles.set(vehicleId, { ...this.#title(vehicleId), status });
    this.#close();
  }

  emitTitle(name: string, args: readonly unknown[]): void {
    this.#emit(DEPLOYMENT.contracts.VehicleTitle, title, name, args);
    this.#close();
  }

  emitKeys(name: string, args: readonly unknown[]): void {
    this.#emit(DEPLOYMENT.contracts.VehicleKeys, keys, name, args);
    this.#close();
  }

  admit(account: string, role: number, organisation = id(`organisation of ${account}`)): void {
    const { Consortium } = DEPLOYMENT.contracts;
    this.#emit(Consortium, consortium, "RoleGranted", [role, account, 0, this.#time, true]);
    this.#emit(Consortium, consortium, "MemberAdmitted", [account, role, organisation, this.#time]);
    this.#close();
  }

  expel(account: string, role: number): void {
    const { Consortium } = DEPLOYMENT.contracts;
    this.#emit(Consortium, consortium, "RoleRevoked", [role, account]);
    this.#emit(Consortium, consortium, "MemberExpelled", [account, id("decision")]);
    this.#close();
  }

  /** The logs of a vehicle's records. */
  recordLogs(vehicleId: bigint): FakeLog[] {
    const topic = records.getEvent("RecordAppended")?.topicHash;
    return this.logs.filter((log) => log.topics[0] === topic && log.topics[1] === toHex32(vehicleId));
  }

  #append(vehicleId: bigint, statement: Statement): void {
    const life = this.#lives.get(vehicleId) ?? { head: genesis(vehicleId), state: EMPTY_RECORD_STATE };
    const { author, kind, role = 4, code = 0, odometer, corrects = 0 } = statement;
    const { observedAt = this.#time - 1_000, documentHash = id(`document ${this.logs.length}`) } = statement;
    const unit = odometer ? (odometer.unit === "mi" ? 2 : 1) : 0;
    const index = life.state.count + 1;
    const struct = [
      index,
      documentHash,
      code,
      odometer?.value ?? 0,
      unit,
      observedAt,
      this.#time,
      role,
      corrects,
    ];
    const log = this.#emit(DEPLOYMENT.contracts.VehicleRecords, records, "RecordAppended", [
      vehicleId,
      author,
      kind,
      struct,
    ]);
    this.#lives.set(vehicleId, {
      head: foldPlainly(life.head, log),
      state: applyRecord(life.state, { kind, code, odometer, observedAt, role }).state,
    });
  }

  #title(vehicleId: bigint): FakeTitle {
    const state = this.#titles.get(vehicleId);
    if (!state) throw new Error("not registered");
    return state;
  }

  #emit(address: string, abi: Interface, name: string, args: readonly unknown[]): FakeLog {
    const { topics, data } = abi.encodeEventLog(name, args);
    const number = this.#blocks.length;
    const log = {
      address: address.toLowerCase(),
      topics,
      data,
      blockNumber: `0x${number.toString(16)}`,
      blockHash: this.#hashOf(number),
      logIndex: `0x${(this.#pending++).toString(16)}`,
      transactionHash: id(`${this.salt} transaction ${number}`),
      removed: false,
    };
    this.logs.push(log);
    return log;
  }

  #close(): void {
    this.#pending = 0;
    this.#blocks.push({ hash: this.#hashOf(this.#blocks.length), timestamp: this.#time });
    this.#snapshots.push({ lives: new Map(this.#lives), titles: new Map(this.#titles) });
    this.#time += 86_400;
  }

  #hashOf(number: number): string {
    return id(`${this.salt} block ${number}`);
  }

  #answer(method: string, params: readonly unknown[]): unknown {
    switch (method) {
      case "eth_chainId":
        return `0x${CHAIN_ID.toString(16)}`;
      case "eth_getCode":
        return Object.values(DEPLOYMENT.contracts).some((address) => address === params[0]) ? "0x60" : "0x";
      case "eth_getBlockByNumber":
        return this.#block(params[0] === "latest" ? this.height : Number(params[0]));
      case "eth_call":
        return this.#call(params[0] as { to: string; data: string }, Number(params[1]));
      case "eth_getLogs":
        return this.#select(params[0] as LogParameters);
      case "eth_getTransactionReceipt":
        return { logs: this.logs.filter((log) => log.transactionHash === params[0]) };
      default:
        throw new Error(`the fake chain does not know ${method}`);
    }
  }

  #block(number: number): unknown {
    const block = this.#blocks[number];
    if (!block) return null;
    return {
      number: `0x${number.toString(16)}`,
      hash: block.hash,
      timestamp: `0x${block.timestamp.toString(16)}`,
    };
  }

  #call({ to, data }: { to: string; data: string }, block: number): string {
    const { Consortium, VehicleRecords, VehicleTitle, VehicleKeys } = DEPLOYMENT.contracts;
    const abi = to === VehicleRecords ? records : to === VehicleKeys ? keys : title;
    const call = abi.parseTransaction({ data });
    const snapshot = this.#snapshots[block];
    const vehicleId = (call?.args.length ? call.args[0] : 0n) as bigint;
    const life = snapshot?.lives.get(vehicleId);
    const holder = snapshot?.titles.get(vehicleId);
    switch (call?.signature) {
      case "headOf(uint256)":
        return abi.encodeFunctionResult("headOf", [life?.head ?? ZeroHash]);
      case "authority()":
        return abi.encodeFunctionResult("authority", [Consortium]);
      case "records()":
        return abi.encodeFunctionResult("records", [VehicleRecords]);
      case "title()":
        return abi.encodeFunctionResult("title", [VehicleTitle]);
      case "ownerOf(uint256)":
        return abi.encodeFunctionResult("ownerOf", [holder?.holder ?? ZeroAddress]);
      case "stateOf(uint256)":
        if (abi === records) return abi.encodeFunctionResult("stateOf", [stateStruct(life?.state)]);
        return abi.encodeFunctionResult("stateOf", [
          holder
            ? [
                holder.issuer,
                holder.status,
                holder.locks,
                holder.holderCount,
                holder.grantEpoch,
                holder.registeredDay,
                false,
              ]
            : [ZeroAddress, 0, 0, 0, 0, 0, false],
        ]);
      default:
        throw new Error(`the fake chain does not know ${data}`);
    }
  }

  #select({ fromBlock, toBlock, address, topics }: LogParameters): FakeLog[] {
    const addresses = new Set([address].flat().map((one) => one.toLowerCase()));
    return this.logs.filter(
      (log) =>
        Number(log.blockNumber) >= Number(fromBlock) &&
        Number(log.blockNumber) <= Number(toBlock) &&
        addresses.has(log.address) &&
        topics.every(
          (wanted, i) => wanted === null || wanted === log.topics[i] || wanted.includes(log.topics[i] ?? "-"),
        ),
    );
  }
}

interface LogParameters {
  fromBlock: string;
  toBlock: string;
  address: string | string[];
  topics: (string | string[] | null)[];
}

/** head(0), by ethers. */
export function genesis(vehicleId: bigint): string {
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["uint256", "address", "uint256"],
      [CHAIN_ID, DEPLOYMENT.contracts.VehicleRecords, vehicleId],
    ),
  );
}

/** The next head, by ethers. */
export function foldPlainly(head: string, log: Pick<FakeLog, "topics" | "data">): string {
  return keccak256(concat([head, keccak256(concat([...log.topics.slice(1), log.data]))]));
}

function stateStruct(state: RecordState = EMPTY_RECORD_STATE): unknown[] {
  const { count, odometer, odometerAt, anomalies, brands, bornAt } = state;
  return [
    count,
    odometer?.value ?? 0,
    odometer ? (odometer.unit === "mi" ? 2 : 1) : 0,
    odometerAt,
    anomalies,
    brands,
    bornAt,
  ];
}
