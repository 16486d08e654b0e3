import { Interface } from "ethers";
import { paymentChannelsAbi } from "../abi/PaymentChannels.js";
import type { RpcProvider } from "../chain/deployment.js";
import { readBlock } from "../chain/readBlock.js";
import { readLogs } from "../history/readLogs.js";
import type { ChainLog } from "../history/types.js";
import { mapLimited } from "../parts/mapLimited.js";
import type { Payee } from "./Payee.js";
import { claimable, type ClaimBatch } from "./planClaims.js";
import type { ChannelReader, Hex, PayeeChannel } from "./types.js";

/** What somebody has to look after. */
export type WatchAlarm =
  /** A closing channel owes money, and the deadline comes near. */
  | { type: "late"; channel: PayeeChannel; amount: bigint; secondsLeft: number }
  /** A channel is over, and so is the chance to get what it owes. */
  | { type: "lost"; channel: PayeeChannel; amount: bigint }
  /** A batch could not be settled. */
  | { type: "unsettled"; batch: ClaimBatch; error: unknown }
  /** Channels could not be read; the others were. */
  | { type: "unreadable"; channelIds: Hex[]; error: unknown }
  /** The contract's events could not be read; states were. */
  | { type: "eventsUnread"; error: unknown }
  /** The look itself failed: the store cannot be used. */
  | { type: "failed"; error: unknown };

export interface WatchInput {
  payee: Payee;
  /** Reads from the chain each time: no cache. */
  reader: ChannelReader;
  /** Settles a batch, as `ChannelSettler` does. */
  settle: (batch: ClaimBatch) => Promise<unknown>;
  onAlarm: (alarm: WatchAlarm) => void;
  /** Where events are read from; left out, states alone are looked at. */
  events?: { rpc: RpcProvider; contract: string; fromBlock: number };
  /** How often to look. The shortest close takes 900. */
  intervalSeconds?: number;
  /** How long before a deadline an unsettled channel is an alarm. */
  alarmSeconds?: number;
  /** Unix seconds. */
  now?: () => number;
}

/** What a look at the chain came to. */
export interface WatchTick {
  /** Channels that were read. */
  read: number;
  /** Of these, how many are closing. */
  closing: number;
  /** Batches that were settled. */
  settled: number;
}

/** A watch that goes on until it is stopped. */
export interface ChannelWatch {
  /** Looks now. While a look is under way, this is that look. */
  tick(): Promise<WatchTick>;
  /** Looks no more; resolves when the last look is over. */
  stop(): Promise<void>;
}

const CONTRACT = new Interface(paymentChannelsAbi);
const topicOf = (name: "ChannelCloseRequested" | "ChannelSettled" | "ChannelClosed"): string =>
  CONTRACT.getEvent(name)?.topicHash ?? "";
const TOPICS = [topicOf("ChannelCloseRequested"), topicOf("ChannelSettled"), topicOf("ChannelClosed")];
/** So many blocks are read again each time: they may have been reorganised. */
const OVERLAP_BLOCKS = 32;
const DEFAULT_INTERVAL_SECONDS = 60;
const DEFAULT_ALARM_SECONDS = 600;

/**
 * Watches a payee's channels and settles them: at once when a payer asks to close, else as the payee's terms say. Every look
 * reads the contract's events, and also each channel's state, so that an event that was missed does not matter.
 *
 * @returns The watch, which looks at once and then every `intervalSeconds`; with 0 only when `tick` is called.
 * @example
 * const watch = watchChannels({
 *   payee,
 *   reader,
 *   events: { rpc, contract, fromBlock: deployment.fromBlock },
 *   settle: (batch) => settler.settle(batch),
 *   onAlarm: (alarm) => pager.page(alarm),
 * });
 */
export function watchChannels(input: WatchInput): ChannelWatch {
  const watcher = new Watcher(input);
  const { intervalSeconds = DEFAULT_INTERVAL_SECONDS } = input;
  let current: Promise<WatchTick> | undefined;
  const tick = (): Promise<WatchTick> => {
    current ??= watcher.look().finally(() => {
      current = undefined;
    });
    return current;
  };
  const quietly = (): void => {
    tick().catch((error: unknown) => input.onAlarm({ type: "failed", error }));
  };
  const timer = intervalSeconds > 0 ? setInterval(quietly, intervalSeconds * 1_000) : undefined;
  if (timer) quietly();
  return {
    tick,
    async stop() {
      clearInterval(timer);
      await current?.catch(() => undefined);
    },
  };
}

class Watcher {
  readonly #input: WatchInput;
  readonly #now: () => number;
  /** What is lost is told once. */
  readonly #told = new Set<string>();
  #nextBlock: number;

  constructor(input: WatchInput) {
    this.#input = input;
    this.#now = input.now ?? (() => Math.floor(Date.now() / 1000));
    this.#nextBlock = input.events?.fromBlock ?? 0;
  }

