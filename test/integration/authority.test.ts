import { readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { id, ZeroAddress, ZeroHash } from "ethers";
import {
  AUTHORITY_TABLE,
  CONTRACT_ROLES,
  KIND_WRITERS,
  LOCKS,
  roleSet,
} from "../../sdk/src/consortium/authority.js";
import { MEMBER_CLASSES, ROLES } from "../../sdk/src/consortium/roles.js";
import { deployMatrix, failure, VEHICLE } from "../helpers/authorityMatrix.js";
import { COUNCIL_DELAY, createChain } from "../helpers/fixture.js";

const CONTRACTS = new URL("../../contracts/", import.meta.url);

/** Every function whose source says that only some may call it, as `Contract.function`. */
function guardedFunctions(): string[] {
  const found: string[] = [];
  for (const folder of ["access", "vehicle", "parts", "mobility", "telemetry", "insurance"]) {
    for (const file of readdirSync(new URL(`${folder}/`, CONTRACTS))) {
      const source = readFileSync(new URL(`${folder}/${file}`, CONTRACTS), "utf8");
      for (const [, name, header, body] of source.matchAll(/function (\w+)\(([^{};]*?)\{([^]*?)\n {4}\}/g)) {
        const isGuarded =
          /\b(restricted|onlyAuthorized)\b/.test(header ?? "") ||
          /_requireMember\(msg\.sender, Roles\.|hasRole\(Roles\.\w+, msg\.sender\)/.test(body ?? "");
        if (isGuarded) found.push(`${file.replace(".sol", "")}.${name}`);
      }
    }
  }
  return found.sort();
}

const chain = await createChain();
const { networkHelpers } = chain;

describe("Authority", () => {
  describe("the table", () => {
    it("has a row for every restricted function of every contract, and no other", () => {
      expect(guardedFunctions()).to.deep.equal(
        AUTHORITY_TABLE.map((row) => `${row.target}.${row.function}`).sort(),
      );
    });

    it("uses the role numbers of the contracts", () => {
      const source = readFileSync(new URL("access/Roles.sol", CONTRACTS), "utf8");
      const numbers = [...source.matchAll(/uint64 internal constant (\w+) = (\d+);/g)]
        .filter(([, name]) => name !== "LIMIT" && name !== "LAST_MEMBER_CLASS")
        .map(([, name, number]): [string, number] => [
          name!.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
          Number(number),
        ]);
      const { council, ...others } = ROLES;
      expect(council).to.equal(0);
      expect(Object.fromEntries(numbers)).to.deep.equal(others);
    });

    it("uses the lock bits of the contracts", () => {
      const source = readFileSync(new URL("types/Locks.sol", CONTRACTS), "utf8");
      const bits = [...source.matchAll(/uint8 internal constant (\w+) = (\d+);/g)]
        .filter(([, name]) => name !== "COUNT")
        .map(([, name, bit]): [string, number] => [name!.toLowerCase(), Number(bit)]);
      expect(Object.fromEntries(bits)).to.deep.equal(
        Object.fromEntries(Object.entries(LOCKS).map(([name, { bit }]) => [name, bit])),
      );
    });
  });

  describe("a deployment", () => {
    it("is wired as the table says", async () => {
      const system = await networkHelpers.loadFixture(chain.deployFixture);
      const { consortium, records, title, deployment } = system;
      const contracts: Record<string, BaseContract> = {
        Consortium: consortium,
        VehicleRecords: records,
        VehicleTitle: title,
        Recalls: system.recalls,
        TelemetryAnchors: system.anchors,
      };
      for (const row of AUTHORITY_TABLE.filter(({ guard }) => guard === "restricted")) {
        const contract = contracts[row.target]!;
        const { selector } = contract.interface.getFunction(row.function)!;
        expect(
          await consortium.getTargetFunctionRole(contract, selector),
          `${row.target}.${row.function}`,
        ).to.equal(ROLES[row.role]);
      }
      for (const { contract, role } of CONTRACT_ROLES) {
        const [isMember, delay] = await consortium.hasRole(ROLES[role], deployment.contracts[contract]);
        expect([isMember, delay], `${contract} as ${role}`).to.deep.equal([true, 0n]);
      }
      for (const [kind, writers] of Object.entries(KIND_WRITERS)) {
        expect(await records.kindWritersOf(kind), `kind ${kind}`).to.equal(roleSet(writers));
      }
      for (const [name, { bit, controller }] of Object.entries(LOCKS)) {
        expect(await title.lockControllerOf(bit), name).to.equal(ROLES[controller]);
      }
    });

    it("leaves the deployer without any role", async () => {
      const { consortium, actors } = await networkHelpers.loadFixture(chain.deployFixture);
      for (const [name, role] of Object.entries(ROLES)) {
        expect((await consortium.hasRole(role, actors.deployer))[0], name).to.equal(false);
      }
    });

    it("gives the council its delay, and the guardians the veto over it", async () => {
      const { consortium, records, actors } = await networkHelpers.loadFixture(chain.deployFixture);
      const { council, guardian } = actors;
      expect(await consortium.hasRole(ROLES.council, council)).to.deep.equal([true, BigInt(COUNCIL_DELAY)]);

      const change = records.interface.encodeFunctionData("setKindWriters", [[{ kind: 99, writers: 2n }]]);
      await expect(
        records.connect(council).setKindWriters([{ kind: 99, writers: 2n }]),
      ).to.be.revertedWithCustomError(consortium, "AccessManagerNotScheduled");
      await consortium.connect(council).schedule(records, change, 0);
      await consortium.connect(guardian).cancel(council, records, change);
      await networkHelpers.time.increase(COUNCIL_DELAY);
      await expect(consortium.connect(council).execute(records, change)).to.be.revertedWithCustomError(
        consortium,
        "AccessManagerNotScheduled",
      );

      await consortium.connect(council).schedule(records, change, 0);
      await expect(consortium.connect(council).execute(records, change)).to.be.revertedWithCustomError(
        consortium,
        "AccessManagerNotReady",
      );
      await networkHelpers.time.increase(COUNCIL_DELAY);
      await consortium.connect(council).execute(records, change);
      expect(await records.kindWritersOf(99)).to.equal(2n);
    });

    it("lets the guardians cancel the council's grant of any role", async () => {
      const { consortium, actors } = await networkHelpers.loadFixture(chain.deployFixture);
      const { council, guardian, stranger } = actors;
      for (const role of [ROLES.council, ROLES.guardian, ROLES.recordController, ROLES.court]) {
        const grant = consortium.interface.encodeFunctionData("grantRole", [role, stranger.address, 0]);
        await consortium.connect(council).schedule(consortium, grant, 0);
        await consortium.connect(guardian).cancel(council, consortium, grant);
        await networkHelpers.time.increase(COUNCIL_DELAY);
        await expect(consortium.connect(council).grantRole(role, stranger, 0)).to.be.revertedWithCustomError(
          consortium,
          "AccessManagerNotScheduled",
        );
      }
    });
  });

  describe("who may do what", () => {
    const matrixFixture = () => deployMatrix(chain);

    for (const row of AUTHORITY_TABLE) {
      it(`${row.target}.${row.function} is for ${row.role} alone`, async () => {
        const system = await networkHelpers.loadFixture(matrixFixture);
        const { actors, callers, record } = system;
        const contracts: Record<string, BaseContract> = {
          Consortium: system.consortium,
          VehicleRecords: system.records,
          VehicleTitle: system.title,
          PartTwins: system.parts,
          PartCertificates: system.certificates,
          Recalls: system.recalls,
          TelemetryAnchors: system.anchors,
          RiskPools: system.pools,
          RiskPool: system.pool,
          PolicyBook: system.policies,
          IndexTrigger: system.indexTrigger,
          Claims: system.claims,
        };
        const keys = { cell: id("cell"), fleetId: ZeroHash };
        const { address: payer } = actors.stranger;
        const args: Record<string, unknown[]> = {
          admitMember: [actors.stranger.address, ROLES.workshop, ZeroHash],
          expelMember: [actors.workshop.address, ZeroHash],
          vetoAdmission: [actors.stranger.address, ROLES.workshop],
          openRecord: [actors.manufacturer.address, ROLES.manufacturer, { ...record(1), vehicleId: 5n }],
          appendMemberRecord: [actors.workshop.address, ROLES.workshop, record(4)],
          appendHolderRecord: [actors.holder.address, record(5)],
          appendVehicleRecord: [actors.holder.address, record(5)],
          anchorRoot: [id("root"), 1, 1, 2],
          setKindWriters: [[{ kind: 99, writers: 2n }]],
          setLockController: [9, ROLES.court],
          requestForcedTransfer: [actors.holder.address, actors.buyer.address, VEHICLE, id("order")],
          cancelForcedTransfer: [VEHICLE],
          forcedTransfer: [actors.holder.address, actors.buyer.address, VEHICLE],
          changeStatus: [record(15)],
          destroyVehicle: [record(13)],
          setHolds: [actors.supplier.address, [], true],
          setSoftwareRegistry: [ZeroAddress],
          issueCertificate: [system.lotId, 0, 4_000_000_000, id("certificate")],
          openPool: [system.poolTerms, "Pool", "POOL"],
          lockCover: [keys, 1, payer, 0],
          releaseCover: [keys, 0, payer, 0],
          takePremium: [payer, 0],
          earnPremium: [0],
          reserveClaim: [keys, 0],
          releaseClaim: [keys, 0, false],
          payReserved: [payer, 0, 0],
          payClaim: [keys, payer, 0],
          takeBond: [payer, 0],
          giveBond: [payer, 0],
          drawCover: [id("policy"), VEHICLE, 1, 2, 1, 1],
          restoreCover: [id("policy"), 1],
          reportIndex: [id("cell"), id("hail"), 1, 1],
          resolveIndex: [id("cell"), id("hail"), 1, 1, ZeroHash],
          resolveChallenge: [system.policyTerms, id("incident"), true],
          revokeCertificate: [system.lotId, id("certificate"), id("reason")],
        };
        const to = await contracts[row.target]!.getAddress();
        const data = contracts[row.target]!.interface.encodeFunctionData(row.function, args[row.function]);
        for (const { name, roles, address } of callers) {
          const error = await failure(system.rpc, { from: address, to, data });
          const isRefused =
            error !== undefined &&
            (["AccessManagedUnauthorized", "AccessManagerUnauthorizedAccount"].includes(error.name) ||
              (error.name === "AccessNotMember" && error.values.account === address));
          expect(isRefused, `${name} is refused (${error?.name ?? "succeeds"})`).to.equal(
            !roles.includes(row.role),
          );
        }
      });
    }

    for (const [kind, writers] of Object.entries(KIND_WRITERS)) {
      it(`records of kind ${kind} are written by ${writers.join(", ")} alone`, async () => {
        const { rpc, records, deployment, callers, record } = await networkHelpers.loadFixture(matrixFixture);
        const to = deployment.contracts.VehicleRecords;
        const isReserved = Number(kind) <= 2 || writers.includes("recordController");
        for (const asRole of MEMBER_CLASSES) {
          const data = records.interface.encodeFunctionData("appendRecord", [
            record(Number(kind)),
            ROLES[asRole],
          ]);
          for (const { name, address, roles } of callers) {
            const error = await failure(rpc, { from: address, to, data });
            const isRefused =
              error !== undefined &&
              ["AccessNotMember", "RecordsWriterNotAllowed", "RecordsKindReserved"].includes(error.name);
            const mayWrite = roles.includes(asRole) && writers.includes(asRole) && !isReserved;
            expect(isRefused, `${name} as ${asRole}: ${error?.name ?? "succeeds"}`).to.equal(!mayWrite);
          }
        }
      });
    }

    for (const [name, { bit, controller }] of Object.entries(LOCKS)) {
      it(`the ${name} lock is set by ${controller} alone`, async () => {
        const { rpc, title, deployment, callers } = await networkHelpers.loadFixture(matrixFixture);
        const to = deployment.contracts.VehicleTitle;
        const data = title.interface.encodeFunctionData("lockTitle", [VEHICLE, bit]);
        for (const caller of callers) {
          const error = await failure(rpc, { from: caller.address, to, data });
          expect(error?.name, caller.name).to.equal(
            caller.roles.includes(controller) ? undefined : "TitleLockForeign",
          );
        }
      });
    }
  });
});
