import type { ChannelReader, ChannelReading, Hex } from "./types.js";

/** A reader that remembers. */
export interface CachedChannelReader extends ChannelReader {
  /** Forgets a channel, or all: the next reading is from the chain. */
  forget(channelId?: Hex): void;
}

const READINGS_AT_MOST = 100_000;

/**
 * Remembers readings for some seconds, and reads a channel once for all who ask at the same time.
 *
 * A close takes at least 15 minutes from its request, so that some seconds cost a payee nothing; what they do cost is to learn of a
 * reorganisation so much later. Watchers read without this.
 *
 * @param maxAgeSeconds After so long the chain is asked again.
 * @param now Unix seconds, in fractions.
 * @example
 * const reader = cacheReadings(rpcChannelReader({ rpc, contract, confirmations: 12 }), 10);
 */
export function cacheReadings(
  reader: ChannelReader,
  maxAgeSeconds: number,
  now: () => number = () => Date.now() / 1000,
): CachedChannelReader {
  const known = new Map<Hex, { at: number; reading: Promise<ChannelReading> }>();
  return {
    read(channelId) {
      const entry = known.get(channelId);
      const age = entry ? now() - entry.at : Number.POSITIVE_INFINITY;
      if (entry && age >= 0 && age < maxAgeSeconds) return entry.reading;
      if (known.size >= READINGS_AT_MOST) known.clear();
      const fresh = { at: now(), reading: reader.read(channelId) };
      known.set(channelId, fresh);
      // A failure is told to whoever waits for it, and not remembered.
      fresh.reading.catch(() => {
        if (known.get(channelId) === fresh) known.delete(channelId);
      });
      return fresh.reading;
    },
    forget(channelId) {
      if (channelId === undefined) known.clear();
      else known.delete(channelId);
    },
  };
}
