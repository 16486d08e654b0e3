import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { BrowserProvider, Wallet } from "ethers";
import { network } from "hardhat";
import { VehicleTitle__factory } from "../../sdk/src/chain/contracts.js";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { readHistory } from "../../sdk/src/history/readHistory.js";
import { deriveAccounts } from "../../sdk/src/lifecycle/deriveAccounts.js";
import type { ImportResult } from "../../sdk/src/lifecycle/importLifecycle.js";
import { importLifecycle } from "../../sdk/src/lifecycle/importLifecycle.js";
import { MemoryJournal } from "../../sdk/src/lifecycle/ImportJournal.js";
import { openLifecycle } from "../../sdk/src/lifecycle/openLifecycle.js";
import { buildReport } from "../../sdk/src/report/buildReport.js";
import { renderHtml } from "../../sdk/src/report/renderHtml.js";
import { renderPdf } from "../../sdk/src/report/renderPdf.js";
import { renderText } from "../../sdk/src/report/renderText.js";
import type { Report } from "../../sdk/src/report/types.js";
import { verifyReport } from "../../sdk/src/report/verifyReport.js";
import { MemoryDocumentStore } from "../../sdk/src/store/MemoryDocumentStore.js";
import { deployLocal } from "./deployLocal.js";
import type {
  DemoAttempt,
  DemoInsurance,
  DemoInsuranceDetails,
  DemoPartDetails,
  DemoParts,
  DemoPaymentDetails,
  DemoPayments,
} from "./demoTypes.js";
import { runInsuranceChapters } from "./runInsuranceChapters.js";
import { importParts, runPartChapters } from "./runPartChapters.js";
import { runPaymentChapters } from "./runPaymentChapters.js";
import { TAMPERINGS } from "./tamperings.js";

export interface DemoOptions {
  /** A lifecycle file. */
  file: string;
  /** The file that the chapters about parts are about; imported first, at the times that it states. */
  parts: string;
  /** Where the reports go; a folder per format is not needed: the VIN names the files. */
  out: string;
  /** Told what happens, line by line. */
  say: (line: string) => void;
  /** Told how far the import is. */
  onProgress?: (done: number, total: number) => void;
}

/** A vehicle in the demo's last table. */
export interface DemoVehicle {
  vin: string;
  model: string;
  records: number;
  owners: number;
  odometer: string;
  documents: string;
  anomalies: number;
  status: string;
  complete: boolean;
  ok: boolean;
}

/** What the demo comes to: one object for programs. */
export interface DemoResult extends DemoParts, DemoPayments, DemoInsurance {
  vehicles: number;
  records: number;
  transfers: number;
  /** Documents that were shown and hold. */
  verified: number;
  erased: number;
  /** Whether every report holds its vehicle's whole life. */
  complete: boolean;
  /** Whether every untouched report was found right. */
  reportsAccepted: number;
  tamperings: number;
  tamperingsRefused: number;
  transactions: number;
  details: DemoPartDetails &
    DemoPaymentDetails &
    DemoInsuranceDetails & { vehicles: DemoVehicle[]; tamperings: DemoAttempt[] };
}

/** For the demo's own chain, which ends with the process. A real registry keeps its key secret. */
const DEMO_REGISTRY_KEY = new Uint8Array(32).fill(7);

/** Before the first event of any part: the chain's clock follows the file of parts, and nothing turns it back. */
const CHAIN_BEGINS = "2018-01-01T00:00:00Z";

