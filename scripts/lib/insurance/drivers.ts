import { id, type JsonRpcSigner, ZeroHash } from "ethers";
import { ROLES } from "../../../sdk/src/consortium/roles.js";
import { subjectList } from "../../../sdk/src/insurance/subjectList.js";
import { quoteTypedData } from "../../../sdk/src/insurance/typedData.js";
import type { PolicyQuote, PolicyTerms } from "../../../sdk/src/insurance/types.js";
import type { KeyCurve } from "../../../sdk/src/lifecycle/events.js";
import { vehicleKey, vehicleKeyDigest, type VehicleKey } from "../../../sdk/src/lifecycle/vehicleKey.js";
import { simulateDrive, type DriveKind } from "../../../sdk/src/telemetry/drives/simulateDrive.js";
import { signSummary } from "../../../sdk/src/telemetry/signSummary.js";
import { summaryDigest } from "../../../sdk/src/telemetry/summaryDigest.js";
import { TripRecorder } from "../../../sdk/src/telemetry/TripRecorder.js";
import type { SignedSummary, Trip, TripSummary } from "../../../sdk/src/telemetry/types.js";
import { DAY, EURO, type InsuranceWorld } from "./world.js";

const HOUR = 3_600;
const FOREVER = 2 ** 40 - 1;
const FIRST_ODOMETER_M = 12_000_000;
/** More than the longest of these drives. */
const ODOMETER_STEP_M = 60_000;
const LEGS = 12;

/** Who is insured: how they drive, at which hour (UTC), and with which kind of key. */
const DRIVERS = [
  { name: "commuter", kind: "commuter", hour: 7, curve: "secp256k1" },
  { name: "harsh", kind: "harsh", hour: 17, curve: "secp256k1" },
  { name: "night", kind: "night", hour: 1, curve: "p256" },
] as const satisfies readonly { name: string; kind: DriveKind; hour: number; curve: KeyCurve }[];

export interface Driver {
  name: string;
  kind: DriveKind;
  hour: number;
  holder: JsonRpcSigner;
  vehicleId: bigint;
  key: VehicleKey;
  recorder: TripRecorder;
  /** The last summary before the cover. */
  baseline: TripSummary;
  terms: PolicyTerms;
}

/** What differs between the kinds of cover that the insurer offers. */
export type Product = Pick<PolicyQuote, "trigger" | "productId" | "cover" | "minDeposit" | "salt" | "payout">;

/** Three new cars, each driven once before it is insured against crashes. */
export async function insureDrivers(world: InsuranceWorld): Promise<Driver[]> {
  const drivers: Driver[] = [];
  for (const [index, { name, kind, hour, curve }] of DRIVERS.entries()) {
    const { vehicleId, key } = await registerCar(world, name, world.signers[name], curve);
    const recorder = await TripRecorder.create({ vehicleId });
    const yesterday = Math.floor((await world.now()) / DAY) * DAY - DAY;
    const { summary: baseline } = drive(recorder, kind, yesterday + hour * HOUR);
    const driver = { name, kind, hour, holder: world.signers[name], vehicleId, key, recorder, baseline };
    const terms = await buy(world, driver, crashProduct(world, BigInt(index)));
    drivers.push({ ...driver, terms });
  }
  return drivers;
}

