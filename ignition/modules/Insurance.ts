import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import TelemetryModule from "./Telemetry.js";
import VehicleModule from "./Vehicle.js";

/** Risk pools, policies, triggers and claims. The pools themselves are opened by insurers. */
export default buildModule("Insurance", (m) => {
  const { consortium, title, keys } = m.useModule(VehicleModule);
  const { anchors } = m.useModule(TelemetryModule);
  const indexQuorum = m.getParameter("indexQuorum", 2);

  const pools = m.contract("RiskPools", [consortium]);
  const premiums = m.contract("Premiums");
  const policies = m.contract("PolicyBook", [consortium, pools, title, anchors, premiums]);
  const claims = m.contract("Claims", [consortium, policies]);
  const crashTrigger = m.contract("CrashTrigger", [consortium, keys]);
  const indexTrigger = m.contract("IndexTrigger", [consortium, indexQuorum]);
  return { pools, premiums, policies, claims, crashTrigger, indexTrigger };
});
