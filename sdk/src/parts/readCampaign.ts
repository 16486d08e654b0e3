import { Interface } from "ethers";
import { recallsAbi } from "../abi/Recalls.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readContract } from "../chain/readContract.js";
import { PartError } from "./PartError.js";
import { campaignNumberBytes, parseCampaignId } from "./partId.js";
import type { PartDeployment } from "./readPartEvents.js";
import {
  ADVISORIES,
  REMEDIES,
  REMEDY_STATUSES,
  type Advisory,
  type RecallScope,
  type Remedy,
  type RemedyStatus,
} from "./types.js";

const recalls = new Interface(recallsAbi);

/** A recall campaign as the contract keeps it. */
export interface Campaign {
  campaignId: bigint;
  maker: string;
  /** NHTSA campaign number. */
  number: string;
  status: RemedyStatus;
  advisory: Advisory;
  /** Whether an authority opened it, and not the maker. */
  byAuthority: boolean;
  scopes: RecallScope[];
  /** SHA-256 ids of software releases. */
  releases: string[];
  /** How many vehicles were found affected, and how many of them are remedied. */
  enrolled: number;
  remedied: number;
}

/** Where a vehicle stands in a campaign. Times are Unix seconds, 0 for what has not happened. */
export interface VehicleRecall {
  isAffected: boolean;
  remedy: Remedy;
  /** Whether this campaign holds the vehicle's safety stop. */
  isStopped: boolean;
  enrolledAt: number;
  notifiedAt: number;
  remediedAt: number;
}

/**
 * Reads a campaign as it stood in a block.
 *
 * @throws {PartError} `CAMPAIGN_UNKNOWN`, or `PART_ID` for what is no campaign id.
 * @example
 * await readCampaign(rpc, deployment, campaignIdOf(maker, "26V000001"), 1_234);
 */
export async function readCampaign(
  rpc: RpcProvider,
  deployment: PartDeployment,
  campaignId: bigint,
  block: number,
): Promise<Campaign> {
  const { maker, number } = nameCampaign(campaignId);
  const call = { address: deployment.contracts.Recalls, contract: recalls, args: [campaignId], block };
  const [campaign] = await readContract(rpc, { ...call, view: "campaignOf" });
  if (!campaign.exists) {
    throw new PartError("CAMPAIGN_UNKNOWN", `${maker} has no campaign ${number}`, {
      where: `block ${block}`,
      fix: "check maker, number and deployment",
    });
  }
  const [lots, releases] = await readContract(rpc, { ...call, view: "scopesOf" });
  return {
    campaignId,
    maker,
    number,
    status: REMEDY_STATUSES[Number(campaign.status)] ?? "notAvailable",
    advisory: ADVISORIES[Number(campaign.advisory)] ?? "none",
    byAuthority: campaign.byAuthority,
    scopes: [...lots].map(({ lotNumber, fromSerial, toSerial }) => ({
      lotNumber,
      fromSerial: Number(fromSerial),
      toSerial: Number(toSerial),
    })),
    releases: [...releases],
    enrolled: Number(campaign.enrolled),
    remedied: Number(campaign.remedied),
  };
}

/** Reads where a vehicle stands in a campaign. */
export async function readVehicleRecall(
  rpc: RpcProvider,
  deployment: PartDeployment,
  campaignId: bigint,
  vehicleId: bigint,
  block: number,
): Promise<VehicleRecall> {
  const call = { address: deployment.contracts.Recalls, contract: recalls, block };
  const [[isAffected], [vehicle]] = await Promise.all([
    readContract(rpc, { ...call, view: "isAffected", args: [vehicleId, campaignId] }),
    readContract(rpc, { ...call, view: "vehicleRecallOf", args: [campaignId, vehicleId] }),
  ]);
  return {
    isAffected: Boolean(isAffected),
    remedy: REMEDIES[Number(vehicle.remedy)] ?? "none",
    isStopped: vehicle.isStopped,
    enrolledAt: Number(vehicle.enrolledAt),
    notifiedAt: Number(vehicle.notifiedAt),
    remediedAt: Number(vehicle.remediedAt),
  };
}

/** An id that no contract made may hold anything in the place of a number. */
function nameCampaign(campaignId: bigint): { maker: string; number: string } {
  try {
    const named = parseCampaignId(campaignId);
    campaignNumberBytes(named.number);
    return named;
  } catch (cause) {
    throw new PartError("PART_ID", `${campaignId} is no campaign id`, {
      fix: "make it with campaignIdOf",
      cause,
    });
  }
}
