import type { OdometerReading } from "../brands/odometer.js";
import type {
  Advisory,
  CertificateKind,
  DecommissionOutcome,
  LotForm,
  Material,
  Remedy,
  RemedyStatus,
  ServiceStatus,
} from "../parts/types.js";
import type { DocumentFields, LifecycleLine } from "./events.js";

/** A unit with a serial, or a quantity: grams of a material, else pieces. Exactly one of the two. */
export interface PartReference {
  /** The alias of whoever commissioned the lot. */
  maker: string;
  /** The maker's own lot number. */
  lot: number;
  serial?: number;
  quantity?: number;
}

/** Mass of critical materials that all pieces of a lot contain together, in grams. */
export interface ContentGrams {
  cobaltG?: number;
  lithiumG?: number;
  nickelG?: number;
  leadG?: number;
  graphiteG?: number;
  rareEarthsG?: number;
}

/** What is stated of a new lot. */
export interface LotFields {
  lot: number;
  form: Exclude<LotForm, "none">;
  /** Of a material lot; `other` when left out. */
  material?: Material;
  /** Grams of a material, else pieces. */
  quantity: number;
  /** The first day on which its pieces may not be fitted any more. */
  expiresOn?: string;
  content?: ContentGrams;
}

/** A lot of material or parts comes into being. */
export interface LotCommissioned extends LifecycleLine, LotFields {
  type: "lot.commissioned";
  member: string;
  class: "supplier" | "manufacturer";
  document: DocumentFields;
}

/** Units are consumed and lots made of them; a recycler takes units apart and recovers materials. */
export interface LotTransformed extends LifecycleLine {
  type: "lot.transformed";
  member: string;
  class: "supplier" | "manufacturer" | "recycler";
  inputs: PartReference[];
  outputs: LotFields[];
  /** Of all lots that are made. */
  document: DocumentFields;
}

/** Units of the member's own lot get serials, from one to the other, both included. */
export interface UnitsSerialised extends LifecycleLine {
  type: "units.serialised";
  member: string;
  class: "supplier" | "manufacturer";
  lot: number;
  fromSerial: number;
  toSerial: number;
}

/** Units are on their way; other lines refer to the consignment by this line's id. */
export interface PartsConsigned extends LifecycleLine {
  type: "parts.consigned";
  from: string;
  to: string;
  parts: PartReference[];
  /** Until when the receiver may accept. */
  deadline: string;
  /** The sender's report of their condition. */
  document: DocumentFields;
}

export interface PartsReceived extends LifecycleLine {
  type: "parts.accepted" | "parts.rejected";
  /** The id of the line that consigned them. */
  consignment: string;
  /** The receiver's report of their condition. */
  document: DocumentFields;
}

/** Nobody accepted in time; the units go back to their sender. */
export interface PartsReturned extends LifecycleLine {
  type: "parts.returned";
  consignment: string;
}

export interface CertificateIssued extends LifecycleLine {
  type: "certificate.issued";
  /** An auditor. */
  member: string;
  maker: string;
  lot: number;
  kind: CertificateKind;
  validUntil: string;
  document: DocumentFields;
}

export interface CertificateRevoked extends LifecycleLine {
  type: "certificate.revoked";
  member: string;
  /** The id of the line that issued it. */
  certificate: string;
  document: DocumentFields;
}

/** The holder lets a workshop take parts off the vehicle. */
export interface WorkOrderGiven extends LifecycleLine {
  type: "workOrder.given";
  vin: string;
  workshop: string;
  until: string;
}

export interface PartFitted extends LifecycleLine {
  type: "part.fitted";
  vin: string;
  member: string;
  class: "workshop" | "manufacturer";
  part: PartReference;
  odometer?: OdometerReading;
  document: DocumentFields;
}

export interface PartRemoved extends LifecycleLine {
  type: "part.removed";
  vin: string;
  member: string;
  class: "workshop" | "manufacturer";
  part: PartReference;
  odometer?: OdometerReading;
  document: DocumentFields;
}

/** The recycler that destroyed a vehicle takes over its parts. */
export interface PartsReleased extends LifecycleLine {
  type: "parts.released";
  vin: string;
  member: string;
  parts: PartReference[];
  odometer?: OdometerReading;
  document: DocumentFields;
}

export interface PartsDecommissioned extends LifecycleLine {
  type: "parts.decommissioned";
  member: string;
  class: "workshop" | "manufacturer" | "supplier" | "recycler";
  parts: PartReference[];
  outcome: DecommissionOutcome;
  document: DocumentFields;
}

/** A unit goes on in another service, or is declared waste. */
export interface ServiceChanged extends LifecycleLine {
  type: "part.serviceChanged";
  member: string;
  class: "workshop" | "manufacturer" | "recycler";
  part: PartReference;
  status: Exclude<ServiceStatus, "original">;
  document: DocumentFields;
}

/** A campaign over lots, or serials of them; other lines refer to it by this line's id. */
export interface RecallOpened extends LifecycleLine {
  type: "recall.opened";
  member: string;
  class: "manufacturer" | "supplier" | "registrar";
  /** Whose lots are recalled: the member's own, unless it is a registrar. */
  maker: string;
  /** NHTSA campaign number. */
  campaignNumber: string;
  remedyStatus: RemedyStatus;
  advisory: Advisory;
  scopes: RecallScopeFields[];
  document: DocumentFields;
}

/** Serials of a lot, both ends included; without serials the whole lot. */
export interface RecallScopeFields {
  lot: number;
  fromSerial?: number;
  toSerial?: number;
}

export interface RecallUpdated extends LifecycleLine {
  type: "recall.updated";
  member: string;
  class: "manufacturer" | "supplier" | "registrar";
  recall: string;
  remedyStatus: RemedyStatus;
  advisory: Advisory;
  document: DocumentFields;
}

/** The campaign's owner notifies the holder of an affected vehicle. */
export interface RecallNotified extends LifecycleLine {
  type: "recall.notified";
  vin: string;
  member: string;
  class: "manufacturer" | "supplier" | "registrar";
  recall: string;
  /** Whoever sends a notice has not seen the vehicle. */
  odometer?: never;
  document: DocumentFields;
}

export interface RecallRemedied extends LifecycleLine {
  type: "recall.remedied";
  vin: string;
  member: string;
  class: "workshop" | "manufacturer";
  recall: string;
  remedy: Exclude<Remedy, "none">;
  odometer?: OdometerReading;
  document: DocumentFields;
}

/** What happens to parts that are on no vehicle, and to campaigns: their documents are no records. */
export type PartDocumentEvent =
  | LotCommissioned
  | LotTransformed
  | PartsConsigned
  | PartsReceived
  | CertificateIssued
  | CertificateRevoked
  | PartsDecommissioned
  | ServiceChanged
  | RecallOpened
  | RecallUpdated;

/** What puts a record into a vehicle's life by way of its parts. */
export type PartRecordEvent = PartFitted | PartRemoved | PartsReleased | RecallNotified | RecallRemedied;

export type PartLine = PartDocumentEvent | PartRecordEvent | UnitsSerialised | PartsReturned | WorkOrderGiven;
