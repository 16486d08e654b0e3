import { toHex } from "../../history/hexBytes.js";
import { toHex32 } from "../../history/toHex32.js";
import { decodeSummary, encodeSummary, SUMMARY_BYTES_LIMIT } from "../encodeSummary.js";
import { merkleRoot } from "../merkleRoot.js";
import { merkleTree, type MerkleTree } from "../merkleTree.js";
import { leafOfDigest } from "../summaryLeaf.js";
import { TelemetryError } from "../TelemetryError.js";
import { signerBytes, type TelemetryDomain } from "../telemetryDomain.js";
import { COUNTER_FIELDS, type AnchoredSummary, type SignedSummary, type TripSummary } from "../types.js";
import { verifyDigest } from "../verifySummary.js";
import type { AnchorSender } from "./AnchorSender.js";
import { findAnchoredSummary } from "./findAnchoredSummary.js";
import type { KeyReader } from "./keyReader.js";
import { RateLimit } from "./RateLimit.js";
import { REFUSALS, type Refusal } from "./refusals.js";
import type { SummaryOutcome, TransportMessage } from "./SummaryTransport.js";
import { SummaryStore, type StoredBatch, type StoredSummary } from "./SummaryStore.js";

export interface GatewayOptions {
  domain: TelemetryDomain;
  /** Which key speaks for which vehicle; give one that remembers, see {@link cachedKeyReader}. */
  keys: KeyReader;
  sender: AnchorSender;
  /** An SQLite file, this gateway's alone. */
  storePath: string;
  /** How often a batch is closed and anchored, seconds. */
  intervalSeconds?: number;
  /** The most leaves under one root. */
  leavesPerBatch?: number;
  /** By how much a vehicle's clock may be ahead, seconds. */
  skewSeconds?: number;
  /** How many messages of one vehicle are looked at in a minute. */
  messagesPerMinute?: number;
  /** Unix seconds. */
  now?: () => number;
  /** Told of what failed while batches are closed and anchored; it is tried again. */
  onError?: (error: unknown) => void;
}

export interface GatewayStats {
  accepted: number;
  duplicates: number;
  /** By reason, since the gateway was started. */
  refused: Record<Refusal, number>;
  /** Summaries whose sequence left some out before them: what happened in those is in their counters. */
  gaps: number;
  /** In the store: all summaries, those in no batch yet, batches, and those of them that are anchored. */
  summaries: number;
  open: number;
  batches: number;
  anchored: number;
  /** How often anchoring failed and was put off. */
  anchorFailures: number;
}

interface Waiting {
  stored: StoredSummary;
  summary: TripSummary;
  resolve(outcome: SummaryOutcome): void;
  reject(error: unknown): void;
}

/**
 * Gathers signed summaries of many vehicles and anchors one root for all of them. It accepts what the vehicle's key signed
 * while it was valid and what goes on from the vehicle's last summary; keeps it on disk before it says so; and anchors each
 * summary once, wherever it is stopped: what is in the store and in no batch is put into the next one, and a batch that
 * turns out to be anchored is done.
 *
 * Its memory does not grow with the number of summaries.
 *
 * @example
 * const gateway = new Gateway({ domain, keys, sender: contractSender(anchors), storePath: "./gateway.db" });
 * gateway.start();
 * await transport.start((message) => gateway.receive(message));
 */
export class Gateway {
  readonly #options: Required<Omit<GatewayOptions, "onError">> & Pick<GatewayOptions, "onError">;
  readonly #rate: RateLimit;
  readonly #store: SummaryStore;
  readonly #refused = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as Record<Refusal, number>;
  readonly #counts = { accepted: 0, duplicates: 0, gaps: 0, anchorFailures: 0 };
  /** The last message of each vehicle that is being checked: a vehicle's messages are taken in the order they came. */
  readonly #turns = new Map<bigint, Promise<unknown>>();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;
  #proofs: { batch: number; tree: MerkleTree } | undefined;

