import { PartCustody__factory } from "../chain/contracts.js";
import { readLogs } from "../history/readLogs.js";
import { toHex32 } from "../history/toHex32.js";
import type { ImportContext } from "./ImportContext.js";
import { ImportError } from "./ImportError.js";
import type { PartsConsigned } from "./partEvents.js";
import { consignmentSalt } from "./partIds.js";

/** A consignment as the custody contract takes it. */
export interface ChainConsignment {
  sender: string;
  receiver: string;
  deadline: number;
  salt: bigint;
  partIds: bigint[];
  quantities: bigint[];
}

const custody = PartCustody__factory.createInterface();

/** Looks up what a line consigned: its deadline on chain is that of the moment when it was written. */
export async function lookUpConsignment(
  event: PartsConsigned,
  context: ImportContext,
): Promise<(ChainConsignment & { id: string }) | undefined> {
  const { rpc, deployment, accounts } = context;
  const parties = [event.from, event.to].map((alias) => toHex32(BigInt(accounts.accountOf(alias).address)));
  const topics = [custody.getEvent("PartsConsigned").topicHash, null, ...parties];
  const filters = [{ address: deployment.contracts.PartCustody, topics }];
  const latest = Number(await rpc.request({ method: "eth_blockNumber" }));
  const salt = consignmentSalt(event.id, context);
  for await (const { logs } of readLogs(rpc, {
    filters,
    fromBlock: deployment.fromBlock,
    toBlock: latest,
  })) {
    for (const log of logs) {
      const { consignmentId, consignment } = custody.decodeEventLog("PartsConsigned", log.data, [
        ...log.topics,
      ]);
      if (consignment.salt !== salt) continue;
      return {
        id: consignmentId,
        sender: consignment.sender,
        receiver: consignment.receiver,
        deadline: Number(consignment.deadline),
        salt,
        partIds: [...consignment.partIds],
        quantities: [...consignment.quantities],
      };
    }
  }
  return undefined;
}

/** @throws {ImportError} `DOCUMENT_MISSING` when the line is not on chain. */
export async function findConsignment(
  event: PartsConsigned,
  context: ImportContext,
): Promise<ChainConsignment & { id: string }> {
  const found = await lookUpConsignment(event, context);
  if (found) return found;
  throw new ImportError("DOCUMENT_MISSING", `the consignment of line ${event.id} is not on chain`, {
    fix: "import the whole file into one deployment, with one journal",
  });
}
