import type { BlockRef } from "../chain/readBlock.js";
import { lotHashes, NO_INPUTS, type LotHashes } from "./lotHashes.js";
import type { Consumption, LotBook, LogPlace } from "./LotBook.js";
import { mapLimited } from "./mapLimited.js";
import { lotOfPart, makerOfLot, parsePartId, serialOfPart } from "./partId.js";
import type { LotState, PartState } from "./PartState.js";
import { readLotCertificates, type LotCertificate } from "./readLotCertificates.js";
import type { LotInput, PartAmount } from "./types.js";

export type LineageStatus = "verified" | "unverified";

/** How a lot is related to the one that was asked for; a co-ancestor went into a descendant from aside. */
export type LineageRelation = "self" | "ancestor" | "descendant" | "coAncestor";

export type LineageProblemCode =
  /** The contract knows no such lot. */
  | "LOT_UNKNOWN"
  /** The log of the lot's commissioning is missing. */
  | "LOT_MISSING"
  /** The log of the lot's commissioning does not hash to the lineage that the contract keeps. */
  | "LOT_ALTERED"
  /** The log of what the lot was made of is missing. */
  | "INPUTS_MISSING"
  /** What the lot is said to be made of does not hash to what the lot is bound to. */
  | "INPUTS_ALTERED"
  /** The contract counts other uses of the lot's units than the logs tell of. */
  | "USES_MISMATCH"
  /** A certificate's log says something that the contract does not. */
  | "CERTIFICATE_ALTERED";

/** Something in a lineage that does not hold, and of which lot. */
export interface LineageProblem {
  code: LineageProblemCode;
  lotId: bigint;
  message: string;
}

/** A lot in a lineage. */
export interface LineageLot {
  lotId: bigint;
  maker: string;
  relation: LineageRelation;
  /** Verified when its log hashes to the lineage that the contract keeps, and so do all its inputs. */
  status: LineageStatus;
  /** Why it is not verified. */
  problem?: string;
  /** As its maker stated it; absent when the log of it is missing. */
  lot?: LotInput;
  /** Where it was commissioned, and when (Unix seconds). */
  commissioned?: LogPlace & { at: number };
  /** The lineage that the contract keeps. */
  lineage: string;
  /** Whether a recycler recovered it from other units. */
  isRecovered: boolean;
  state: LotState;
  certificates: LotCertificate[];
  /** Those of all its ancestors: one that was revoked shows on everything made of the lot. */
  inheritedCertificates: LotCertificate[];
}

/** Units of one lot that went into another. */
export interface LineageEdge {
  /** The lot that was used. */
  from: bigint;
  /** The lot that was made. */
  to: bigint;
  /** The units used, of all lots that were made at once. */
  inputs: PartAmount[];
  by: string;
  /** Whether a recycler took the units apart. */
  isRecovery: boolean;
  transactionHash: string;
  status: LineageStatus;
  problem?: string;
}

/** Lots and what they were made of. */
export interface LineageGraph {
  lots: LineageLot[];
  edges: LineageEdge[];
  problems: LineageProblem[];
}

/**
 * Chooses the lots of a graph: the ancestors of some lots and, if asked, their descendants with all that went into those.
 *
 * @param partId Only what was made of these units; of all units of the lot when it has serial 0 or is left out.
 */
export function selectLots(
  book: LotBook,
  roots: readonly bigint[],
  descend?: { partId?: bigint },
): Map<bigint, LineageRelation> {
  const relations = new Map<bigint, LineageRelation>(roots.map((lotId) => [lotId, "self"]));
  const climb = (lotIds: Iterable<bigint>, relation: LineageRelation): void => {
    const queue = [...lotIds];
    for (let lotId = queue.pop(); lotId !== undefined; lotId = queue.pop()) {
      for (const parent of book.parentsOf(lotId)) {
        if (relations.has(parent)) continue;
        relations.set(parent, relation);
        queue.push(parent);
      }
    }
  };
  climb(roots, "ancestor");
  if (descend) {
    const descendants = descendantsOf(book, roots, descend.partId).filter((lotId) => !relations.has(lotId));
    for (const lotId of descendants) relations.set(lotId, "descendant");
    climb(descendants, "coAncestor");
  }
  return relations;
}

/** The lots that units of some lots went into, and what was made of those in turn. */
export function descendantsOf(book: LotBook, roots: readonly bigint[], partId?: bigint): bigint[] {
  const found = new Set<bigint>();
  const isUnit = partId !== undefined && serialOfPart(partId) !== 0;
  const queue = roots.flatMap((lotId) =>
    (book.uses.get(lotId) ?? []).filter(
      ({ inputs }) => !isUnit || inputs.some((input) => input.partId === partId),
    ),
  );
  for (let use = queue.pop(); use !== undefined; use = queue.pop()) {
    for (const lotId of book.outputs.get(use.inputsHash) ?? []) {
      if (found.has(lotId)) continue;
      found.add(lotId);
      queue.push(...(book.uses.get(lotId) ?? []));
    }
  }
  return [...found];
}

