import { id } from "ethers";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import type { KeyCurve } from "../../sdk/src/lifecycle/events.js";
import { vehicleKey, vehicleKeyDigest, type VehicleKey } from "../../sdk/src/lifecycle/vehicleKey.js";
import { simulateDrive, type DriveKind } from "../../sdk/src/telemetry/drives/simulateDrive.js";
import { telemetryDomain } from "../../sdk/src/telemetry/telemetryDomain.js";
import { TripRecorder } from "../../sdk/src/telemetry/TripRecorder.js";
import type { Sample, Trip } from "../../sdk/src/telemetry/types.js";
import type { createChain } from "./fixture.js";

const DAY = 86_400;
export const FOREVER = 2 ** 40 - 1;

/** A vehicle with a title and a key, as it stands on chain. */
export interface KeyedVehicle {
  vehicleId: bigint;
  key: VehicleKey;
}

/** Members, and the way to vehicles with keys and to trips that ended before now. */
export function telemetryFlow(chain: Awaited<ReturnType<typeof createChain>>) {
  return async function telemetryFixture() {
    const system = await chain.memberFixture();
    const { deployment, title, keys, actors } = system;
    const maker = actors.manufacturer;
    const { TelemetryAnchors: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
    const domain = await telemetryDomain({ chainId: deployment.chainId, contract, p256Verifier });
    const now = await chain.networkHelpers.time.latest();
    const born = now - 400 * DAY;

    const bindKey = async (
      vehicleId: bigint,
      key: VehicleKey,
      validFrom = born,
      validTo = FOREVER,
    ): Promise<void> => {
      const statement = { vehicleId, keyId: key.keyId, validFrom, validTo, binder: maker.address };
      const signature = key.sign(vehicleKeyDigest(deployment, "BindKey", statement));
      await keys
        .connect(maker)
        .bindVehicleKey(vehicleId, key.signer, validFrom, validTo, ROLES.manufacturer, signature);
    };
    const addVehicle = async (name: string, curve: KeyCurve = "secp256k1"): Promise<KeyedVehicle> => {
      const vehicleId = BigInt(id(`vehicle ${name}`));
      const birth = {
        vehicleId,
        documentHash: id(`birth of ${name}`),
        kind: 1,
        code: 0,
        odometer: 5,
        odometerUnit: 1,
        observedAt: born,
      };
      await title.connect(maker).registerVehicle(actors.holder, birth, ROLES.manufacturer);
      const key = vehicleKey(curve, id(`key of ${name}`), p256Verifier);
      await bindKey(vehicleId, key);
      return { vehicleId, key };
    };
    return { ...system, domain, now, addVehicle, bindKey };
  };
}

/** What a vehicle's recorder makes of one drive after another; the last ends some hours before `now`. */
export async function recordTrips(
  vehicleId: bigint,
  kinds: readonly DriveKind[],
  now: number,
): Promise<{ trip: Trip; samples: Sample[] }[]> {
  const recorder = await TripRecorder.create({ vehicleId });
  return kinds.map((kind, index) => {
    const startMs = (now - (kinds.length - index) * 3 * 3_600) * 1_000;
    const samples = simulateDrive({ kind, seed: index, startMs, legs: 2 });
    recorder.startTrip(id(`salt ${index}`));
    for (const sample of samples) recorder.add(sample);
    return { trip: recorder.endTrip() as Trip, samples };
  });
}
