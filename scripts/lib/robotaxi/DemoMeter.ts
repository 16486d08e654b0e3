import { getBytes, id } from "ethers";
import { createMeterKey } from "../../../sdk/src/charging/meterKey.js";
import { signMeterReading } from "../../../sdk/src/charging/signMeterReading.js";
import type { ChargePoints } from "../../../sdk/src/operator/types.js";

/** A clock that the demo turns: operators, meters and the chain go by it. */
export interface DemoClock {
  /** Unix seconds. */
  at: number;
}

/** A meter whose register the demo turns. */
export class DemoMeter implements ChargePoints {
  readonly evses = ["1", "2"];
  readonly publicKey: string;
  readonly #key = createMeterKey("secp256r1", getBytes(id("meter of the demonstration")));
  readonly #clock: DemoClock;
  #registerWh = 2_935_600n;

  constructor(clock: DemoClock) {
    this.#clock = clock;
    this.publicKey = this.#key.publicKey;
  }

  /** Lets time pass, and energy flow. */
  run(seconds: number, energyWh: bigint): void {
    this.#clock.at += seconds;
    this.#registerWh += energyWh;
  }

  async read(): Promise<{ at: number; registerWh: bigint }> {
    return { at: this.#clock.at, registerWh: this.#registerWh };
  }

  async sign(
    evse: string,
    transaction: "B" | "E",
    page: number,
  ): Promise<{ at: number; registerWh: bigint; ocmf: string }> {
    const sample = await this.read();
    const readings = [{ at: sample.at, transaction, valueWh: sample.registerWh }];
    const ocmf = await signMeterReading({ meterSerial: `DEMO-${evse}`, page, readings }, this.#key);
    return { ...sample, ocmf };
  }
}
