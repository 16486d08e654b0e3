/** One lot, and how much of it; without `uom` the quantity counts pieces. */
export interface EpcisQuantity {
  epcClass: string;
  quantity?: number;
  /** Code of UN/CEFACT Recommendation 20: GRM for grams. */
  uom?: string;
}

export interface EpcisPlace {
  /** Where it happened: an SGLN as a GS1 Digital Link, or any URI. */
  readPoint?: string;
  /** Where the objects are afterwards. */
  bizLocation?: string;
}

/** What the EPCIS events that are written here have in common. Extensions have the prefix `blok:`. */
interface EpcisEventBase {
  eventTime: string;
  recordTime: string;
  eventTimeZoneOffset: string;
  eventID: string;
  bizStep?: string;
  disposition?: string;
  readPoint?: { id: string };
  bizLocation?: { id: string };
  bizTransactionList?: { type?: string; bizTransaction: string }[];
  sourceList?: { type: string; source: string }[];
  destinationList?: { type: string; destination: string }[];
  [extension: `blok:${string}`]: string | number | string[];
}

export interface EpcisObjectEvent extends EpcisEventBase {
  type: "ObjectEvent";
  action: "ADD" | "OBSERVE" | "DELETE";
  epcList?: string[];
  quantityList?: EpcisQuantity[];
  persistentDisposition?: { set?: string[]; unset?: string[] };
  ilmd?: Record<string, string | number>;
}

export interface EpcisTransformationEvent extends EpcisEventBase {
  type: "TransformationEvent";
  transformationID: string;
  inputEPCList?: string[];
  inputQuantityList?: EpcisQuantity[];
  outputQuantityList?: EpcisQuantity[];
  ilmd?: Record<string, string | number>;
}

export interface EpcisAssociationEvent extends EpcisEventBase {
  type: "AssociationEvent";
  action: "ADD" | "DELETE";
  parentID: string;
  childEPCs?: string[];
  childQuantityList?: EpcisQuantity[];
}

export type EpcisEvent = EpcisObjectEvent | EpcisTransformationEvent | EpcisAssociationEvent;

/** An EPCIS 2.0 document in JSON-LD. */
export interface EpcisDocument {
  "@context": (string | Record<string, string>)[];
  type: "EPCISDocument";
  schemaVersion: "2.0";
  creationDate: string;
  epcisBody: { eventList: EpcisEvent[] };
}
