import { concat, dataSlice, getBytes, hexlify, id, toBeHex } from "ethers";
import { claimProof } from "../../sdk/src/payments/encodeClaim.js";
import { prepareChannel, type PreparedChannel } from "../../sdk/src/payments/prepareChannel.js";
import { prepareDomain } from "../../sdk/src/payments/prepareDomain.js";
import type {
  ChannelDomain,
  ChannelTerms,
  Hex,
  Voucher,
  VoucherKey,
  VoucherVerdict,
} from "../../sdk/src/payments/types.js";
import { voucherDigest } from "../../sdk/src/payments/voucherDigest.js";
import { voucherKey } from "../../sdk/src/payments/voucherKey.js";

/** Terms and a voucher, and what every program that reads them has to find. Amounts and salts are decimal text. */
export interface VoucherVector {
  name: string;
  terms: Omit<ChannelTerms, "salt"> & { salt: string };
  /** The id of the channel with these terms. */
  channelId: Hex;
  voucher: { channelId: Hex; epoch: number; ceiling: string; sessionHash: Hex | null; signature: Hex };
  /** The voucher's EIP-712 digest; null where it says what no voucher can. */
  digest: Hex | null;
  /** The proof of a claim with this voucher. */
  proof: Hex | null;
  verdict: VoucherVerdict;
}

export interface VoucherVectors {
  description: string;
  domain: ChannelDomain;
  separator: Hex;
  vectors: VoucherVector[];
}

const DOMAIN: ChannelDomain = {
  chainId: 31_337,
  contract: "0xB10C000000000000000000000000000000000001",
  p256Verifier: "0xb10c000000000000000000000000000000000256",
};
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const EPOCH_MAX = 2 ** 24 - 1;
const CEILING_MAX = 2n ** 96n - 1n;

const address = (name: string): string => dataSlice(id(name), 12);
const word = (value: bigint): string => toBeHex(value, 32);

