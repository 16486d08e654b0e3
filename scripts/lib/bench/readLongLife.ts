import { id, Wallet } from "ethers";
import { ROLES } from "../../../sdk/src/consortium/roles.js";
import { EXAMPLE_CONTENTS } from "../../../sdk/src/documents/exampleContents.js";
import { issueDocument } from "../../../sdk/src/documents/issueDocument.js";
import { readHistory } from "../../../sdk/src/history/readHistory.js";
import { buildReport } from "../../../sdk/src/report/buildReport.js";
import { MemoryDocumentStore } from "../../../sdk/src/store/MemoryDocumentStore.js";
import { createChain } from "../../../test/helpers/fixture.js";

export interface LongLife {
  complete: boolean;
  verified: number;
  seconds: number;
  /** The most memory that the process held while reading and verifying. */
  peakMiB: number;
}

const BATCH = 500;
const BORN = 1_500_000_000;
const HOUR = 3_600;

/** Writes a life of `count` records to an in-process chain, then reads, folds and verifies it in one go. */
export async function readLongLife(count: number): Promise<LongLife> {
  const chain = await createChain();
  const { title, records, consortium, actors, rpc, deployment } = await chain.memberFixture();
  const workshop = new Wallet(id("workshop of the long life"), chain.ethers.provider);
  await chain.networkHelpers.setBalance(workshop.address, 10n ** 20n);
  await consortium.connect(actors.admissions).admitMember(workshop, ROLES.workshop, id("organisation"));
  await chain.networkHelpers.time.increase(90_000);

  const vehicleId = BigInt(id("vehicle of the long life"));
  const store = new MemoryDocumentStore();
  const issue = async (name: "manufactured" | "service", index: number, signer: Wallet) => {
    const kind = name === "service" ? 4 : 1;
    const odometer = { value: index * 10, unit: "km" as const };
    const observedAt = BORN + index * HOUR;
    const { compact, documentHash } = await issueDocument({
      kind,
      vehicleId,
      observedAt,
      odometer,
      content: EXAMPLE_CONTENTS[name],
      chainId: deployment.chainId,
      signer: { address: signer.address, privateKey: signer.privateKey },
    });
    await store.put(documentHash, compact);
    return {
      vehicleId,
      documentHash,
      kind,
      code: 0,
      odometer: odometer.value,
      odometerUnit: 1,
      observedAt,
    };
  };
  const maker = new Wallet(id("manufacturer of the long life"), chain.ethers.provider);
  await chain.networkHelpers.setBalance(maker.address, 10n ** 20n);
  await consortium.connect(actors.admissions).admitMember(maker, ROLES.manufacturer, id("organisation"));
  await chain.networkHelpers.time.increase(90_000);
  await title
    .connect(maker)
    .registerVehicle(actors.holder, await issue("manufactured", 0, maker), ROLES.manufacturer);
  for (let first = 1; first < count; first += BATCH) {
    const batch = [];
    for (let index = first; index < Math.min(first + BATCH, count); index += 1) {
      batch.push(await issue("service", index, workshop));
    }
    await records.connect(workshop).appendRecords(batch, ROLES.workshop);
  }

  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const started = performance.now();
  const history = await readHistory({ rpc, deployment, vehicleId });
  const report = await buildReport({ rpc, history, documents: (hash) => store.get(hash) });
  const seconds = (performance.now() - started) / 1_000;
  clearInterval(watch);
  peak = Math.max(peak, process.memoryUsage().rss);
  const { complete, documents } = report.summary;
  return { complete, verified: documents.verified, seconds, peakMiB: peak / 2 ** 20 };
}
