import { computeHmac, dataSlice, getBytes, toUtf8Bytes } from "ethers";
import { campaignIdOf, lotIdOf, partIdOf } from "../parts/partId.js";
import type { ImportContext } from "./ImportContext.js";
import type { PartReference, RecallOpened } from "./partEvents.js";

type Accounts = Pick<ImportContext, "accounts">;

/** The id on chain of a lot that is named by its maker's alias. */
export function lotIdFor(maker: string, number: number, { accounts }: Accounts): bigint {
  return lotIdOf(accounts.accountOf(maker).address, number);
}

/** The id on chain of what a line names; of units without a serial, that of their lot's stock. */
export function partIdFor({ maker, lot, serial = 0 }: PartReference, context: Accounts): bigint {
  return partIdOf(lotIdFor(maker, lot, context), serial);
}

/** The id on chain of the campaign that a line opens. */
export function campaignIdFor(event: RecallOpened, { accounts }: Accounts): bigint {
  const { maker, campaignNumber } = event;
  return campaignIdOf(accounts.accountOf(maker).address, campaignNumber, event.class === "registrar");
}

/** Tells a line's consignment apart from equal ones. Keyed, so that nobody can try out what the line is called. */
export function consignmentSalt(id: string, { registryKey }: Pick<ImportContext, "registryKey">): bigint {
  const hmac = computeHmac("sha256", registryKey, toUtf8Bytes(`consignment ${id}`));
  return getBytes(dataSlice(hmac, 0, 8)).reduce((salt, byte) => (salt << 8n) | BigInt(byte), 0n);
}