/** Buys a cover for a car with a quote that the insurer signs for it alone. */
export async function buy(
  world: InsuranceWorld,
  { vehicleId, holder, baseline }: Pick<Driver, "vehicleId" | "holder" | "baseline">,
  product: Product,
): Promise<PolicyTerms> {
  const { title, poolAddress, domain, quoteDomain, signers, book, send } = world;
  const now = await world.now();
  const subject = {
    vehicleId,
    grantEpoch: Number((await title.stateOf(vehicleId)).grantEpoch),
    cell: id("a coarse cell of the map"),
    baseline: summaryDigest(baseline, domain),
    baseDistanceM: baseline.counters.distanceM,
    baseOdometerM: BigInt(FIRST_ODOMETER_M) + baseline.counters.distanceM,
  };
  const { root, proofOf } = await subjectList([subject]);
  const quote: PolicyQuote = {
    ...product,
    pool: poolAddress,
    subjectRoot: root,
    fleetId: ZeroHash,
    expiresAt: now + DAY,
    endsAt: now + 365 * DAY,
    waitingSeconds: DAY,
    periodSeconds: 30 * DAY,
    rates: {
      perKm: 50_000n,
      perDay: 300_000n,
      perDrivingHour: 100_000n,
      maxDailyM: 100_000,
      minFactorBps: 8_000,
      maxFactorBps: 20_000,
      nightBps: 5_000,
      overLimitBps: 10_000,
      harshBps: 5,
    },
  };
  const signing = quoteTypedData(quote, quoteDomain);
  const signature = await signers.insurer.signTypedData(signing.domain, signing.types, signing.message);
  const terms = { quote, subject };
  await send(book.connect(holder).buyPolicy(terms, signature, proofOf(subject), quote.minDeposit));
  return terms;
}

/** One drive on each of some days, and what the car signs at the end of each. */
export async function driveDays(
  { kind, hour, recorder, key }: Driver,
  world: InsuranceWorld,
  firstDay: number,
  days: number,
): Promise<SignedSummary[]> {
  const signed: SignedSummary[] = [];
  for (let day = 0; day < days; day += 1) {
    const { summary } = drive(recorder, kind, firstDay + day * DAY + hour * HOUR);
    signed.push(await signSummary(summary, key, world.domain));
  }
  return signed;
}

/** A drive from the simulator through the car's recorder. */
export function drive(recorder: TripRecorder, kind: DriveKind, startedAt: number, hertz = 1): Trip {
  const seed = recorder.sequence;
  const odometerM = FIRST_ODOMETER_M + seed * ODOMETER_STEP_M;
  recorder.startTrip(id(`salt of trip ${seed}`));
  for (const sample of simulateDrive({
    kind,
    seed,
    startMs: startedAt * 1_000,
    hertz,
    legs: LEGS,
    odometerM,
  }))
    recorder.add(sample);
  const trip = recorder.endTrip();
  if (trip === undefined) throw new Error("a drive without samples");
  return trip;
}

async function registerCar(
  { deployment, title, keys, signers, send, now }: InsuranceWorld,
  name: string,
  holder: JsonRpcSigner,
  curve: KeyCurve,
): Promise<{ vehicleId: bigint; key: VehicleKey }> {
  const vehicleId = BigInt(id(`insured car of the ${name} driver`));
  const born = (await now()) - 30 * DAY;
  const birth = {
    vehicleId,
    documentHash: id(`birth of the car of the ${name} driver`),
    kind: 1,
    code: 0,
    odometer: FIRST_ODOMETER_M / 1_000,
    odometerUnit: 1,
    observedAt: born,
  };
  await send(title.registerVehicle(holder, birth, ROLES.manufacturer));
  const key = vehicleKey(
    curve,
    id(`key of the ${name} driver's car`),
    deployment.contracts.ERC7913P256Verifier,
  );
  const validity = { validFrom: born, validTo: FOREVER };
  const statement = { vehicleId, keyId: key.keyId, ...validity, binder: signers.maker.address };
  const signature = key.sign(vehicleKeyDigest(deployment, "BindKey", statement));
  await send(keys.bindVehicleKey(vehicleId, key.signer, born, FOREVER, ROLES.manufacturer, signature));
  return { vehicleId, key };
}

/** Severities in cm/s. */
function crashProduct({ deployment }: InsuranceWorld, salt: bigint): Product {
  return {
    trigger: deployment.contracts.CrashTrigger,
    productId: id("collision"),
    cover: 20_000n * EURO,
    minDeposit: 500n * EURO,
    salt,
    payout: {
      threshold1: 400,
      threshold2: 4_000,
      threshold3: 5_000,
      payoutBps1: 500,
      payoutBps2: 2_500,
      payoutBps3: 10_000,
      totalLossAt: 5_000,
      salvageBps: 2_000,
      challengeSeconds: 3 * DAY,
      instantCap: 2_000n * EURO,
      bond: 300n * EURO,
      corroborations: 3,
    },
  };
}
