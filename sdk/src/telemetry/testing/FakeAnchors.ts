import { id } from "ethers";
import type { AnchorBatch, AnchorSender } from "../gateway/AnchorSender.js";

/** Where in anchoring something happens: around each call that the gateway makes. */
export type AnchorPoint = "before send" | "sent" | "before wait" | "waited" | "asked";

/** A chain that only anchors. A root that was anchored is refused, as the contract does. */
export class FakeAnchors implements AnchorSender {
  readonly roots = new Map<string, AnchorBatch>();
  readonly #pool = new Map<string, AnchorBatch>();
  readonly #receipts = new Map<string, boolean>();
  sent = 0;
  time = 2_000_000_000;
  isDown = false;
  /** Whether transactions are mined as soon as they are sent. */
  isMining = true;
  /** Called at every point; may throw. */
  at: (point: AnchorPoint) => void = () => {};

  async anchoredAt(root: string): Promise<number | undefined> {
    this.#check();
    const found = this.roots.has(root) ? this.time : undefined;
    this.at("asked");
    return found;
  }

  async send(batch: AnchorBatch): Promise<string> {
    this.#check();
    this.at("before send");
    if (this.roots.has(batch.root)) throw new Error("the root is anchored already");
    this.sent += 1;
    const hash = id(`transaction ${this.sent}`);
    this.#pool.set(hash, { ...batch });
    if (this.isMining) this.mine();
    this.at("sent");
    return hash;
  }

  async wait(hash: string): Promise<boolean | undefined> {
    this.#check();
    this.at("before wait");
    const result = this.#receipts.get(hash);
    this.at("waited");
    return result;
  }

  /** Includes what was sent. */
  mine(): void {
    for (const [hash, batch] of this.#pool) {
      const isNew = !this.roots.has(batch.root);
      if (isNew) this.roots.set(batch.root, batch);
      this.#receipts.set(hash, isNew);
    }
    this.#pool.clear();
  }

  /** Forgets what was sent and not included. */
  drop(): void {
    this.#pool.clear();
  }

  #check(): void {
    if (this.isDown) throw new Error("the node is down");
  }
}
