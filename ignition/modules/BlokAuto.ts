import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import {
  AUTHORITY_TABLE,
  CONTRACT_ROLES,
  KIND_WRITERS,
  LOCKS,
  roleSet,
} from "../../sdk/src/consortium/authority.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { selectorOf } from "../selectors.js";
import MobilityModule from "./Mobility.js";
import PartsModule from "./Parts.js";
import TelemetryModule from "./Telemetry.js";
import VehicleModule from "./Vehicle.js";

/** The whole system: all contracts, wired from the one table of authority, and handed over to its offices. */
export default buildModule("BlokAuto", (m) => {
  const { consortium, records, title, keys, metadata, p256Verifier } = m.useModule(VehicleModule);
  const partDomain = m.useModule(PartsModule);
  const mobility = m.useModule(MobilityModule);
  const telemetry = m.useModule(TelemetryModule);
  const contracts = {
    Consortium: consortium,
    VehicleRecords: records,
    VehicleTitle: title,
    VehicleKeys: keys,
    PartTwins: partDomain.parts,
    PartCertificates: partDomain.certificates,
    Recalls: partDomain.recalls,
    TelemetryAnchors: telemetry.anchors,
  };

  // Without defaults: three people who are not the deployer have to be named on every network.
  const council = m.getParameter<string>("council");
  const guardian = m.getParameter<string>("guardian");
  const admissions = m.getParameter<string>("admissions");
  const councilDelaySeconds = m.getParameter("councilDelaySeconds", 172_800);

  const functionRoles = AUTHORITY_TABLE.filter(({ guard }) => guard === "restricted").map((row) =>
    m.encodeFunctionCall(
      consortium,
      "setTargetFunctionRole",
      [contracts[row.target], [selectorOf(row.target, row.function)], ROLES[row.role]],
      { id: `encode_${row.target}_${row.function}` },
    ),
  );
  const contractRoles = CONTRACT_ROLES.map(({ contract, role }) =>
    m.encodeFunctionCall(consortium, "grantRole", [ROLES[role], contracts[contract], 0], {
      id: `encode_grant_${contract}_${role}`,
    }),
  );
  const labels = Object.entries(ROLES)
    .filter(([name]) => name !== "council")
    .map(([name, role]) =>
      m.encodeFunctionCall(consortium, "labelRole", [role, name], { id: `encode_label_${name}` }),
    );
  const offices = [
    m.encodeFunctionCall(consortium, "grantRole", [ROLES.guardian, guardian, 0], { id: "encode_guardian" }),
    m.encodeFunctionCall(consortium, "grantRole", [ROLES.admissions, admissions, 0], {
      id: "encode_admissions",
    }),
  ];
  const wired = m.call(
    consortium,
    "multicall",
    [[...functionRoles, ...contractRoles, ...labels, ...offices]],
    {
      id: "wireAuthority",
    },
  );

  const writers = m.call(
    records,
    "setKindWriters",
    [Object.entries(KIND_WRITERS).map(([kind, names]) => ({ kind: Number(kind), writers: roleSet(names) }))],
    { id: "setKindWriters" },
  );
  const locks = Object.entries(LOCKS).map(([name, lock]) =>
    m.call(title, "setLockController", [lock.bit, ROLES[lock.controller]], {
      id: `setLockController_${name}`,
    }),
  );

  // Last of all, the deployer gives everything away: from here on the council rules, with its delay.
  const handedOver = m.call(consortium, "grantRole", [ROLES.council, council, councilDelaySeconds], {
    id: "handOverToCouncil",
    after: [wired, writers, ...locks],
  });
  m.call(consortium, "renounceRole", [ROLES.council, m.getAccount(0)], {
    id: "renounceDeployer",
    after: [handedOver],
  });

  return {
    consortium,
    records,
    title,
    keys,
    metadata,
    p256Verifier,
    ...partDomain,
    ...mobility,
    ...telemetry,
  };
});
