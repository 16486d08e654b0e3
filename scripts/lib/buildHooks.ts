/**
 * A Hardhat plugin for the build.
 *
 * It puts the index of typechain-types in the order of the alphabet: TypeChain lists the contracts in the order in which it
 * happened to read them, and the committed file would change with every build.
 *
 * It leaves out the compiler's warnings about OpenZeppelin's library, which would greet everybody who builds and which nobody
 * here can mend: transient storage in the reentrancy guard, and code of ERC-4626 that is not reached where a preview reverts,
 * as ERC-7540 asks.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { SolidityHooks } from "hardhat/types/hooks";
import type { HardhatPlugin } from "hardhat/types/plugins";

/** The exports of TypeChain's index in the order of the alphabet, behind whatever stands before them. */
export function sortBindings(text: string): string {
  const lines = text.trimEnd().split("\n");
  const isExport = (line: string): boolean => /^export (type )?\{/.test(line);
  const nameOf = (line: string): string => /\{ (\w+)/.exec(line)?.[1] ?? "";
  const exports = lines
    .filter(isExport)
    .toSorted((a, b) => (nameOf(a) === nameOf(b) ? 0 : nameOf(a) < nameOf(b) ? -1 : 1));
  return `${[...lines.filter((line) => !isExport(line)), ...exports].join("\n")}\n`;
}

const handlers: Partial<SolidityHooks> = {
  preprocessSolcInputBeforeBuilding: async (context, input, next) => {
    // Of all Solidity tests together the opcodes in words are a hundred megabytes, and nobody reads them. A chain in the process
    // wants them with the contracts it explains.
    if (process.env.BLOK_BUILD !== "tests") return next(context, input);
    const { outputSelection } = input.settings;
    for (const file of Object.values(outputSelection)) {
      for (const [contract, outputs] of Object.entries(file)) {
        file[contract] = outputs.filter((output) => !output.endsWith(".opcodes"));
      }
    }
    return next(context, input);
  },
  build: async (context, rootFilePaths, options, next) => {
    const results = await next(context, rootFilePaths, options);
    const { paths, typechain } = context.config;
    const index = resolve(paths.root, typechain.outDir ?? "types", "index.ts");
    if (existsSync(index)) {
      const text = readFileSync(index, "utf8");
      const sorted = sortBindings(text);
      if (sorted !== text) writeFileSync(index, sorted);
    }
    return results;
  },
  getCompilationJobErrors: async (context, job, output, next) => {
    const errors = await next(context, job, output);
    return errors.filter(
      ({ severity, formattedMessage = "" }) =>
        severity !== "warning" || !formattedMessage.includes("@openzeppelin/contracts"),
    );
  },
};

export const buildHooks: HardhatPlugin = {
  id: "blok-build-hooks",
  hookHandlers: { solidity: async () => ({ default: async () => handlers }) },
};
