import { id, Wallet } from "ethers";
import { MemoryPaymentStore } from "../MemoryPaymentStore.js";
import { prepareChannel } from "../prepareChannel.js";
import { prepareDomain } from "../prepareDomain.js";
import type {
  ChannelReader,
  ChannelReading,
  ChannelState,
  ChannelTerms,
  Hex,
  PayeeChannel,
  PayerChannel,
  PayerPayment,
  PaymentReceipt,
} from "../types.js";
import { voucherKey } from "../voucherKey.js";
import { ZERO_ADDRESS } from "../words.js";

export const NOW = 1_900_000_000;
export const addressOf = (name: string): string => new Wallet(id(name)).address;

export const domain = await prepareDomain({
  chainId: 31_337,
  contract: addressOf("contract"),
  p256Verifier: addressOf("verifier"),
});
export const key = voucherKey("secp256k1", id("car"), domain);
export const terms: ChannelTerms = {
  payer: addressOf("owner"),
  signer: key.signer,
  payee: addressOf("payee"),
  operator: ZERO_ADDRESS,
  asset: ZERO_ADDRESS,
  closeDelaySeconds: 900,
  salt: 1n,
};
export const group = { payee: terms.payee, operator: terms.operator, asset: terms.asset };
export const channel = prepareChannel(terms, domain);

export const CLOSED: ChannelState = { settled: 0n, deposited: 0n, closeDeadline: 0, epoch: 0 };

/** A chain that a test writes by hand: the newest state of each channel, and the confirmed one. */
export class FakeChain implements ChannelReader {
  readonly latest = new Map<Hex, ChannelState>();
  readonly confirmed = new Map<Hex, ChannelState>();
  blockTime = NOW;
  reads = 0;
  failure: Error | undefined;

  /** Changes a channel now, and unless told otherwise as deep as it matters. */
  set(channelId: Hex, change: Partial<ChannelState>, isConfirmed = true): void {
    const next = { ...CLOSED, ...this.latest.get(channelId), ...change };
    this.latest.set(channelId, next);
    if (isConfirmed) this.confirmed.set(channelId, next);
  }

  async read(channelId: Hex): Promise<ChannelReading> {
    this.reads += 1;
    if (this.failure) throw this.failure;
    return {
      latest: this.latest.get(channelId) ?? CLOSED,
      confirmed: this.confirmed.get(channelId) ?? CLOSED,
      blockNumber: 100,
      blockTime: this.blockTime,
      confirmations: 5,
    };
  }
}

/** A store whose program dies at a write: before it is made, or before it is told. */
export class CrashingStore extends MemoryPaymentStore {
  crash: "before" | "after" | undefined;

  override writePayer(value: PayerChannel, version: number, payment?: PayerPayment): Promise<boolean> {
    return this.#die(() => super.writePayer(value, version, payment));
  }

  override writePayee(value: PayeeChannel, version: number, receipt?: PaymentReceipt): Promise<boolean> {
    return this.#die(() => super.writePayee(value, version, receipt));
  }

  async #die(write: () => Promise<boolean>): Promise<boolean> {
    const { crash } = this;
    this.crash = undefined;
    if (crash === "before") throw new Error("crashed before the write");
    const result = await write();
    if (crash === "after") throw new Error("crashed after the write");
    return result;
  }
}
