import type { RpcProvider } from "../chain/deployment.js";
import { checkPinned, pinBlock } from "../chain/pinBlock.js";
import type { BlockRef } from "../chain/readBlock.js";
import type { HistoryDeployment } from "../history/readHistory.js";
import { buildLineage, nameLot, selectLots, type LineageGraph, type LineageLot } from "./buildLineage.js";
import {
  addFractions,
  divideFractions,
  formatFraction,
  fraction,
  multiplyFractions,
  ONE,
  ZERO,
  type Fraction,
} from "./fraction.js";
import { PartError } from "./PartError.js";
import { lotOfPart, partIdOf } from "./partId.js";
import { PartState } from "./PartState.js";
import { readFittedParts } from "./readFittedParts.js";
import { checkParts } from "./readLineage.js";
import { readLotBook } from "./readLotBook.js";
import type { LotCertificate } from "./readLotCertificates.js";
import type { PartDeployment } from "./readPartEvents.js";
import { MATERIALS, type CriticalMaterial, type PartAmount } from "./types.js";

export interface MaterialStatementInput {
  rpc: RpcProvider;
  deployment: PartDeployment & HistoryDeployment;
  /** A vehicle, of which the fitted parts count; or give a lot, or a part. */
  vehicleId?: bigint;
  /** A lot, all its units together. */
  lotId?: bigint;
  /** One unit of a lot. */
  partId?: bigint;
  /** The block to read at; the newest when left out. An older one needs a node that keeps old states. */
  atBlock?: number;
  /** How many blocks to ask for at first. */
  pageBlocks?: number;
}

/**
 * How an origin is certified. Due diligence and origin certificates count, test reports do not; one that is valid outweighs
 * those that ran out or were revoked, which are listed all the same.
 */
export type OriginStatus = "certified" | "expired" | "revoked" | "uncertified";

/** A lot that a material came into the chain with: a mine's, or a recycler's. */
export interface MaterialOrigin {
  lotId: bigint;
  maker: string;
  /** Exact. */
  grams: Fraction;
  /** The same in milligrams, rounded down. */
  milligrams: bigint;
  /** Whether it was recovered from units that had been in use. */
  isRecovered: boolean;
  status: OriginStatus;
  certificates: LotCertificate[];
}

/** How much of a critical material there is, and where it is from. */
export interface MaterialShare {
  material: CriticalMaterial;
  /** Exact. */
  grams: Fraction;
  /** The same in milligrams, rounded down by itself: those of the origins may add up to less. */
  milligrams: bigint;
  /** The grams that came through recovery, exact. */
  recoveredGrams: Fraction;
  /** Recycled content, post-consumer: recovered over all, exact. */
  recycledShare: Fraction;
  /** The same in per cent with two decimals, rounded down, so that never more is claimed than is there. */
  recycledPercent: string;
  /** Largest first. */
  origins: MaterialOrigin[];
}

/** Which critical materials are in a vehicle, a lot or a unit, and where they are from. */
export interface MaterialStatement {
  chainId: number;
  atBlock: BlockRef;
  vehicleId: bigint | undefined;
  /** What was counted. */
  parts: PartAmount[];
  materials: MaterialShare[];
  /** Origins that are not certified, whose certificates ran out, or of which one was revoked. */
  doubtful: MaterialOrigin[];
  /** Whether parts and lineage are proven. */
  verified: boolean;
  problems: string[];
}

/**
 * States which critical materials the parts of a vehicle contain, from which origins, and how much of that is recycled.
 *
 * A unit contains its share of what its lot contains. Where a lot was made of several, each brought in what its units
 * contained, and the lot's content is from them in that proportion; what is lost in making is lost of all alike. A recovered lot
 * is an origin of its own: what it was before is in its lineage. All of it is computed in fractions and rounded once, down.
 *
 * @throws {PartError} `PART_ID` unless exactly one id is given, `PART_UNKNOWN` for a lot that is not there.
 * @throws {ChainError} `CHAIN_MISMATCH`, `CONTRACT_MISSING`, `LOGS_REFUSED`, `CHAIN_RESET`, or whatever the provider throws.
 * @example
 * const { materials, doubtful } = await materialStatement({ rpc: httpRpc(url), deployment, vehicleId });
 * materials.find(({ material }) => material === "cobalt")?.recycledPercent; // "12.50"
 */
