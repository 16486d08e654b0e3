import { Interface, ZeroAddress } from "ethers";
import { vehicleRecordsAbi } from "../abi/VehicleRecords.js";
import { vehicleTitleAbi } from "../abi/VehicleTitle.js";
import { odometerFromChain } from "../brands/odometer.js";
import { checkDeployment } from "../chain/checkDeployment.js";
import type { Deployment, RpcProvider } from "../chain/deployment.js";
import { checkPinned, pinBlock } from "../chain/pinBlock.js";
import { readBlock, type BlockRef } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import {
  decodeTitleEvent,
  isForcedTransfer,
  KEY_TOPICS,
  TITLE_TOPICS,
  titleStatusName,
  TRANSFER_TOPICS,
} from "./decodeTitleEvent.js";
import { startFold } from "./foldHistory.js";
import { readLogs, type LogFilter } from "./readLogs.js";
import { RECORD_APPENDED_TOPIC } from "./recordLayout.js";
import { EMPTY_TITLE, replayTitle } from "./replayTitle.js";
import { toHex32 } from "./toHex32.js";
import type {
  ChainLog,
  History,
  HistoryContracts,
  HistoryRecord,
  RecordState,
  TitleEvent,
  TitleEventBody,
  TitleFacts,
} from "./types.js";

/** How far reading has come. */
export interface ReadProgress {
  fromBlock: number;
  /** The last block read so far. */
  block: number;
  toBlock: number;
  records: number;
}

/** What of a deployment is needed to read. */
export type HistoryDeployment = Pick<Deployment, "chainId" | "fromBlock"> & { contracts: HistoryContracts };

export interface ReadHistoryInput {
  rpc: RpcProvider;
  deployment: HistoryDeployment;
  vehicleId: bigint;
  /** The block to read at; the newest when left out. An older one needs a node that keeps old states. */
  atBlock?: number;
  /** How many blocks to ask for at first. */
  pageBlocks?: number;
  onProgress?: (progress: ReadProgress) => void;
}

const records = new Interface(vehicleRecordsAbi);
const title = new Interface(vehicleTitleAbi);

/** Title events of one car are few; so many block times are asked for at once. */
const BLOCKS_AT_ONCE = 8;

/**
 * Reads a vehicle's whole life from the logs of a node, by its indexed id, and what the contracts say about it in the same
 * block. Nothing else is needed: no indexer, no archive. Whether the two agree is for `completeness` to say.
 *
 * @returns The history. A vehicle that is not registered has no records, a count of 0 and status "none".
 * @throws {ChainError} `CHAIN_MISMATCH`, `CONTRACT_MISSING`, `LOGS_REFUSED`, `CHAIN_RESET` when the block that all was
 * pinned to is no longer there after reading, or whatever the provider throws.
 * @example
 * const history = await readHistory({ rpc: httpRpc(url), deployment, vehicleId: vehicleTag(vin, registryKey) });
 * completeness(history).complete; // true
 */
export async function readHistory(input: ReadHistoryInput): Promise<History> {
  const { rpc, deployment, vehicleId } = input;
  const { Consortium, VehicleRecords, VehicleTitle, VehicleKeys } = deployment.contracts;
  const contracts: HistoryContracts = { Consortium, VehicleRecords, VehicleTitle, VehicleKeys };
  await checkDeployment(rpc, {
    chainId: deployment.chainId,
    contracts: contracts as Partial<Deployment["contracts"]>,
  });
  const atBlock = await pinBlock(rpc, deployment, input.atBlock);

  const view = { args: [vehicleId], block: atBlock.number };
  const [[head], [state], titleOnChain] = await Promise.all([
    readContract(rpc, { address: VehicleRecords, contract: records, view: "headOf", ...view }),
    readContract(rpc, { address: VehicleRecords, contract: records, view: "stateOf", ...view }),
    readTitle(rpc, VehicleTitle, vehicleId, atBlock.number),
  ]);
  const life = await readLife(input, contracts, atBlock);
  const titleEvents = await dateEvents(rpc, life.titleLogs, life.records);

  await checkPinned(rpc, atBlock);
  const recordState = toRecordState(state);
  return {
    chainId: deployment.chainId,
    contracts,
    fromBlock: deployment.fromBlock,
    atBlock,
    vehicleId,
    head: String(head),
    foldedHead: life.records.length === 0 ? toHex32(0n) : life.head,
    count: recordState.count,
    records: life.records,
    state: recordState,
    replayedState: life.state,
    foldProblems: life.problems,
    titleEvents,
    title: titleOnChain,
    replayedTitle: replayTitle(titleEvents),
  };
}

