import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import VehicleModule from "./Vehicle.js";

/** Where Permit2 stands on the public chains; on a chain without it, deposits through it fail and nothing else does. */
const PERMIT2 = "0x000000000022D473030F116dDEE9F6B43aC78BA3";

/** Payment channels, in which cars pay and are paid. */
export default buildModule("Mobility", (m) => {
  const { title, p256Verifier } = m.useModule(VehicleModule);
  const permit2 = m.getParameter("permit2", PERMIT2);

  const channels = m.contract("PaymentChannels", [title, p256Verifier, permit2]);
  return { channels };
});
