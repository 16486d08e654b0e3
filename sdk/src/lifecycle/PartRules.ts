import { eventTime } from "./eventTime.js";
import type {
  CertificateIssued,
  CertificateRevoked,
  LotCommissioned,
  LotFields,
  LotTransformed,
  PartFitted,
  PartReference,
  PartRemoved,
  PartsConsigned,
  PartsDecommissioned,
  PartsReceived,
  PartsReleased,
  PartsReturned,
  ServiceChanged,
  UnitsSerialised,
  WorkOrderGiven,
} from "./partEvents.js";
import {
  CRITICAL_MATERIALS,
  lotKey,
  partName,
  UNITS_PER_LOT_LIMIT,
  type FoundPart,
  type LotStock,
  type PartStock,
} from "./PartStock.js";
import type { Report } from "./schemaProblems.js";
import type { VehicleState } from "./VehicleRules.js";

const SERIALS_PER_LINE = 100;

interface ConsignmentState {
  event: PartsConsigned;
  parts: FoundPart[];
  deadline: number;
  status: "open" | "accepted" | "rejected" | "returned";
}

interface OrderState {
  until: number;
  /** The title's grants when the order was given: a transfer ends it. */
  grants: number;
}

/** Where a line stands: its number and when it happened, Unix seconds. */
export interface LinePlace {
  line: number;
  time: number;
}

/** The rules of lots, units, custody and fitting, line after line: what the contracts would refuse is said before. */
export class PartRules {
  readonly #stock: PartStock;
  readonly #report: Report;
  readonly #skipped: ReadonlySet<string>;
  readonly #consignments = new Map<string, ConsignmentState>();
  readonly #certificates = new Map<string, { event: CertificateIssued; isRevoked: boolean }>();
  readonly #orders = new Map<string, OrderState>();

  /** @param skipped Names of lines that could not be taken in: what they would have said is not known. */
  constructor(stock: PartStock, report: Report, skipped: ReadonlySet<string>) {
    this.#stock = stock;
    this.#report = report;
    this.#skipped = skipped;
  }

  /* LOTS */

  commission(event: LotCommissioned, place: LinePlace): void {
    this.#addLot(event.member, event, "", place);
  }

  transform(event: LotTransformed, place: LinePlace): void {
    const { member } = event;
    const available = CRITICAL_MATERIALS.map(() => 0n);
    event.inputs.forEach((reference, index) => {
      const part = this.#take(reference, member, `/inputs/${index}`, place);
      if (!part) return;
      if (event.class !== "recycler" && this.#stock.isHeld(part.lot, part.serial)) {
        const message = `${partName(reference)} is under recall`;
        const fix = "use what is not recalled; a recycler may take it apart";
        this.#report("PART_RECALLED", `/inputs/${index}`, message, fix);
      }
      part.lot.content.forEach((grams, material) => {
        // As the contract rounds: down, for each input by itself.
        available[material]! += (grams * BigInt(part.quantity)) / BigInt(part.lot.quantity);
      });
      this.#stock.move(part, member, undefined, "gone");
    });
    event.outputs.forEach((fields, index) => {
      const field = `/outputs/${index}`;
      const lot = this.#addLot(member, fields, field, place);
      if (event.class === "recycler" && fields.form !== "material") {
        const fix = "let a supplier or manufacturer make parts of the recovered materials";
        this.#report("LOT_INVALID", `${field}/form`, "a recycler recovers materials, not parts", fix);
      }
      lot?.content.forEach((grams, material) => {
        const left = available[material]!;
        available[material] = grams > left ? 0n : left - grams;
        if (grams <= left) return;
        const name = CRITICAL_MATERIALS[material];
        const where = fields.form === "material" ? `${field}/quantity` : `${field}/content/${name}G`;
        const message = `${lot.name} would hold ${grams} g of ${name}, and ${left} g are left of what is consumed`;
        this.#report("MASS_BALANCE", where, message, "consume more, or state less");
      });
    });
  }

