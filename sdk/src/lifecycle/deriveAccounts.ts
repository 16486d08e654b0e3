import { getBytes, HDNodeWallet, sha256, toUtf8Bytes, Wallet } from "ethers";
import type { KeyCurve } from "./events.js";
import { ImportError } from "./ImportError.js";

/** An account that signs. */
export interface ImportAccount {
  address: string;
  privateKey: string;
}

/** Who signs what an import writes. */
export interface ImportAccounts {
  /** The account of a member or holder. The same alias has the same account in every file. */
  accountOf(alias: string): ImportAccount;
  /** The secret of the key that the line `id` binds to a vehicle. */
  vehicleSecretOf(vin: string, curve: KeyCurve, id: string): string;
  /** The admissions office; needed when the file admits or expels members that the chain does not know. */
  admissions?: ImportAccount;
  /** Pays for gas of accounts that have none. */
  funder?: ImportAccount;
}

export interface DeriveAccountsInput {
  chainId: number;
  /** Needed on every chain but local ones. */
  mnemonic?: string;
  /** Private key, hex with 0x. On local chains the fourth account of the test mnemonic. */
  admissionsKey?: string;
  /** Private key, hex with 0x. On local chains the first account of the test mnemonic. */
  funderKey?: string;
}

/** The chain id of Hardhat's and Anvil's local chains. */
export const LOCAL_CHAIN_ID = 31_337;

/** Known to everybody, and the one that local chains fund: never used on another chain. */
const TEST_MNEMONIC = "test test test test test test test test test test test junk";

/**
 * Derives the accounts of an import from one mnemonic: m/44'/60'/1'/0/i for aliases and m/44'/60'/2'/0/i for vehicle keys.
 * The index comes from the alias itself (31 bits of its SHA-256), so that two files that name the same workshop mean the
 * same account, in whatever order they name it.
 *
 * @throws {ImportError} `SIGNER_MISSING` without a mnemonic on a chain that is not local.
 * @example
 * const accounts = deriveAccounts({ chainId: 31337 });
 * accounts.accountOf("workshop-berlin-1").address;
 */
export function deriveAccounts(input: DeriveAccountsInput): ImportAccounts {
  const isLocal = input.chainId === LOCAL_CHAIN_ID;
  const mnemonic = input.mnemonic ?? (isLocal ? TEST_MNEMONIC : undefined);
  if (mnemonic === undefined) {
    throw new ImportError(
      "SIGNER_MISSING",
      `chain ${input.chainId} is not local: the accounts of the file need a mnemonic`,
      {
        fix: "set BLOK_IMPORT_MNEMONIC",
      },
    );
  }
  const root = HDNodeWallet.fromPhrase(mnemonic, "", "m/44'/60'");
  const aliases = derive(root, "1'/0");
  const keys = derive(root, "2'/0");
  const local = isLocal ? HDNodeWallet.fromPhrase(TEST_MNEMONIC, "", "m/44'/60'/0'/0") : undefined;
  const office = (key: string | undefined, index: number): ImportAccount | undefined =>
    key === undefined ? local && account(local.deriveChild(index)) : account(new Wallet(key));
  return {
    accountOf: aliases,
    vehicleSecretOf: (vin, curve, id) => keys(`${vin}/${curve}/${id}`).privateKey,
    admissions: office(input.admissionsKey, 3),
    funder: office(input.funderKey, 0),
  };
}

function derive(root: HDNodeWallet, path: string): (name: string) => ImportAccount {
  const branch = root.derivePath(path);
  const known = new Map<string, ImportAccount>();
  return (name) => {
    let found = known.get(name);
    if (!found) {
      const [a = 0, b = 0, c = 0, d = 0] = getBytes(sha256(toUtf8Bytes(name)));
      found = account(branch.deriveChild((a & 0x7f) * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d));
      known.set(name, found);
    }
    return found;
  };
}

function account({ address, privateKey }: { address: string; privateKey: string }): ImportAccount {
  return { address, privateKey };
}
