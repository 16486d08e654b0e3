import { fraction } from "../parts/fraction.js";
import { ChargingError } from "./ChargingError.js";
import type { MeterKey } from "./meterKey.js";
import { Crypto, Signer } from "./ocmfLibrary.js";
import type { MeterState, ReadingReason, TimeState } from "./ocmfTypes.js";
import { toJsonNumber } from "./parseDecimal.js";

export interface MeterReadingToSign {
  meterSerial: string;
  /** The number of the data set among those of transactions. */
  page: number;
  /** A token or contract id of the user; absent if nobody is assigned. */
  user?: { type: "ISO14443" | "EMAID" | "CENTRAL" | "LOCAL"; data: string };
  /** EVSE id. */
  chargePoint?: string;
  readings: {
    /** In s since 1970 UTC. */
    at: number;
    transaction: ReadingReason;
    valueWh: bigint;
    /** Absent: G. */
    status?: MeterState;
    /** Absent: S. */
    timeStatus?: TimeState;
  }[];
}

/**
 * Signs meter values as a charging station does (OCMF 1.4), for tests and demonstrations.
 *
 * @throws {ChargingError} `DECIMAL_INEXACT` for a register of more than 15 digits, `METER_KEY` for a key that does not sign.
 * @example
 * const text = await signMeterReading({ meterSerial: "EXAMPLE-1", page: 12, readings: [reading] }, key);
 * text; // 'OCMF|{"FV":"1.4",...}|{"SA":"ECDSA-secp256r1-SHA256","SD":"3045..."}'
 */
export async function signMeterReading(values: MeterReadingToSign, key: MeterKey): Promise<string> {
  const { meterSerial, page, user, chargePoint, readings } = values;
  const payload = {
    FV: "1.4",
    GI: "EXAMPLE",
    GS: `GW-${meterSerial}`,
    PG: `T${page}`,
    MS: meterSerial,
    IS: user !== undefined,
    IT: user?.type ?? ("NONE" as const),
    ...(user && { ID: user.data }),
    ...(chargePoint !== undefined && { CT: "EVSEID" as const, CI: chargePoint }),
    RD: readings.map(({ at, transaction, valueWh, status = "G", timeStatus = "S" }) => ({
      TM: `${new Date(at * 1000).toISOString().replace(".", ",").replace("Z", "+0000")} ${timeStatus}`,
      TX: transaction,
      RV: toJsonNumber(fraction(valueWh, 1000n), "valueWh"),
      RI: "1-b:1.8.0",
      RU: "kWh" as const,
      ST: status,
    })),
  };
  const crypto = new Crypto();
  try {
    const privateKey = await crypto.decodeEcPrivateKey(key.privateKey, "pkcs8-der");
    return await new Signer(crypto).sign(payload, privateKey, `ECDSA-${key.curve}-SHA256`);
  } catch (cause) {
    throw new ChargingError("METER_KEY", "this key does not sign", {
      fix: "use one of createMeterKey",
      cause,
    });
  }
}
