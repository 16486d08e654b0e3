import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { httpRpc } from "../../sdk/src/chain/httpRpc.js";

/**
 * A node to read from: the one at a URL, or that of a network of hardhat.config.ts.
 *
 * @throws {ChainError} `RPC_UNREACHABLE` when the URL is not one.
 */
export async function connectRpc(options: { rpc?: string; network: string }): Promise<RpcProvider> {
  if (options.rpc !== undefined) return httpRpc(options.rpc);
  // Loaded only when it is needed: it takes longer than reading a car.
  const { network } = await import("hardhat");
  const { provider } = await network.create(options.network);
  return { request: ({ method, params }) => provider.request({ method, params: [...(params ?? [])] }) };
}
