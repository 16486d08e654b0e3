import type { RpcProvider } from "../chain/deployment.js";
import { RECORD_KINDS } from "../documents/kinds.js";
import { completeness } from "../history/completeness.js";
import { readHistory, type HistoryDeployment } from "../history/readHistory.js";
import { readLogs } from "../history/readLogs.js";
import { toHex32 } from "../history/toHex32.js";
import type { History } from "../history/types.js";
import { nameLot } from "./buildLineage.js";
import { decodePartEvent, partTopic } from "./decodePartEvent.js";
import { mapLimited } from "./mapLimited.js";
import { lotOfPart, partIdOf } from "./partId.js";
import { PartState } from "./PartState.js";
import type { PartDeployment } from "./readPartEvents.js";
import type { PartAmount } from "./types.js";

const FITTING_TOPICS = ["PartFitted", "PartRemoved"].map(partTopic);

/** What a vehicle carries, and why that may not be all. */
export interface FittedParts {
  history: History;
  parts: PartAmount[];
  problems: string[];
}

/**
 * Reads what a vehicle carries. That nothing is left out is shown by the vehicle's life: every fitting is a record of it, so that
 * there are as many fittings as records of the kind, and the records fold to the head. What is left on the vehicle of each
 * lot is what the contract counts.
 *
 * @throws {ChainError} `CHAIN_MISMATCH`, `CONTRACT_MISSING`, `LOGS_REFUSED`, `CHAIN_RESET`, or whatever the provider throws.
 */
export async function readFittedParts(input: {
  rpc: RpcProvider;
  deployment: PartDeployment & HistoryDeployment;
  vehicleId: bigint;
  atBlock?: number;
  pageBlocks?: number;
}): Promise<FittedParts> {
  const { rpc, deployment, vehicleId, pageBlocks } = input;
  const history = await readHistory(input);
  const problems = completeness(history).problems.map(({ message }) => message);
  const records = history.records.filter(
    ({ kind, corrects }) => kind === RECORD_KINDS.partFitted && corrects === 0,
  ).length;

  const carried = new Map<bigint, bigint>();
  let fittings = 0;
  const toBlock = history.atBlock.number;
  const filter = {
    address: deployment.contracts.PartTwins,
    topics: [FITTING_TOPICS, null, toHex32(vehicleId)],
  };
  const query = { filters: [filter], fromBlock: deployment.fromBlock, toBlock, pageBlocks };
  for await (const { logs } of readLogs(rpc, query)) {
    for (const log of logs) {
      const event = decodePartEvent(log);
      if (event?.type !== "partFitted" && event?.type !== "partRemoved") continue;
      if (event.vehicleId !== vehicleId) continue;
      const isFitted = event.type === "partFitted";
      if (isFitted) fittings++;
      const partId = partIdOf(event.lotId, event.serial);
      carried.set(partId, (carried.get(partId) ?? 0n) + (isFitted ? event.quantity : -event.quantity));
    }
  }
  if (fittings !== records) {
    problems.push(`the vehicle's life has ${records} fittings, the logs of parts show ${fittings}`);
  }
  const state = new PartState(rpc, deployment, toBlock);
  const lots = new Map<bigint, bigint>();
  for (const [partId, quantity] of carried)
    lots.set(lotOfPart(partId), (lots.get(lotOfPart(partId)) ?? 0n) + quantity);
  await mapLimited([...lots], async ([lotId, found]) => {
    const expected = await state.fittedOf(vehicleId, lotId);
    if (expected === found) return;
    problems.push(`the vehicle carries ${expected} units of ${nameLot(lotId)}, the logs show ${found}`);
  });
  const parts = [...carried].filter(([, quantity]) => quantity > 0n);
  return { history, parts: parts.map(([partId, quantity]) => ({ partId, quantity })), problems };
}
