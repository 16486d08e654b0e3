import { BrowserProvider, type JsonRpcSigner } from "ethers";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";

/**
 * Accounts of a chain in this process under names.
 *
 * @param rpc The chain.
 * @param accounts Number of the account by name.
 */
export async function namedSigners<Name extends string>(
  rpc: RpcProvider,
  accounts: Readonly<Record<Name, number>>,
): Promise<{ provider: BrowserProvider; signers: Record<Name, JsonRpcSigner> }> {
  const provider = new BrowserProvider(
    { request: ({ method, params }) => rpc.request({ method, params: params as unknown[] }) },
    undefined,
    // Accounts send one transaction right after the other: a remembered nonce would be an old one.
    { cacheTimeout: -1 },
  );
  const entries = Object.entries<number>(accounts).map(
    async ([name, index]) => [name, await provider.getSigner(index)] as const,
  );
  return { provider, signers: Object.fromEntries(await Promise.all(entries)) as Record<Name, JsonRpcSigner> };
}
