import type { HistoryRecord } from "../history/types.js";
import type { ChainPlace, Membership } from "./types.js";

/**
 * The membership under which a record was written: granted before it, active at its time, and not yet ended.
 *
 * @returns Undefined when the author was no member of its class then.
 * @example
 * membershipOf(record, members)?.organisation;
 */
export function membershipOf(
  record: Pick<HistoryRecord, "author" | "role" | "recordedAt" | "blockNumber" | "logIndex">,
  members: readonly Membership[],
): Membership | undefined {
  return members.find(
    (member) =>
      member.account === record.author &&
      member.role === record.role &&
      member.since <= record.recordedAt &&
      isBefore(member.grantedIn, record) &&
      (!member.ended || isBefore(record, member.ended)),
  );
}

function isBefore(a: ChainPlace, b: ChainPlace): boolean {
  return a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.logIndex < b.logIndex);
}
