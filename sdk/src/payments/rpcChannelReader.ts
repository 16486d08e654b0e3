import { Interface } from "ethers";
import { paymentChannelsAbi } from "../abi/PaymentChannels.js";
import { ChainError } from "../chain/ChainError.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import { readContract } from "../chain/readContract.js";
import type { ChannelReader, ChannelReading, ChannelState, Hex } from "./types.js";

const CONTRACT = new Interface(paymentChannelsAbi);
const CLOSED: ChannelState = { settled: 0n, deposited: 0n, closeDeadline: 0, epoch: 0 };

export interface RpcChannelReaderInput {
  rpc: RpcProvider;
  /** `PaymentChannels`. */
  contract: string;
  /** How many blocks deep an opening or a top-up has to be to count. The node must know the state that far back. */
  confirmations: number;
}

/**
 * Reads channels from a node: the state in the newest block, and the state as deep as confirmations are asked for. Nothing is
 * remembered; see {@link cacheReadings}.
 *
 * @returns A reader that throws a `ChainError` when the node does not answer or the contract does not stand there.
 * @example
 * const reader = rpcChannelReader({ rpc, contract: deployment.contracts.PaymentChannels, confirmations: 12 });
 * const { latest, confirmed } = await reader.read(channelId);
 */
export function rpcChannelReader(input: RpcChannelReaderInput): ChannelReader {
  return { read: (channelId) => readChannel(input, channelId) };
}

/** One reading of a channel; see {@link rpcChannelReader}. */
export async function readChannel(
  { rpc, contract, confirmations }: RpcChannelReaderInput,
  channelId: Hex,
): Promise<ChannelReading> {
  const head = await readBlock(rpc, "latest");
  if (!head) throw new ChainError("RPC_MALFORMED", "the node has no newest block");
  const [latest, confirmed] = await Promise.all([
    readState(rpc, contract, channelId, head.number),
    confirmations === 0 ? undefined : readDeepState(rpc, contract, channelId, head.number - confirmations),
  ]);
  return {
    latest,
    confirmed: confirmed ?? latest,
    blockNumber: head.number,
    blockTime: head.timestamp,
    confirmations,
  };
}

async function readState(
  rpc: RpcProvider,
  address: string,
  channelId: Hex,
  block: number,
): Promise<ChannelState> {
  const [state] = await readContract(rpc, {
    address,
    contract: CONTRACT,
    view: "channelOf",
    args: [channelId],
    block,
  });
  return {
    settled: state.settled,
    deposited: state.deposited,
    closeDeadline: Number(state.closeDeadline),
    epoch: Number(state.epoch),
  };
}

/** Before there was a contract, or a chain, no channel was open. */
async function readDeepState(
  rpc: RpcProvider,
  address: string,
  channelId: Hex,
  block: number,
): Promise<ChannelState> {
  if (block < 0) return CLOSED;
  try {
    return await readState(rpc, address, channelId, block);
  } catch (error) {
    if (error instanceof ChainError && error.code === "CONTRACT_MISSING") return CLOSED;
    throw error;
  }
}
