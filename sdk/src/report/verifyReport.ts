import { ChainError } from "../chain/ChainError.js";
import { checkDeployment } from "../chain/checkDeployment.js";
import type { Deployment, RpcProvider } from "../chain/deployment.js";
import { readBlock, type BlockRef } from "../chain/readBlock.js";
import { completeness } from "../history/completeness.js";
import { historyAt } from "../history/historyAt.js";
import { readHistory, type ReadProgress } from "../history/readHistory.js";
import { recordDigest } from "../history/recordDigest.js";
import type { History } from "../history/types.js";
import { assembleReport, type GivenDocument } from "./assembleReport.js";
import { compareRecords } from "./compareRecords.js";
import { compareWiring } from "./compareWiring.js";
import { differences } from "./differences.js";
import { ownerOfLog } from "./ownerOfLog.js";
import { parseReport } from "./parseReport.js";
import { readMembers } from "./readMembers.js";
import type { Report, ReportDocument, ReportProblem, ReportRecord } from "./types.js";

export interface VerifyReportInput {
  /** What was read from a file; it need not be a report yet. */
  report: unknown;
  rpc: RpcProvider;
  /** The deployment that the reader trusts, if it knows one: a report could name contracts of the forger's own. */
  trusted?: Pick<Deployment, "chainId" | "fromBlock"> & { contracts: Partial<Deployment["contracts"]> };
  pageBlocks?: number;
  onProgress?: (progress: ReadProgress) => void;
}

export interface ReportVerification {
  /** Whether all that the report says is so, and it leaves nothing out. */
  ok: boolean;
  /** Whether the report holds the vehicle's whole life up to its block, unaltered and in order. */
  complete: boolean;
  /** Documents that were shown and hold. */
  verified: number;
  /** Records on chain up to the report's block. */
  records: number;
  /** What happened since: the report does not know it, and is not wrong for it. */
  since: { records: number; titleEvents: number };
  /** The block that the report speaks of, and the one it was compared in. */
  atBlock: BlockRef;
  checkedAtBlock?: BlockRef;
  problems: ReportProblem[];
  /** What no chain can tell: to be known, not held against the report. */
  notes: string[];
}

const DIFFERENCES_AT_MOST = 20;

/**
 * Verifies somebody's report with nothing but a node: reads the vehicle's life anew, folds it, compares every record by
 * what it folds to, checks every document that is shown, counts the holders, and puts the whole report together once more to
 * compare what it says.
 *
 * No archive node is needed: the present head proves the past records.
 *
 * @returns What is wrong, by record. A report that is older than the newest record is not wrong; `since` tells.
 * @throws {ReportError} `REPORT_FORMAT` when it is no report.
 * @throws {ChainError} When the node does not answer, or the chain changed while it was read.
 * @example
 * const { ok, problems } = await verifyReport({ report: JSON.parse(text), rpc: httpRpc(url) });
 */
export async function verifyReport(input: VerifyReportInput): Promise<ReportVerification> {
  const { rpc, trusted } = input;
  const report = parseReport(input.report);
  const base = {
    verified: 0,
    records: 0,
    since: { records: 0, titleEvents: 0 },
    atBlock: report.chain.atBlock,
  };
  const refuse = (problems: ReportProblem[], more: Partial<ReportVerification> = {}): ReportVerification => ({
    ...base,
    ...more,
    ok: false,
    complete: false,
    problems,
    notes: notesOn(report, trusted),
  });

  const wrongPlace = trusted && compareContracts(report, trusted);
  if (wrongPlace) return refuse([wrongPlace]);
  const present = await readPresent(input, report);
  if (Array.isArray(present)) return refuse(present);
  const checkedAtBlock = present.atBlock;

  const standing = completeness(present);
  if (standing.problems.length > 0) {
    const code = standing.problems[0]?.code === "VEHICLE_UNKNOWN" ? "VEHICLE_UNKNOWN" : "CHAIN_INCOMPLETE";
    const message = standing.problems.map((problem) => problem.message).join("; ");
    return refuse(
      [{ code, message: code === "VEHICLE_UNKNOWN" ? message : `ask another node: ${message}` }],
      {
        checkedAtBlock,
      },
    );
  }
  const then = historyAt(present, report.chain.atBlock);
  const since = {
    records: present.records.length - then.records.length,
    titleEvents: present.titleEvents.length - then.titleEvents.length,
  };

  const recordProblems = await explain(await compareToChain(report, then), report, rpc);
  const members = await readMembers({
    rpc,
    consortium: report.chain.contracts.Consortium,
    fromBlock: then.fromBlock,
    toBlock: then.atBlock.number,
    accounts: then.records.map((record) => record.author),
    pageBlocks: input.pageBlocks,
  });
  const shown = new Map(report.records.toReversed().map((record) => [record.index, record.document]));
  const truth = assembleReport({
    history: then,
    members,
    documentOf: (record) => toGiven(shown.get(record.index)),
  });
  const changed = documentProblems(truth, recordProblems);
  const problems = [
    ...recordProblems,
    ...changed,
    ...strangers(truth),
    ...stateProblems(report, truth),
    ...contentProblems(
      report,
      truth,
      new Set([...recordProblems, ...changed].map((problem) => problem.index)),
    ),
  ];
  return {
    ...base,
    ok: problems.length === 0,
    complete: recordProblems.length === 0 && report.head === truth.head && report.count === truth.count,
    verified: truth.summary.documents.verified,
    records: truth.count,
    since,
    checkedAtBlock,
    problems,
    notes: notesOn(report, trusted),
  };
}

