import type { RpcProvider } from "../chain/deployment.js";
import { RECORD_APPENDED_TOPIC } from "../history/recordLayout.js";
import type { ReportRecord } from "./types.js";

/**
 * Says to which vehicle the transaction that a record names gave a record with its document hash. For records that are not
 * what they should be: it tells an altered record from one that was taken out of another vehicle's life.
 *
 * @returns The vehicle's id, hex with 0x, or undefined when the transaction holds no such record.
 * @throws {ChainError} Whatever the provider throws.
 * @example
 * await ownerOfLog(rpc, recordsAddress, record); // "0x…"
 */
export async function ownerOfLog(
  rpc: RpcProvider,
  recordsAddress: string,
  record: Pick<ReportRecord, "transactionHash" | "documentHash">,
): Promise<string | undefined> {
  const receipt = await rpc.request({
    method: "eth_getTransactionReceipt",
    params: [record.transactionHash],
  });
  const logs: unknown = (receipt as { logs?: unknown } | null)?.logs;
  if (!Array.isArray(logs)) return undefined;
  for (const log of logs as Record<string, unknown>[]) {
    const { address, topics, data } = log;
    if (typeof address !== "string" || typeof data !== "string" || !Array.isArray(topics)) continue;
    const isRecord =
      address.toLowerCase() === recordsAddress.toLowerCase() && topics[0] === RECORD_APPENDED_TOPIC;
    // The document hash is the second word of the data.
    if (isRecord && `0x${data.slice(66, 130)}` === record.documentHash) return String(topics[1]);
  }
  return undefined;
}
