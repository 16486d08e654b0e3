import { getBytes, hexlify, id, Wallet } from "ethers";
import { nativeSecp256k1 } from "../../documents/nativeSecp256k1.js";
import { vehicleKey, type VehicleKey } from "../../lifecycle/vehicleKey.js";
import type { KeyReader, KeyStanding } from "../gateway/keyReader.js";
import { signSummary, type SummaryKey } from "../signSummary.js";
import { telemetryDomain, type TelemetryDomain } from "../telemetryDomain.js";
import { NO_COUNTERS, type SignedSummary, type TripSummary } from "../types.js";

/** When the first trip of every vehicle begins, Unix seconds. */
export const BEGAN = 1_760_000_000;
const TRIP_SECONDS = 600;
const PAUSE_SECONDS = 60;

export interface FleetVehicle {
  vehicleId: bigint;
  key: VehicleKey;
}

/** The domain of a contract that stands nowhere. */
export function testDomain(): Promise<TelemetryDomain> {
  return telemetryDomain({
    chainId: 31_337,
    contract: new Wallet(id("anchors")).address,
    p256Verifier: new Wallet(id("verifier")).address,
  });
}

/** A vehicle with a key: the same number gives the same one. */
export function fleetVehicle(number: number, domain: TelemetryDomain): FleetVehicle {
  const key = vehicleKey("secp256k1", id(`key of vehicle ${number}`), domain.p256Verifier);
  return { vehicleId: BigInt(id(`vehicle ${number}`)), key };
}

/** The summary of a vehicle's trip, which goes on from the one before. */
export function tripOf(vehicleId: bigint, sequence: number, change: Partial<TripSummary> = {}): TripSummary {
  const startedAt = BEGAN + (sequence - 1) * (TRIP_SECONDS + PAUSE_SECONDS);
  return {
    vehicleId,
    sequence,
    startedAt,
    endedAt: startedAt + TRIP_SECONDS,
    traceRoot: id(`trace ${sequence}`),
    counters: {
      ...NO_COUNTERS,
      distanceM: BigInt(sequence * 7_000),
      drivingS: sequence * 550,
      harshBrakes: Math.floor(sequence / 3),
    },
    ...change,
  };
}

/** Signs a trip. */
export function signTrip(
  { vehicleId, key }: FleetVehicle,
  sequence: number,
  domain: TelemetryDomain,
  change: Partial<TripSummary> = {},
): Promise<SignedSummary> {
  return signSummary(tripOf(vehicleId, sequence, change), key, domain);
}

/** A key that signs in native code, for many summaries. */
export function quickKey(secret: string): SummaryKey {
  const bytes = getBytes(secret);
  return {
    signer: new Wallet(secret).address,
    sign: (digest) => {
      if (!nativeSecp256k1) throw new Error("the native secp256k1 module did not load");
      const { signature, recid } = nativeSecp256k1.ecdsaSign(getBytes(digest), bytes);
      return `${hexlify(signature)}${(27 + recid).toString(16)}`;
    },
  };
}

/** Keys as a test sets them. */
export class FakeKeys implements KeyReader {
  readonly #standings = new Map<string, KeyStanding>();
  readonly #vehicles = new Set<bigint>();
  reads = 0;
  isDown = false;

  bind({ vehicleId, key }: FleetVehicle, change: Partial<KeyStanding["period"]> = {}): void {
    this.#vehicles.add(vehicleId);
    const period = { validFrom: 1, validTo: 2 ** 40 - 1, isRevoked: false, ...change };
    this.#standings.set(`${vehicleId} ${key.keyId}`, { isVehicleKnown: true, period });
  }

  async read(vehicleId: bigint, keyId: string): Promise<KeyStanding> {
    this.reads += 1;
    if (this.isDown) throw new Error("the node is down");
    return this.#standings.get(`${vehicleId} ${keyId}`) ?? { isVehicleKnown: this.#vehicles.has(vehicleId) };
  }
}