/** Makes the published vectors; the same in every run, because the keys sign deterministically. */
export async function voucherVectors(): Promise<VoucherVectors> {
  const domain = await prepareDomain(DOMAIN);
  const vehicle = voucherKey("secp256k1", id("voucher vectors: vehicle"), domain);
  const other = voucherKey("secp256k1", id("voucher vectors: another vehicle"), domain);
  const wallbox = voucherKey("p256", id("voucher vectors: P-256 vehicle"), domain);
  const stranger = voucherKey("p256", id("voucher vectors: another P-256 vehicle"), domain);

  const base: ChannelTerms = {
    payer: address("voucher vectors: payer"),
    signer: vehicle.signer,
    payee: address("voucher vectors: payee"),
    operator: address("voucher vectors: operator"),
    asset: `0x${"0".repeat(40)}`,
    closeDelaySeconds: 86_400,
    salt: 1n,
  };
  const plain = prepareChannel(base, domain);
  const p256 = prepareChannel({ ...base, signer: wallbox.signer }, domain);
  const widest = prepareChannel(
    {
      ...base,
      operator: base.asset,
      asset: address("voucher vectors: token"),
      closeDelaySeconds: 2_592_000,
      salt: 2n ** 64n - 1n,
    },
    domain,
  );
  const session = id("voucher vectors: charge detail record") as Hex;

  const made: VoucherVector[] = [];
  type Change = (voucher: Voucher) => Partial<Voucher>;
  const add = async (
    name: string,
    verdict: VoucherVerdict,
    channel: PreparedChannel,
    key: VoucherKey,
    [epoch, ceiling, sessionHash]: [epoch: number, ceiling: bigint, sessionHash?: Hex],
    change: Change = () => ({}),
  ): Promise<void> => {
    const signature = hexlify(await key.sign(channel.digest(epoch, ceiling, sessionHash))) as Hex;
    const signed: Voucher = { channelId: channel.id, epoch, ceiling, sessionHash, signature };
    const voucher: Voucher = { ...signed, ...change(signed) };
    const isSayable = verdict !== "malformed";
    made.push({
      name,
      terms: { ...channel.terms, salt: String(channel.terms.salt) },
      channelId: channel.id,
      voucher: {
        channelId: voucher.channelId,
        epoch: voucher.epoch,
        ceiling: String(voucher.ceiling),
        sessionHash: voucher.sessionHash ?? null,
        signature: voucher.signature,
      },
      digest: isSayable ? voucherDigest(voucher, domain) : null,
      proof: isSayable ? claimProof(voucher) : null,
      verdict,
    });
  };

  await add("secp256k1, plain", "valid", plain, vehicle, [0, 1_000_000n]);
  await add("secp256k1, session", "valid", plain, vehicle, [0, 2_000_000n, session]);
  await add("secp256k1, the smallest ceiling", "valid", plain, vehicle, [0, 1n]);
  await add("secp256k1, the largest ceiling", "valid", plain, vehicle, [0, CEILING_MAX]);
  await add("secp256k1, the largest epoch", "valid", plain, vehicle, [EPOCH_MAX, 1n]);
  await add("secp256k1, the largest of everything", "valid", widest, vehicle, [
    EPOCH_MAX,
    CEILING_MAX,
    session,
  ]);
  await add("secp256k1, r, s, v", "valid", plain, vehicle, [0, 1_000_000n], ({ signature }) => ({
    signature: expanded(signature),
  }));
  await add("secp256k1, a session of zero is none", "valid", plain, vehicle, [0, 1_000_000n], () => ({
    sessionHash: word(0n) as Hex,
  }));
  await add("P-256, plain", "valid", p256, wallbox, [0, 1_000_000n]);
  await add("P-256, session", "valid", p256, wallbox, [0, 2_000_000n, session]);
  await add("P-256, the largest of everything", "valid", p256, wallbox, [EPOCH_MAX, CEILING_MAX, session]);

  const forged = (name: string, channel: PreparedChannel, key: VoucherKey, change?: Change, hash?: Hex) =>
    add(name, "signatureInvalid", channel, key, [0, 1_000_000n, hash], change);
  await forged("secp256k1, signed by another key", plain, other);
  const odd = prepareChannel(
    { ...base, signer: concat(["0x01", dataSlice(vehicle.signer, 1)]) as Hex },
    domain,
  );
  await forged("secp256k1, a signer that is more than the address", odd, vehicle);
  await forged("secp256k1, the ceiling raised", plain, vehicle, ({ ceiling }) => ({ ceiling: ceiling + 1n }));
  await forged("secp256k1, of another epoch", plain, vehicle, () => ({ epoch: 1 }));
  await forged("secp256k1, a session added", plain, vehicle, () => ({ sessionHash: session }));
  await forged(
    "secp256k1, the session left out",
    plain,
    vehicle,
    () => ({ sessionHash: undefined }),
    session,
  );
  await forged("secp256k1, the other parity", plain, vehicle, ({ signature }) => ({
    signature: changeByte(signature, 32, 0x80),
  }));
  await forged(
    "secp256k1, r, s, v with a session",
    plain,
    vehicle,
    ({ signature }) => ({ signature: expanded(signature) }),
    session,
  );
  await forged("secp256k1, s in the upper half", plain, vehicle, ({ signature }) => ({
    signature: highS(signature),
  }));
  await forged("secp256k1, v of 0 or 1", plain, vehicle, ({ signature }) => {
    const long = getBytes(expanded(signature));
    long[64] = (long[64] ?? 0) - 27;
    return { signature: hexlify(long) as Hex };
  });
  await forged("secp256k1, r of zero", plain, vehicle, ({ signature }) => ({
    signature: concat([word(0n), dataSlice(signature, 32)]) as Hex,
  }));
  await forged("secp256k1, r beyond the order", plain, vehicle, ({ signature }) => ({
    signature: concat([word(SECP256K1_ORDER), dataSlice(signature, 32)]) as Hex,
  }));
  await forged("secp256k1, s of zero", plain, vehicle, ({ signature }) => ({
    signature: concat([dataSlice(signature, 0, 32), word(0n)]) as Hex,
  }));
  await forged("secp256k1, one byte short", plain, vehicle, ({ signature }) => ({
    signature: dataSlice(signature, 0, 63) as Hex,
  }));
  await forged("no signature", plain, vehicle, () => ({ signature: "0x" }));
  await forged("P-256, signed by another key that says so", p256, stranger);
  await forged(
    "P-256, signed by another key under the true coordinates",
    p256,
    stranger,
    ({ signature }) => ({
      signature: concat([dataSlice(signature, 0, 64), coordinatesOf(wallbox)]) as Hex,
    }),
  );
  await forged("P-256, the ceiling raised", p256, wallbox, ({ ceiling }) => ({ ceiling: ceiling + 1n }));
  await forged("P-256, s in the upper half", p256, wallbox, ({ signature }) => ({
    signature: concat([
      dataSlice(signature, 0, 32),
      word(P256_ORDER - BigInt(dataSlice(signature, 32, 64))),
      dataSlice(signature, 64),
    ]) as Hex,
  }));
  await forged("P-256, r of zero", p256, wallbox, ({ signature }) => ({
    signature: concat([word(0n), dataSlice(signature, 32)]) as Hex,
  }));
  await forged("P-256, without its coordinates", p256, wallbox, ({ signature }) => ({
    signature: dataSlice(signature, 0, 64) as Hex,
  }));

  await add("of a channel with other terms", "foreignChannel", plain, vehicle, [0, 1_000_000n], () => ({
    channelId: p256.id,
  }));
  await add("a ceiling of more than 96 bits", "malformed", plain, vehicle, [0, CEILING_MAX], () => ({
    ceiling: CEILING_MAX + 1n,
  }));
  await add("an epoch of more than 24 bits", "malformed", plain, vehicle, [EPOCH_MAX, 1n], () => ({
    epoch: EPOCH_MAX + 1,
  }));
  await add("a session's hash of 31 bytes", "malformed", plain, vehicle, [0, 1n, session], () => ({
    sessionHash: dataSlice(session, 1) as Hex,
  }));

  return {
    description:
      "Vouchers of blok auto payment channels and what they are worth. The keys are known to everybody.",
    domain: { chainId: domain.chainId, contract: domain.contract, p256Verifier: domain.p256Verifier },
    separator: domain.separator,
    vectors: made,
  };
}

/** ERC-2098 as r, s, v. */
function expanded(signature: string): Hex {
  const s = BigInt(dataSlice(signature, 32, 64));
  const parity = Number(s >> 255n);
  return concat([dataSlice(signature, 0, 32), word(s & ((1n << 255n) - 1n)), toBeHex(27 + parity)]) as Hex;
}

/** The other form of a signature, as r, s, v: both are of the same key by the curve's equation. */
function highS(signature: string): Hex {
  const long = expanded(signature);
  const s = SECP256K1_ORDER - BigInt(dataSlice(long, 32, 64));
  const v = 55 - Number(dataSlice(long, 64));
  return concat([dataSlice(long, 0, 32), word(s), toBeHex(v)]) as Hex;
}

function changeByte(signature: string, at: number, mask: number): Hex {
  const bytes = getBytes(signature);
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  return hexlify(bytes) as Hex;
}

function coordinatesOf(key: VoucherKey): string {
  const signature = key.sign(new Uint8Array(32).fill(1)) as Uint8Array;
  return hexlify(signature.subarray(64));
}
