import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, getBytes, hexlify, id, keccak256, solidityPacked, TypedDataEncoder, Wallet } from "ethers";
import * as fc from "fast-check";
import published from "../../vectors/vouchers.json" with { type: "json" };
import type { KeyCurve } from "../lifecycle/events.js";
import { channelIdOf } from "./channelIdOf.js";
import { claimAmounts, claimProof, encodeClaim } from "./encodeClaim.js";
import { PaymentError } from "./PaymentError.js";
import { prepareChannel } from "./prepareChannel.js";
import { prepareDomain } from "./prepareDomain.js";
import { signVoucher } from "./signVoucher.js";
import { voucherTypedData } from "./typedData.js";
import type { ChannelTerms, Hex, Voucher, VoucherKey, VoucherStatement } from "./types.js";
import { verifyVoucher } from "./verifyVoucher.js";
import { sessionVoucherDigest, voucherDigest } from "./voucherDigest.js";
import { signerOfAddress, voucherKey } from "./voucherKey.js";
import { AMOUNT_MAX, EPOCH_MAX, SALT_MAX, ZERO_ADDRESS, ZERO_HASH } from "./words.js";

const domain = await prepareDomain(published.domain);
const secret = id("machine key");
const key = voucherKey("secp256k1", secret, domain);
const terms: ChannelTerms = {
  payer: new Wallet(id("payer")).address,
  signer: key.signer,
  payee: new Wallet(id("payee")).address,
  operator: ZERO_ADDRESS,
  asset: ZERO_ADDRESS,
  closeDelaySeconds: 900,
  salt: 7n,
};

const isArgument = (error: unknown): boolean =>
  error instanceof PaymentError && error.code === "PAYMENT_ARGUMENT";

/** What ethers makes of the same statement. */
function digestOfEthers(statement: VoucherStatement): string {
  const data = voucherTypedData(statement, domain);
  return TypedDataEncoder.hash(data.domain, data.types, data.message);
}

/** The contract's own formula, by ethers. */
function idOfEthers(of: ChannelTerms): string {
  const { payer, signer, payee, operator, asset, closeDelaySeconds, salt } = of;
  return keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ["uint256", "address", "address", "bytes32", "address", "address", "address", "uint256"],
      [
        domain.chainId,
        domain.contract,
        payer,
        signer,
        payee,
        operator,
        asset,
        (salt << 32n) | BigInt(closeDelaySeconds),
      ],
    ),
  );
}

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((value) => hexlify(value) as Hex);
const amount = fc.bigInt({ min: 0n, max: AMOUNT_MAX });
const epochs = fc.integer({ min: 0, max: EPOCH_MAX });
const anyTerms: fc.Arbitrary<ChannelTerms> = fc.record({
  payer: hex(20),
  signer: hex(32),
  payee: hex(20),
  operator: hex(20),
  asset: hex(20),
  closeDelaySeconds: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  salt: fc.bigInt({ min: 0n, max: SALT_MAX }),
});

for (const vector of published.vectors) {
  test(`vector: ${vector.name}`, () => {
    const of: ChannelTerms = {
      ...vector.terms,
      signer: vector.terms.signer as Hex,
      salt: BigInt(vector.terms.salt),
    };
    const voucher = {
      ...vector.voucher,
      ceiling: BigInt(vector.voucher.ceiling),
      sessionHash: vector.voucher.sessionHash ?? undefined,
    } as Voucher;
    assert.equal(channelIdOf(of, domain), vector.channelId);
    assert.equal(idOfEthers(of), vector.channelId);
    assert.equal(verifyVoucher(voucher, of, domain), vector.verdict);
    if (vector.digest === null) {
      assert.throws(() => voucherDigest(voucher, domain), isArgument);
    } else {
      assert.equal(voucherDigest(voucher, domain), vector.digest);
      assert.equal(digestOfEthers(voucher), vector.digest);
      assert.equal(claimProof(voucher), vector.proof);
    }
  });
}

test("the separator is that of ethers", () => {
  assert.equal(domain.separator, published.separator);
});