  serialise(event: UnitsSerialised, place: LinePlace): void {
    const lot = this.#lotOf(event.member, event.lot, "/lot", place);
    if (!lot) return;
    const { fromSerial: from, toSerial: to } = event;
    if (lot.form !== "serialised" || from > to || to > lot.quantity || to - from >= SERIALS_PER_LINE) {
      const message =
        lot.form === "serialised"
          ? `${lot.name} has serials 1 to ${lot.quantity}, of which a line marks up to ${SERIALS_PER_LINE}`
          : `units of a ${lot.form} lot have no serials`;
      this.#report("SERIAL_INVALID", "/toSerial", message, "correct the serials");
      return;
    }
    for (let serial = from; serial <= to; serial++) {
      if (lot.units.has(serial)) {
        const message = `unit ${serial} of ${lot.name} has its serial already`;
        this.#report("SERIAL_TAKEN", "/fromSerial", message, "a serial is given once");
        return;
      }
    }
    const count = to - from + 1;
    if (count > lot.unserialised) {
      const message = `${lot.unserialised} units of ${lot.name} are left to be marked, not ${count}`;
      this.#report("QUANTITY_EXCEEDED", "/toSerial", message, "mark no more than there are");
    }
    lot.unserialised = Math.max(0, lot.unserialised - count);
    for (let serial = from; serial <= to; serial++) {
      lot.units.set(serial, { holder: event.member, state: "free", status: "original" });
    }
  }