/** Verifies the chosen lots against the contracts, all at one block, and joins them into a graph. */
export async function buildLineage(
  state: PartState,
  book: LotBook,
  relations: ReadonlyMap<bigint, LineageRelation>,
  block: BlockRef,
): Promise<LineageGraph> {
  const hashes = await lotHashes();
  const lotIds = [...relations.keys()];
  const problems: LineageProblem[] = [];
  const facts = new Map(
    await mapLimited(lotIds, async (lotId) => {
      const [lineage, lot, { certificates, altered }] = await Promise.all([
        state.lineageOf(lotId),
        state.lotOf(lotId),
        readLotCertificates(state, book, lotId, block),
      ]);
      for (const { documentHash } of altered) {
        const message = `the contract has no such certificate ${documentHash} on ${nameLot(lotId)}`;
        problems.push({ code: "CERTIFICATE_ALTERED", lotId, message });
      }
      return [lotId, { lineage, state: lot, certificates }] as const;
    }),
  );

  const lineageOf = (lotId: bigint): string => facts.get(lotId)?.lineage ?? NO_INPUTS;
  const lots = new Map<bigint, LineageLot>();
  const edges: LineageEdge[] = [];
  for (const [lotId, relation] of relations) {
    const fact = facts.get(lotId);
    if (!fact) continue;
    const found = verifyLot(hashes, book, lotId, lineageOf);
    if (relation === "self" || relation === "descendant") {
      const counted = verifyUses(book, lotId, fact.state);
      if (counted) problems.push(counted);
    }
    if (found) problems.push(found);
    const source = book.sourceOf(lotId);
    const entry = book.lots.get(lotId);
    lots.set(lotId, {
      lotId,
      maker: makerOfLot(lotId),
      relation,
      ...statusOf(found),
      ...(entry && { lot: entry.lot, commissioned: { ...placeOf(entry), at: 0 } }),
      ...fact,
      isRecovered: source?.isRecovery ?? false,
      inheritedCertificates: [],
    });
    if (source) edges.push(...edgesOf(source, lotId, found));
  }

  inherit(lots, book);
  await date(state, [...lots.values()]);
  return { lots: [...lots.values()], edges, problems };
}

/** A lot as messages name it: its maker's address and its number. */
export function nameLot(lotId: bigint): string {
  const { maker, lotNumber } = parsePartId(lotId << 32n);
  return `lot ${lotNumber} of ${maker}`;
}

function verifyLot(
  hashes: LotHashes,
  book: LotBook,
  lotId: bigint,
  lineageOf: (lotId: bigint) => string,
): LineageProblem | undefined {
  const name = nameLot(lotId);
  const problem = (code: LineageProblemCode, message: string): LineageProblem => ({ code, lotId, message });
  const onChain = lineageOf(lotId);
  if (onChain === NO_INPUTS) return problem("LOT_UNKNOWN", `the contract knows no ${name}`);
  const entry = book.lots.get(lotId);
  if (!entry) return problem("LOT_MISSING", `the log of the commissioning of ${name} is missing`);
  if (hashes.lineage(lotId, entry.lot, entry.inputsHash) !== onChain) {
    return problem("LOT_ALTERED", `${name} was commissioned with other words than its log has`);
  }
  if (entry.inputsHash === NO_INPUTS) return undefined;
  const source = book.consumptions.get(entry.inputsHash);
  if (!source) return problem("INPUTS_MISSING", `the log of what ${name} was made of is missing`);
  const lineages = source.inputs.map(({ partId }) => lineageOf(lotOfPart(partId)));
  // The fold begins with the first lot made; whichever it was, no other one leads to the same hash.
  const isBound = (book.outputs.get(entry.inputsHash) ?? []).some(
    (first) => hashes.inputs(first, source.inputs, lineages) === entry.inputsHash,
  );
  if (isBound) return undefined;
  return problem("INPUTS_ALTERED", `${name} is not bound to what the log says that it was made of`);
}

function verifyUses(book: LotBook, lotId: bigint, state: LotState): LineageProblem | undefined {
  const { consumed, decommissioned } = book.endedOf(lotId);
  if (consumed === state.consumed && decommissioned === state.decommissioned) return undefined;
  const message =
    `the contract counts ${state.consumed} units of ${nameLot(lotId)} as consumed and ${state.decommissioned} as ` +
    `decommissioned, the logs show ${consumed} and ${decommissioned}: what was made of the lot is not known for certain`;
  return { code: "USES_MISMATCH", lotId, message };
}

function edgesOf(source: Consumption, to: bigint, found: LineageProblem | undefined): LineageEdge[] {
  const { operator, isRecovery, transactionHash, inputs } = source;
  const lotIds = [...new Set(inputs.map(({ partId }) => lotOfPart(partId)))];
  return lotIds.map((from) => ({
    from,
    to,
    inputs: inputs.filter(({ partId }) => lotOfPart(partId) === from),
    by: operator,
    isRecovery,
    transactionHash,
    ...statusOf(found),
  }));
}

function statusOf(found: LineageProblem | undefined): { status: LineageStatus; problem?: string } {
  return found ? { status: "unverified", problem: found.message } : { status: "verified" };
}

/** Gives every lot the certificates of its ancestors, each once. */
function inherit(lots: ReadonlyMap<bigint, LineageLot>, book: LotBook): void {
  for (const lot of lots.values()) {
    const ancestors = selectLots(book, [lot.lotId]);
    for (const ancestor of ancestors.keys()) {
      if (ancestor === lot.lotId) continue;
      lot.inheritedCertificates.push(...(lots.get(ancestor)?.certificates ?? []));
    }
  }
}

/** Says when each lot was commissioned; lots of one block are dated at once. */
async function date(state: PartState, lots: readonly LineageLot[]): Promise<void> {
  const places = lots.flatMap(({ commissioned }) => commissioned ?? []);
  const numbers = [...new Set(places.map(({ blockNumber }) => blockNumber))];
  const times = new Map(
    await mapLimited(numbers, async (number) => [number, await state.timeOf(number)] as const),
  );
  for (const place of places) place.at = times.get(place.blockNumber) ?? 0;
}

function placeOf({ blockNumber, logIndex, transactionHash }: LogPlace): LogPlace {
  return { blockNumber, logIndex, transactionHash };
}
