import { Interface } from "ethers";
import {
  consortiumAbi,
  partCertificatesAbi,
  partTwinsAbi,
  recallsAbi,
  telemetryAnchorsAbi,
  vehicleRecordsAbi,
  vehicleTitleAbi,
} from "../sdk/src/abi/index.js";
import type { AuthorityTarget } from "../sdk/src/consortium/authority.js";

const INTERFACES: Record<AuthorityTarget, Interface> = {
  Consortium: new Interface(consortiumAbi),
  VehicleRecords: new Interface(vehicleRecordsAbi),
  VehicleTitle: new Interface(vehicleTitleAbi),
  PartTwins: new Interface(partTwinsAbi),
  PartCertificates: new Interface(partCertificatesAbi),
  Recalls: new Interface(recallsAbi),
  TelemetryAnchors: new Interface(telemetryAnchorsAbi),
};

/**
 * The selector of a contract's function. The table of authority names functions, and a name that is misspelt, or no
 * longer there, must stop a deployment.
 *
 * @throws when the contract has no function of that name, or more than one.
 */
export function selectorOf(contract: AuthorityTarget, functionName: string): string {
  const found = INTERFACES[contract].getFunction(functionName);
  if (found === null)
    throw new Error(`${contract} has no function ${functionName}: mend the table of authority`);
  return found.selector;
}