/** Reads the vehicle's life as it is now, from a chain that has the report's block. */
async function readPresent(input: VerifyReportInput, report: Report): Promise<History | ReportProblem[]> {
  const { rpc, pageBlocks, onProgress } = input;
  const { chainId, contracts, atBlock } = report.chain;
  const fromBlock = Math.min(report.chain.fromBlock, input.trusted?.fromBlock ?? report.chain.fromBlock);
  try {
    await checkDeployment(rpc, { chainId, contracts: contracts as Partial<Deployment["contracts"]> });
    const [block, head] = await Promise.all([readBlock(rpc, atBlock.number), readBlock(rpc, "latest")]);
    if (!head || block?.hash !== atBlock.hash || block.timestamp !== atBlock.timestamp) {
      return [{ code: "CHAIN_RESET", message: resetWords(atBlock) }];
    }
    const unrelated = await compareWiring(rpc, contracts, head.number);
    if (unrelated.length > 0) return unrelated;
    return await readHistory({
      rpc,
      deployment: { chainId, fromBlock, contracts },
      vehicleId: BigInt(report.vehicle.vehicleId),
      pageBlocks,
      onProgress,
    });
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    if (error.code === "CHAIN_MISMATCH") return [{ code: "CHAIN_MISMATCH", message: error.message }];
    if (error.code === "CONTRACT_MISSING") return [{ code: "CONTRACTS_MISMATCH", message: error.message }];
    throw error;
  }
}

function resetWords(block: BlockRef): string {
  return (
    `the chain has no block ${block.number} with the hash and time that the report names: ` +
    "it was reset since, or the report invents it"
  );
}

function compareContracts(
  report: Report,
  trusted: NonNullable<VerifyReportInput["trusted"]>,
): ReportProblem | undefined {
  const { chainId, contracts } = report.chain;
  if (chainId !== trusted.chainId) {
    return {
      code: "CHAIN_MISMATCH",
      message: `the report is about chain ${chainId}, you trust chain ${trusted.chainId}`,
    };
  }
  const foreign = Object.entries(contracts).find(([name, address]) => {
    const known = trusted.contracts[name as keyof typeof trusted.contracts];
    return known !== undefined && known.toLowerCase() !== address.toLowerCase();
  });
  if (!foreign) return undefined;
  return {
    code: "CONTRACTS_MISMATCH",
    message: `the report reads ${foreign[0]} at ${foreign[1]}, which is not the deployment you trust`,
  };
}

async function compareToChain(report: Report, then: History): Promise<ReportProblem[]> {
  const digest = await recordDigest();
  return compareRecords({
    told: report.records,
    known: then.records,
    digestOf: (record) => digest(then.vehicleId, record),
  });
}

/** An altered record may be another vehicle's: its transaction knows. */
async function explain(
  problems: ReportProblem[],
  report: Report,
  rpc: RpcProvider,
): Promise<ReportProblem[]> {
  const { vehicleId } = report.vehicle;
  const explained = await Promise.all(
    problems.map(async (problem) => {
      const told = recordOf(problem, report);
      if (!told || problem.code === "RECORD_REORDERED" || problem.code === "RECORD_MISSING") return problem;
      const owner = await ownerOfLog(rpc, report.chain.contracts.VehicleRecords, told);
      if (owner === undefined || owner === vehicleId) return problem;
      return {
        code: "RECORD_FOREIGN" as const,
        index: problem.index,
        message: `what stands as record ${problem.index} is a record of another vehicle, ${owner}`,
      };
    }),
  );
  return [...new Map(explained.map((problem) => [problem.message, problem])).values()];
}

