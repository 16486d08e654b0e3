import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

/** The authority. The deployer administers it until `BlokAuto` hands it over to the council. */
export default buildModule("Consortium", (m) => {
  const admissionDelaySeconds = m.getParameter("admissionDelaySeconds", 86_400);
  const consortium = m.contract("Consortium", [m.getAccount(0), admissionDelaySeconds]);
  return { consortium };
});
