import type {
  RecallNotified,
  RecallOpened,
  RecallRemedied,
  RecallScopeFields,
  RecallUpdated,
} from "./partEvents.js";
import { lotKey, type LotStock, type PartStock } from "./PartStock.js";
import type { Report } from "./schemaProblems.js";

interface CampaignState {
  event: RecallOpened;
  scopes: { lot: LotStock; from: number; to: number }[];
  status: RecallUpdated["remedyStatus"];
  notified: Set<string>;
  remedied: Set<string>;
}

/** The rules of recall campaigns, line after line. */
export class RecallRules {
  readonly #stock: PartStock;
  readonly #report: Report;
  readonly #skipped: ReadonlySet<string>;
  readonly #campaigns = new Map<string, CampaignState>();
  /** The numbers in use, by maker, and whether an authority uses them. */
  readonly #numbers = new Set<string>();

  constructor(stock: PartStock, report: Report, skipped: ReadonlySet<string>) {
    this.#stock = stock;
    this.#report = report;
    this.#skipped = skipped;
  }

  open(event: RecallOpened): void {
    const { maker, campaignNumber } = event;
    if (event.class !== "registrar" && maker !== event.member) {
      const fix = "a maker recalls its own lots; a registrar recalls anybody's";
      this.#report("RECALL_FOREIGN", "/maker", `${event.member} did not make them`, fix);
    }
    // An authority's numbers are apart from those of makers.
    const number = `${event.class === "registrar" ? "authority" : "maker"}/${maker}/${campaignNumber}`;
    if (this.#numbers.has(number)) {
      const fix = "a campaign number is used once for each maker";
      this.#report("RECALL_STATE", "/campaignNumber", `${campaignNumber} is open already`, fix);
    }
    this.#numbers.add(number);
    this.#requireNumber(event.document, campaignNumber);
    const scopes = event.scopes.flatMap((scope, index) => this.#scope(scope, maker, `/scopes/${index}`));
    for (const { lot, from, to } of scopes) lot.holds.push({ from, to });
    this.#campaigns.set(event.id, {
      event,
      scopes,
      status: event.remedyStatus,
      notified: new Set(),
      remedied: new Set(),
    });
  }

  update(event: RecallUpdated): void {
    const campaign = this.#campaign(event);
    if (!campaign) return;
    this.#requireOwner(event, campaign);
    this.#requireNumber(event.document, campaign.event.campaignNumber);
    campaign.status = event.remedyStatus;
    if (event.remedyStatus !== "withdrawn") return;
    for (const { lot, from, to } of campaign.scopes) {
      const index = lot.holds.findIndex((hold) => hold.from === from && hold.to === to);
      if (index >= 0) lot.holds.splice(index, 1);
    }
  }

  notify(event: RecallNotified): void {
    const campaign = this.#campaign(event);
    if (!campaign) return;
    this.#requireOwner(event, campaign);
    this.#requireNumber(event.document, campaign.event.campaignNumber);
    if (campaign.notified.has(event.vin)) {
      this.#report("RECALL_STATE", "/vin", "its holder was notified already", "remove the line");
    } else if (!this.#carries(campaign, event.vin) || campaign.remedied.has(event.vin)) {
      this.#notAffected();
    }
    campaign.notified.add(event.vin);
  }

  remedy(event: RecallRemedied): void {
    const campaign = this.#campaign(event);
    if (!campaign) return;
    const { vin, remedy } = event;
    this.#requireNumber(event.document, campaign.event.campaignNumber);
    if (event.document.remedyType !== undefined && event.document.remedyType !== remedy) {
      const message = "the document names another remedy";
      this.#report("DOCUMENT_INVALID", "/document/remedyType", message, `use ${remedy} in both`);
    }
    const carries = this.#carries(campaign, vin);
    if (campaign.remedied.has(vin)) {
      this.#report("RECALL_STATE", "/vin", "the vehicle was remedied already", "remove the line");
    } else if (!carries && !campaign.notified.has(vin)) {
      this.#notAffected();
    } else if (remedy === "partReplaced" && carries) {
      const fix = "remove the recalled part in an earlier line, and fit another";
      this.#report("REMEDY_NOT_DONE", "/remedy", "a recalled part is still fitted", fix);
    }
    if (remedy !== "inspectedClear" && campaign.status === "notAvailable") {
      const fix = "update the campaign first: recall.updated";
      this.#report("RECALL_STATE", "/remedy", "the campaign has no remedy yet", fix);
    }
    campaign.remedied.add(vin);
  }

  #scope(
    { lot: number, fromSerial, toSerial }: RecallScopeFields,
    maker: string,
    field: string,
  ): CampaignState["scopes"] {
    const lot = this.#stock.lotOf(maker, number);
    const name = lotKey(maker, number);
    if (!lot) {
      const fix = "correct the lot or its maker";
      if (!this.#skipped.has(name))
        this.#report("LOT_UNKNOWN", `${field}/lot`, `no earlier line makes ${name}`, fix);
      return [];
    }
    const isWhole = fromSerial === undefined && toSerial === undefined;
    if (isWhole) {
      const [from, to] = lot.form === "serialised" ? [1, lot.quantity] : [0, 0];
      return [{ lot, from, to }];
    }
    const isRange =
      lot.form === "serialised" &&
      fromSerial !== undefined &&
      toSerial !== undefined &&
      fromSerial <= toSerial &&
      toSerial <= lot.quantity;
    if (!isRange) {
      const message =
        lot.form === "serialised"
          ? `${name} has serials 1 to ${lot.quantity}`
          : `units of a ${lot.form} lot have no serials`;
      this.#report("SERIAL_INVALID", field, message, "give both ends of a range, or neither");
      return [];
    }
    return [{ lot, from: fromSerial, to: toSerial }];
  }

  #campaign(event: RecallUpdated | RecallNotified | RecallRemedied): CampaignState | undefined {
    const campaign = this.#campaigns.get(event.recall);
    if (!campaign) {
      const message = `no earlier line ${event.recall} opens a recall`;
      if (!this.#skipped.has(event.recall))
        this.#report("REFERENCE_UNKNOWN", "/recall", message, "name the id of such a line");
      return undefined;
    }
    if (campaign.status === "withdrawn")
      this.#report("RECALL_STATE", "/recall", "the campaign was withdrawn", "remove the line");
    return campaign;
  }

  #requireOwner(event: RecallUpdated | RecallNotified, { event: opened }: CampaignState): void {
    const isOwner =
      opened.class === "registrar" ? event.class === "registrar" : event.member === opened.maker;
    if (isOwner) return;
    const owner = opened.class === "registrar" ? "a registrar" : opened.member;
    this.#report("RECALL_FOREIGN", "/member", `${owner} opened the campaign`, `let ${owner} do this`);
  }

  #requireNumber(document: Record<string, unknown>, campaignNumber: string): void {
    const stated = document.campaignNumber;
    if (stated === undefined || stated === campaignNumber) return;
    const message = "the document names another campaign";
    this.#report("DOCUMENT_INVALID", "/document/campaignNumber", message, `use ${campaignNumber}`);
  }

  #carries(campaign: CampaignState, vin: string): boolean {
    return campaign.scopes.some(({ lot, from, to }) => this.#stock.carries(lot, vin, { from, to }));
  }

  #notAffected(): void {
    const fix = "name a vehicle that carries a recalled part";
    this.#report("NOT_AFFECTED", "/vin", "the campaign does not affect this vehicle", fix);
  }
}
