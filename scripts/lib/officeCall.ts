import { network } from "hardhat";
import { loadDeployment } from "../../sdk/src/chain/loadDeployment.js";
import type { Consortium } from "../../sdk/src/chain/contracts.js";
import { Consortium__factory } from "../../sdk/src/chain/contracts.js";
import type { RoleName } from "../../sdk/src/consortium/roles.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { BlokError } from "../../sdk/src/errors/BlokError.js";

/** What the scripts of an office are given. */
export interface OfficeOptions {
  network: string;
  deployment?: string;
}

/**
 * The consortium, connected to the account of this network that holds an office.
 *
 * @throws {BlokError} `OFFICE_ACCOUNT` when no account of the network holds it.
 */
export async function connectOffice(office: RoleName, options: OfficeOptions): Promise<Consortium> {
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const { ethers } = await network.create(options.network);
  const consortium = Consortium__factory.connect(deployment.contracts.Consortium, ethers.provider);
  for (const signer of await ethers.getSigners()) {
    const [isMember] = await consortium.hasRole(ROLES[office], signer);
    if (isMember) return consortium.connect(signer);
  }
  throw new BlokError(
    "OFFICE_ACCOUNT",
    `no account of network ${options.network} holds the office "${office}"`,
    {
      where: "hardhat.config.ts, networks",
      fix: `set BLOK_DEPLOYER_KEY in the keystore to the key of the ${office} account`,
    },
  );
}
