export type {
  LineageEdge,
  LineageGraph,
  LineageLot,
  LineageProblem,
  LineageProblemCode,
  LineageRelation,
  LineageStatus,
} from "./buildLineage.js";
export * from "./bottlenecks.js";
export * from "./decodePartEvent.js";
export * from "./fraction.js";
export * from "./issuePartDocument.js";
export * from "./logArchive.js";
export * from "./lotHashes.js";
export * from "./materialStatement.js";
export * from "./partDocuments.js";
export * from "./PartError.js";
export * from "./partId.js";
export type { LotState } from "./PartState.js";
export * from "./reachFromArchive.js";
export type * from "./reachTypes.js";
export * from "./readCampaign.js";
export { relatedLots, readLineage, type Lineage, type ReadLineageInput } from "./readLineage.js";
export * from "./readFittedParts.js";
export * from "./readPartEvents.js";
export type { CertificateState, LotCertificate } from "./readLotCertificates.js";
export * from "./recallReach.js";
export * from "./renderLineage.js";
export * from "./renderReach.js";
export * from "./types.js";
export * from "./verifyPartDocument.js";
