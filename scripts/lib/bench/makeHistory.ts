import { id, Interface, Wallet } from "ethers";
import { vehicleRecordsAbi } from "../../../sdk/src/abi/VehicleRecords.js";
import { ROLES } from "../../../sdk/src/consortium/roles.js";
import { EXAMPLE_CONTENTS } from "../../../sdk/src/documents/exampleContents.js";
import { issueDocument } from "../../../sdk/src/documents/issueDocument.js";
import type { FoldLog, FoldOrigin } from "../../../sdk/src/history/foldHistory.js";

/** A life of services as a node would give it, with the document of each record and the head they fold to. */
export interface BenchHistory {
  origin: FoldOrigin;
  logs: FoldLog[];
  /** Issuer-signed documents, in the order of the logs. */
  documents: string[];
}

const BORN = 1_500_000_000;
const DAY = 86_400;

/** Makes a history without a chain: the logs are encoded by ethers from the published ABI. */
export async function makeHistory(count: number): Promise<BenchHistory> {
  const vehicleId = BigInt(id("vehicle of the bench"));
  const signer = new Wallet(id("workshop of the bench"));
  const contract = new Interface(vehicleRecordsAbi);
  const origin = { chainId: 31337, recordsAddress: Wallet.createRandom().address, vehicleId };
  const logs: FoldLog[] = [];
  const documents: string[] = [];
  for (let index = 1; index <= count; index += 1) {
    const observedAt = BORN + index * DAY;
    const odometer = { value: index * 40, unit: "km" as const };
    const { jwt, documentHash } = await issueDocument({
      kind: 4,
      vehicleId,
      observedAt,
      odometer,
      content: EXAMPLE_CONTENTS.service,
      chainId: origin.chainId,
      signer: { address: signer.address, privateKey: signer.privateKey },
    });
    const record = {
      index,
      documentHash,
      code: 0,
      odometer: odometer.value,
      odometerUnit: 1,
      observedAt,
      recordedAt: observedAt + DAY,
      role: ROLES.workshop,
      corrects: 0,
    };
    logs.push(contract.encodeEventLog("RecordAppended", [vehicleId, signer.address, 4, record]));
    documents.push(jwt);
  }
  return { origin, logs, documents };
}