/** The main job from end to end: real lives in, reports that prove themselves out, and cheats refused. */
export async function runDemo({ file, parts, out, say, onProgress }: DemoOptions): Promise<DemoResult> {
  const [events, partEvents] = [await openLifecycle(file), await openLifecycle(parts)];
  const connection = await network.create({ network: "hardhat", override: { initialDate: CHAIN_BEGINS } });
  const { rpc, deployment } = await deployLocal(connection);
  say(`Deployed the consortium and its contracts to an in-process chain.`);

  const store = new MemoryDocumentStore();
  const accounts = deriveAccounts({ chainId: deployment.chainId });
  const scene = { rpc, deployment, store, registryKey: DEMO_REGISTRY_KEY, accounts, say };
  const allEvents = events.summary.events + partEvents.summary.events;
  const builtCars = await importParts(partEvents, scene, (done) => onProgress?.(done, allEvents));
  say(
    `Imported ${builtCars.lots} lots of materials and parts, ${builtCars.partsFitted} of them fitted to ` +
      `${builtCars.vehicles.length} cars, in ${builtCars.transactions} transactions.`,
  );
  // A car has one title: the file of parts is not imported again.
  const isOfParts = resolve(file) === resolve(parts);
  const imported = isOfParts
    ? builtCars
    : await importLifecycle({
        ...scene,
        events,
        journal: new MemoryJournal(),
        onProgress: ({ done }) => onProgress?.(partEvents.summary.events + done, allEvents),
      });
  const imports = isOfParts ? [builtCars] : [imported, builtCars];
  say(
    `Imported ${imported.vehicles.length} vehicles with ${imported.records} records in ${imported.transactions} transactions.`,
  );
  const sold = await sellWithPlainWallet(rpc, deployment.contracts.VehicleTitle, imported);
  say(
    sold === undefined
      ? "No title is free to be transferred."
      : `A plain wallet transferred the title of ${sold}.`,
  );

  await mkdir(out, { recursive: true });
  const vehicles: DemoVehicle[] = [];
  const reports: Report[] = [];
  let accepted = 0;
  for (const { vin, vehicleId } of imports.flatMap(({ vehicles: each }) => each)) {
    const history = await readHistory({ rpc, deployment, vehicleId });
    const report = await buildReport({ rpc, history, documents: (hash) => store.get(hash), vin });
    await writeReport(out, vin, report);
    const verification = await verifyReport({ report, rpc, trusted: deployment });
    if (verification.ok) accepted += 1;
    reports.push(report);
    vehicles.push(describe(vin, report, verification.ok));
  }
  say(`Wrote and verified ${reports.length} reports (JSON, HTML, PDF, text) in ${out}.`);

  const tamperings = await tamper(reports, rpc);
  const { details, ...chapters } = await runPartChapters(builtCars, scene);
  const { details: paymentDetails, ...paid } = await runPaymentChapters(imports, scene);
  const { details: insuranceDetails, ...insured } = await runInsuranceChapters(scene);
  const sum = (pick: (report: Report) => number): number =>
    reports.reduce((count, report) => count + pick(report), 0);
  return {
    vehicles: reports.length,
    records: sum(({ count }) => count),
    transfers: sumOf(imports, "transfers") + (sold === undefined ? 0 : 1),
    verified: sum(({ summary }) => summary.documents.verified),
    erased: sum(({ summary }) => summary.documents.erased),
    complete: reports.every(({ summary }) => summary.complete),
    reportsAccepted: accepted,
    tamperings: tamperings.length,
    tamperingsRefused: tamperings.filter(({ refused }) => refused).length,
    transactions: sumOf(imports, "transactions") + (sold === undefined ? 0 : 1),
    ...chapters,
    ...paid,
    ...insured,
    details: { vehicles, tamperings, ...details, ...paymentDetails, ...insuranceDetails },
  };
}

function sumOf(imports: readonly ImportResult[], what: "transfers" | "transactions"): number {
  return imports.reduce((total, result) => total + result[what], 0);
}

/** A holder moves a title with nothing but its key and the ERC-721 function that any wallet knows. */
async function sellWithPlainWallet(
  rpc: RpcProvider,
  titleAddress: string,
  imported: ImportResult,
): Promise<string | undefined> {
  const provider = new BrowserProvider({
    request: ({ method, params }) => rpc.request({ method, params: params as unknown[] }),
  });
  const accounts = deriveAccounts({ chainId: 31337 });
  for (const { vin, vehicleId, holder } of imported.vehicles) {
    const wallet = new Wallet(accounts.accountOf(holder.alias).privateKey, provider);
    const title = VehicleTitle__factory.connect(titleAddress, wallet);
    const buyer = Wallet.createRandom().address;
    if (!(await title.canTransfer(wallet, buyer, vehicleId))) continue;
    const faucet = await provider.getSigner(0);
    await (await faucet.sendTransaction({ to: wallet.address, value: 10n ** 16n })).wait();
    await (await title["safeTransferFrom(address,address,uint256)"](wallet, buyer, vehicleId)).wait();
    return vin;
  }
  return undefined;
}

async function writeReport(out: string, vin: string, report: Report): Promise<void> {
  await writeFile(join(out, `${vin}.json`), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(out, `${vin}.html`), renderHtml(report));
  await writeFile(join(out, `${vin}.txt`), renderText(report));
  await writeFile(join(out, `${vin}.pdf`), await renderPdf(report));
}

function describe(vin: string, report: Report, ok: boolean): DemoVehicle {
  const { summary, state, title, vehicle } = report;
  const { verified, erased, total } = summary.documents;
  return {
    vin,
    model: [vehicle.make, vehicle.model].filter(Boolean).join(" "),
    records: report.count,
    owners: summary.owners,
    odometer: state.odometer === undefined ? "-" : `${state.odometer.value} ${state.odometer.unit}`,
    documents: `${verified}/${total}${erased > 0 ? `, ${erased} erased` : ""}`,
    anomalies: summary.anomalies.found,
    status: title.locks.length > 0 ? `${title.status} (${title.locks.join(", ")})` : title.status,
    complete: summary.complete,
    ok,
  };
}

async function tamper(reports: readonly Report[], rpc: RpcProvider): Promise<DemoAttempt[]> {
  const [report, other] = [...reports].sort((a, b) => b.count - a.count);
  if (report === undefined || other === undefined) return [];
  const results: DemoAttempt[] = [];
  for (const { name, apply } of TAMPERINGS) {
    const forged = apply(structuredClone(report), structuredClone(other));
    if (forged === undefined) continue;
    const { ok, problems } = await verifyReport({ report: forged, rpc });
    const [first] = problems;
    results.push({
      name,
      refused: !ok,
      reason: first === undefined ? "accepted" : `${first.code}: ${first.message}`,
    });
  }
  return results;
}
