/** Typed clients for ethers, from the same build as the ABIs for viem users in `../abi`. */
export {
  Consortium__factory,
  TitleMetadata__factory,
  VehicleKeys__factory,
  VehicleRecords__factory,
  VehicleTitle__factory,
} from "../../../typechain-types/index.js";
export type {
  Consortium,
  TitleMetadata,
  VehicleKeys,
  VehicleRecords,
  VehicleTitle,
} from "../../../typechain-types/index.js";
