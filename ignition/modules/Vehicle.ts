import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import ConsortiumModule from "./Consortium.js";

/** Title, life record and keys. */
export default buildModule("Vehicle", (m) => {
  const { consortium } = m.useModule(ConsortiumModule);
  const forcedTransferDelaySeconds = m.getParameter("forcedTransferDelaySeconds", 1_209_600);

  const records = m.contract("VehicleRecords", [consortium]);
  const metadata = m.contract("TitleMetadata");
  const title = m.contract("VehicleTitle", [consortium, records, metadata, forcedTransferDelaySeconds]);
  const p256Verifier = m.contract("ERC7913P256Verifier");
  const keys = m.contract("VehicleKeys", [consortium, title, p256Verifier]);
  return { consortium, records, title, keys, metadata, p256Verifier };
});
