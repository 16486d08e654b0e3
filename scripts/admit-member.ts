/**
 * Admits a member to a class. It may act after the admission delay, unless a guardian vetoes.
 *
 * Usage: npm run admit-member -- --network localhost --account 0x… --class workshop --organisation lei:…
 * Variables: BLOK_DEPLOYER_KEY of the admissions office, from Hardhat's keystore or the environment.
 */
import { Command, Option } from "commander";
import { getAddress, isAddress } from "ethers";
import type { MemberClass } from "../sdk/src/consortium/roles.js";
import { MEMBER_CLASSES, ROLES } from "../sdk/src/consortium/roles.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { organisationCommitment } from "../sdk/src/lifecycle/organisationCommitment.js";
import type { Organisation } from "../sdk/src/lifecycle/events.js";
import type { OfficeOptions } from "./lib/officeCall.js";
import { connectOffice } from "./lib/officeCall.js";
import { runScript } from "./lib/runScript.js";

const SCHEMES = ["bpn", "lei", "gln", "eori", "did"] as const;

const options = new Command("admit-member")
  .description("Admits an account to a class of member.")
  .requiredOption("--account <address>", "the member's account")
  .addOption(
    new Option("--class <class>", "the class of member").choices(MEMBER_CLASSES).makeOptionMandatory(),
  )
  .requiredOption(
    "--organisation <scheme:value>",
    `the organisation's identifier; scheme is ${SCHEMES.join(", ")}`,
  )
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--json", "print one JSON object")
  .parse()
  .opts<OfficeOptions & { account: string; class: MemberClass; organisation: string; json?: boolean }>();

await runScript(async () => {
  if (!isAddress(options.account)) {
    throw new BlokError("ADMIT_ACCOUNT", `${options.account} is no address`, {
      where: "--account",
      fix: "give 0x and 40 hex digits",
    });
  }
  const account = getAddress(options.account);
  const consortium = await connectOffice("admissions", options);
  const receipt = await (
    await consortium.admitMember(account, ROLES[options.class], organisationCommitment(parseOrganisation()))
  ).wait();
  const [since] = await consortium.getAccess(ROLES[options.class], account);
  const activeFrom = new Date(Number(since) * 1_000).toISOString();
  if (options.json) {
    console.log(JSON.stringify({ account, class: options.class, activeFrom, transaction: receipt?.hash }));
  } else {
    console.log(`${account} is admitted as ${options.class} and may act from ${activeFrom}.`);
  }
});

function parseOrganisation(): Organisation {
  const [scheme, ...rest] = options.organisation.split(":");
  const known = SCHEMES.find((name) => name === scheme);
  const value = rest.join(":");
  if (known !== undefined && value !== "") return { scheme: known, value };
  throw new BlokError("ADMIT_ORGANISATION", `${options.organisation} is no organisation's identifier`, {
    where: "--organisation",
    fix: `write scheme:value, the scheme being one of ${SCHEMES.join(", ")}`,
  });
}
