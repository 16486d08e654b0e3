/** A root that is to be anchored, as `anchorRoot` takes it. */
export interface AnchorBatch {
  /** Hex with 0x. */
  root: string;
  leafCount: number;
  /** All of its trips ended from here on, Unix seconds ... */
  periodStart: number;
  /** ... and before here. */
  periodEnd: number;
}

/** Writes roots to the chain. What cannot be done now rejects, and is asked for again later. */
export interface AnchorSender {
  /** When a root was anchored, Unix seconds, by whomever; undefined when it was not. */
  anchoredAt(root: string): Promise<number | undefined>;
  /** Sends the transaction. @returns Its hash, as soon as a node has it. */
  send(batch: AnchorBatch): Promise<string>;
  /**
   * Waits for a transaction that was sent, also by an earlier process.
   * @returns Whether it succeeded; undefined when the node does not know it (any more).
   */
  wait(transactionHash: string): Promise<boolean | undefined>;
}
