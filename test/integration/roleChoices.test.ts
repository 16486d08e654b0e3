import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { hexlify, id, toUtf8Bytes, ZeroHash } from "ethers";
import type { RoleChoiceRow } from "../../sdk/src/consortium/authority.js";
import { KIND_WRITERS, ROLE_CHOICES } from "../../sdk/src/consortium/authority.js";
import type { RoleName } from "../../sdk/src/consortium/roles.js";
import { MEMBER_CLASSES, ROLES } from "../../sdk/src/consortium/roles.js";
import type { MatrixCaller } from "../helpers/authorityMatrix.js";
import { deployMatrix, failure, VEHICLE } from "../helpers/authorityMatrix.js";
import { createChain } from "../helpers/fixture.js";

const PARTS = new URL("../../contracts/parts/", import.meta.url);
const ROWS: readonly RoleChoiceRow[] = ROLE_CHOICES;
/** Everybody holds OpenZeppelin's public role. */
const PUBLIC_ROLE = 2n ** 64n - 1n;

const REFUSALS = [
  "AccessNotMember",
  "PartsRoleNotAllowed",
  "RecallsRoleNotAllowed",
  "RecallsForeignMaker",
  "RecallsForeignCampaign",
  "NotificationsRoleNotAllowed",
  "RecordsWriterNotAllowed",
];
/** These contracts hold no parts and take none. */
const REFUSALS_OF_CONTRACTS = [...REFUSALS, "ERC1155InsufficientBalance", "ERC1155InvalidReceiver"];

const chain = await createChain();
const { networkHelpers } = chain;

