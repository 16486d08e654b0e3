import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import VehicleModule from "./Vehicle.js";

/** Part twins, their custody and certificates, recalls and quality notifications. */
export default buildModule("Parts", (m) => {
  const { consortium, title } = m.useModule(VehicleModule);

  const workOrders = m.contract("WorkOrders", [title]);
  const partMetadata = m.contract("PartMetadata");
  const parts = m.contract("PartTwins", [consortium, workOrders, partMetadata]);
  const custody = m.contract("PartCustody", [parts]);
  const certificates = m.contract("PartCertificates", [consortium, parts]);
  const recalls = m.contract("Recalls", [consortium, parts]);
  const notifications = m.contract("QualityNotifications", [consortium, parts]);
  return { workOrders, partMetadata, parts, custody, certificates, recalls, notifications };
});
