import { Interface, zeroPadValue } from "ethers";
import { paymentChannelsAbi } from "../abi/PaymentChannels.js";
import { ChainError } from "../chain/ChainError.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readLogs } from "../history/readLogs.js";
import { channelIdOf } from "./channelIdOf.js";
import type { PreparedDomain } from "./prepareDomain.js";
import type { ChannelTerms, Hex } from "./types.js";

const CONTRACT = new Interface(paymentChannelsAbi);
const OPENED = CONTRACT.getEvent("ChannelOpened")?.topicHash ?? "";

/** An opening of a channel, as the chain tells it. */
export interface ChannelOpened {
  channelId: Hex;
  terms: ChannelTerms;
  epoch: number;
  /** The first deposit, base units. */
  amount: bigint;
  blockNumber: number;
  transactionHash: string;
}

/**
 * Finds the terms of channels from the events of their openings: what a payee asks who lost its store, or a payer who has a new
 * machine. Whether a channel is still open, its state tells.
 *
 * @param query Only channels of this payer or payee; blocks from, and up to.
 * @returns All openings, in the order of the chain; a channel that was opened again comes again.
 * @throws {ChainError} When the node does not answer, or tells of terms that are not those of the channel's id.
 * @example
 * const openings = await openTermsFromEvents(rpc, domain, { payee, fromBlock: deployment.fromBlock, toBlock });
 */
export async function openTermsFromEvents(
  rpc: RpcProvider,
  domain: PreparedDomain,
  query: { payer?: string; payee?: string; fromBlock: number; toBlock: number; pageBlocks?: number },
): Promise<ChannelOpened[]> {
  const topic = (address: string | undefined): string | null =>
    address === undefined ? null : zeroPadValue(address.toLowerCase(), 32);
  const filter = { address: domain.contract, topics: [OPENED, null, topic(query.payer), topic(query.payee)] };
  const { fromBlock, toBlock, pageBlocks } = query;
  const openings: ChannelOpened[] = [];
  for await (const { logs } of readLogs(rpc, {
    filters: [filter],
    fromBlock,
    toBlock,
    ...(pageBlocks !== undefined && { pageBlocks }),
  })) {
    for (const { topics, data, blockNumber, transactionHash } of logs) {
      openings.push({ ...decode([...topics], data, domain), blockNumber, transactionHash });
    }
  }
  return openings;
}

function decode(
  topics: string[],
  data: string,
  domain: PreparedDomain,
): Pick<ChannelOpened, "channelId" | "terms" | "epoch" | "amount"> {
  const args = CONTRACT.parseLog({ topics, data })?.args;
  const channelId = String(args?.channelId) as Hex;
  const terms: ChannelTerms = {
    payer: String(args?.payer),
    signer: String(args?.signer) as Hex,
    payee: String(args?.payee),
    operator: String(args?.operator),
    asset: String(args?.asset),
    closeDelaySeconds: Number(args?.closeDelaySeconds),
    salt: BigInt(args?.salt ?? 0),
  };
  if (!args || channelIdOf(terms, domain) !== channelId) {
    throw new ChainError(
      "RPC_MALFORMED",
      `the node tells of terms that are not those of channel ${channelId}`,
      {
        fix: "use another node",
      },
    );
  }
  return { channelId, terms, epoch: Number(args.epoch), amount: args.amount };
}
