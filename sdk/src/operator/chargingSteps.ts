import { buildCdr } from "../charging/buildCdr.js";
import type { Cdr, CdrLocation } from "../charging/cdrTypes.js";
import { ChargingSession } from "../charging/ChargingSession.js";
import { verifyMeterReading } from "../charging/verifyMeterReading.js";
import type { PriceOptions } from "../charging/sessionTypes.js";
import { storedSample, type PendingStep, type StoredSample, type Visit } from "./VisitBook.js";
import type { ChargingOffer } from "./types.js";

/** What was delivered to a charging visit up to a reading. */
interface Delivered {
  /** What it costs so far, or in the end, base units. */
  cost: bigint;
  session: ChargingSession;
}

function deliveredTo(
  visit: Visit,
  sample: StoredSample | undefined,
  isEnd: boolean,
  { tariff }: ChargingOffer,
  prices: PriceOptions,
): Delivered {
  const session = new ChargingSession({ tariff, ...prices });
  const readings = visit.samples.map(({ at, registerWh }) => ({ at, registerWh: BigInt(registerWh) }));
  const [first, ...others] = readings;
  if (first) session.start(first);
  for (const reading of others) session.read(reading);
  if (sample) {
    const last = { at: sample.at, registerWh: BigInt(sample.registerWh) };
    if (isEnd) session.stop(last);
    else session.read(last);
  }
  return { cost: session.cost().total_cost.after_taxes, session };
}

/** What a charging visit owes now: its cost so far, less what was charged. */
export async function nextStep(
  visit: Visit,
  requestId: string,
  offer: ChargingOffer,
  prices: PriceOptions,
): Promise<PendingStep> {
  const sample = storedSample(await offer.chargePoints.read(visit.evse ?? ""));
  const { cost } = deliveredTo(visit, sample, false, offer, prices);
  return { requestId, price: String(difference(cost, visit)), sample };
}

/** Where a charge point stands, as a charge detail record says it. */
export function locationOf({ location, evsePrefix }: ChargingOffer, evse: string): CdrLocation {
  return { ...location, evse_uid: evse, evse_id: `${evsePrefix}${evse}` };
}

/** What a charging visit owes in the end, with its charge detail record. */
export async function lastStep(
  visit: Visit,
  requestId: string,
  offer: ChargingOffer,
  prices: PriceOptions,
): Promise<PendingStep & { document: Cdr }> {
  const { chargePoints, tariff } = offer;
  const { evse = "", page = 0 } = visit;
  const sample = storedSample(await chargePoints.sign(evse, "E", page + 1));
  const { cost, session } = deliveredTo(visit, sample, true, offer, prices);
  const signed = [visit.samples[0]?.ocmf ?? "", sample.ocmf ?? ""];
  const document = buildCdr(
    {
      country_code: tariff.country_code,
      party_id: tariff.party_id,
      id: visit.visitId,
      session_id: visit.visitId,
      cdr_token: {
        country_code: tariff.country_code,
        party_id: tariff.party_id,
        uid: visit.channelId.slice(2, 34),
        type: "AD_HOC_USER",
        contract_id: visit.channelId.slice(2, 34),
      },
      auth_method: "AUTH_REQUEST",
      cdr_location: locationOf(offer, evse),
      tariff,
      periods: session.periods(),
      readings: await Promise.all(signed.map((text) => verifyMeterReading(text, chargePoints.publicKey))),
      publicKey: chargePoints.publicKey,
      lastUpdatedAt: sample.at,
    },
    prices,
  );
  return { requestId, price: String(difference(cost, visit)), sample, document };
}

/** What was charged so far is what was delivered so far, which the final cost never falls below. */
function difference(cost: bigint, visit: Visit): bigint {
  const charged = BigInt(visit.charged);
  return cost > charged ? cost - charged : 0n;
}