test("ids are those of the contract's formula, for any terms, in either case of letters", () => {
  fc.assert(
    fc.property(anyTerms, (of) => {
      assert.equal(channelIdOf(of, domain), idOfEthers(of));
      assert.equal(
        channelIdOf({ ...of, payer: `0x${of.payer.slice(2).toUpperCase()}` }, domain),
        idOfEthers(of),
      );
    }),
    { numRuns: 100 },
  );
});

test("digests are those of ethers, plain and with a session, also when one buffer hashes both in turns", () => {
  const channel = prepareChannel(terms, domain);
  fc.assert(
    fc.property(epochs, amount, fc.option(hex(32), { nil: undefined }), (epoch, ceiling, sessionHash) => {
      const statement = { channelId: channel.id, epoch, ceiling, sessionHash };
      const expected = digestOfEthers(statement);
      assert.equal(hexlify(channel.digest(epoch, ceiling, sessionHash)), expected);
      assert.equal(voucherDigest(statement, domain), expected);
    }),
    {
      numRuns: 150,
      examples: [
        [EPOCH_MAX, AMOUNT_MAX, ZERO_HASH],
        [0, 0n, undefined],
      ],
    },
  );
});

test("what no voucher can say has no digest", () => {
  const channel = prepareChannel(terms, domain);
  const wrong: [unknown, unknown, unknown][] = [
    [-1, 1n, undefined],
    [EPOCH_MAX + 1, 1n, undefined],
    [0.5, 1n, undefined],
    [0, -1n, undefined],
    [0, AMOUNT_MAX + 1n, undefined],
    [0, 1, undefined],
    [0, 1n, "0x12"],
    [0, 1n, `zz${"12".repeat(32)}`],
    [0, 1n, `0x${"zz".repeat(32)}`],
    [0, 1n, 5],
  ];
  for (const [epoch, ceiling, sessionHash] of wrong) {
    assert.throws(() => channel.digest(epoch as never, ceiling as never, sessionHash as never), isArgument);
    const voucher = { channelId: channel.id, epoch, ceiling, sessionHash, signature: "0x" } as never;
    assert.equal(channel.verify(voucher), "malformed");
  }
  assert.throws(() => voucherDigest({ channelId: "0x12", epoch: 0, ceiling: 1n }, domain), isArgument);
  assert.throws(
    () =>
      sessionVoucherDigest({ channelId: channel.id, epoch: 0, ceiling: 1n, sessionHash: ZERO_HASH }, domain),
    isArgument,
  );
});

test("terms that are none are refused by name, and no voucher is of them", () => {
  const wrong: Partial<Record<keyof ChannelTerms, unknown>>[] = [
    { payer: "0x12" },
    { payee: undefined },
    { operator: `zz${"1".repeat(40)}` },
    { asset: `0x${"z".repeat(40)}` },
    { signer: key.signer.slice(0, 42) },
    { salt: 1 },
    { salt: -1n },
    { salt: SALT_MAX + 1n },
    { closeDelaySeconds: 2 ** 32 },
    { closeDelaySeconds: 1.5 },
  ];
  for (const change of wrong) {
    const of = { ...terms, ...change } as ChannelTerms;
    const [field = ""] = Object.keys(change);
    assert.throws(
      () => channelIdOf(of, domain),
      (error: unknown) => isArgument(error) && (error as Error).message.includes(field),
    );
    assert.equal(
      verifyVoucher({ channelId: ZERO_HASH, epoch: 0, ceiling: 1n, signature: "0x" }, of, domain),
      "malformed",
    );
  }
});

test("a domain without a chain or an address is refused", async () => {
  for (const change of [{ chainId: 0 }, { chainId: 1.5 }, { contract: "0x12" }, { p256Verifier: "" }]) {
    await assert.rejects(prepareDomain({ ...published.domain, ...change }), isArgument);
  }
});

