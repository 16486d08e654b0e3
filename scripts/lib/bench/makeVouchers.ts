import { id, Wallet } from "ethers";
import { channelIdOf } from "../../../sdk/src/payments/channelIdOf.js";
import { prepareChannel } from "../../../sdk/src/payments/prepareChannel.js";
import { prepareDomain, type PreparedDomain } from "../../../sdk/src/payments/prepareDomain.js";
import { signVoucher } from "../../../sdk/src/payments/signVoucher.js";
import type { ChannelTerms, Voucher } from "../../../sdk/src/payments/types.js";
import { voucherKey } from "../../../sdk/src/payments/voucherKey.js";

/** A payee's day: vouchers of many channels, each with the terms that its payer says are the channel's. */
export interface BenchVouchers {
  domain: PreparedDomain;
  vouchers: { terms: ChannelTerms; voucher: Voucher; signer: string }[];
}

/** Makes vouchers of secp256k1 keys, each of a channel and a car of its own, every other one for a session. */
export async function makeVouchers(count: number): Promise<BenchVouchers> {
  const address = (name: string): string => new Wallet(id(name)).address;
  const domain = await prepareDomain({
    chainId: 31_337,
    contract: address("payment channels of the bench"),
    p256Verifier: address("P-256 verifier of the bench"),
  });
  const payee = address("payee of the bench");
  const vouchers: BenchVouchers["vouchers"] = [];
  for (let i = 0; i < count; i += 1) {
    const secret = id(`car ${i} of the bench`);
    const key = voucherKey("secp256k1", secret, domain);
    const terms: ChannelTerms = {
      payer: address(`owner ${i} of the bench`),
      signer: key.signer,
      payee,
      operator: payee,
      asset: payee,
      closeDelaySeconds: 86_400,
      salt: BigInt(i),
    };
    const voucher = await signVoucher(key, prepareChannel(terms, domain), {
      epoch: i % 3,
      ceiling: BigInt(1_000_000 + i) ** 3n,
      ...(i % 2 === 1 && { sessionHash: id(`session ${i}`) as `0x${string}` }),
    });
    if (voucher.channelId !== channelIdOf(terms, domain)) throw new Error("a voucher of another channel");
    vouchers.push({ terms, voucher, signer: new Wallet(secret).address });
  }
  return { domain, vouchers };
}
