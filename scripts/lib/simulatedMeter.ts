import { createMeterKey } from "../../sdk/src/charging/meterKey.js";
import { signMeterReading } from "../../sdk/src/charging/signMeterReading.js";
import type { ChargePoints } from "../../sdk/src/operator/types.js";

/** The register was zero then, Unix seconds. */
const INSTALLED_AT = 1_700_000_000;
const SECONDS_PER_HOUR = 3_600;

/**
 * Charge points whose meters run by the clock, always at the same power: what they show needs no memory and survives any crash.
 * They sign as real ones do (OCMF).
 *
 * @param secret 32 bytes, from which the meters' key is made.
 */
export function simulatedMeter(evses: readonly string[], powerW: number, secret: Uint8Array): ChargePoints {
  const key = createMeterKey("secp256r1", secret);
  const read = (): { at: number; registerWh: bigint } => {
    const at = Math.floor(Date.now() / 1000);
    return { at, registerWh: (BigInt(at - INSTALLED_AT) * BigInt(powerW)) / BigInt(SECONDS_PER_HOUR) };
  };
  return {
    evses,
    publicKey: key.publicKey,
    read: async () => read(),
    async sign(evse, transaction, page) {
      const { at, registerWh } = read();
      const reading = { at, transaction, valueWh: registerWh };
      const ocmf = await signMeterReading({ meterSerial: `SIM-${evse}`, page, readings: [reading] }, key);
      return { at, registerWh, ocmf };
    },
  };
}