test("a wallet's own signature of the typed data is a plain voucher", async () => {
  const wallet = new Wallet(secret);
  const channel = prepareChannel(terms, domain);
  const statement = { channelId: channel.id, epoch: 3, ceiling: 99n };
  const data = voucherTypedData(statement, domain);
  const signature = (await wallet.signTypedData(data.domain, data.types, data.message)) as Hex;
  assert.equal(channel.verify({ ...statement, signature }), "valid");
});

for (const curve of ["secp256k1", "p256"] as KeyCurve[]) {
  test(`${curve}: what is signed is valid for its channel, and any spoiled bit makes it worthless`, async () => {
    const own = voucherKey(curve, secret, domain);
    const channel = prepareChannel({ ...terms, signer: own.signer }, domain);
    const bytes = curve === "p256" ? 128 : 64;
    await fc.assert(
      fc.asyncProperty(
        epochs,
        amount,
        fc.option(hex(32), { nil: undefined }),
        fc.nat(bytes * 8 - 1),
        async (epoch, ceiling, sessionHash, bit) => {
          const voucher = await signVoucher(own, channel, { epoch, ceiling, sessionHash });
          assert.equal(voucher.signature.length, 2 + 2 * bytes);
          assert.equal(channel.verify(voucher), "valid");
          const signature = getBytes(voucher.signature);
          signature[bit >> 3] = (signature[bit >> 3] ?? 0) ^ (1 << (bit & 7));
          assert.equal(
            channel.verify({ ...voucher, signature: hexlify(signature) as Hex }),
            "signatureInvalid",
          );
        },
      ),
      { numRuns: curve === "p256" ? 25 : 100 },
    );
  });

  test(`${curve}: signing again gives the same bytes`, async () => {
    const own = voucherKey(curve, secret, domain);
    const channel = prepareChannel({ ...terms, signer: own.signer }, domain);
    const statement = { epoch: 0, ceiling: 5n };
    assert.deepEqual(await signVoucher(own, channel, statement), await signVoucher(own, channel, statement));
  });
}

test("a key that is not the channel's, or does not sign what it is given, makes no voucher", async () => {
  const channel = prepareChannel(terms, domain);
  const isKey = (error: unknown): boolean => error instanceof PaymentError && error.code === "PAYMENT_KEY";
  const other = voucherKey("secp256k1", id("another"), domain);
  await assert.rejects(signVoucher(other, channel, { epoch: 0, ceiling: 1n }), isKey);
  const liar: VoucherKey = { ...other, signer: key.signer };
  await assert.rejects(signVoucher(liar, channel, { epoch: 0, ceiling: 1n }), isKey);
  for (const [curve, wrong] of [
    ["secp256k1", ZERO_HASH],
    ["p256", ZERO_HASH],
    ["secp256k1", "0x12"],
    ["p256", "not hex"],
  ] as const) {
    assert.throws(() => voucherKey(curve, wrong, domain), isKey);
  }
});

test("a claim's words are those of the contract", () => {
  const voucher: Voucher = {
    channelId: ZERO_HASH,
    epoch: 0,
    ceiling: AMOUNT_MAX,
    sessionHash: id("session") as Hex,
    signature: `0x${"ab".repeat(64)}`,
  };
  const claim = encodeClaim({ ...terms, salt: SALT_MAX }, voucher, 5n);
  assert.equal(claim.closing, BigInt(solidityPacked(["uint64", "uint32"], [SALT_MAX, 900])));
  assert.equal(claim.amounts, BigInt(solidityPacked(["uint96", "uint96"], [5n, AMOUNT_MAX])));
  assert.equal(claim.proof, `${voucher.signature}${id("session").slice(2)}`);
  assert.equal(claimProof({ ...voucher, sessionHash: ZERO_HASH }), voucher.signature);
  assert.throws(() => claimAmounts(6n, 5n), isArgument);
  assert.throws(() => claimAmounts(0n, AMOUNT_MAX + 1n), isArgument);
});

test("an address is a signer by its padding", () => {
  const { address } = new Wallet(secret);
  assert.equal(signerOfAddress(address), key.signer);
  assert.equal(BigInt(key.signer), BigInt(address));
});
