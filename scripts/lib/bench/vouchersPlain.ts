import { TypedDataEncoder, verifyTypedData, type TypedDataField } from "ethers";
import type { BenchVouchers } from "./makeVouchers.js";

const FIELDS: TypedDataField[] = [
  { name: "channelId", type: "bytes32" },
  { name: "epoch", type: "uint24" },
  { name: "ceiling", type: "uint96" },
];
const PLAIN = { Voucher: FIELDS };
const SESSION = { SessionVoucher: [...FIELDS, { name: "sessionHash", type: "bytes32" }] };

const domainOf = ({ domain }: BenchVouchers) => ({
  name: "blok auto payment channels",
  version: "1",
  chainId: domain.chainId,
  verifyingContract: domain.contract,
});

/** Only the signature, with ethers; the channel's id is believed. @returns How many vouchers are valid. */
export async function verifyPlain(bench: BenchVouchers): Promise<number> {
  const domain = domainOf(bench);
  let valid = 0;
  for (const { voucher, signer } of bench.vouchers) {
    const types = voucher.sessionHash === undefined ? PLAIN : SESSION;
    if (verifyTypedData(domain, types, voucher, voucher.signature) === signer) valid += 1;
  }
  return valid;
}

/** The digests, with ethers. */
export function hashPlain(bench: BenchVouchers): string[] {
  const domain = domainOf(bench);
  return bench.vouchers.map(({ voucher }) =>
    TypedDataEncoder.hash(domain, voucher.sessionHash === undefined ? PLAIN : SESSION, voucher),
  );
}
