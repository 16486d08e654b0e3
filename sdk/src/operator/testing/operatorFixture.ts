import { readFileSync } from "node:fs";
import { getBytes, id } from "ethers";
import { createMeterKey } from "../../charging/meterKey.js";
import { parseTariffFile } from "../../charging/parseTariffFile.js";
import { signMeterReading } from "../../charging/signMeterReading.js";
import { MemoryPaymentStore } from "../../payments/MemoryPaymentStore.js";
import { Payee } from "../../payments/Payee.js";
import { Payer } from "../../payments/Payer.js";
import { addressOf, channel, domain, FakeChain, group, key, terms } from "../../payments/testing/fakes.js";
import type { ChannelTerms, PaymentStore } from "../../payments/types.js";
import { prepareChannel } from "../../payments/prepareChannel.js";
import { MemoryRecordStore } from "../../recordStore/MemoryRecordStore.js";
import type { RecordStore } from "../../recordStore/RecordStore.js";
import { VehicleClient } from "../../vehicleClient/VehicleClient.js";
import type { VehicleClientInput } from "../../vehicleClient/types.js";
import { createOperator, type Operator } from "../createOperator.js";
import {
  startOperatorServer,
  type OperatorServer,
  type OperatorServerOptions,
} from "../startOperatorServer.js";
import type { ChargePoints, ChargingOffer, OperatorEvent, OperatorInput } from "../types.js";

export const PRICES = { decimals: 6, timeZone: "Europe/Amsterdam" };
export const HOLD = 500_000n;
export const DEPOSIT = 1_000_000_000n;
const TARIFFS = parseTariffFile(
  readFileSync(new URL("../../../../examples/tariffs.json", import.meta.url), "utf8"),
);
const METER_KEY = createMeterKey("secp256r1", getBytes(id("meter of the tests")));

/** A meter whose clock and register a test turns. */
export class TestMeter implements ChargePoints {
  readonly evses = ["1", "2"];
  readonly publicKey = METER_KEY.publicKey;
  at: number;
  registerWh = 1_000_000n;

  constructor(at: number) {
    this.at = at;
  }

  /** Lets time pass, and energy flow. */
  run(seconds: number, energyWh: bigint): void {
    this.at += seconds;
    this.registerWh += energyWh;
  }

  async read(): Promise<{ at: number; registerWh: bigint }> {
    return { at: this.at, registerWh: this.registerWh };
  }

  async sign(
    evse: string,
    transaction: "B" | "E",
    page: number,
  ): Promise<{ at: number; registerWh: bigint; ocmf: string }> {
    const { at, registerWh } = this;
    const reading = { at, transaction, valueWh: registerWh };
    const ocmf = await signMeterReading(
      { meterSerial: `TEST-${evse}`, page, readings: [reading] },
      METER_KEY,
    );
    return { at, registerWh, ocmf };
  }
}

/** An operator over HTTP and a car that pays it, on a chain that a test writes by hand. */
export interface OperatorFixture {
  chain: FakeChain;
  meter: TestMeter;
  payeeStore: PaymentStore;
  records: RecordStore;
  events: OperatorEvent[];
  payee: Payee;
  operator: Operator;
  server: OperatorServer;
  url: string;
  client: VehicleClient;
  payer: Payer;
  payerStore: PaymentStore;
  clientRecords: RecordStore;
  /** What both sides' books come to, base units. */
  sums(): Promise<{ receipts: bigint; charged: bigint; ceiling: bigint; payerCeiling: bigint }>;
  /** Another process with the same stores. */
  restart(): Promise<void>;
  /** The car's client, as another process with the same stores. */
  newClient(more?: Partial<VehicleClientInput>): VehicleClient;
  stop(): Promise<void>;
}

export const LOCATION: ChargingOffer["location"] = {
  id: "LOC1",
  address: "Example street 1",
  city: "Example",
  country: "NLD",
  coordinates: { latitude: "52.00000", longitude: "5.00000" },
  connector_id: "1",
  connector_standard: "IEC_62196_T2_COMBO",
  connector_format: "CABLE",
  connector_power_type: "DC",
};

