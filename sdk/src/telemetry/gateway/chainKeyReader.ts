import { Interface, ZeroAddress } from "ethers";
import { vehicleKeysAbi } from "../../abi/VehicleKeys.js";
import { vehicleTitleAbi } from "../../abi/VehicleTitle.js";
import type { Deployment, RpcProvider } from "../../chain/deployment.js";
import { pinBlock } from "../../chain/pinBlock.js";
import { readContract } from "../../chain/readContract.js";
import type { KeyReader } from "./keyReader.js";

const KEYS = new Interface(vehicleKeysAbi);
const TITLE = new Interface(vehicleTitleAbi);

/**
 * Reads keys from the chain, as of the newest block. Ask it through {@link cachedKeyReader}.
 *
 * @example
 * const keys = cachedKeyReader(chainKeyReader(rpc, deployment));
 */
export function chainKeyReader(
  rpc: RpcProvider,
  deployment: Pick<Deployment, "fromBlock" | "contracts">,
): KeyReader {
  const { VehicleKeys, VehicleTitle } = deployment.contracts;
  return {
    read: async (vehicleId, keyId) => {
      const { number: block } = await pinBlock(rpc, deployment);
      const [period] = await readContract(rpc, {
        address: VehicleKeys,
        contract: KEYS,
        view: "keyPeriodOf",
        args: [vehicleId, keyId],
        block,
      });
      const [validFrom, validTo, isRevoked] = [
        Number(period.validFrom),
        Number(period.validTo),
        period.isRevoked,
      ];
      // No period begins at zero; and who has a key has a title.
      if (validFrom !== 0) return { isVehicleKnown: true, period: { validFrom, validTo, isRevoked } };
      const [state] = await readContract(rpc, {
        address: VehicleTitle,
        contract: TITLE,
        view: "stateOf",
        args: [vehicleId],
        block,
      });
      return { isVehicleKnown: state.issuer !== ZeroAddress };
    },
  };
}
