import { readdirSync, readFileSync } from "node:fs";
import { Interface } from "ethers";
import type { AuthorityTarget } from "../sdk/src/consortium/authority.js";

const ARTIFACTS = new URL("../artifacts/contracts/", import.meta.url);

/**
 * The selector of a contract's function, from the compiled artifact: the table of authority names functions, and a name
 * that is misspelt, or no longer there, must stop a deployment.
 *
 * @throws when the contract has no function of that name, or more than one.
 */
export function selectorOf(contract: AuthorityTarget, functionName: string): string {
  const folder = readdirSync(ARTIFACTS).find((name) =>
    readdirSync(new URL(`${name}/`, ARTIFACTS)).includes(`${contract}.sol`),
  );
  if (folder === undefined) throw new Error(`no artifact of ${contract}: build the contracts first`);
  const artifact: unknown = JSON.parse(
    readFileSync(new URL(`${folder}/${contract}.sol/${contract}.json`, ARTIFACTS), "utf8"),
  );
  const { abi } = artifact as { abi: ConstructorParameters<typeof Interface>[0] };
  const found = new Interface(abi).getFunction(functionName);
  if (found === null)
    throw new Error(`${contract} has no function ${functionName}: mend the table of authority`);
  return found.selector;
}