  #addLot(maker: string, fields: LotFields, field: string, place: LinePlace): LotStock | undefined {
    const { lot: number, form, quantity, material, expiresOn, content } = fields;
    const invalid = (name: string, message: string, fix: string) =>
      this.#report("LOT_INVALID", `${field}/${name}`, message, fix);
    if (this.#stock.lotOf(maker, number)) {
      const fix = "a maker uses a lot number once";
      this.#report("LOT_DUPLICATE", `${field}/lot`, `${lotKey(maker, number)} exists already`, fix);
      return undefined;
    }
    if (form === "material" && content !== undefined)
      invalid("content", "a material has no content beside itself", "remove it");
    if (form === "material" && expiresOn !== undefined)
      invalid("expiresOn", "a material does not expire", "remove it");
    if (form !== "material" && material !== undefined)
      invalid("material", "pieces are of no material", "state what they contain as content");
    if (form === "serialised" && quantity > 0xffff_ffff)
      invalid("quantity", "a serial has 32 bits", "make several lots");
    const expiresAt = expiresOn === undefined ? 0 : eventTime(expiresOn);
    if (expiresAt === undefined) invalid("expiresOn", `there is no such day as ${expiresOn}`, "correct it");
    return this.#stock.add(maker, fields, place.line, place.time, expiresAt ?? 0);
  }

  /* CUSTODY */

  consign(event: PartsConsigned, place: LinePlace): void {
    const { from, id } = event;
    const parts: FoundPart[] = [];
    event.parts.forEach((reference, index) => {
      const field = `/parts/${index}`;
      const part = this.#take(reference, from, field, place);
      if (!part) return;
      if (part.lot.form === "serialised" && part.serial === 0) {
        const message = `units of ${part.lot.name} that have no serial stay with their maker`;
        this.#report("PART_REFERENCE", field, message, "give them serials first, and name those");
      }
      parts.push(part);
    });
    for (const part of parts) this.#stock.move(part, from, transitKey(id), "inTransit");
    if (event.to === from)
      this.#report("CONSIGNMENT_STATE", "/to", "the sender is the receiver", "name another receiver");
    const deadline = this.#timeOf(event.deadline, "/deadline");
    if (deadline !== 0 && deadline < place.time) {
      const fix = "give the receiver until a later time";
      this.#report("TIME_INVALID", "/deadline", "the deadline is over before the units leave", fix);
    }
    this.#consignments.set(id, { event, parts, deadline, status: "open" });
  }

  receive(event: PartsReceived | PartsReturned, place: LinePlace): void {
    const consignment = this.#consignments.get(event.consignment);
    if (!consignment) {
      const message = `no earlier line ${event.consignment} consigns parts`;
      this.#unknown(event.consignment, "REFERENCE_UNKNOWN", "/consignment", message, "name such a line's id");
      return;
    }
    const { parts, deadline, status } = consignment;
    if (status !== "open") {
      const fix = "a consignment ends once: remove the line";
      this.#report("CONSIGNMENT_STATE", "/consignment", `the consignment was ${status} already`, fix);
      return;
    }
    if (event.type === "parts.accepted" && place.time > deadline) {
      const message = `the deadline was ${consignment.event.deadline}`;
      this.#report("CONSIGNMENT_STATE", "/at", message, "what is not accepted in time is returned");
    }
    if (event.type === "parts.returned" && place.time <= deadline) {
      const message = `the receiver may accept until ${consignment.event.deadline}`;
      this.#report(
        "CONSIGNMENT_STATE",
        "/at",
        message,
        "return it after the deadline, or let it be rejected",
      );
    }
    for (const part of parts) this.#lotOf(part.lot.maker, part.lot.number, "/at", place);
    consignment.status =
      event.type === "parts.accepted"
        ? "accepted"
        : event.type === "parts.rejected"
          ? "rejected"
          : "returned";
    const to = consignment.status === "accepted" ? consignment.event.to : consignment.event.from;
    for (const part of parts) this.#stock.move(part, transitKey(consignment.event.id), to, "free");
  }

  /* CERTIFICATES */

  certify(event: CertificateIssued, place: LinePlace): void {
    this.#lotOf(event.maker, event.lot, "/lot", place);
    const validUntil = this.#timeOf(event.validUntil, "/validUntil");
    if (validUntil !== 0 && validUntil < place.time) {
      const fix = "a certificate is valid when it is issued";
      this.#report("TIME_INVALID", "/validUntil", "the certificate is over before it is issued", fix);
    }
    this.#certificates.set(event.id, { event, isRevoked: false });
  }

  revoke(event: CertificateRevoked, { time }: LinePlace): void {
    const certificate = this.#certificates.get(event.certificate);
    if (!certificate) {
      const message = `no earlier line ${event.certificate} issues a certificate`;
      this.#unknown(event.certificate, "REFERENCE_UNKNOWN", "/certificate", message, "name such a line's id");
      return;
    }
    const { member, at } = certificate.event;
    if (certificate.isRevoked)
      this.#report("CERTIFICATE_STATE", "/certificate", "it was revoked already", "remove the line");
    if (member !== event.member)
      this.#report("CERTIFICATE_STATE", "/member", `${member} issued it`, "only its auditor revokes it");
    if (time !== 0 && time < (eventTime(at) ?? 0))
      this.#report("OUT_OF_ORDER", "/at", "the certificate was issued after this", "correct the time");
    certificate.isRevoked = true;
  }

  /* FITTING */

  giveOrder(event: WorkOrderGiven, vehicle: VehicleState | undefined): void {
    const until = this.#timeOf(event.until, "/until");
    if (!vehicle) return;
    this.#orders.set(`${event.vin}/${event.workshop}`, { until, grants: vehicle.grants });
  }

  fit(event: PartFitted, vehicle: VehicleState | undefined, place: LinePlace): void {
    const { vin, member } = event;
    if (vehicle?.status === "destroyed") {
      this.#report("VEHICLE_DESTROYED", "/vin", "the vehicle is destroyed", "fit the part to another");
    }
    const part = this.#take(event.part, member, "/part", place);
    if (!part) return;
    const { lot, serial } = part;
    const name = partName(event.part);
    if (lot.form === "material" || (lot.form === "serialised" && serial === 0)) {
      const fix = "fit pieces: counted ones, or units by their serial";
      this.#report("PART_REFERENCE", "/part", `${name} cannot be fitted as it is`, fix);
      return;
    }
    if (this.#stock.isHeld(lot, serial)) {
      const fix = "fit one that is not recalled";
      this.#report("PART_RECALLED", "/part", `${name} is under recall`, fix);
    }
    if (lot.expiresAt !== 0 && place.time >= lot.expiresAt) {
      this.#report("PART_EXPIRED", "/part", `${name} has expired`, "fit one that has not");
    }
    if (lot.units.get(serial)?.status === "waste") {
      this.#report("PART_WASTE", "/part", `${name} was declared waste`, "fit another");
    }
    if (lot.form === "serialised" && this.#stock.fittedOf(lot, vin) >= UNITS_PER_LOT_LIMIT) {
      const message = `the vehicle carries ${UNITS_PER_LOT_LIMIT} units of ${lot.name} already`;
      this.#report("VEHICLE_FULL", "/part", message, "fit units of another lot");
    }
    this.#stock.move(part, member, vin, "fitted");
  }

  remove(event: PartRemoved, vehicle: VehicleState | undefined, place: LinePlace): void {
    const { vin, member } = event;
    if (vehicle?.status === "destroyed") {
      const fix = "the recycler that destroyed it takes its parts by parts.released";
      this.#report("VEHICLE_DESTROYED", "/vin", "the vehicle is destroyed", fix);
    }
    for (const lock of vehicle?.locks ?? []) {
      const fix = "clear the lock in an earlier line";
      this.#report("LOCK_STATE", "/type", `nothing comes off under the ${lock} lock`, fix);
    }
    if (vehicle && vehicle.holder !== member) this.#requireOrder(vin, member, vehicle, place);
    this.#takeOff(event.part, vin, member, "/part", place);
  }

  release(event: PartsReleased, vehicle: VehicleState | undefined, place: LinePlace): void {
    const { vin, member } = event;
    if (vehicle && vehicle.destroyedBy !== member) {
      const message =
        vehicle.destroyedBy === undefined
          ? "the vehicle is not destroyed"
          : `${vehicle.destroyedBy} destroyed it`;
      this.#report("RELEASE_FOREIGN", "/member", message, "its parts go to the recycler that destroyed it");
    }
    event.parts.forEach((part, index) => this.#takeOff(part, vin, member, `/parts/${index}`, place));
  }

  #requireOrder(vin: string, member: string, vehicle: VehicleState, { time }: LinePlace): void {
    const order = this.#orders.get(`${vin}/${member}`);
    if (order && order.grants === vehicle.grants && time <= order.until) return;
    const message = !order
      ? `${vehicle.holder} gave ${member} no work order`
      : order.grants !== vehicle.grants
        ? `the work order of ${member} ended when the title changed hands`
        : `the work order of ${member} is over`;
    this.#report("WORK_ORDER", "/member", message, "let the holder give one in an earlier line");
  }

  #takeOff(reference: PartReference, vin: string, to: string, field: string, place: LinePlace): void {
    const part = this.#find(reference, field, place);
    if (!part) return;
    const { lot, serial, quantity } = part;
    const unit = lot.units.get(serial);
    const isFitted =
      lot.form === "serialised"
        ? unit?.state === "fitted" && unit.holder === vin
        : this.#stock.quantityOf(lot, vin) >= quantity;
    if (!isFitted) {
      const message = `the vehicle does not carry ${partName(reference)}${serial === 0 ? " so often" : ""}`;
      this.#report("NOT_FITTED", field, message, "name what is fitted to it");
      return;
    }
    this.#stock.move(part, vin, to, "free");
  }

  /* THE END OF UNITS */

  decommission(event: PartsDecommissioned, place: LinePlace): void {
    event.parts.forEach((reference, index) => {
      const part = this.#take(reference, event.member, `/parts/${index}`, place);
      if (part) this.#stock.move(part, event.member, undefined, "gone");
    });
  }

  changeService(event: ServiceChanged, place: LinePlace): void {
    const part = this.#take(event.part, event.member, "/part", place);
    const unit = part?.lot.units.get(part.serial);
    if (!part) return;
    if (!unit) {
      const fix = "name a unit by its serial";
      this.#report("PART_REFERENCE", "/part", "only a serialised unit changes its service", fix);
      return;
    }
    if (unit.status === event.status)
      this.#report("PART_STATE", "/status", `the unit is ${event.status} already`, "remove the line");
    unit.status = event.status;
  }

  /* INTERNALS */

  /** The lot that a line names; notes that something happened to it. */
  #lotOf(maker: string, number: number, field: string, { line, time }: LinePlace): LotStock | undefined {
    const lot = this.#stock.lotOf(maker, number);
    if (!lot) {
      const name = lotKey(maker, number);
      const fix = "commission it in an earlier line, or correct maker and number";
      this.#unknown(name, "LOT_UNKNOWN", field, `no earlier line makes ${name}`, fix);
      return undefined;
    }
    if (time !== 0 && time < lot.lastAt) {
      const message = `line ${lot.lastLine} of ${lot.name} is later than this`;
      this.#report("OUT_OF_ORDER", "/at", message, "sort the lines of a lot by time");
    } else {
      lot.lastAt = time;
      lot.lastLine = line;
    }
    return lot;
  }

  #find(reference: PartReference, field: string, place: LinePlace): FoundPart | undefined {
    const { serial, quantity } = reference;
    if ((serial === undefined) === (quantity === undefined)) {
      const message = "a part is named by a serial or by a quantity";
      this.#report("PART_REFERENCE", field, message, "give one of the two");
      return undefined;
    }
    const lot = this.#lotOf(reference.maker, reference.lot, `${field}/lot`, place);
    if (!lot) return undefined;
    if (serial === undefined) return { lot, serial: 0, quantity: quantity ?? 0 };
    if (lot.form !== "serialised" || serial > lot.quantity) {
      const message =
        lot.form === "serialised"
          ? `${lot.name} has serials 1 to ${lot.quantity}`
          : `units of a ${lot.form} lot have no serials`;
      this.#report("SERIAL_INVALID", `${field}/serial`, message, "correct the serial");
      return undefined;
    }
    if (!lot.units.has(serial)) {
      const fix = "mark it in an earlier line: units.serialised";
      this.#report("SERIAL_INVALID", `${field}/serial`, `${partName(reference)} has no serial yet`, fix);
      return undefined;
    }
    return { lot, serial, quantity: 1 };
  }

  /** What `holder` has and may let go. */
  #take(reference: PartReference, holder: string, field: string, place: LinePlace): FoundPart | undefined {
    const part = this.#find(reference, field, place);
    if (!part) return undefined;
    const { lot, serial, quantity } = part;
    const name = partName(reference);
    if (serial === 0) {
      const balance = this.#stock.quantityOf(lot, holder);
      if (balance >= quantity) return part;
      const message = `${holder} has ${balance} of ${name}, not ${quantity}`;
      this.#report("QUANTITY_EXCEEDED", `${field}/quantity`, message, "state no more than it has");
      return undefined;
    }
    const unit = lot.units.get(serial);
    if (!unit || (unit.state === "free" && unit.holder === holder)) return part;
    const [code, message, fix] =
      unit.state === "fitted"
        ? (["PART_FITTED", `${name} is fitted to a vehicle`, "remove it first"] as const)
        : unit.state === "gone"
          ? (["PART_GONE", `${name} was consumed or decommissioned`, "name another"] as const)
          : unit.state === "inTransit"
            ? (["PART_NOT_HELD", `${name} is in transit`, "let its receiver accept it first"] as const)
            : (["PART_NOT_HELD", `${unit.holder} has ${name}, not ${holder}`, "hand it over first"] as const);
    this.#report(code, `${field}/serial`, message, fix);
    return undefined;
  }

  #timeOf(text: string, field: string): number {
    const time = eventTime(text);
    if (time !== undefined) return time;
    this.#report("TIME_INVALID", field, `there is no such time as ${text}`, "correct it");
    return 0;
  }

  #unknown(name: string, ...problem: Parameters<Report>): void {
    if (!this.#skipped.has(name)) this.#report(...problem);
  }
}

/** Holds what is on its way. A line may be called as some member is, and an alias has no blanks. */
function transitKey(id: string): string {
  return `consignment ${id}`;
}
