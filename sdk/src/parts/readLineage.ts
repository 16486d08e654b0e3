import { checkDeployment } from "../chain/checkDeployment.js";
import type { Deployment, RpcProvider } from "../chain/deployment.js";
import { checkPinned, pinBlock } from "../chain/pinBlock.js";
import type { BlockRef } from "../chain/readBlock.js";
import {
  buildLineage,
  nameLot,
  selectLots,
  type LineageGraph,
  type LineageLot,
  type LineageRelation,
} from "./buildLineage.js";
import { NO_INPUTS } from "./lotHashes.js";
import { PartError } from "./PartError.js";
import { lotOfPart } from "./partId.js";
import { PartState } from "./PartState.js";
import { readLotBook } from "./readLotBook.js";
import type { PartDeployment } from "./readPartEvents.js";

export interface ReadLineageInput {
  rpc: RpcProvider;
  deployment: PartDeployment;
  /** The lot; or give a part. */
  lotId?: bigint;
  /** A unit: of its lot's descendants, only those that this unit went into are shown. */
  partId?: bigint;
  /** The block to read at; the newest when left out. An older one needs a node that keeps old states. */
  atBlock?: number;
  /** How many blocks to ask for at first. */
  pageBlocks?: number;
}

/** The ancestors and descendants of a lot or a unit. */
export interface Lineage extends LineageGraph {
  chainId: number;
  atBlock: BlockRef;
  lotId: bigint;
  partId: bigint | undefined;
  /** Whether every lot and every edge holds, and the uses of the lot and its descendants add up. */
  verified: boolean;
}

/**
 * Reads what a lot or a unit was made of and what was made of it, and verifies every edge: the hashes of the logs must be
 * those that the contract keeps, at one block. That no use of a lot is missing follows from the contract's counters. What
 * the hashes do not bind is a second lot made at once with the first: that one exists is known from its log alone.
 *
 * @throws {PartError} `PART_UNKNOWN` when the contract knows no such lot, `PART_ID` when neither or both ids are given.
 * @throws {ChainError} `CHAIN_MISMATCH`, `CONTRACT_MISSING`, `LOGS_REFUSED`, `CHAIN_RESET`, or whatever the provider throws.
 * @example
 * const { verified, lots } = await readLineage({ rpc: httpRpc(url), deployment, lotId: lotIdOf(maker, 7n) });
 * lots.filter(({ relation }) => relation === "ancestor");
 */
export async function readLineage(input: ReadLineageInput): Promise<Lineage> {
  const { rpc, deployment, partId, pageBlocks } = input;
  if ((input.lotId === undefined) === (partId === undefined)) {
    throw new PartError("PART_ID", "give either a lot or a part", { where: "lotId, partId" });
  }
  const lotId = input.lotId ?? lotOfPart(partId ?? 0n);
  await checkParts(rpc, deployment);
  const atBlock = await pinBlock(rpc, deployment, input.atBlock);
  const state = new PartState(rpc, deployment, atBlock.number);
  if ((await state.lineageOf(lotId)) === NO_INPUTS) {
    throw new PartError("PART_UNKNOWN", `there is no ${nameLot(lotId)} in block ${atBlock.number}`, {
      fix: "check the id and the deployment; an id is maker << 64 | number, of a part << 32 | serial",
    });
  }
  const book = await readLotBook({ rpc, deployment, toBlock: atBlock.number, pageBlocks });
  const relations = selectLots(book, [lotId], { partId });
  const graph = await buildLineage(state, book, relations, atBlock);
  await checkPinned(rpc, atBlock);
  return {
    chainId: deployment.chainId,
    atBlock,
    lotId,
    partId,
    verified: graph.problems.length === 0,
    ...graph,
  };
}

/** The lots of one relation: all ancestors, for instance. */
export function relatedLots(lineage: Lineage, relation: LineageRelation): LineageLot[] {
  return lineage.lots.filter((lot) => lot.relation === relation);
}

/** Checks that the contracts which this reads stand on the node's chain. */
export async function checkParts(rpc: RpcProvider, deployment: PartDeployment): Promise<void> {
  const { PartTwins, PartCustody, PartCertificates, Recalls } = deployment.contracts;
  const contracts: Partial<Deployment["contracts"]> = { PartTwins, PartCustody, PartCertificates, Recalls };
  await checkDeployment(rpc, { chainId: deployment.chainId, contracts });
}
