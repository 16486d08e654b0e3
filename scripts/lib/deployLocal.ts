import { ZeroHash } from "ethers";
import type { NetworkConnection } from "hardhat/types/network";
import { addressesOf } from "../../ignition/deployedContracts.js";
import BlokAuto from "../../ignition/modules/BlokAuto.js";
import type { Deployment, RpcProvider } from "../../sdk/src/chain/deployment.js";

export interface LocalSystem {
  rpc: RpcProvider;
  deployment: Deployment;
}

/**
 * Deploys the whole system to a chain that ends with the process, through the same Ignition modules as anywhere else. Council,
 * guardian and admissions office are the chain's accounts 1, 2 and 3.
 *
 * @param deploymentId Names Ignition's journal, which only a node outside this process needs.
 * @param isRepeatable Contracts get addresses that do not depend on the order in which they are deployed.
 */
export async function deployLocal(
  connection: NetworkConnection,
  { deploymentId, isRepeatable = false }: { deploymentId?: string; isRepeatable?: boolean } = {},
): Promise<LocalSystem> {
  const [, council, guardian, admissions] = await connection.ethers.getSigners();
  const offices = { council: council!.address, guardian: guardian!.address, admissions: admissions!.address };
  const deployed = await connection.ignition.deploy(BlokAuto, {
    parameters: { BlokAuto: offices },
    ...(deploymentId === undefined ? {} : { deploymentId }),
    ...(isRepeatable ? { strategy: "create2" as const, strategyConfig: { salt: ZeroHash } } : {}),
  });
  return {
    rpc: {
      request: ({ method, params }) => connection.provider.request({ method, params: [...(params ?? [])] }),
    },
    deployment: {
      network: connection.networkName,
      chainId: 31337,
      fromBlock: 0,
      contracts: await addressesOf(deployed),
    },
  };
}