export interface FixtureOptions {
  location?: ChargingOffer["location"];
  operator?: Partial<OperatorInput>;
  server?: Partial<OperatorServerOptions>;
  client?: Partial<VehicleClientInput>;
  payeeStore?: PaymentStore;
  records?: RecordStore;
  terms?: ChannelTerms;
}

const START = Math.floor(Date.parse("2026-03-02T10:00:00Z") / 1000);
const [toll] = TARIFFS.toll;
const [charging] = TARIFFS.charging;
const [parking] = TARIFFS.parking;

export async function operatorFixture(options: FixtureOptions = {}): Promise<OperatorFixture> {
  const chain = new FakeChain();
  const meter = new TestMeter(START);
  const now = (): number => meter.at;
  chain.set(channel.id, { deposited: DEPOSIT });
  const { payeeStore = new MemoryPaymentStore(), records = new MemoryRecordStore() } = options;
  const payerStore = new MemoryPaymentStore();
  const clientRecords = new MemoryRecordStore();
  const events: OperatorEvent[] = [];
  if (!toll || !charging || !parking) throw new Error("the example tariffs are incomplete");

  const start = async (
    port: number,
  ): Promise<Pick<OperatorFixture, "payee" | "operator" | "server" | "url">> => {
    const payee = new Payee({ domain, store: payeeStore, reader: chain, groups: [group], now });
    const operator = await createOperator({
      domain,
      payee,
      payments: payeeStore,
      records,
      terms: { ...group, closeDelaySeconds: { min: 900, max: 86_400 }, minimumDeposit: "1000000" },
      prices: PRICES,
      tolls: { tariff: toll, gates: ["EAST-1", "EAST-2"] },
      charging: {
        tariff: charging,
        hold: HOLD,
        chargePoints: meter,
        evsePrefix: "NL*CPO*E",
        location: options.location ?? LOCATION,
      },
      parking: { tariff: parking, hold: HOLD, placeId: "GARAGE-1" },
      secret: getBytes(id("secret of the tests")),
      placeKey: id("places of the tests"),
      now,
      onEvent: (event) => events.push(event),
      ...options.operator,
    });
    const server = await startOperatorServer(operator, { port, ...options.server });
    return { payee, operator, server, url: server.url };
  };

  const payer = new Payer({ key, domain, store: payerStore, reader: chain });
  await payer.track(options.terms ?? terms);
  const newClient = (more: Partial<VehicleClientInput> = {}): VehicleClient =>
    new VehicleClient({
      payer,
      domain,
      payments: payerStore,
      records: clientRecords,
      policy: { maxPrice: 50_000_000n, maxHold: 2n * HOLD },
      retries: 3,
      retryDelayMs: 5,
      ...options.client,
      ...more,
    });

  const fixture: OperatorFixture = {
    chain,
    meter,
    payeeStore,
    records,
    events,
    payer,
    payerStore,
    clientRecords,
    client: newClient(),
    newClient,
    ...(await start(0)),
    async sums() {
      const receipts = (await payeeStore.listReceipts(channel.id, 0)).reduce(
        (sum, { price }) => sum + price,
        0n,
      );
      const payee = await payeeStore.readPayee(channel.id, 0);
      const own = await payerStore.readPayer(channel.id, 0);
      return {
        receipts,
        charged: payee?.value.charged ?? 0n,
        ceiling: payee?.value.ceiling ?? 0n,
        payerCeiling: own?.value.ceiling ?? 0n,
      };
    },
    async restart() {
      const { port } = fixture.server;
      await fixture.server.stop(0);
      Object.assign(fixture, await start(port));
    },
    stop: () => fixture.server.stop(0),
  };
  return fixture;
}

/** A channel of the same car with somebody else. */
export const foreignTerms: ChannelTerms = { ...terms, payee: addressOf("another payee") };
export const foreignChannel = prepareChannel(foreignTerms, domain);
