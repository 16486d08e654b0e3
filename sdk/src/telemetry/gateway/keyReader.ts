/** When a key speaks for its vehicle, as `VehicleKeys` has it: from `validFrom` until before `validTo`, Unix seconds. */
export interface KeyPeriod {
  validFrom: number;
  validTo: number;
  isRevoked: boolean;
}

/** What the chain says of a key and a vehicle. */
export interface KeyStanding {
  /** Whether the vehicle has a title. */
  isVehicleKnown: boolean;
  /** Left out when the key was never bound to the vehicle. */
  period?: KeyPeriod;
}

/** Tells which key speaks for which vehicle. It rejects when that cannot be found out now. */
export interface KeyReader {
  /** @param keyId Hex with 0x, 32 bytes. */
  read(vehicleId: bigint, keyId: string): Promise<KeyStanding>;
}
