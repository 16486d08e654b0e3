import type { Deployment, RpcProvider } from "../chain/deployment.js";
import type { DocumentStore } from "../store/DocumentStore.js";
import { vehicleTag } from "../vin/vehicleTag.js";
import type { ImportAccounts } from "./deriveAccounts.js";
import { eventTime } from "./eventTime.js";
import type { KeyBound, LifecycleEvent } from "./events.js";
import type { ImportProgress } from "./ImportProgress.js";
import { vehicleKey, type VehicleKey } from "./vehicleKey.js";

/** What the steps of an import share. */
export interface ImportContext {
  rpc: RpcProvider;
  deployment: Deployment;
  store: DocumentStore;
  registryKey: Uint8Array;
  accounts: ImportAccounts;
  progress: ImportProgress;
}

/** The vehicle id of a VIN. */
export function vehicleIdOf(vin: string, { registryKey }: Pick<ImportContext, "registryKey">): bigint {
  return vehicleTag(vin, registryKey);
}

/** The key that a line binds. */
export function keyOf(
  event: KeyBound,
  { accounts, deployment }: Pick<ImportContext, "accounts" | "deployment">,
): VehicleKey {
  const secret = accounts.vehicleSecretOf(event.vin, event.curve, event.id);
  return vehicleKey(event.curve, secret, deployment.contracts.ERC7913P256Verifier);
}

/** When an event of a file that was found right happened, Unix seconds. */
export function timeOf(event: LifecycleEvent): number {
  const time = eventTime(event.at);
  if (time === undefined) throw new TypeError(`${event.id} has no time`);
  return time;
}
