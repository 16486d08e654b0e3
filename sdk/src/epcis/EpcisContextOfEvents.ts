import { isUnit, type EpcisDeployment, type EpcisIds } from "./epcisIds.js";
import { EpcisError } from "./EpcisError.js";
import { isSource } from "./selectPartEvents.js";
import type { EpcisQuantity } from "./types.js";
import { lotOfPart, vehicleAccountOf } from "../parts/partId.js";
import type { LotInput, PartAmount, PartEvent, PartEventOf } from "../parts/types.js";

/** Parts as EPCIS lists them: serialised units one by one, everything else by lot and quantity. */
export interface EpcisObjects {
  epcs: string[];
  quantities: EpcisQuantity[];
}

/** What an event refers to in events before or beside it. */
export class EpcisContextOfEvents {
  readonly ids: EpcisIds;
  readonly #consignments = new Map<string, PartEventOf<"consigned">>();
  readonly #campaigns = new Map<bigint, PartEventOf<"recallOpened">>();
  readonly #consumptions = new Map<string, PartEventOf<"lotsConsumed">>();
  readonly #outputs = new Map<string, number>();
  readonly #forms = new Map<bigint, LotInput["form"]>();
  /** Accounts that hold parts for a vehicle or on their way: what moves there has an event of its own. */
  readonly #keepers: Set<string>;

  constructor(
    events: readonly PartEvent[],
    ids: EpcisIds,
    { contracts }: EpcisDeployment,
    lots: ReadonlyMap<bigint, Pick<LotInput, "form">> = new Map(),
  ) {
    this.ids = ids;
    this.#keepers = new Set([contracts.PartCustody.toLowerCase()]);
    for (const [lotId, { form }] of lots) this.#forms.set(lotId, form);
    for (const event of events) this.#add(event);
  }

  #add(event: PartEvent): void {
    switch (event.type) {
      case "consigned":
        this.#consignments.set(event.consignmentId, event);
        break;
      case "recallOpened":
        this.#campaigns.set(event.campaignId, event);
        break;
      case "lotsConsumed":
        this.#consumptions.set(event.inputsHash, event);
        break;
      case "lotCommissioned":
        this.#forms.set(event.lotId, event.lot.form);
        if (!isSource(event)) {
          this.#outputs.set(event.inputsHash, (this.#outputs.get(event.inputsHash) ?? 0) + 1);
        }
        break;
      case "partFitted":
      case "partRemoved":
        this.#keepers.add(vehicleAccountOf(event.vehicleId).toLowerCase());
        break;
    }
  }

  isKeeper(account: string): boolean {
    return this.#keepers.has(account.toLowerCase());
  }

  /** What was consumed for a lot, unless it was made from nothing known or that is not among the events. */
  consumptionOf(inputsHash: string): PartEventOf<"lotsConsumed"> | undefined {
    return this.#consumptions.get(inputsHash);
  }

  /** How many lots were made of what was consumed. */
  outputsOf(inputsHash: string): number {
    return this.#outputs.get(inputsHash) ?? 0;
  }

  consignmentOf({ consignmentId }: { consignmentId: string }): PartEventOf<"consigned"> {
    return this.#consignments.get(consignmentId) ?? missing(`consignment ${consignmentId} was made`);
  }

  campaignOf({ campaignId }: { campaignId: bigint }): PartEventOf<"recallOpened"> {
    return this.#campaigns.get(campaignId) ?? missing(`campaign ${campaignId} was opened`);
  }

  /** A quantity of a lot: grams of a material, else pieces. */
  quantityOf(lotId: bigint, quantity: bigint): EpcisQuantity {
    const form = this.#forms.get(lotId) ?? missing(`${this.ids.lot(lotId)} was commissioned`);
    return {
      epcClass: this.ids.lot(lotId),
      quantity: Number(quantity), // at most 40 bits
      ...(form === "material" ? { uom: "GRM" } : {}),
    };
  }

  objectsOf(parts: readonly PartAmount[]): EpcisObjects {
    const units = parts.filter(({ partId }) => isUnit(partId));
    const others = parts.filter(({ partId }) => !isUnit(partId));
    return {
      epcs: [...new Set(units.map(({ partId }) => this.ids.unit(partId)))],
      quantities: others.map(({ partId, quantity }) => this.quantityOf(lotOfPart(partId), quantity)),
    };
  }
}

function missing(what: string): never {
  throw new EpcisError("EPCIS_EVENTS_MISSING", `that ${what} is not among the events`, {
    fix: "give the events from there on, see selectPartEvents, and the lots, see statedLots",
  });
}
