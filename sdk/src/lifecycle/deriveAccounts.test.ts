import assert from "node:assert/strict";
import { test } from "node:test";
import { HDNodeWallet } from "ethers";
import { deriveAccounts, LOCAL_CHAIN_ID } from "./deriveAccounts.js";
import type { ImportError } from "./ImportError.js";

const MNEMONIC = "legal winner thank year wave sausage worth useful legal winner thank yellow";

test("an alias has one account, whatever was asked before", () => {
  const [one, two] = [
    deriveAccounts({ chainId: 1, mnemonic: MNEMONIC }),
    deriveAccounts({ chainId: 5, mnemonic: MNEMONIC }),
  ];
  two.accountOf("holder-2");
  assert.deepEqual(one.accountOf("holder-1"), two.accountOf("holder-1"));
  assert.notEqual(one.accountOf("holder-1").address, one.accountOf("holder-2").address);
});

test("accounts lie where the documentation says", () => {
  const accounts = deriveAccounts({ chainId: 1, mnemonic: MNEMONIC });
  // SHA-256("holder-1") begins with 6ab7f69c.
  const expected = HDNodeWallet.fromPhrase(MNEMONIC, "", `m/44'/60'/1'/0/${0x6ab7f69c}`);
  assert.equal(accounts.accountOf("holder-1").address, expected.address);
});

test("a vehicle's keys differ by vehicle, curve and the line that binds them, and are no accounts", () => {
  const accounts = deriveAccounts({ chainId: 1, mnemonic: MNEMONIC });
  const secrets = [
    accounts.vehicleSecretOf("A", "p256", "k1"),
    accounts.vehicleSecretOf("B", "p256", "k1"),
    accounts.vehicleSecretOf("A", "secp256k1", "k1"),
    accounts.vehicleSecretOf("A", "p256", "k2"),
    accounts.accountOf("A/p256/k1").privateKey,
  ];
  assert.equal(new Set(secrets).size, secrets.length);
  assert.equal(accounts.vehicleSecretOf("A", "p256", "k1"), secrets[0]);
});

test("a local chain has the test mnemonic, with office and funder; no other chain has", () => {
  const local = deriveAccounts({ chainId: LOCAL_CHAIN_ID });
  assert.equal(local.funder?.address, "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
  assert.equal(local.admissions?.address, "0x90F79bf6EB2c4f870365E785982E1f101E93b906");
  const other = deriveAccounts({ chainId: 11_155_111, mnemonic: MNEMONIC });
  assert.deepEqual([other.funder, other.admissions], [undefined, undefined]);
  assert.throws(
    () => deriveAccounts({ chainId: 11_155_111 }),
    (error: ImportError) => {
      assert.equal(error.code, "SIGNER_MISSING");
      assert.match(error.message, /BLOK_IMPORT_MNEMONIC/);
      return true;
    },
  );
});

test("keys that are given are used on any chain", () => {
  const key = `0x${"11".repeat(32)}`;
  const accounts = deriveAccounts({ chainId: 1, mnemonic: MNEMONIC, admissionsKey: key, funderKey: key });
  assert.deepEqual([accounts.admissions?.privateKey, accounts.funder?.privateKey], [key, key]);
});
