import { Interface, type InterfaceAbi, type Result } from "ethers";
import { ChainError } from "./ChainError.js";
import type { RpcProvider } from "./deployment.js";
import { toQuantity } from "./quantity.js";

/**
 * Calls a view of a contract as of a block.
 *
 * @param call.contract An ABI as published in `../abi`, or an ethers Interface made of it.
 * @param call.block The block's number: all that belongs together is read at the same one.
 * @returns The decoded values.
 * @throws {ChainError} `CONTRACT_MISSING` when nothing answers at the address, or whatever the provider throws.
 * @example
 * const [head] = await readContract(rpc, {
 *   address: deployment.contracts.VehicleRecords,
 *   contract: vehicleRecordsAbi,
 *   view: "headOf",
 *   args: [vehicleId],
 *   block: 1_234,
 * });
 */
export async function readContract(
  rpc: RpcProvider,
  call: {
    address: string;
    contract: Interface | InterfaceAbi;
    view: string;
    args: readonly unknown[];
    block: number;
  },
): Promise<Result> {
  const { address, contract, view, args, block } = call;
  const abi = contract instanceof Interface ? contract : new Interface(contract);
  const data = abi.encodeFunctionData(view, args);
  const answer = await rpc.request({
    method: "eth_call",
    params: [{ to: address, data }, toQuantity(block)],
  });
  if (typeof answer !== "string" || answer.length <= 2) {
    throw new ChainError("CONTRACT_MISSING", `nothing answers ${view} at ${address} in block ${block}`, {
      fix: "check the address, the chain, and that the contract was deployed before this block",
    });
  }
  try {
    return abi.decodeFunctionResult(view, answer);
  } catch (cause) {
    throw new ChainError("CONTRACT_MISSING", `what stands at ${address} is not the contract expected`, {
      where: `answer to ${view}`,
      fix: "check the addresses of the deployment",
      cause,
    });
  }
}