export async function materialStatement(input: MaterialStatementInput): Promise<MaterialStatement> {
  const { rpc, deployment, vehicleId, pageBlocks } = input;
  await checkParts(rpc, deployment);
  const { parts, block, problems } = await chooseParts(input);
  const state = new PartState(rpc, deployment, block.number);
  const book = await readLotBook({ rpc, deployment, toBlock: block.number, pageBlocks });
  const lotIds = [...new Set(parts.map(({ partId }) => lotOfPart(partId)))];
  const graph = await buildLineage(state, book, selectLots(book, lotIds), block);
  await checkPinned(rpc, block);

  // Uses of a lot say nothing of what is in it.
  const found = graph.problems.filter(({ code }) => code !== "USES_MISMATCH").map(({ message }) => message);
  problems.push(...found);
  const materials = shareMaterials(graph, parts);
  return {
    chainId: deployment.chainId,
    atBlock: block,
    vehicleId,
    parts,
    materials,
    doubtful: doubtfulOf(materials),
    verified: problems.length === 0,
    problems,
  };
}

async function chooseParts(
  input: MaterialStatementInput,
): Promise<{ parts: PartAmount[]; block: BlockRef; problems: string[] }> {
  const { rpc, deployment, vehicleId, lotId, partId, atBlock } = input;
  if ([vehicleId, lotId, partId].filter((id) => id !== undefined).length !== 1) {
    throw new PartError("PART_ID", "give a vehicle, a lot or a part", {
      where: "vehicleId, lotId, partId",
      fix: "exactly one of them",
    });
  }
  if (vehicleId !== undefined) {
    const { parts, problems, history } = await readFittedParts({ ...input, vehicleId });
    return { parts, problems, block: history.atBlock };
  }
  const block = await pinBlock(rpc, deployment, atBlock);
  const asked = lotId ?? lotOfPart(partId ?? 0n);
  const { quantity } = await new PartState(rpc, deployment, block.number).lotOf(asked);
  if (quantity === 0n) {
    throw new PartError("PART_UNKNOWN", `there is no ${nameLot(asked)} in block ${block.number}`, {
      fix: "check the id and the deployment",
    });
  }
  const isOne = partId !== undefined;
  return {
    parts: [{ partId: partId ?? partIdOf(asked), quantity: isOne ? 1n : quantity }],
    block,
    problems: [],
  };
}

function shareMaterials(graph: LineageGraph, parts: readonly PartAmount[]): MaterialShare[] {
  const sources = new MaterialSources(graph);
  const shares: MaterialShare[] = [];
  for (const material of MATERIALS) {
    if (material === "other") continue;
    const grams = new Map<LineageLot, Fraction>();
    for (const { partId, quantity } of parts) {
      const lot = sources.lot(lotOfPart(partId));
      if (!lot) continue;
      const mass = massOf(lot, material, quantity);
      for (const [origin, share] of sources.originsOf(lot, material))
        grams.set(origin, addFractions(grams.get(origin) ?? ZERO, multiplyFractions(mass, share)));
    }
    const origins = [...grams]
      .filter(([, mass]) => mass.numerator > 0n)
      .map(([lot, mass]) => toOrigin(lot, mass))
      .toSorted((a, b) => Number(b.milligrams - a.milligrams));
    if (origins.length > 0) shares.push(toShare(material, origins));
  }
  return shares;
}

/** Where the materials of lots are from, as shares of one. */
class MaterialSources {
  readonly #graph: LineageGraph;
  readonly #lots: Map<bigint, LineageLot>;
  readonly #known = new Map<string, Map<LineageLot, Fraction>>();

