import assert from "node:assert/strict";
import { test } from "node:test";
import published from "../../vectors/vouchers.json" with { type: "json" };
import type { ChannelTerms, Voucher } from "./types.js";

// A browser has neither Node's modules nor native code. The lookup is taken away before the module is loaded.
Object.defineProperty(process, "getBuiltinModule", { value: undefined });
const { prepareChannel, prepareDomain, signVoucher, verifyVoucher, voucherDigest, voucherKey } =
  await import("./index.js");

const domain = await prepareDomain(published.domain);

test("vouchers are worth in browsers what they are worth elsewhere", async () => {
  for (const { name, terms, voucher, digest, verdict } of published.vectors) {
    const of = { ...terms, salt: BigInt(terms.salt) } as ChannelTerms;
    const sessionHash = voucher.sessionHash ?? undefined;
    const given = { ...voucher, ceiling: BigInt(voucher.ceiling), sessionHash } as Voucher;
    assert.equal(verifyVoucher(given, of, domain), verdict, name);
    if (digest !== null) assert.equal(voucherDigest(given, domain), digest, name);
  }
});

test("keys sign there as well", async () => {
  const key = voucherKey("secp256k1", `0x${"11".repeat(32)}`, domain);
  const [first] = published.vectors;
  assert.ok(first);
  const terms = { ...first.terms, signer: key.signer, salt: 1n } as ChannelTerms;
  const channel = prepareChannel(terms, domain);
  assert.equal(channel.verify(await signVoucher(key, channel, { epoch: 0, ceiling: 5n })), "valid");
});
