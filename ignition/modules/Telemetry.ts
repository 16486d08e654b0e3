import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import VehicleModule from "./Vehicle.js";

/** Roots of what vehicles measured and signed. */
export default buildModule("Telemetry", (m) => {
  const { consortium, keys } = m.useModule(VehicleModule);

  const anchors = m.contract("TelemetryAnchors", [consortium, keys]);
  return { anchors };
});