  /** @throws {TelemetryError} `GATEWAY_STORE` */
  constructor(options: GatewayOptions) {
    this.#options = {
      intervalSeconds: 60,
      leavesPerBatch: 65_536,
      skewSeconds: 60,
      messagesPerMinute: 60,
      now: () => Math.floor(Date.now() / 1_000),
      ...options,
    };
    const { chainId, contract: address } = options.domain;
    this.#rate = new RateLimit(this.#options.messagesPerMinute, this.#options.now);
    this.#store = new SummaryStore(options.storePath, { chainId, address });
  }

  /**
   * Takes a message.
   *
   * @param payload A summary as `encodeSummary` writes it, or anything else.
   * @returns What became of it. Once it is accepted, it is on disk.
   * @throws {TelemetryError} `GATEWAY_UNAVAILABLE` when keys cannot be read now, `GATEWAY_STORE` when it cannot be written: give
   * the message again later.
   */
  async accept(payload: Uint8Array): Promise<SummaryOutcome> {
    const checked = this.#check(payload);
    if (typeof checked === "string") return this.#refuse(checked);
    const { vehicleId } = checked.signed.summary;
    const before = this.#turns.get(vehicleId);
    const turn = this.#take(checked, before);
    this.#turns.set(vehicleId, turn);
    try {
      return await turn;
    } finally {
      if (this.#turns.get(vehicleId) === turn) this.#turns.delete(vehicleId);
    }
  }

  /**
   * Takes a message of a transport, which says whose it is: {@link accept}, after what needs no look inside.
   *
   * @throws {TelemetryError} As {@link accept}.
   */
  async receive({ vehicleId, payload }: TransportMessage): Promise<SummaryOutcome> {
    // Before anything that costs time; a flood of nonsense counts as well.
    if (!this.#rate.allows(vehicleId)) return this.#refuse("flood");
    if (payload.length > SUMMARY_BYTES_LIMIT) return this.#refuse("oversize");
    if (payload.length > 33 && toHex(payload.subarray(1, 33)) !== toHex32(vehicleId))
      return this.#refuse("topicForeign");
    return this.accept(payload);
  }

  /** Closes and anchors a batch now and at every interval. */
  start(): void {
    if (this.#timer) return;
    const { intervalSeconds, onError } = this.#options;
    // A round that takes longer than an interval tells of its failure once.
    const tick = (): void => {
      if (!this.#round) this.runOnce().catch((error: unknown) => onError?.(error));
    };
    this.#timer = setInterval(tick, intervalSeconds * 1_000);
    tick();
  }

  /** Stops the intervals, waits for what is under way and closes the store. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.allSettled([...this.#turns.values(), this.#round]);
    this.#store.close();
  }

  /**
   * Closes what is open and anchors what is closed. Never twice at a time.
   *
   * @throws {TelemetryError} What the sender or the store throws; all is as it was, and tried again with the next call.
   */
  runOnce(): Promise<void> {
    this.#round ??= this.#run().finally(() => (this.#round = undefined));
    return this.#round;
  }

  /**
   * Closes a batch of the oldest summaries that are in none.
   *
   * @returns How many.
   */
  async closeBatch(): Promise<number> {
    const open = this.#store.openLeaves(this.#options.leavesPerBatch);
    if (!open) return 0;
    const { first, last, leaves, earliest, latest } = open;
    const root = await merkleRoot(leaves);
    // The range, not what is open by now: more may have come while the root was computed.
    this.#store.insertBatch({ first, last, root, periodStart: earliest, periodEnd: latest + 1 });
    return leaves.length / 32;
  }

  /**
   * Anchors all closed batches whose period is over.
   *
   * @returns How many are anchored now that were not known to be.
   * @throws {TelemetryError} What the sender throws.
   */
  async anchorBatches(): Promise<number> {
    let anchored = 0;
    for (let batch = this.#store.nextToAnchor(); batch; batch = this.#store.nextToAnchor(batch.number)) {
      // A vehicle's clock may be ahead: the chain takes no period that has not ended.
      if (batch.periodEnd > this.#options.now()) continue;
      try {
        if (await this.#anchor(batch)) anchored += 1;
      } catch (error) {
        this.#counts.anchorFailures += 1;
        throw error;
      }
    }
    return anchored;
  }

  /**
   * A summary with its proof.
   *
   * @returns Undefined when it was not accepted or is in no batch yet. Whether its root is anchored already, the contract knows.
   * @example
   * await anchors.requireAnchored(await gateway.anchoredSummary(vehicleId, 12));
   */
  async anchoredSummary(vehicleId: bigint, sequence: number): Promise<AnchoredSummary | undefined> {
    // One proof of a batch is often followed by another of it.
    return findAnchoredSummary(this.#store, vehicleId, sequence, async (batch) => {
      if (this.#proofs?.batch !== batch.number)
        this.#proofs = { batch: batch.number, tree: await merkleTree(this.#store.leavesOf(batch)) };
      return this.#proofs.tree;
    });
  }

  stats(): GatewayStats {
    return {
      ...this.#counts,
      refused: { ...this.#refused },
      ...this.#store.counts(),
      open: this.#store.openCount(),
    };
  }

  /** What can be told from the message alone. */
  #check(payload: Uint8Array): { signed: SignedSummary; stored: StoredSummary; keyId: string } | Refusal {
    if (payload.length > SUMMARY_BYTES_LIMIT) return "oversize";
    const { domain, now, skewSeconds } = this.#options;
    let signed: SignedSummary;
    try {
      signed = decodeSummary(payload);
    } catch (error) {
      if (error instanceof TelemetryError) return "malformed";
      throw error;
    }
    const { summary } = signed;
    if (summary.sequence === 0 || summary.startedAt > summary.endedAt) return "malformed";
    if (summary.endedAt > now() + skewSeconds) return "inFuture";
    const digest = domain.hash(summary);
    const verdict = verifyDigest(digest, signed, domain);
    if (verdict !== "valid") return verdict;
    const keyId = domain.keccak(signerBytes(signed.signer));
    return {
      signed,
      keyId: toHex(keyId),
      stored: {
        vehicleId: payload.slice(1, 33),
        sequence: summary.sequence,
        endedAt: summary.endedAt,
        leaf: leafOfDigest(digest, keyId, domain),
        body: encodeSummary(signed),
      },
    };
  }

  async #take(
    { signed, stored, keyId }: { signed: SignedSummary; stored: StoredSummary; keyId: string },
    before: Promise<unknown> | undefined,
  ): Promise<SummaryOutcome> {
    const { summary } = signed;
    const standing = this.#options.keys.read(summary.vehicleId, keyId);
    // Both at once; a failure of the one before is not this one's.
    const [read] = await Promise.allSettled([standing, before]);
    if (read.status === "rejected") {
      throw new TelemetryError("GATEWAY_UNAVAILABLE", "the vehicle's key cannot be read now", {
        fix: "give the message again later",
        cause: read.reason,
      });
    }
    const { isVehicleKnown, period } = read.value;
    if (!isVehicleKnown) return this.#refuse("vehicleUnknown");
    if (!period) return this.#refuse("keyUnknown");
    if (period.isRevoked) return this.#refuse("keyRevoked");
    if (summary.startedAt < period.validFrom || summary.endedAt >= period.validTo)
      return this.#refuse("keyNotValid");
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#flush());
      this.#waiting.push({ stored, summary, resolve, reject });
    });
  }

  /** Writes all that waits in one transaction: flushing to the disk takes longer than everything else. */
  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    let outcomes: SummaryOutcome[];
    try {
      outcomes = this.#store.transaction(() => waiting.map((one) => this.#keep(one)));
    } catch (error) {
      for (const { reject } of waiting) reject(error);
      return;
    }
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === "accepted") this.#counts.accepted += 1;
      else if (outcome.status === "duplicate") this.#counts.duplicates += 1;
      else this.#refused[outcome.reason] += 1;
      waiting[index]?.resolve(outcome);
    }
  }

  /** Compares with what the vehicle said before. Within the transaction, so that nothing comes between. */
  #keep({ stored, summary }: Waiting): SummaryOutcome {
    const { vehicleId, sequence } = stored;
    const newest = this.#store.newestOf(vehicleId);
    if (newest) {
      const last = decodeSummary(newest).summary;
      if (sequence <= last.sequence) {
        const same = this.#store.find(vehicleId, sequence);
        if (!same) return { status: "refused", reason: "sequenceNotRising" };
        const isSame = toHex(same.leaf) === toHex(stored.leaf);
        return isSame ? { status: "duplicate" } : { status: "refused", reason: "sequenceConflict" };
      }
      if (summary.startedAt < last.endedAt) return { status: "refused", reason: "overlapping" };
      if (COUNTER_FIELDS.some(([name]) => summary.counters[name] < last.counters[name]))
        return { status: "refused", reason: "countersFell" };
      if (sequence > last.sequence + 1) this.#counts.gaps += 1;
    }
    this.#store.insert(stored);
    return { status: "accepted" };
  }

  #refuse(reason: Refusal): SummaryOutcome {
    this.#refused[reason] += 1;
    return { status: "refused", reason };
  }

  async #run(): Promise<void> {
    // Full batches one after another, then what is left: while summaries keep coming this ends all the same.
    const limit = this.#options.leavesPerBatch;
    while ((await this.closeBatch()) === limit);
    await this.anchorBatches();
  }

  /** @returns Whether the batch is anchored now. */
  async #anchor(batch: StoredBatch): Promise<boolean> {
    const { sender } = this.#options;
    const isDone = async (): Promise<boolean> => {
      const anchoredAt = await sender.anchoredAt(batch.root);
      if (anchoredAt !== undefined) this.#store.noteAnchored(batch.number, anchoredAt);
      return anchoredAt !== undefined;
    };
    if (await isDone()) return true;
    // Sent before the process was stopped, perhaps: it may still be on its way.
    if (batch.transactionHash !== undefined && (await sender.wait(batch.transactionHash)) === true)
      return isDone();
    let hash: string;
    try {
      hash = await sender.send(batch);
    } catch (error) {
      // One that was sent just before the process was stopped came first.
      if (await isDone()) return true;
      throw error;
    }
    this.#store.noteTransaction(batch.number, hash);
    await sender.wait(hash);
    return isDone();
  }
}
