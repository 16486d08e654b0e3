import type { LotInput, PartEvent } from "../parts/types.js";
import { EpcisContextOfEvents } from "./EpcisContextOfEvents.js";
import { epcisEventHash } from "./epcisEventHash.js";
import { epcisIds, type EpcisDeployment, type Gs1Party } from "./epcisIds.js";
import { toEpcisEvents } from "./toEpcisEvents.js";
import type { EpcisDocument, EpcisEvent, EpcisPlace } from "./types.js";

export interface ExportEpcisOptions {
  /** Where the events are from; it stands in all private ids. */
  deployment: EpcisDeployment;
  /** GS1 numbers, by account. */
  parties?: Record<string, Gs1Party>;
  /** Lots whose commissioning is not among the events, see `statedLots`: whether their quantities are grams or pieces. */
  lots?: ReadonlyMap<bigint, Pick<LotInput, "form">>;
  /** Where an event happened, if the caller knows: the chain does not. */
  placeOf?: (event: PartEvent) => EpcisPlace | undefined;
  /** Unix seconds; now when left out. */
  createdAt?: number;
}

/** The context of every document: the standard's and the names of the extensions. */
export const EPCIS_CONTEXT: EpcisDocument["@context"] = [
  "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
  { blok: "urn:blok:epcis:", cbvmda: "urn:epcglobal:cbv:mda:" },
];

/**
 * Writes what happened to parts as an EPCIS 2.0 document, for partners who read no chain. Each event has its CBV hash as
 * id and names the log that it is from. `docs/epcis.md` tells which event becomes which.
 *
 * @param events In the order of the chain, as `readPartEvents` and `selectPartEvents` give them.
 * @throws {EpcisError} `EPCIS_EVENTS_MISSING`, `EPCIS_IDENTIFIER`.
 * @example
 * const document = exportEpcis(selectPartEvents(events, { lotId }), { deployment, lots: statedLots(events) });
 * await writeFile("lot.jsonld", JSON.stringify(document));
 */
export function exportEpcis(events: readonly PartEvent[], options: ExportEpcisOptions): EpcisDocument {
  const { deployment, parties, lots, placeOf, createdAt } = options;
  const context = new EpcisContextOfEvents(events, epcisIds(deployment, parties), deployment, lots);
  const eventList = events.flatMap((event) =>
    toEpcisEvents(event, context).map((content): EpcisEvent => {
      const { readPoint, bizLocation } = placeOf?.(event) ?? {};
      const time = isoTime(event.at);
      const whole = {
        ...content,
        eventTime: time,
        recordTime: time,
        eventTimeZoneOffset: "+00:00",
        ...(readPoint === undefined ? {} : { readPoint: { id: readPoint } }),
        ...(bizLocation === undefined ? {} : { bizLocation: { id: bizLocation } }),
        "blok:log": context.ids.log(event.transactionHash, event.logIndex),
      };
      return { ...whole, eventID: epcisEventHash(whole, EPCIS_CONTEXT) } as EpcisEvent;
    }),
  );
  return {
    "@context": EPCIS_CONTEXT,
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: isoTime(createdAt ?? Math.floor(Date.now() / 1000)),
    epcisBody: { eventList },
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