/** The report's record that a problem is about: of several with one number, the last is the one that was put in. */
function recordOf(problem: ReportProblem, report: Report): ReportRecord | undefined {
  return report.records.findLast((record) => record.index === problem.index);
}

function toGiven(document: ReportDocument | undefined): GivenDocument {
  if (!document) return { status: "missing" };
  return document.status === "present"
    ? { status: "present", presentation: document.presentation }
    : document;
}

/** Documents that do not hold. Of a record that is itself not the chain's, nothing more need be said. */
function documentProblems(truth: Report, recordProblems: readonly ReportProblem[]): ReportProblem[] {
  const wrong = new Set(recordProblems.map((problem) => problem.index));
  return truth.records.flatMap(({ index, document }): ReportProblem[] => {
    if (document.status !== "present" || document.ok || wrong.has(index)) return [];
    const reasons = document.problems.map((problem) => problem.message).join("; ");
    return [
      {
        code: "DOCUMENT_CHANGED",
        index,
        message: `the document of record ${index} does not hold: ${reasons}`,
      },
    ];
  });
}

/** The contract lets only members write. Who seems to be none was admitted in a block that the report leaves out. */
function strangers(truth: Report): ReportProblem[] {
  const { fromBlock } = truth.chain;
  return truth.records
    .filter((record) => record.wasMember === false)
    .map(({ index, author }) => ({
      code: "CHAIN_INCOMPLETE",
      index,
      message: `the admission of ${author}, who wrote record ${index}, is not in the blocks from ${fromBlock} on that the report names`,
    }));
}

function stateProblems(report: Report, truth: Report): ReportProblem[] {
  const problems: ReportProblem[] = [];
  if (report.head !== truth.head || report.count !== truth.count) {
    problems.push({
      code: "HEAD_MISMATCH",
      message: `the report states ${report.count} records with head ${report.head}, the chain has ${truth.count} with ${truth.head}`,
    });
  }
  for (const { path, left, right } of differences(report.state, truth.state)) {
    problems.push({ code: "STATE_MISMATCH", message: `state${path} is ${show(right)}, not ${show(left)}` });
  }
  const owners = { told: report.title.holderCount, known: truth.title.holderCount };
  if (owners.told !== owners.known || report.summary.owners !== truth.summary.owners) {
    problems.push({
      code: "HOLDERS_MISMATCH",
      message: `the title had ${owners.known} holders, not ${owners.told === owners.known ? report.summary.owners : owners.told}`,
    });
  }
  return problems;
}

/** Everything else that the report says. */
function contentProblems(
  report: Report,
  truth: Report,
  wrong: ReadonlySet<number | undefined>,
): ReportProblem[] {
  const problems: ReportProblem[] = [];
  const push = (where: string, left: unknown, right: unknown): void => {
    for (const { path, left: told, right: known } of differences(left, right, DIFFERENCES_AT_MOST)) {
      if (problems.length >= DIFFERENCES_AT_MOST) return;
      const field = path === "/" ? where : `${where}${path}`;
      problems.push({
        code: "CONTENT_MISMATCH",
        message: `${field} should be ${show(known)}, the report says ${show(told)}`,
      });
    }
  };
  const { holderCount: _, ...title } = report.title;
  const { holderCount: __, ...trueTitle } = truth.title;
  // Make and model are the birth document's words.
  if (!wrong.has(1)) push("vehicle", report.vehicle, truth.vehicle);
  push("title", title, trueTitle);
  push("titleEvents", report.titleEvents, truth.titleEvents);
  push("members", report.members, truth.members);
  // What follows from records is not said again where the records or their documents are wrong.
  if (wrong.size > 0) return problems;
  for (const [i, record] of report.records.entries())
    push(`records/${record.index}`, record, truth.records[i]);
  push("odometer", report.odometer, truth.odometer);
  const { owners: ___, ...summary } = report.summary;
  const { owners: ____, ...trueSummary } = truth.summary;
  push("summary", summary, trueSummary);
  return problems;
}

function notesOn(report: Report, trusted: VerifyReportInput["trusted"]): string[] {
  const notes: string[] = [];
  if (!trusted) {
    notes.push(
      `The report names its own contracts (VehicleRecords ${report.chain.contracts.VehicleRecords} on chain ${report.chain.chainId}). ` +
        "Make sure that they are the consortium's.",
    );
  }
  const { erased, withheld, missing } = report.summary.documents;
  if (erased + withheld + missing > 0) {
    notes.push(
      `${erased + withheld + missing} documents are not shown (${erased} erased, ${withheld} withheld, ${missing} not at hand). ` +
        "Their records are proven, their words are not.",
    );
  }
  return notes;
}

function show(value: unknown): string {
  const text = value === undefined ? "absent" : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
