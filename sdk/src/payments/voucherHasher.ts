import { hexBuffer } from "../history/hexBytes.js";
import type { Keccak } from "../history/keccak.js";
import { EPOCH_MAX, isAmount, isHexOf, isUint, writeUint32, writeUint96, ZERO_HASH } from "./words.js";

/** keccak256("Voucher(bytes32 channelId,uint24 epoch,uint96 ceiling)") */
const VOUCHER_TYPEHASH = "0x98c6aff5e362ffda2a72af2d1df647e873914dff00e90cc69c6dbd3c42c4d39d";
/** keccak256("SessionVoucher(bytes32 channelId,uint24 epoch,uint96 ceiling,bytes32 sessionHash)") */
const SESSION_VOUCHER_TYPEHASH = "0x623209c47b423c569d91df636aa2e4d6a9a7272e1c7971e3c39ff203e51ca521";

// What is hashed: type, channel, epoch, ceiling and, for a session, its hash.
const CHANNEL_AT = 32;
const EPOCH_AT = 64;
const CEILING_AT = 96;
const SESSION_AT = 128;
const SESSION_BYTES = 160;
// EIP-712: 0x1901, separator, struct hash.
const OUTER_BYTES = 66;
const STRUCT_AT = 34;

/**
 * The digest of a voucher, or undefined for what no voucher can say.
 *
 * @param channelId 32 bytes.
 */
export type VoucherHasher = (
  channelId: Uint8Array,
  epoch: number,
  ceiling: bigint,
  sessionHash: string | undefined,
) => Uint8Array | undefined;

/**
 * Makes the function that hashes vouchers to one contract: the bytes are laid out once, and only those that differ are written
 * for each voucher.
 *
 * @param separator The EIP-712 domain separator.
 */
export function voucherHasher(separator: string, keccak: Keccak): VoucherHasher {
  const session = hexBuffer(SESSION_BYTES);
  const view = new DataView(session.bytes.buffer);
  const plain = session.bytes.subarray(0, SESSION_AT);
  const plainType = bytesOf(VOUCHER_TYPEHASH);
  const sessionType = bytesOf(SESSION_VOUCHER_TYPEHASH);
  const outer = hexBuffer(OUTER_BYTES);
  outer.write("0x1901", 0, 2);
  outer.write(separator, 2, 32);

  return (channelId, epoch, ceiling, sessionHash) => {
    if (!isUint(epoch, EPOCH_MAX) || !isAmount(ceiling)) return undefined;
    const isPlain = sessionHash === undefined || sessionHash === ZERO_HASH;
    if (!isPlain && !(isHexOf(sessionHash, 32) && session.write(sessionHash, SESSION_AT, 32)))
      return undefined;
    session.bytes.set(isPlain ? plainType : sessionType);
    session.bytes.set(channelId, CHANNEL_AT);
    writeUint32(view, EPOCH_AT, epoch);
    writeUint96(view, CEILING_AT, ceiling);
    outer.bytes.set(keccak(isPlain ? plain : session.bytes), STRUCT_AT);
    return keccak(outer.bytes);
  };
}

function bytesOf(hash: string): Uint8Array {
  const buffer = hexBuffer(32);
  buffer.write(hash, 0, 32);
  return buffer.bytes;
}
