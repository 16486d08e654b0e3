import type { HardhatEthersSigner } from "@nomicfoundation/hardhat-ethers/types";
import { HDNodeWallet, id } from "ethers";
import { config, network } from "hardhat";
import type { EdrNetworkConfig } from "hardhat/types/config";
import { deployLocal } from "../../scripts/lib/deployLocal.js";
import { stillClock } from "../../scripts/lib/stillClock.js";
import {
  Claims__factory,
  Consortium__factory,
  CrashTrigger__factory,
  IndexTrigger__factory,
  PartCertificates__factory,
  PartCustody__factory,
  PartTwins__factory,
  PaymentChannels__factory,
  PolicyBook__factory,
  Premiums__factory,
  QualityNotifications__factory,
  Recalls__factory,
  RiskPools__factory,
  TelemetryAnchors__factory,
  TitleMetadata__factory,
  VehicleKeys__factory,
  VehicleRecords__factory,
  VehicleTitle__factory,
  WorkOrders__factory,
} from "../../sdk/src/chain/contracts.js";
import type { MemberClass } from "../../sdk/src/consortium/roles.js";
import { MEMBER_CLASSES, ROLES } from "../../sdk/src/consortium/roles.js";

export const ADMISSION_DELAY = 86_400;
export const COUNCIL_DELAY = 172_800;
export const FORCED_TRANSFER_DELAY = 1_209_600;

/** Who stands on the chain: the offices, one member of every class, and people who are no members. */
export type Actors = Record<MemberClass, HardhatEthersSigner> & {
  deployer: HardhatEthersSigner;
  council: HardhatEthersSigner;
  guardian: HardhatEthersSigner;
  admissions: HardhatEthersSigner;
  holder: HardhatEthersSigner;
  buyer: HardhatEthersSigner;
  stranger: HardhatEthersSigner;
};

let known: Promise<{ privateKey: string; balance: string }[]> | undefined;

/** The accounts of the configured chain. Hardhat would derive them anew, in a second, for every chain of a process. */
function accountsOfChain() {
  known ??= (async () => {
    const { accounts } = config.networks.hardhat as EdrNetworkConfig;
    if (Array.isArray(accounts)) throw new Error("the accounts of the chain come from a mnemonic");
    const root = HDNodeWallet.fromPhrase(await accounts.mnemonic.get(), "", accounts.path);
    return Array.from({ length: accounts.count }, (_, index) => ({
      privateKey: root.deriveChild(accounts.initialIndex + index).privateKey,
      balance: accounts.accountsBalance.toString(),
    }));
  })();
  return known;
}

/**
 * A chain of its own for a test file, and two fixtures for `networkHelpers.loadFixture`: `deployFixture` is the system
 * as Ignition leaves it, `memberFixture` has one active member of every class besides.
 *
 * @param options `initialDate` is when the chain begins. `isRepeatable` makes addresses and times, and with them hashes,
 * signatures and gas, the same in every run.
 */
export async function createChain({
  isRepeatable = false,
  ...override
}: { initialDate?: string; isRepeatable?: boolean } = {}) {
  const accounts = await accountsOfChain();
  const connection = await network.create({ network: "hardhat", override: { ...override, accounts } });
  if (isRepeatable) stillClock(connection);
  const { ethers, networkHelpers } = connection;

  async function deployFixture() {
    const signers = await ethers.getSigners();
    const at = (index: number): HardhatEthersSigner => {
      const signer = signers[index];
      if (signer === undefined) throw new Error(`the chain has no account ${index}`);
      return signer;
    };
    const classes = Object.fromEntries(MEMBER_CLASSES.map((name, index) => [name, at(4 + index)]));
    const actors = {
      deployer: at(0),
      council: at(1),
      guardian: at(2),
      admissions: at(3),
      ...classes,
      holder: at(20),
      buyer: at(21),
      stranger: at(22),
    } as Actors;

    const { rpc, deployment } = await deployLocal(connection, { isRepeatable });
    const { contracts } = deployment;
    return {
      connection,
      rpc,
      deployment,
      actors,
      consortium: Consortium__factory.connect(contracts.Consortium, actors.deployer),
      records: VehicleRecords__factory.connect(contracts.VehicleRecords, actors.deployer),
      title: VehicleTitle__factory.connect(contracts.VehicleTitle, actors.deployer),
      keys: VehicleKeys__factory.connect(contracts.VehicleKeys, actors.deployer),
      metadata: TitleMetadata__factory.connect(contracts.TitleMetadata, actors.deployer),
      workOrders: WorkOrders__factory.connect(contracts.WorkOrders, actors.deployer),
      parts: PartTwins__factory.connect(contracts.PartTwins, actors.deployer),
      custody: PartCustody__factory.connect(contracts.PartCustody, actors.deployer),
      certificates: PartCertificates__factory.connect(contracts.PartCertificates, actors.deployer),
      recalls: Recalls__factory.connect(contracts.Recalls, actors.deployer),
      notifications: QualityNotifications__factory.connect(contracts.QualityNotifications, actors.deployer),
      channels: PaymentChannels__factory.connect(contracts.PaymentChannels, actors.deployer),
      anchors: TelemetryAnchors__factory.connect(contracts.TelemetryAnchors, actors.deployer),
      pools: RiskPools__factory.connect(contracts.RiskPools, actors.deployer),
      premiums: Premiums__factory.connect(contracts.Premiums, actors.deployer),
      policies: PolicyBook__factory.connect(contracts.PolicyBook, actors.deployer),
      claims: Claims__factory.connect(contracts.Claims, actors.deployer),
      crashTrigger: CrashTrigger__factory.connect(contracts.CrashTrigger, actors.deployer),
      indexTrigger: IndexTrigger__factory.connect(contracts.IndexTrigger, actors.deployer),
    };
  }

  async function memberFixture() {
    const system = await deployFixture();
    const office = system.consortium.connect(system.actors.admissions);
    for (const name of MEMBER_CLASSES) {
      await office.admitMember(system.actors[name], ROLES[name], id(`organisation of the ${name}`));
    }
    await networkHelpers.time.increase(ADMISSION_DELAY + 1);
    return system;
  }

  return { ...connection, deployFixture, memberFixture };
}