  constructor(graph: LineageGraph) {
    this.#graph = graph;
    this.#lots = new Map(graph.lots.map((lot) => [lot.lotId, lot]));
  }

  lot(lotId: bigint): LineageLot | undefined {
    return this.#lots.get(lotId);
  }

  originsOf(lot: LineageLot, material: CriticalMaterial): Map<LineageLot, Fraction> {
    const key = `${lot.lotId} ${material}`;
    const known = this.#known.get(key);
    if (known) return known;
    // Until it is known, a lot is its own origin: forged logs may go round in a circle.
    this.#known.set(key, new Map([[lot, ONE]]));
    const origins = this.#trace(lot, material);
    this.#known.set(key, origins);
    return origins;
  }

  #trace(lot: LineageLot, material: CriticalMaterial): Map<LineageLot, Fraction> {
    const brought = lot.isRecovered ? [] : this.#broughtInto(lot, material);
    const total = brought.reduce((sum, { mass }) => addFractions(sum, mass), ZERO);
    const origins = new Map<LineageLot, Fraction>();
    if (total.numerator === 0n) return origins.set(lot, ONE);
    for (const { from, mass } of brought) {
      const part = divideFractions(mass, total);
      for (const [origin, share] of this.originsOf(from, material))
        origins.set(origin, addFractions(origins.get(origin) ?? ZERO, multiplyFractions(part, share)));
    }
    return origins;
  }

  /** What each lot brought in that a lot was made of. */
  #broughtInto(lot: LineageLot, material: CriticalMaterial): { from: LineageLot; mass: Fraction }[] {
    return this.#graph.edges
      .filter(({ to }) => to === lot.lotId)
      .flatMap(({ from: lotId, inputs }) => {
        const from = this.#lots.get(lotId);
        const quantity = inputs.reduce((sum, input) => sum + input.quantity, 0n);
        const mass = from ? massOf(from, material, quantity) : ZERO;
        return from && mass.numerator > 0n ? [{ from, mass }] : [];
      });
  }
}

/** The grams of a material in a number of units of a lot. */
function massOf({ lot }: LineageLot, material: CriticalMaterial, quantity: bigint): Fraction {
  if (!lot) return ZERO;
  if (lot.form === "material") return lot.material === material ? fraction(quantity) : ZERO;
  return fraction(lot.content[material] * quantity, lot.quantity);
}

function toShare(material: CriticalMaterial, origins: MaterialOrigin[]): MaterialShare {
  const sum = (some: readonly MaterialOrigin[]): Fraction =>
    some.reduce((total, origin) => addFractions(total, origin.grams), ZERO);
  const grams = sum(origins);
  const recoveredGrams = sum(origins.filter(({ isRecovered }) => isRecovered));
  const recycledShare = divideFractions(recoveredGrams, grams);
  return {
    material,
    grams,
    milligrams: toMilligrams(grams),
    recoveredGrams,
    recycledShare,
    recycledPercent: formatFraction(multiplyFractions(recycledShare, fraction(100n)), 2),
    origins,
  };
}

function toOrigin(lot: LineageLot, grams: Fraction): MaterialOrigin {
  const { lotId, maker, isRecovered, certificates } = lot;
  const milligrams = toMilligrams(grams);
  return { lotId, maker, grams, milligrams, isRecovered, status: originStatus(certificates), certificates };
}

function originStatus(certificates: readonly LotCertificate[]): OriginStatus {
  const states = new Set(certificates.filter(({ kind }) => kind !== "testReport").map(({ state }) => state));
  if (states.has("valid")) return "certified";
  if (states.has("revoked")) return "revoked";
  return states.has("expired") ? "expired" : "uncertified";
}

function doubtfulOf(materials: readonly MaterialShare[]): MaterialOrigin[] {
  return materials
    .flatMap(({ origins }) => origins)
    .filter(
      ({ status, certificates }) =>
        status !== "certified" || certificates.some(({ state }) => state === "revoked"),
    );
}

function toMilligrams({ numerator, denominator }: Fraction): bigint {
  return (numerator * 1_000n) / denominator;
}
