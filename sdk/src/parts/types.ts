/** What the units of a lot are, in the order of the contract. */
export const LOT_FORMS = ["none", "material", "counted", "serialised"] as const;
export type LotForm = (typeof LOT_FORMS)[number];

/** The critical materials whose mass balance the chain keeps, in the order of the contract; `other` is any beside them. */
export const MATERIALS = ["other", "cobalt", "lithium", "nickel", "lead", "graphite", "rareEarths"] as const;
export type Material = (typeof MATERIALS)[number];
export type CriticalMaterial = Exclude<Material, "other">;

/** Mass of each critical material, in grams. */
export type MaterialGrams = Record<CriticalMaterial, bigint>;

export const UNIT_STATES = ["none", "free", "fitted", "stolen", "gone"] as const;
export type UnitState = (typeof UNIT_STATES)[number];

/** The status words of the battery passport (Catena-X DPP), in the order of the contract. */
export const SERVICE_STATUSES = ["original", "repurposed", "re-used", "remanufactured", "waste"] as const;
export type ServiceStatus = (typeof SERVICE_STATUSES)[number];

export const OUTCOMES = ["recycled", "destroyed"] as const;
export type DecommissionOutcome = (typeof OUTCOMES)[number];

export const CERTIFICATE_KINDS = ["dueDiligence", "origin", "testReport"] as const;
export type CertificateKind = (typeof CERTIFICATE_KINDS)[number];

export const REMEDY_STATUSES = ["notAvailable", "interim", "available", "completed", "withdrawn"] as const;
export type RemedyStatus = (typeof REMEDY_STATUSES)[number];

export const ADVISORIES = ["none", "doNotDrive", "parkOutside"] as const;
export type Advisory = (typeof ADVISORIES)[number];

export const REMEDIES = ["none", "partReplaced", "softwareUpdated", "inspectedClear"] as const;
export type Remedy = (typeof REMEDIES)[number];

export const NOTIFICATION_KINDS = ["investigation", "alert", "block"] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

export const NOTIFICATION_STATUSES = [
  "none",
  "sent",
  "acknowledged",
  "accepted",
  "declined",
  "closed",
] as const;
export type NotificationStatus = (typeof NOTIFICATION_STATUSES)[number];

/** Units of one part id. */
export interface PartAmount {
  partId: bigint;
  quantity: bigint;
}

/** What a maker states of a lot. */
export interface LotInput {
  number: bigint;
  form: LotForm;
  material: Material;
  /** Grams of a material, else pieces. */
  quantity: bigint;
  /** Days since 1970-01-01; 0 for a lot that does not expire. */
  expiryDay: number;
  /** What all pieces of the lot contain together. */
  content: MaterialGrams;
  documentHash: string;
}

export interface RecallScope {
  lotNumber: bigint;
  fromSerial: number;
  toSerial: number;
}

/** Where an event stands, and when its block was made (Unix seconds). */
export interface PartEventPlace {
  blockNumber: number;
  logIndex: number;
  transactionHash: string;
  at: number;
}

/** What happened to lots, units and campaigns, as the contracts of the part domain tell it. */
export type PartEventBody =
  | { type: "transferred"; operator: string; from: string; to: string; parts: PartAmount[] }
  | {
      type: "lotCommissioned";
      lotId: bigint;
      maker: string;
      lot: LotInput;
      inputsHash: string;
      lineage: string;
    }
  | { type: "lotsConsumed"; inputsHash: string; operator: string; inputs: PartAmount[]; isRecovery: boolean }
  | {
      type: "partFitted" | "partRemoved";
      lotId: bigint;
      serial: number;
      quantity: bigint;
      vehicleId: bigint;
      by: string;
    }
  | {
      type: "partDecommissioned";
      partId: bigint;
      by: string;
      quantity: bigint;
      outcome: DecommissionOutcome;
      documentHash: string;
    }
  | { type: "serviceChanged"; partId: bigint; by: string; status: ServiceStatus; documentHash: string }
  | { type: "theftReported"; partId: bigint; holder: string; isStolen: boolean }
  | {
      type: "consigned";
      consignmentId: string;
      sender: string;
      receiver: string;
      deadline: number;
      parts: PartAmount[];
      conditionHash: string;
    }
  | { type: "accepted" | "rejected"; consignmentId: string; receiver: string; conditionHash: string }
  | { type: "returned"; consignmentId: string; sender: string }
  | {
      type: "certified";
      lotId: bigint;
      documentHash: string;
      auditor: string;
      kind: CertificateKind;
      validTo: number;
    }
  | { type: "certificateRevoked"; lotId: bigint; documentHash: string; auditor: string; reasonHash: string }
  | {
      type: "recallOpened";
      campaignId: bigint;
      maker: string;
      by: string;
      number: string;
      status: RemedyStatus;
      advisory: Advisory;
      evidenceHash: string;
      lots: RecallScope[];
      releases: string[];
    }
  | {
      type: "recallUpdated";
      campaignId: bigint;
      by: string;
      status: RemedyStatus;
      advisory: Advisory;
      evidenceHash: string;
    }
  | { type: "vehicleEnrolled"; campaignId: bigint; vehicleId: bigint }
  | { type: "vehicleNotified"; campaignId: bigint; vehicleId: bigint; by: string }
  | { type: "vehicleRemedied"; campaignId: bigint; vehicleId: bigint; by: string; remedy: Remedy }
  | { type: "safetyStopChanged"; campaignId: bigint; vehicleId: bigint; isStopped: boolean }
  | {
      type: "notificationSent";
      notificationId: string;
      sender: string;
      receiver: string;
      kind: NotificationKind;
      lotId: bigint;
      parentId: string;
      documentHash: string;
    }
  | {
      type: "notificationAnswered";
      notificationId: string;
      by: string;
      status: NotificationStatus;
      documentHash: string;
    };

export type PartEvent = PartEventPlace & PartEventBody;
export type PartEventType = PartEventBody["type"];
/** The events of one type. */
export type PartEventOf<Type extends PartEventType> = PartEventPlace & Narrowed<PartEventBody, Type>;

/** `Extract` would find nothing among the bodies that two types share. */
type Narrowed<Body, Type> = Body extends { type: infer Own }
  ? Extract<Own, Type> extends never
    ? never
    : Body & { type: Extract<Own, Type> }
  : never;
