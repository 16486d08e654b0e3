import { Interface, ZeroAddress } from "ethers";
import { vehicleKeysAbi } from "../abi/VehicleKeys.js";
import { vehicleTitleAbi } from "../abi/VehicleTitle.js";
import { LOCKS } from "../consortium/authority.js";
import type { ChainLog, TitleEventBody, TitleStatusName } from "./types.js";

const title = new Interface(vehicleTitleAbi);
const keys = new Interface(vehicleKeysAbi);

const STATUSES = ["none", "active", "exported", "destroyed"] as const satisfies readonly TitleStatusName[];
const LOCK_NAMES = new Map<number, string>(Object.entries(LOCKS).map(([name, { bit }]) => [bit, name]));

/** Events with the vehicle as first indexed argument. */
export const TITLE_TOPICS = topicsOf(title, [
  "VehicleRegistered",
  "TitleLockSet",
  "TitleLockCleared",
  "TitleStatusChanged",
  "ForcedTransferRequested",
  "ForcedTransferCancelled",
]);
export const KEY_TOPICS = topicsOf(keys, ["VehicleKeyBound", "VehicleKeyEnded"]);

/** Events with the vehicle as third indexed argument, as ERC-721 and ERC-7943 have it. */
export const TRANSFER_TOPICS = topicsOf(title, ["Transfer", "ForcedTransfer"]);

const FORCED_TRANSFER_TOPIC = TRANSFER_TOPICS[1];

/** The name of a title status number. */
export function titleStatusName(status: number | bigint): TitleStatusName {
  return STATUSES[Number(status)] ?? "none";
}

/** The name of a lock bit. */
export function lockName(lock: number): string {
  return LOCK_NAMES.get(lock) ?? `lock ${lock}`;
}

/** Whether a log says that the transfer just before it was forced. */
export function isForcedTransfer(log: Pick<ChainLog, "topics">): boolean {
  return log.topics[0] === FORCED_TRANSFER_TOPIC;
}

/**
 * Reads an event of a title or of a vehicle's keys.
 *
 * @returns The event, or undefined for one that says nothing of its own: a mint, which the registration tells, or a forced
 * transfer, whose plain transfer stands before it.
 * @example
 * decodeTitleEvent(log)?.type; // "transferred"
 */
export function decodeTitleEvent(log: Pick<ChainLog, "topics" | "data">): TitleEventBody | undefined {
  const topics = [...log.topics];
  const abi = KEY_TOPICS.includes(topics[0] ?? "") ? keys : title;
  const event = abi.parseLog({ topics, data: log.data });
  if (!event) return undefined;
  const { args } = event;
  switch (event.name) {
    case "VehicleRegistered":
      return { type: "registered", holder: args.holder, issuer: args.issuer, role: Number(args.role) };
    case "Transfer":
      if (args.from === ZeroAddress) return undefined;
      return { type: "transferred", from: args.from, to: args.to, forced: false };
    case "TitleLockSet":
    case "TitleLockCleared":
      return {
        type: event.name === "TitleLockSet" ? "lockSet" : "lockCleared",
        lock: Number(args.lock),
        lockName: lockName(Number(args.lock)),
        controller: args.controller,
      };
    case "TitleStatusChanged":
      return { type: "statusChanged", status: titleStatusName(args.status) };
    case "ForcedTransferRequested":
      return {
        type: "forcedTransferRequested",
        from: args.from,
        to: args.to,
        evidenceHash: args.evidenceHash,
        executableAt: Number(args.executableAt),
      };
    case "ForcedTransferCancelled":
      return { type: "forcedTransferCancelled", canceller: args.canceller };
    case "VehicleKeyBound":
      return {
        type: "keyBound",
        keyId: args.keyId,
        keyAddress: `0x${String(args.keyId).slice(26)}`,
        signer: args.signer,
        binder: args.binder,
        validFrom: Number(args.validFrom),
        validTo: Number(args.validTo),
      };
    case "VehicleKeyEnded":
      return {
        type: "keyEnded",
        keyId: args.keyId,
        ender: args.ender,
        validTo: Number(args.validTo),
        isRevoked: args.isRevoked,
      };
    default:
      return undefined;
  }
}

function topicsOf(abi: Interface, names: readonly string[]): string[] {
  return names.map((name) => {
    const event = abi.getEvent(name);
    if (!event) throw new Error(`the published ABI has no event ${name}`);
    return event.topicHash;
  });
}
