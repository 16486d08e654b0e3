import { getAddress, isAddress } from "ethers";
import { ChainError } from "./ChainError.js";
import type { Deployment } from "./deployment.js";

const CONTRACTS = [
  "Consortium",
  "VehicleRecords",
  "VehicleTitle",
  "VehicleKeys",
  "TitleMetadata",
  "ERC7913P256Verifier",
  "WorkOrders",
  "PartTwins",
  "PartMetadata",
  "PartCustody",
  "PartCertificates",
  "Recalls",
  "QualityNotifications",
  "PaymentChannels",
  "TelemetryAnchors",
] as const satisfies readonly (keyof Deployment["contracts"])[];

/**
 * Turns unknown input into a deployment.
 *
 * @param input What was read, from JSON for instance.
 * @param where Named in the error: the file, for instance.
 * @returns A deployment with checksummed addresses and nothing else in it.
 * @throws {ChainError} `DEPLOYMENT_FILE` naming the first field that is missing or wrong.
 * @example
 * const deployment = parseDeployment(JSON.parse(text), "deployments/sepolia.json");
 */
export function parseDeployment(input: unknown, where?: string): Deployment {
  const fail = (problem: string): never => {
    throw new ChainError("DEPLOYMENT_FILE", problem, {
      where,
      fix: "use the file that the deploy script wrote",
    });
  };
  const isRecord = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);

  if (!isRecord(input)) return fail("a deployment is a JSON object");
  const { network, chainId, fromBlock, contracts } = input;
  if (typeof network !== "string" || network === "") return fail("network must be the name of a network");
  if (!isWhole(chainId) || chainId === 0) return fail("chainId must be a positive whole number");
  if (!isWhole(fromBlock)) return fail("fromBlock must be a block number");
  if (!isRecord(contracts)) return fail("contracts must be an object of addresses");

  const addresses = CONTRACTS.map((name) => {
    const address = contracts[name];
    if (typeof address !== "string" || !isAddress(address))
      return fail(`contracts.${name} must be an address`);
    return [name, getAddress(address)];
  });
  return { network, chainId, fromBlock, contracts: Object.fromEntries(addresses) as Deployment["contracts"] };
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
