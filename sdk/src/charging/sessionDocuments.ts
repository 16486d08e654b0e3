import { computeHmac, hexlify, isHexString, randomBytes, toUtf8Bytes } from "ethers";
import type { Cdr } from "./cdrTypes.js";
import { ChargingError } from "./ChargingError.js";

export const TOLL_DECLARATION_FORMAT = "blok-auto/toll-declaration/1";
export const PARKING_TICKET_FORMAT = "blok-auto/parking-ticket/1";

/** What a vehicle owes for passing a toll gate. It names the gate by a keyed hash, never by a position. */
export interface TollDeclaration {
  format: typeof TOLL_DECLARATION_FORMAT;
  /** Country and party of the toll charger, as in NL*TOL. */
  chargerId: string;
  /** Version of the charger's context data (EFC-ContextMark). */
  contextVersion: number;
  /** See {@link hashPlace}. */
  stationHash: string;
  tariffClass: string;
  tariffId: string;
  /** ISO 4217. */
  currency: string;
  /** Of the token. */
  decimals: number;
  /** After taxes, in base units of the token. */
  amount: string;
  sessionTime: string;
  /** 32 random bytes, so that the hash of the declaration cannot be guessed. */
  salt: string;
}

/** What a vehicle owes for a stay in a car park. It names the place by a keyed hash, never by a position. */
export interface ParkingTicket {
  format: typeof PARKING_TICKET_FORMAT;
  /** Country and party of the car park's operator, as in NL*PRK. */
  operatorId: string;
  /** See {@link hashPlace}. */
  locationHash: string;
  tariffId: string;
  /** ISO 4217. */
  currency: string;
  /** Of the token. */
  decimals: number;
  /** After taxes, in base units of the token. */
  amount: string;
  startedAt: string;
  endedAt: string;
  /** 32 random bytes, so that the hash of the ticket cannot be guessed. */
  salt: string;
}

/** What a voucher can pay for. */
export type SessionDocument = Cdr | TollDeclaration | ParkingTicket;

/**
 * The name of a gate or a car park in a document: HMAC-SHA-256 of its id under a key that its operator and its users
 * know. There are few places, so a hash without a key would be found out by trying them all.
 *
 * @param key 32 bytes, hex with 0x.
 * @returns 32 bytes, hex with 0x.
 * @throws {ChargingError} `SESSION_DOCUMENT` for a key of another length.
 * @example
 * hashPlace("TUNNEL-EAST-2", key); // "0x91ac..."
 */
export function hashPlace(placeId: string, key: string): string {
  if (!isHexString(key, 32)) {
    throw new ChargingError("SESSION_DOCUMENT", "the key of places is not 32 bytes", {
      where: "key",
      fix: "use 0x and 64 hex digits, and keep them secret",
    });
  }
  return computeHmac("sha256", key, toUtf8Bytes(placeId));
}

/** 32 random bytes, hex with 0x. */
export function createSalt(): string {
  return hexlify(randomBytes(32));
}
