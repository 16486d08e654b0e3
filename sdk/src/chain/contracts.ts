/** Typed clients for ethers, from the same build as the ABIs for viem users in `../abi`. */
export {
  Consortium__factory,
  PartCertificates__factory,
  PartCustody__factory,
  PartMetadata__factory,
  PartTwins__factory,
  QualityNotifications__factory,
  Recalls__factory,
  TitleMetadata__factory,
  VehicleKeys__factory,
  VehicleRecords__factory,
  VehicleTitle__factory,
  WorkOrders__factory,
} from "../../../typechain-types/index.js";
export type {
  Consortium,
  PartCertificates,
  PartCustody,
  PartMetadata,
  PartTwins,
  QualityNotifications,
  Recalls,
  TitleMetadata,
  VehicleKeys,
  VehicleRecords,
  VehicleTitle,
  WorkOrders,
} from "../../../typechain-types/index.js";
