import type { Deployment } from "../sdk/src/chain/deployment.js";

/** Under which name of the module `BlokAuto` each contract of a deployment is returned. */
export const DEPLOYED_CONTRACTS = {
  Consortium: "consortium",
  VehicleRecords: "records",
  VehicleTitle: "title",
  VehicleKeys: "keys",
  TitleMetadata: "metadata",
  ERC7913P256Verifier: "p256Verifier",
  WorkOrders: "workOrders",
  PartTwins: "parts",
  PartMetadata: "partMetadata",
  PartCustody: "custody",
  PartCertificates: "certificates",
  Recalls: "recalls",
  QualityNotifications: "notifications",
  PaymentChannels: "channels",
  TelemetryAnchors: "anchors",
} as const satisfies Record<keyof Deployment["contracts"], string>;

type Deployed = Record<
  (typeof DEPLOYED_CONTRACTS)[keyof Deployment["contracts"]],
  { getAddress(): Promise<string> }
>;

/** The addresses of what Ignition deployed, by contract. */
export async function addressesOf(deployed: Deployed): Promise<Deployment["contracts"]> {
  const rows = await Promise.all(
    Object.entries(DEPLOYED_CONTRACTS).map(async ([name, key]) => [name, await deployed[key].getAddress()]),
  );
  return Object.fromEntries(rows) as Deployment["contracts"];
}
