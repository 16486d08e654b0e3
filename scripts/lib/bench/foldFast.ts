import { verifyDocument } from "../../../sdk/src/documents/verifyDocument.js";
import { foldHistory } from "../../../sdk/src/history/foldHistory.js";
import type { BenchHistory } from "./makeHistory.js";

/** The SDK's way: folds the logs and verifies every document. @returns The head. */
export async function foldFast({ origin, logs, documents }: BenchHistory): Promise<string> {
  const { head, records } = await foldHistory(logs, origin);
  for (const [index, record] of records.entries()) {
    const { ok } = verifyDocument({
      jwtOrPresentation: documents[index] ?? "",
      expected: { ...record, vehicleId: origin.vehicleId, chainId: origin.chainId },
    });
    if (!ok) throw new Error(`the document of record ${record.index} does not hold`);
  }
  return head;
}
