import { hexlify } from "ethers";
import { prepareChannel, type PreparedChannel } from "../../../sdk/src/payments/prepareChannel.js";
import { verifyVoucher } from "../../../sdk/src/payments/verifyVoucher.js";
import type { BenchVouchers } from "./makeVouchers.js";

/** The SDK's way, in full: id from the terms, digest, key, comparison. @returns How many vouchers are valid. */
export async function verifyFast({ domain, vouchers }: BenchVouchers): Promise<number> {
  let valid = 0;
  for (const { voucher, terms } of vouchers) {
    if (verifyVoucher(voucher, terms, domain) === "valid") valid += 1;
  }
  return valid;
}

/** The channels of the vouchers, prepared, as a payee holds them. */
export function prepareAll({ domain, vouchers }: BenchVouchers): PreparedChannel[] {
  return vouchers.map(({ terms }) => prepareChannel(terms, domain));
}

/** The SDK's way to a voucher's digest. @returns The digests. */
export function hashFast({ vouchers }: BenchVouchers, channels: readonly PreparedChannel[]): Uint8Array[] {
  return vouchers.map(({ voucher: { epoch, ceiling, sessionHash } }, i) => {
    const channel = channels[i];
    if (!channel) throw new Error("a voucher without a channel");
    return channel.digest(epoch, ceiling, sessionHash);
  });
}

/** Digests as text, to be compared. */
export function textOf(digests: readonly (Uint8Array | string)[]): string {
  return digests.map((digest) => hexlify(digest)).join();
}