describe("Role choices", () => {
  it("have a row for every function of parts and recalls that takes a role, and no other", () => {
    const found = readdirSync(PARTS).flatMap((file) => {
      const source = readFileSync(new URL(file, PARTS), "utf8");
      return [...source.matchAll(/function (\w+)\(([^)]*)\) external/g)]
        .filter(([, , parameters]) => /\buint64 role\b/.test(parameters ?? ""))
        .map(([, name]) => `${file.replace(".sol", "")}.${name}`);
    });
    expect(found.sort()).to.deep.equal(ROWS.map((row) => `${row.target}.${row.function}`).sort());
  });

  it("agree with the table of writers about the records that come of them", () => {
    for (const { function: name, roles, recordKind } of ROWS) {
      if (recordKind === undefined) continue;
      const writers = KIND_WRITERS[recordKind]!.filter((writer) => writer !== "recordController");
      expect([...roles].sort(), `${name} and kind ${recordKind}`).to.deep.equal([...writers].sort());
      expect(KIND_WRITERS[recordKind], `kind ${recordKind} has no direct way in`).to.include(
        "recordController",
      );
    }
  });

  /** Everything in place for everybody to succeed, if only it may: lots and units in all hands, a car in recall. */
  async function choiceFixture() {
    const system = await deployMatrix(chain);
    const { actors, parts, recalls, workOrders, callers, record, lot } = system;
    const accounts = callers.filter(({ isContract }) => !isContract);
    const partId = (maker: { address: string }, number: number, serial = 0): bigint =>
      (BigInt(maker.address) << 96n) | (BigInt(number) << 32n) | BigInt(serial);
    for (const name of ["supplier", "manufacturer"] as const) {
      const maker = actors[name];
      const made = parts.connect(maker);
      if (name !== "supplier") await made.commissionLot(lot(1, 2), ROLES[name]);
      await made.commissionLot(lot(2, 3), ROLES[name]);
      await made.commissionLot(lot(3, 2), ROLES[name]);
      await made.serialiseUnits(2, serials(accounts.length), ROLES[name]);
    }
    const supplier = parts.connect(actors.supplier);
    for (const [index, { address }] of accounts.entries()) {
      await supplier.safeTransferFrom(actors.supplier, address, partId(actors.supplier, 1), 10, "0x");
      await supplier.safeTransferFrom(
        actors.supplier,
        address,
        partId(actors.supplier, 2, index + 1),
        1,
        "0x",
      );
    }
    for (const { address } of callers) {
      await workOrders.connect(actors.holder).giveWorkOrder(VEHICLE, address, 4_000_000_000);
    }
    for (const name of ["supplier", "manufacturer"] as const) {
      const recalled = partId(actors[name], 3);
      await parts.connect(actors[name]).safeTransferFrom(actors[name], actors.workshop, recalled, 9, "0x");
      await parts.connect(actors.workshop).fitPart(recalled, 9, record(17), ROLES.workshop);
    }

    const number = (text: string) => hexlify(toUtf8Bytes(text));
    const recall = (maker: string, text: string) => ({
      maker,
      number: number(text),
      status: 2,
      advisory: 0,
      evidenceHash: id("defect report"),
      lots: [{ lotNumber: 3, fromSerial: 0, toSerial: 0 }],
      releases: [],
    });
    const campaigns: Partial<Record<RoleName, bigint>> = {};
    for (const name of ["supplier", "manufacturer", "registrar"] as const) {
      const { address } = name === "registrar" ? actors.supplier : actors[name];
      const text = name === "registrar" ? "26E000001" : "26V000001";
      await recalls.connect(actors[name]).openRecall(recall(address, text), ROLES[name]);
      campaigns[name] = await recalls.campaignIdOf(address, number(text), name === "registrar");
    }

    /** The arguments with which a caller does what a member acting as `name` does. */
    const argumentsOf = (caller: MatrixCaller, name: RoleName | "public", role: bigint) => {
      const campaignId = campaigns[name as RoleName] ?? campaigns.registrar!;
      const index = Math.max(accounts.indexOf(caller), 0);
      const stock = [{ partId: partId(actors.supplier, 1), quantity: 1 }];
      const args: Record<string, unknown[]> = {
        commissionLot: [lot(9, 2)],
        transformLots: [stock, [lot(9, 1)]],
        serialiseUnits: [2, [900]],
        fitPart: [partId(actors.supplier, 1), 1, record(17)],
        removePart: [partId(actors.supplier, 3), 1, record(18)],
        decommissionParts: [stock, 0, id("document")],
        changeService: [partId(actors.supplier, 2, index + 1), 2, id("document")],
        openRecall: [recall(name === "registrar" ? actors.supplier.address : caller.address, "26V000002")],
        updateRecall: [campaignId, 2, 1, id("evidence")],
        notifyVehicles: [campaignId, [record(21)]],
        remedyVehicle: [campaignId, 3, record(22)],
        notify: [0, partId(actors.supplier, 1) >> 32n, actors.buyer.address, ZeroHash, id("document")],
      };
      return (row: RoleChoiceRow) => [...args[row.function]!, role];
    };
    const contracts: Record<RoleChoiceRow["target"], BaseContract> = {
      PartTwins: parts,
      Recalls: recalls,
      QualityNotifications: system.notifications,
    };
    return { ...system, contracts, argumentsOf };
  }

  /** Roles of every sort: classes, offices, those of contracts, and the one that everybody holds. */
  const choices: [RoleName | "public", bigint][] = [
    ...([...MEMBER_CLASSES, "council", "guardian", "recallController"] as const).map(
      (name): [RoleName, bigint] => [name, BigInt(ROLES[name])],
    ),
    ["public", PUBLIC_ROLE],
  ];

  for (const row of ROWS) {
    it(`${row.target}.${row.function} is for ${row.roles.join(", ")} alone, each in its own class`, async () => {
      const { rpc, contracts, deployment, callers, argumentsOf } =
        await networkHelpers.loadFixture(choiceFixture);
      const to = deployment.contracts[row.target];
      let allowed = 0;
      for (const caller of callers) {
        for (const [name, role] of choices) {
          const args = argumentsOf(caller, name, role)(row);
          const data = contracts[row.target].interface.encodeFunctionData(row.function, args);
          const error = await failure(rpc, { from: caller.address, to, data });
          const mayAct =
            (row.roles as readonly string[]).includes(name) && caller.roles.includes(name as RoleName);
          if (mayAct) allowed += 1;
          const outcome = `${caller.name} as ${name}: ${error?.name ?? "succeeds"}`;
          if (mayAct) expect(error?.name, outcome).to.equal(undefined);
          else expect(caller.isContract ? REFUSALS_OF_CONTRACTS : REFUSALS, outcome).to.include(error?.name);
        }
      }
      expect(allowed, "callers that succeeded").to.equal(row.roles.length);
    });
  }
});

function serials(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
