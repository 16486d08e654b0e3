import { VehicleKeys__factory, VehicleRecords__factory, VehicleTitle__factory } from "../chain/contracts.js";
import { readBlock } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import { LOCKS } from "../consortium/authority.js";
import { MEMBER_CLASSES } from "../consortium/roles.js";
import { readLogs } from "../history/readLogs.js";
import { toHex32 } from "../history/toHex32.js";
import { isRecordEvent } from "./eventKind.js";
import { isPartWritten } from "./isPartWritten.js";
import { memberSince } from "./admissions.js";
import type { Batch } from "./planBatches.js";
import { keyOf, vehicleIdOf, type ImportContext } from "./ImportContext.js";

const title = VehicleTitle__factory.createInterface();
const keys = VehicleKeys__factory.createInterface();
const records = VehicleRecords__factory.createInterface();

/**
 * Looks on chain whether a batch has been written, whatever became of the transactions that are known. A batch is written
 * as a whole or not at all, so that its first event tells.
 */
export async function isWritten(batch: Batch, context: ImportContext): Promise<boolean> {
  const { rpc, deployment, accounts, progress } = context;
  const [first] = batch.items;
  if (!first) return true;
  const { event } = first;
  const block = (await readBlock(rpc, "latest"))?.number ?? 0;
  const titleView = (view: string, args: readonly unknown[]) =>
    readContract(rpc, { address: deployment.contracts.VehicleTitle, contract: title, view, args, block });

  switch (event.type) {
    case "member.admitted":
      return (await memberSince(context, event.member, event.class)) !== 0;
    case "member.expelled": {
      const since = await Promise.all(MEMBER_CLASSES.map((name) => memberSince(context, event.member, name)));
      return since.every((time) => time === 0);
    }
    case "record.erased":
      return false;
    case "title.transferred": {
      const [holder] = await titleView("ownerOf", [vehicleIdOf(event.vin, context)]);
      return holder === accounts.accountOf(event.to).address;
    }
    case "title.locked":
    case "title.unlocked": {
      const [state] = await titleView("stateOf", [vehicleIdOf(event.vin, context)]);
      const isSet = ((Number(state.locks) >> LOCKS[event.lock].bit) & 1) === 1;
      return isSet === (event.type === "title.locked");
    }
    case "key.bound": {
      const args = [vehicleIdOf(event.vin, context), keyOf(event, context).keyId];
      const address = deployment.contracts.VehicleKeys;
      const [period] = await readContract(rpc, { address, contract: keys, view: "keyPeriodOf", args, block });
      return Number(period.validFrom) !== 0;
    }
    default: {
      if (!isRecordEvent(event)) return isPartWritten(first, context);
      const documentHash = progress.documentOf(event.id);
      if (documentHash === undefined) return false;
      const topics = [records.getEvent("RecordAppended").topicHash, toHex32(vehicleIdOf(event.vin, context))];
      const filters = [{ address: deployment.contracts.VehicleRecords, topics }];
      for await (const { logs } of readLogs(rpc, {
        filters,
        fromBlock: deployment.fromBlock,
        toBlock: block,
      })) {
        // The document's hash is the second word of the event's data.
        if (logs.some((log) => log.data.slice(66, 130) === documentHash.slice(2))) return true;
      }
      return false;
    }
  }
}
