import { id, ZeroAddress } from "ethers";
import { checkCdr } from "../../../sdk/src/charging/checkCdr.js";
import type { SessionDocument } from "../../../sdk/src/charging/sessionDocuments.js";
import { MemoryPaymentStore } from "../../../sdk/src/payments/MemoryPaymentStore.js";
import { Payee } from "../../../sdk/src/payments/Payee.js";
import { Payer } from "../../../sdk/src/payments/Payer.js";
import type { ChannelTerms, VoucherKey } from "../../../sdk/src/payments/types.js";
import { voucherKey } from "../../../sdk/src/payments/voucherKey.js";
import { MemoryRecordStore } from "../../../sdk/src/recordStore/MemoryRecordStore.js";
import type { Purchase } from "../../../sdk/src/vehicleClient/types.js";
import { VehicleClient } from "../../../sdk/src/vehicleClient/VehicleClient.js";
import { PRICES, type DemoOperator } from "./startDemoOperator.js";
import { GATES, type DemoOperators } from "./startOperators.js";
import { EURO, type TaxiWorld } from "./world.js";

/** After so many gates the toll operator's server falls over. */
const CRASH_AT = 20;
export const RIDE_KM = 12;
const FARE_PER_KM = 1_100_000n;
const CHARGING_STEPS = 12;

type Pay = (
  operator: DemoOperator,
  path: string,
  body?: Record<string, unknown>,
  checkDocument?: (document: SessionDocument) => Promise<string | undefined>,
) => Promise<Purchase>;

export interface TaxiDay {
  /** How many payments each operator took. */
  payments: ReadonlyMap<DemoOperator, number>;
  /** The owner's side of the ride. */
  fares: Payee;
  /** Wh, as the meter signed them. */
  energyWh: bigint;
}

/** The key of the passenger's phone. */
export function passengerKey(world: TaxiWorld): VoucherKey {
  return voucherKey("secp256k1", id("phone of the passenger"), world.domain);
}

/** A ride, tolls, charging and parking, paid as they come; the toll operator's server falls over once. */
export async function spendDay(
  world: TaxiWorld,
  operators: DemoOperators,
  carKey: VoucherKey,
  terms: ReadonlyMap<DemoOperator, ChannelTerms>,
  fareTerms: ChannelTerms,
): Promise<TaxiDay> {
  const payments = new Map<DemoOperator, number>();
  const pay = await carThatPays(world, carKey, terms, payments);
  const fares = await ride(world, fareTerms);
  await passGates(world, operators.toll, pay);
  let energyWh = 0n;
  for (let session = 0; session < 2; session++) energyWh += await charge(operators, pay);
  for (let stay = 0; stay < 3; stay++) {
    const { visit } = await pay(operators.parking, "/parking");
    world.clock.at += 3_600 + stay * 1_800;
    await pay(operators.parking, `/parking/${visit?.visitId}/leave`);
  }
  return { payments, fares, energyWh };
}

async function carThatPays(
  world: TaxiWorld,
  key: VoucherKey,
  terms: ReadonlyMap<DemoOperator, ChannelTerms>,
  payments: Map<DemoOperator, number>,
): Promise<Pay> {
  const { domain, reader, now } = world;
  const store = new MemoryPaymentStore();
  const payer = new Payer({ key, domain, store, reader, now });
  const client = new VehicleClient({
    payer,
    domain,
    payments: store,
    records: new MemoryRecordStore(),
    policy: { maxPrice: 60n * EURO, maxHold: 2n * EURO },
  });
  const tracked = new Map(
    await Promise.all(
      [...terms].map(async ([operator, each]) => [operator, await payer.track(each)] as const),
    ),
  );
  return async (operator, path, body = {}, checkDocument) => {
    const channel = tracked.get(operator);
    if (!channel) throw new Error(`the car has no channel to the ${operator.name}`);
    const { channelId } = channel;
    const options = { channelId, body, ...(checkDocument && { checkDocument }) };
    const purchase = await client.pay(`${operator.server.url}${path}`, options);
    if (purchase.receipt) payments.set(operator, (payments.get(operator) ?? 0) + 1);
    return purchase;
  };
}

/** The passenger's phone pays the owner for each kilometre. */
async function ride(world: TaxiWorld, terms: ChannelTerms): Promise<Payee> {
  const { domain, reader, now, asset, clock } = world;
  const payer = new Payer({ key: passengerKey(world), domain, store: new MemoryPaymentStore(), reader, now });
  const groups = [{ payee: terms.payee, operator: ZeroAddress, asset }];
  const payee = new Payee({ domain, store: new MemoryPaymentStore(), reader, groups, now });
  const { channelId } = await payer.track(terms);
  for (let km = 1; km <= RIDE_KM; km++) {
    clock.at += 60;
    const { total } = await payee.quote(terms, FARE_PER_KM);
    const voucher = await payer.pay(channelId, total, { expectedDelta: FARE_PER_KM });
    await payee.accept({ voucher, terms, price: FARE_PER_KM });
    await payer.acknowledge(voucher);
  }
  return payee;
}

async function passGates({ clock }: TaxiWorld, toll: DemoOperator, pay: Pay): Promise<void> {
  for (let gate = 1; gate <= GATES; gate++) {
    clock.at += 120;
    const asked = pay(toll, `/tolls/GATE-${gate}`, { tariffClass: "1" });
    // The car asks again until the server is back, and pays once.
    if (gate === CRASH_AT) await toll.crash();
    await asked;
  }
}

async function charge({ charging, meter }: DemoOperators, pay: Pay): Promise<bigint> {
  const { visit } = await pay(charging, "/sessions", { evse: "1" });
  const session = `/sessions/${visit?.visitId}`;
  for (let step = 0; step < CHARGING_STEPS; step++) {
    meter.run(60, 640n);
    await pay(charging, `${session}/pay`);
  }
  meter.run(30, 300n);
  let energyWh = 0n;
  await pay(charging, `${session}/stop`, {}, async (document) => {
    const [tariff] = "tariffs" in document ? (document.tariffs ?? []) : [];
    if (!tariff) return "this is no charge detail record with its tariff";
    const { isRight, differences, metered } = await checkCdr(document, tariff, meter.publicKey, PRICES);
    energyWh = metered?.energyWh ?? 0n;
    return isRight ? undefined : differences.join("; ");
  });
  return energyWh;
}
