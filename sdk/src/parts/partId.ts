import { AbiCoder, getAddress, hexlify, id, keccak256, toBeHex, toUtf8Bytes, toUtf8String } from "ethers";
import { PartError } from "./PartError.js";

/** A part id taken apart. */
export interface PartIdFields {
  maker: string;
  /** The maker's own lot number. */
  lotNumber: bigint;
  /** 0 for the units of a lot that have no serial. */
  serial: number;
}

const MAX_LOT_NUMBER = (1n << 64n) - 1n;
const MAX_SERIAL = 0xffff_ffff;
const VEHICLE_ACCOUNT = id("blok auto vehicle account");
const CAMPAIGN_NUMBER = /^\d{2}[VETC]\d{6}$/;

/**
 * The id of a lot: maker << 64 | number. It is known before the lot is.
 *
 * @throws {PartError} `PART_ID` for a number beyond 64 bits.
 * @example
 * lotIdOf("0x90F79bf6EB2c4f870365E785982E1f101E93b906", 7n);
 */
export function lotIdOf(maker: string, lotNumber: bigint | number): bigint {
  const number = BigInt(lotNumber);
  if (number < 0n || number > MAX_LOT_NUMBER) {
    throw new PartError("PART_ID", `lot number ${number} does not fit 64 bits`, {
      fix: `use 0 to ${MAX_LOT_NUMBER}`,
    });
  }
  return (BigInt(getAddress(maker)) << 64n) | number;
}

/**
 * The id of a part: lot << 32 | serial; serial 0 stands for all units of a lot that have none.
 *
 * @throws {PartError} `PART_ID` for a serial beyond 32 bits.
 */
export function partIdOf(lotId: bigint, serial = 0): bigint {
  if (!Number.isInteger(serial) || serial < 0 || serial > MAX_SERIAL) {
    throw new PartError("PART_ID", `serial ${serial} does not fit 32 bits`, {
      fix: `use 0 to ${MAX_SERIAL}`,
    });
  }
  return (lotId << 32n) | BigInt(serial);
}

/** The lot that a part is of. */
export function lotOfPart(partId: bigint): bigint {
  return partId >> 32n;
}

/** The serial of a unit; 0 for the units of a lot that have none. */
export function serialOfPart(partId: bigint): number {
  return Number(partId & BigInt(MAX_SERIAL));
}

/** The maker of a lot, which stands in its id. */
export function makerOfLot(lotId: bigint): string {
  return getAddress(toBeHex(lotId >> 64n, 20));
}

/**
 * Takes a part id apart.
 *
 * @example
 * parsePartId(partIdOf(lotIdOf(maker, 7n), 12)); // { maker, lotNumber: 7n, serial: 12 }
 */
export function parsePartId(partId: bigint): PartIdFields {
  const lotId = lotOfPart(partId);
  return {
    maker: makerOfLot(lotId),
    lotNumber: lotId & MAX_LOT_NUMBER,
    serial: serialOfPart(partId),
  };
}

/** The ERC-1155 account under which a vehicle holds its parts; no key controls it. */
export function vehicleAccountOf(vehicleId: bigint): string {
  const hash = keccak256(
    AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [VEHICLE_ACCOUNT, vehicleId]),
  );
  return getAddress(`0x${hash.slice(26)}`);
}

/**
 * The id of a recall campaign: maker << 96 | byAuthority << 72 | number.
 *
 * @param number NHTSA campaign number: two digits, one of V E T C, six digits (49 CFR 573.6).
 * @param isByAuthority Whether an authority opened it, whose numbers are apart from the maker's.
 * @throws {PartError} `PART_ID` for another form.
 * @example
 * campaignIdOf(maker, "21V554000");
 */
export function campaignIdOf(maker: string, number: string, isByAuthority = false): bigint {
  const authority = isByAuthority ? 1n << 72n : 0n;
  return (BigInt(getAddress(maker)) << 96n) | authority | BigInt(campaignNumberBytes(number));
}

/** A campaign number as the contract takes it: nine characters, as hex. */
export function campaignNumberBytes(number: string): string {
  if (!CAMPAIGN_NUMBER.test(number)) {
    throw new PartError("PART_ID", `${JSON.stringify(number)} is no NHTSA campaign number`, {
      fix: 'two digits, one of V E T C, six digits, as in "21V554000"',
    });
  }
  return hexlify(toUtf8Bytes(number));
}

/** The maker and the number of a campaign. */
export function parseCampaignId(campaignId: bigint): { maker: string; number: string } {
  return {
    maker: getAddress(toBeHex(campaignId >> 96n, 20)),
    number: toUtf8String(toBeHex(campaignId & ((1n << 72n) - 1n), 9)),
  };
}
