import { ChainError } from "./ChainError.js";
import type { Deployment, RpcProvider } from "./deployment.js";
import { fromQuantity } from "./quantity.js";

/**
 * Checks that a node serves the chain of a deployment, and that the contracts stand there.
 *
 * @param deployment Addresses; a report's own list will do, which names fewer contracts.
 * @throws {ChainError} `CHAIN_MISMATCH`, or `CONTRACT_MISSING` naming the contract and its address.
 * @example
 * await checkDeployment(rpc, deployment);
 */
export async function checkDeployment(
  rpc: RpcProvider,
  deployment: Pick<Deployment, "chainId"> & { contracts: Partial<Deployment["contracts"]> },
): Promise<void> {
  const chainId = fromQuantity(await rpc.request({ method: "eth_chainId" }), "chain id");
  if (chainId !== deployment.chainId) {
    throw new ChainError("CHAIN_MISMATCH", `the node serves chain ${chainId}, not ${deployment.chainId}`, {
      fix: `use an RPC URL of chain ${deployment.chainId}`,
    });
  }
  await Promise.all(
    Object.entries(deployment.contracts).map(async ([name, address]) => {
      const code = await rpc.request({ method: "eth_getCode", params: [address, "latest"] });
      if (typeof code !== "string" || code.length <= 2) {
        throw new ChainError("CONTRACT_MISSING", `${name} does not stand at ${address} on chain ${chainId}`, {
          fix: "the chain may have been reset since: deploy again, or use the deployment of this chain",
        });
      }
    }),
  );
}