  async look(): Promise<WatchTick> {
    const { payee } = this.#input;
    const watched = new Set(
      (await payee.channels())
        .filter(({ isOver, charged, settled }) => !isOver || charged > settled)
        .map(({ channelId }) => channelId),
    );
    const [areEventsRead, time] = await Promise.all([
      this.#readEvents(watched),
      this.#readStates([...watched]),
    ]);
    // Whichever clock is ahead: a deadline is not waited for.
    const now = Math.max(this.#now(), time);

    let settled = 0;
    for (const batch of await payee.allClaims({ now })) if (await this.#settle(batch)) settled += 1;

    const channels = (await payee.channels()).filter(({ channelId }) => watched.has(channelId));
    for (const channel of channels) this.#warn(channel, now, areEventsRead);
    const closing = channels.filter(({ isOver, closeDeadline }) => !isOver && closeDeadline !== 0).length;
    return { read: watched.size, closing, settled };
  }

  /**
   * Notes what was settled, also in epochs that are over by now.
   * @returns Whether all events that were to be read are.
   */
  async #readEvents(watched: ReadonlySet<Hex>): Promise<boolean> {
    const { events, payee, onAlarm } = this.#input;
    if (!events) return true;
    try {
      const head = await readBlock(events.rpc, "latest");
      if (!head) return false;
      const query = {
        filters: [{ address: events.contract, topics: [TOPICS] }],
        fromBlock: Math.min(this.#nextBlock, head.number + 1),
        toBlock: head.number,
      };
      const logs: ChainLog[] = [];
      for await (const page of readLogs(events.rpc, query)) {
        logs.push(...page.logs.filter(({ topics }) => watched.has(topics[1] as Hex)));
      }
      for (const { channelId, epoch, newSettled } of settlementsIn(logs, await this.#epochs())) {
        await payee.markSettled(channelId, epoch, newSettled);
      }
      this.#nextBlock = Math.max(events.fromBlock, head.number + 1 - OVERLAP_BLOCKS);
      return true;
    } catch (error) {
      onAlarm({ type: "eventsUnread", error });
      return false;
    }
  }

  /** The newest epoch that is known of each channel. */
  async #epochs(): Promise<Map<Hex, number>> {
    return new Map((await this.#input.payee.channels()).map(({ channelId, epoch }) => [channelId, epoch]));
  }

  /** @returns The chain's newest time, Unix seconds. */
  async #readStates(channelIds: readonly Hex[]): Promise<number> {
    const { payee, reader, onAlarm } = this.#input;
    const failed: Hex[] = [];
    let failure: unknown;
    let time = 0;
    await mapLimited(channelIds, async (channelId) => {
      try {
        const reading = await reader.read(channelId);
        time = Math.max(time, reading.blockTime);
        await payee.observe(channelId, reading);
      } catch (error) {
        failed.push(channelId);
        failure = error;
      }
    });
    if (failed.length > 0) onAlarm({ type: "unreadable", channelIds: failed, error: failure });
    return time;
  }

  async #settle(batch: ClaimBatch): Promise<boolean> {
    const { settle, onAlarm } = this.#input;
    let isDone = true;
    try {
      await settle(batch);
    } catch (error) {
      isDone = false;
      onAlarm({ type: "unsettled", batch, error });
    }
    await this.#readStates(batch.channels.map(({ channelId }) => channelId));
    return isDone;
  }

  #warn(channel: PayeeChannel, now: number, areEventsRead: boolean): void {
    const { alarmSeconds = DEFAULT_ALARM_SECONDS, onAlarm } = this.#input;
    const { channelId, epoch, charged, settled, closeDeadline, isOver } = channel;
    const amount = charged - settled;
    if (amount <= 0n) return;
    const isLost = isOver || (closeDeadline !== 0 && now >= closeDeadline);
    const secondsLeft = closeDeadline - now;
    const isLate = claimable(channel, now) > 0n && closeDeadline !== 0 && secondsLeft <= alarmSeconds;
    if (!isLost && !isLate) return;
    if (isLate) return onAlarm({ type: "late", channel, amount, secondsLeft });
    // A close may have settled the rest: only the events tell.
    const key = `${channelId} ${epoch}`;
    if (!areEventsRead || this.#told.has(key)) return;
    this.#told.add(key);
    onAlarm({ type: "lost", channel, amount });
  }
}

/** What was settled in which epoch: a settlement is of the epoch that the channel's next close ends, or of the present one. */
function settlementsIn(
  logs: readonly ChainLog[],
  present: ReadonlyMap<Hex, number>,
): { channelId: Hex; epoch: number; newSettled: bigint }[] {
  const settlements: { channelId: Hex; epoch: number; newSettled: bigint }[] = [];
  const epochs = new Map(present);
  for (const { topics, data } of logs.toReversed()) {
    const event = CONTRACT.parseLog({ topics: [...topics], data });
    const channelId = String(event?.args.channelId) as Hex;
    if (event?.name === "ChannelClosed") epochs.set(channelId, Number(event.args.epoch) - 1);
    const epoch = epochs.get(channelId);
    if (event?.name === "ChannelSettled" && epoch !== undefined) {
      settlements.push({ channelId, epoch, newSettled: event.args.newSettled });
    }
  }
  return settlements;
}
