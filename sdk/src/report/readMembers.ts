import { Interface } from "ethers";
import { consortiumAbi } from "../abi/Consortium.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import { roleName } from "../consortium/roles.js";
import { readLogs, type LogFilter } from "../history/readLogs.js";
import { toHex32 } from "../history/toHex32.js";
import type { ChainLog } from "../history/types.js";
import type { ChainPlace, Membership } from "./types.js";

export interface ReadMembersInput {
  rpc: RpcProvider;
  /** The consortium's address. */
  consortium: string;
  fromBlock: number;
  toBlock: number;
  accounts: readonly string[];
  pageBlocks?: number;
}

const abi = new Interface(consortiumAbi);
const topicOf = (name: string): string => abi.getEvent(name)?.topicHash ?? "";
const ROLE_TOPICS = [topicOf("RoleGranted"), topicOf("RoleRevoked")];
const ADMITTED_TOPIC = topicOf("MemberAdmitted");

/** Nodes limit how many values one topic may be matched against. */
const ACCOUNTS_AT_ONCE = 100;

/**
 * Reads which classes some accounts were members of, and when, from the events of the consortium.
 *
 * @returns Memberships in the order in which they were granted.
 * @throws {ChainError} As `readLogs`.
 * @example
 * const members = await readMembers({ rpc, consortium, fromBlock: 0, toBlock: 1_000, accounts: [author] });
 */
export async function readMembers(input: ReadMembersInput): Promise<Membership[]> {
  const { rpc, consortium: address, fromBlock, toBlock, pageBlocks } = input;
  const accounts = [...new Set(input.accounts.map((account) => toHex32(BigInt(account))))].sort();
  const members: Membership[] = [];
  for (let i = 0; i < accounts.length; i += ACCOUNTS_AT_ONCE) {
    const some = accounts.slice(i, i + ACCOUNTS_AT_ONCE);
    const filters: LogFilter[] = [
      { address, topics: [ROLE_TOPICS, null, some] },
      { address, topics: [ADMITTED_TOPIC, some] },
    ];
    for await (const page of readLogs(rpc, { filters, fromBlock, toBlock, pageBlocks })) {
      for (const log of page.logs) take(members, log);
    }
  }
  await dateEnds(rpc, members);
  return members.sort(
    (a, b) =>
      a.grantedIn.blockNumber - b.grantedIn.blockNumber || a.grantedIn.logIndex - b.grantedIn.logIndex,
  );
}

function take(members: Membership[], log: ChainLog): void {
  const event = abi.parseLog({ topics: [...log.topics], data: log.data });
  if (!event) return;
  const { args, name } = event;
  const place: ChainPlace = { blockNumber: log.blockNumber, logIndex: log.logIndex };
  const account = String(args.account);
  const role = Number(name === "MemberAdmitted" ? args.role : args.roleId);
  const current = members.findLast(
    (member) => member.account === account && member.role === role && !member.ended,
  );

  switch (name) {
    case "RoleGranted":
      // A grant to somebody who has the role already only changes its delay.
      if (!args.newMember) return;
      members.push({ account, role, roleName: roleName(role), since: Number(args.since), grantedIn: place });
      return;
    case "MemberAdmitted":
      if (current) current.organisation = String(args.organisation);
      return;
    case "RoleRevoked":
      if (current) current.ended = { ...place, at: 0 };
      return;
  }
}

async function dateEnds(rpc: RpcProvider, members: readonly Membership[]): Promise<void> {
  const times = new Map<number, number>();
  for (const { ended } of members) {
    if (!ended) continue;
    const known = times.get(ended.blockNumber) ?? (await readBlock(rpc, ended.blockNumber))?.timestamp ?? 0;
    times.set(ended.blockNumber, known);
    ended.at = known;
  }
}
