import { applyRecord, EMPTY_RECORD_STATE } from "./applyRecord.js";
import type { BlockRef } from "../chain/readBlock.js";
import { HistoryError } from "./HistoryError.js";
import { replayTitle } from "./replayTitle.js";
import { toHex32 } from "./toHex32.js";
import type { History } from "./types.js";

/**
 * A vehicle's history as it stood in an earlier block, from a later and complete one: what came after is taken away. No node
 * has to keep old states for it, because the later head proves the earlier records.
 *
 * @param history Complete, see `completeness`.
 * @param block Not after the history's own.
 * @throws {HistoryError} `HISTORY_INCOMPLETE` when the records do not fold to the head.
 * @example
 * const then = historyAt(await readHistory(input), report.chain.atBlock);
 */
export function historyAt(history: History, block: BlockRef): History {
  if (history.foldedHead !== history.head) {
    throw new HistoryError("HISTORY_INCOMPLETE", "the records do not fold to the vehicle's head", {
      fix: "read the history from another node",
    });
  }
  const records = history.records.filter((record) => record.blockNumber <= block.number);
  const titleEvents = history.titleEvents.filter((event) => event.blockNumber <= block.number);
  const next = history.records[records.length];
  const head = records.length === 0 ? toHex32(0n) : (next?.headBefore ?? history.head);
  const state = records.reduce((before, record) => applyRecord(before, record).state, EMPTY_RECORD_STATE);
  const title = replayTitle(titleEvents);
  return {
    ...history,
    atBlock: block,
    head,
    foldedHead: head,
    count: records.length,
    records,
    state,
    replayedState: state,
    titleEvents,
    title,
    replayedTitle: title,
  };
}
