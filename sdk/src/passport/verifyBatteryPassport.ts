import { partTwinsAbi } from "../abi/PartTwins.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import { isUnit, type Gs1Party } from "../epcis/epcisIds.js";
import { selectPartEvents } from "../epcis/selectPartEvents.js";
import { lotOfPart } from "../parts/partId.js";
import { readPartEvents, type PartDeployment } from "../parts/readPartEvents.js";
import { SERVICE_STATUSES, UNIT_STATES, type CriticalMaterial, type PartEvent } from "../parts/types.js";
import { differences } from "../report/differences.js";
import { buildBatteryPassport } from "./buildBatteryPassport.js";
import { passportFacts } from "./passportFacts.js";
import { parseBatteryPassport } from "./parseBatteryPassport.js";
import type { PassportProblem } from "./types.js";

export interface VerifyBatteryPassportInput {
  /** What was read from a file; it need not be a passport yet. */
  passport: unknown;
  rpc: RpcProvider;
  /** The deployment that the reader trusts. */
  deployment: PartDeployment;
  parties?: Record<string, Gs1Party>;
  /** As in `buildBatteryPassport`: a passport that states shares holds only if these are the same. */
  recycledShares?: Partial<Record<CriticalMaterial, number>>;
  pageBlocks?: number;
}

export interface PassportVerification {
  /** Whether all that the passport says is so, and it is the battery's passport still. */
  ok: boolean;
  /** Whether no newer passport and no end of the battery came after the passport's block. */
  isCurrent: boolean;
  problems: PassportProblem[];
}

const SHOWN_AT_MOST = 20;

/**
 * Compares a battery passport with the chain: reads the battery's events, puts the passport together again, and asks the
 * contract whether the node has told all.
 *
 * @throws {PassportError} `PASSPORT_FILE` for what is no passport, or whatever the provider throws.
 * @example
 * const { ok, problems } = await verifyBatteryPassport({ passport, rpc, deployment });
 */
export async function verifyBatteryPassport(
  input: VerifyBatteryPassportInput,
): Promise<PassportVerification> {
  const { rpc, deployment, parties, recycledShares, pageBlocks } = input;
  const passport = parseBatteryPassport(input.passport);
  const partId = BigInt(passport.chain.partId);
  if (
    passport.chain.chainId !== deployment.chainId ||
    passport.chain.partTwins.toLowerCase() !== deployment.contracts.PartTwins.toLowerCase()
  ) {
    const message = `the passport is of ${passport.chain.partTwins} on chain ${passport.chain.chainId}`;
    return { ok: false, isCurrent: false, problems: [{ code: "PASSPORT_DEPLOYMENT", message }] };
  }
  const latest = (await readBlock(rpc, "latest"))?.number ?? deployment.fromBlock;
  const block = await readBlock(rpc, passport.chain.block);
  const events: PartEvent[] = [];
  for await (const event of readPartEvents({ rpc, deployment, atBlock: latest, pageBlocks }))
    events.push(event);
  const own = selectPartEvents(events, isUnit(partId) ? { partId } : { lotId: lotOfPart(partId) });

  const rebuilt = buildBatteryPassport({
    partId,
    events: own.filter(({ blockNumber }) => blockNumber <= passport.chain.block),
    asOf: { block: block?.number ?? latest, at: block?.timestamp ?? 0 },
    deployment,
    documents: passport.documents,
    tier: passport.tier,
    parties,
    recycledShares,
  });
  const differing = differences(passport, JSON.parse(JSON.stringify(rebuilt)), SHOWN_AT_MOST).map(
    ({ path, left, right }): PassportProblem => ({
      code: "PASSPORT_DIFFERS",
      message: `${path} is ${JSON.stringify(left)}, by the chain and its document ${JSON.stringify(right)}`,
    }),
  );
  const later = passportFacts(own, partId);
  const isCurrent =
    later.statements.length === rebuilt.passports.length &&
    (later.end === undefined) === (rebuilt.end === undefined);
  const problems = [
    ...differing,
    ...rebuilt.problems,
    ...(isCurrent ? [] : [superseded(later.end !== undefined)]),
    ...(isUnit(partId) ? await nodeProblems(rpc, deployment, partId, later, latest) : []),
  ];
  return { ok: problems.length === 0, isCurrent, problems };
}

function superseded(hasEnded: boolean): PassportProblem {
  return {
    code: "PASSPORT_SUPERSEDED",
    message: hasEnded ? "the battery has ended since" : "the battery has got a newer passport since",
  };
}

/** What the contract says of a unit must be what the logs lead to: else the node keeps some back. */
async function nodeProblems(
  rpc: RpcProvider,
  { contracts }: PartDeployment,
  partId: bigint,
  facts: ReturnType<typeof passportFacts>,
  block: number,
): Promise<PassportProblem[]> {
  const call = {
    address: contracts.PartTwins,
    contract: partTwinsAbi,
    view: "unitOf",
    args: [partId],
    block,
  };
  const [unit] = await readContract(rpc, call);
  const service = SERVICE_STATUSES[Number(unit.service)];
  const isGone = UNIT_STATES[Number(unit.state)] === "gone";
  const expected = facts.statements.at(-1)?.batteryStatus;
  if (service === expected && isGone === (facts.end !== undefined)) return [];
  return [
    {
      code: "PASSPORT_NODE",
      message: `the contract has the unit as ${service}${isGone ? " and gone" : ""}, the node's logs do not lead there`,
    },
  ];
}