async function readTitle(
  rpc: RpcProvider,
  address: string,
  vehicleId: bigint,
  block: number,
): Promise<TitleFacts> {
  const [state] = await readContract(rpc, {
    address,
    contract: title,
    view: "stateOf",
    args: [vehicleId],
    block,
  });
  const status = titleStatusName(state.status);
  if (status === "none") return EMPTY_TITLE;
  const [holder] = await readContract(rpc, {
    address,
    contract: title,
    view: "ownerOf",
    args: [vehicleId],
    block,
  });
  return {
    holder: String(holder ?? ZeroAddress),
    issuer: state.issuer,
    status,
    locks: Number(state.locks),
    holderCount: Number(state.holderCount),
    grantEpoch: Number(state.grantEpoch),
    registeredDay: Number(state.registeredDay),
  };
}

/** Reads and folds page by page: what is kept is the records, and the logs of the title, which are few. */
async function readLife(input: ReadHistoryInput, contracts: HistoryContracts, atBlock: BlockRef) {
  const { rpc, deployment, vehicleId, pageBlocks, onProgress } = input;
  const vehicle = toHex32(vehicleId);
  const { VehicleRecords, VehicleTitle, VehicleKeys } = contracts;
  const filters: LogFilter[] = [
    {
      address: [VehicleRecords, VehicleTitle, VehicleKeys],
      topics: [[RECORD_APPENDED_TOPIC, ...TITLE_TOPICS, ...KEY_TOPICS], vehicle],
    },
    { address: VehicleTitle, topics: [TRANSFER_TOPICS, null, null, vehicle] },
  ];
  const { fromBlock } = deployment;
  const toBlock = atBlock.number;
  const fold = await startFold({ chainId: deployment.chainId, recordsAddress: VehicleRecords, vehicleId });
  const found: HistoryRecord[] = [];
  const titleLogs: ChainLog[] = [];
  for await (const page of readLogs(rpc, { filters, fromBlock, toBlock, pageBlocks })) {
    for (const log of page.logs) {
      if (log.address.toLowerCase() !== VehicleRecords.toLowerCase()) {
        titleLogs.push(log);
        continue;
      }
      const record = fold.push(log);
      if (record) found.push(record);
    }
    onProgress?.({ fromBlock, block: page.toBlock, toBlock, records: found.length });
  }
  return { head: fold.head, state: fold.state, problems: fold.problems, records: found, titleLogs };
}

/** Decodes the title's logs and says when each happened: records of the same block know, else the block does. */
async function dateEvents(
  rpc: RpcProvider,
  logs: readonly ChainLog[],
  life: readonly HistoryRecord[],
): Promise<TitleEvent[]> {
  const times = new Map<number, number>();
  for (const log of logs)
    if (log.blockTimestamp !== undefined) times.set(log.blockNumber, log.blockTimestamp);
  for (const record of life) times.set(record.blockNumber, record.recordedAt);
  const unknown = [...new Set(logs.map((log) => log.blockNumber))].filter((number) => !times.has(number));
  for (let i = 0; i < unknown.length; i += BLOCKS_AT_ONCE) {
    const blocks = await Promise.all(
      unknown.slice(i, i + BLOCKS_AT_ONCE).map((number) => readBlock(rpc, number)),
    );
    for (const block of blocks) if (block) times.set(block.number, block.timestamp);
  }

  const events: TitleEvent[] = [];
  for (const log of logs) {
    const last = events.at(-1);
    if (
      isForcedTransfer(log) &&
      last?.type === "transferred" &&
      last.transactionHash === log.transactionHash
    ) {
      last.forced = true;
    }
    const body: TitleEventBody | undefined = decodeTitleEvent(log);
    if (!body) continue;
    const { blockNumber, logIndex, transactionHash } = log;
    events.push({ ...body, blockNumber, logIndex, transactionHash, at: times.get(blockNumber) ?? 0 });
  }
  return events;
}

/** The contract's struct, as ethers decodes it. */
interface RecordStateStruct {
  count: bigint;
  odometer: bigint;
  odometerUnit: bigint;
  odometerAt: bigint;
  anomalies: bigint;
  brands: bigint;
  bornAt: bigint;
}

function toRecordState(struct: RecordStateStruct): RecordState {
  return {
    count: Number(struct.count),
    odometer: odometerFromChain(struct.odometer, struct.odometerUnit),
    odometerAt: Number(struct.odometerAt),
    anomalies: Number(struct.anomalies),
    brands: struct.brands,
    bornAt: Number(struct.bornAt),
  };
}
