/**
 * Expels a member from all its classes, at once. Its records stay; its next call fails.
 *
 * Usage: npm run expel-member -- --network localhost --account 0x… --decision decision.pdf
 * Variables: BLOK_DEPLOYER_KEY of the admissions office, from Hardhat's keystore or the environment.
 */
import { readFileSync } from "node:fs";
import { Command } from "commander";
import { getAddress, isAddress, sha256 } from "ethers";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import type { OfficeOptions } from "./lib/officeCall.js";
import { connectOffice } from "./lib/officeCall.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("expel-member")
  .description("Takes every class from an account.")
  .requiredOption("--account <address>", "the member's account")
  .requiredOption("--decision <file>", "the decision, whose SHA-256 goes on chain; the file stays here")
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--json", "print one JSON object")
  .parse()
  .opts<OfficeOptions & { account: string; decision: string; json?: boolean }>();

await runScript(async () => {
  if (!isAddress(options.account)) {
    throw new BlokError("EXPEL_ACCOUNT", `${options.account} is no address`, {
      where: "--account",
      fix: "give 0x and 40 hex digits",
    });
  }
  const account = getAddress(options.account);
  const reasonHash = sha256(readDecision());
  const consortium = await connectOffice("admissions", options);
  const receipt = await (await consortium.expelMember(account, reasonHash)).wait();
  if (options.json) console.log(JSON.stringify({ account, reasonHash, transaction: receipt?.hash }));
  else console.log(`${account} is expelled from every class. Its records stay.`);
});

function readDecision(): Uint8Array {
  try {
    return readFileSync(options.decision);
  } catch (cause) {
    throw new BlokError("EXPEL_DECISION", "the decision cannot be read", {
      where: options.decision,
      fix: "check the path",
      cause,
    });
  }
}
