import type { KeyReader, KeyStanding } from "./keyReader.js";

export interface KeyCacheOptions {
  /** How long what was read counts as true, seconds: so long a revocation may go unnoticed. */
  ttlSeconds?: number;
  /** The same for keys that are not bound: so long a new key may have to wait. */
  unknownTtlSeconds?: number;
  /** How many keys are remembered; the one that was not used for longest goes first. */
  capacity?: number;
  /** Unix seconds. */
  now?: () => number;
}

interface Entry {
  standing: KeyStanding;
  until: number;
}

/**
 * Remembers what a reader said, in bounded memory. What is being read is not read a second time meanwhile, and failures are not
 * remembered.
 *
 * @example
 * const keys = cachedKeyReader(chainKeyReader(rpc, deployment), { ttlSeconds: 30 });
 */
export function cachedKeyReader(reader: KeyReader, options: KeyCacheOptions = {}): KeyReader {
  const { ttlSeconds = 60, unknownTtlSeconds = 10, capacity = 100_000 } = options;
  const now = options.now ?? (() => Date.now() / 1_000);
  const known = new Map<string, Entry>();
  const underWay = new Map<string, Promise<KeyStanding>>();

  const readAnew = async (name: string, vehicleId: bigint, keyId: string): Promise<KeyStanding> => {
    try {
      const standing = await reader.read(vehicleId, keyId);
      known.delete(name);
      known.set(name, { standing, until: now() + (standing.period ? ttlSeconds : unknownTtlSeconds) });
      if (known.size > capacity) known.delete(known.keys().next().value ?? "");
      return standing;
    } finally {
      underWay.delete(name);
    }
  };

  return {
    read: async (vehicleId, keyId) => {
      const name = `${vehicleId} ${keyId}`;
      const entry = known.get(name);
      if (entry && now() < entry.until) {
        // A map keeps the order in which keys were set: the one used last goes to the end.
        known.delete(name);
        known.set(name, entry);
        return entry.standing;
      }
      let reading = underWay.get(name);
      if (!reading) {
        // Begun in the next turn, so that a reader that throws at once does not leave its failure behind.
        reading = Promise.resolve().then(() => readAnew(name, vehicleId, keyId));
        underWay.set(name, reading);
      }
      return reading;
    },
  };
}
