import { Interface } from "ethers";
import { vehicleKeysAbi } from "../abi/VehicleKeys.js";
import { vehicleRecordsAbi } from "../abi/VehicleRecords.js";
import { vehicleTitleAbi } from "../abi/VehicleTitle.js";
import { ChainError } from "../chain/ChainError.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readContract } from "../chain/readContract.js";
import type { HistoryContracts } from "../history/types.js";
import type { ReportProblem } from "./types.js";

const records = new Interface(vehicleRecordsAbi);
const title = new Interface(vehicleTitleAbi);
const keys = new Interface(vehicleKeysAbi);

/** Which contract names which other, and by what view. */
const WIRES = [
  { of: "VehicleRecords", contract: records, view: "authority", to: "Consortium" },
  { of: "VehicleTitle", contract: title, view: "authority", to: "Consortium" },
  { of: "VehicleTitle", contract: title, view: "records", to: "VehicleRecords" },
  { of: "VehicleKeys", contract: keys, view: "title", to: "VehicleTitle" },
] as const;

/** Then nothing is known about the contract. */
const UNANSWERED: ReadonlySet<string> = new Set(["RPC_UNREACHABLE", "RPC_TIMEOUT", "RPC_MALFORMED"]);

/**
 * Checks that the contracts that a report names belong together: else a forger could show true records beside a consortium
 * and keys of its own.
 *
 * @param block The block to read at.
 * @returns A problem for each contract that names another one than the report does, or is another contract altogether.
 * @throws {ChainError} When the node does not answer.
 * @example
 * const problems = await compareWiring(rpc, report.chain.contracts, 1_234);
 */
export async function compareWiring(
  rpc: RpcProvider,
  contracts: HistoryContracts,
  block: number,
): Promise<ReportProblem[]> {
  const problems = await Promise.all(
    WIRES.map(async ({ of, contract, view, to }): Promise<ReportProblem[]> => {
      const mismatch = (message: string): ReportProblem[] => [{ code: "CONTRACTS_MISMATCH", message }];
      let named: unknown;
      try {
        [named] = await readContract(rpc, { address: contracts[of], contract, view, args: [], block });
      } catch (error) {
        if (error instanceof ChainError && UNANSWERED.has(error.code)) throw error;
        return mismatch(
          `what stands at ${contracts[of]} is no ${of}: it does not say which ${to} it belongs to`,
        );
      }
      if (String(named).toLowerCase() === contracts[to].toLowerCase()) return [];
      return mismatch(`the ${to} of ${of} is ${String(named)}, the report names ${contracts[to]}`);
    }),
  );
  return problems.flat();
}
