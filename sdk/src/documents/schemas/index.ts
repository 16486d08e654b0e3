import type { RecordKindName } from "../kinds.js";
import { accidentSchema } from "./accident.js";
import { brandSchema } from "./brand.js";
import { campaignRemedySchema } from "./campaignRemedy.js";
import { damageAssessmentSchema } from "./damageAssessment.js";
import { destructionSchema } from "./destruction.js";
import { exportSchema } from "./export.js";
import { firstRegisteredSchema } from "./firstRegistered.js";
import { forcedTransferSchema } from "./forcedTransfer.js";
import { importSchema } from "./import.js";
import { inspectionSchema } from "./inspection.js";
import { manufacturedSchema } from "./manufactured.js";
import { odometerReadingSchema } from "./odometerReading.js";
import { odometerResolutionSchema } from "./odometerResolution.js";
import { partFittedSchema } from "./partFitted.js";
import { partRemovedSchema } from "./partRemoved.js";
import { recallNoticeSchema } from "./recallNotice.js";
import { recallRemedySchema } from "./recallRemedy.js";
import { registrationSchema } from "./registration.js";
import { repairSchema } from "./repair.js";
import { serviceSchema } from "./service.js";

/**
 * The JSON Schema (draft 2020-12) of each kind's content. Kinds without a row are written by domains that define
 * their own documents.
 */
export const RECORD_SCHEMAS = {
  manufactured: manufacturedSchema,
  firstRegistered: firstRegisteredSchema,
  registration: registrationSchema,
  service: serviceSchema,
  odometerReading: odometerReadingSchema,
  accident: accidentSchema,
  damageAssessment: damageAssessmentSchema,
  repair: repairSchema,
  inspection: inspectionSchema,
  brand: brandSchema,
  odometerResolution: odometerResolutionSchema,
  forcedTransfer: forcedTransferSchema,
  destruction: destructionSchema,
  import: importSchema,
  export: exportSchema,
  recallRemedy: recallRemedySchema,
  partFitted: partFittedSchema,
  partRemoved: partRemovedSchema,
  recallNotice: recallNoticeSchema,
  campaignRemedy: campaignRemedySchema,
} as const satisfies Partial<Record<RecordKindName, object>>;

/** A kind of record whose document has a schema. */
export type DocumentKindName = keyof typeof RECORD_SCHEMAS;
