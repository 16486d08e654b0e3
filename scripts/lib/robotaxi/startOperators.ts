import type { CdrLocation } from "../../../sdk/src/charging/cdrTypes.js";
import { DemoMeter } from "./DemoMeter.js";
import { startDemoOperator, type DemoOperator } from "./startDemoOperator.js";
import type { TaxiWorld } from "./world.js";

export const GATES = 40;
const HOLD = 500_000n;
const LOCATION: Omit<CdrLocation, "evse_uid" | "evse_id"> = {
  id: "LOC1",
  address: "Example street 1",
  city: "Example",
  country: "DEU",
  coordinates: { latitude: "52.00000", longitude: "5.00000" },
  connector_id: "1",
  connector_standard: "IEC_62196_T2_COMBO",
  connector_format: "CABLE",
  connector_power_type: "DC",
};

export interface DemoOperators {
  toll: DemoOperator;
  charging: DemoOperator;
  parking: DemoOperator;
  all: readonly DemoOperator[];
  meter: DemoMeter;
  stop(): Promise<void>;
}

/** A toll, a charging and a parking operator, each with a server, books and an account of its own. */
export async function startOperators(world: TaxiWorld): Promise<DemoOperators> {
  const { signers } = world;
  const meter = new DemoMeter(world.clock);
  const gates = Array.from({ length: GATES }, (_, index) => `GATE-${index + 1}`);
  const [toll, charging, parking] = await Promise.all([
    startDemoOperator(world, "toll operator", signers.toll, ({ toll: [tariff] }) => ({
      tolls: { tariff: known(tariff), gates },
    })),
    startDemoOperator(world, "charging operator", signers.charging, ({ charging: [, tariff] }) => ({
      charging: {
        tariff: known(tariff),
        hold: HOLD,
        chargePoints: meter,
        evsePrefix: "DE*CPO*E",
        location: LOCATION,
      },
    })),
    startDemoOperator(world, "parking operator", signers.parking, ({ parking: [tariff] }) => ({
      parking: { tariff: known(tariff), hold: HOLD, placeId: "GARAGE-1" },
    })),
  ]);
  const all = [toll, charging, parking];
  return {
    toll,
    charging,
    parking,
    all,
    meter,
    stop: async () => void (await Promise.all(all.map((operator) => operator.stop()))),
  };
}

function known<T>(tariff: T | undefined): T {
  if (tariff === undefined) throw new Error("examples/tariffs.json lacks a tariff");
  return tariff;
}
