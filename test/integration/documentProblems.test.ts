import { expect } from "chai";
import type { Repository } from "../../scripts/lib/documentProblems.js";
import { documentProblems } from "../../scripts/lib/documentProblems.js";

const repository: Repository = {
  files: new Set(["README.md", "docs/gas.md", "scripts/demo.ts", "test/unit/Title.locks.t.sol"]),
  folders: new Set(["docs", "scripts", "test", "test/unit"]),
  npmScripts: new Map([
    ["demo", "node --import tsx scripts/demo.ts"],
    ["gone", "node scripts/gone.mjs"],
    ["test", "hardhat test"],
  ]),
  binaries: new Set(["hardhat"]),
  solidityTests: new Set(["test_attack_Rollback", "invariant_T1_OneTitle"]),
  sdkEntries: new Map([["@blok-auto/sdk", new Set(["a", "b"])]]),
  read: () => "# Gas\n\n## What it's worth: 50 %\n",
};

const problemsOf = (text: string, path = "README.md"): string[] =>
  documentProblems({ path, text }, repository);
const fenced = (language: string, line: string): string => `\`\`\`${language}\n${line}\n\`\`\``;

describe("documentProblems", () => {
  it("finds npm scripts that do not exist, in text and in code blocks", () => {
    expect(problemsOf("Run `npm run demos`.")).to.deep.equal([
      'README.md:1: there is no npm script for "npm run demos"',
    ]);
    expect(problemsOf(fenced("sh", "npm start"))).to.deep.equal([
      'README.md:2: there is no npm script for "npm start"',
    ]);
    expect(problemsOf("`npm run demo -- --json`, `npm run --silent demo`, `npm test`")).to.deep.equal([]);
  });

  it("finds npm scripts whose file is missing", () => {
    expect(problemsOf("`npm run gone`")).to.deep.equal([
      'README.md:1: "npm run gone" runs scripts/gone.mjs, which is not there',
    ]);
  });

  it("finds commands that npx would have to download", () => {
    expect(problemsOf("`npx hardhat test` and `npx hardhead test`")).to.deep.equal([
      "README.md:1: npx would not find hardhead",
    ]);
  });

  it("finds paths in code that do not exist", () => {
    expect(problemsOf("`scripts/demo.ts` and `script/demo.ts`")).to.deep.equal([
      "README.md:1: there is no script/demo.ts",
    ]);
    expect(problemsOf("`test/unit/` and `tests/unit/`")).to.deep.equal([
      "README.md:1: there is no tests/unit/",
    ]);
    expect(problemsOf("`demo.ts`, `Title.*.t.sol`, `test/unit/*.t.sol`")).to.deep.equal([]);
    expect(problemsOf("`demos.ts`, `test/*.t.sol`")).to.have.length(2);
  });

  it("passes over placeholders, packages, generated files and members of contracts", () => {
    expect(
      problemsOf(
        "`deployments/<network>.json` `@scope/name` `deployments/sepolia.json` `Title.locks` `a = b/c`",
      ),
    ).to.deep.equal([]);
  });

  it("finds Solidity tests that do not exist", () => {
    expect(problemsOf("`test_attack_Rollback` `test_attack_*` `invariant_T1_*`")).to.deep.equal([]);
    expect(problemsOf("`test_attack_Roll` `invariant_T2_*`")).to.deep.equal([
      "README.md:1: there is no test test_attack_Roll",
      "README.md:1: there is no test invariant_T2_*",
    ]);
  });

  it("finds arguments of commands that are read, not those that are written", () => {
    const [read, written] = [
      "npm run demo -- --file examples/none.jsonl",
      "npm run demo -- --out some/where.html",
    ];
    expect(problemsOf(fenced("sh", read))).to.deep.equal(["README.md:2: there is no examples/none.jsonl"]);
    expect(problemsOf(fenced("sh", written))).to.deep.equal([]);
    expect(problemsOf(fenced("sh", "npm run demo # see no/such/path"))).to.deep.equal([]);
  });

  it("finds links and headings that lead nowhere, as seen from the document", () => {
    expect(
      problemsOf("[a](docs/gas.md) [b](docs) [c](https://example.org/x) [d](docs/gas.md#gas)"),
    ).to.deep.equal([]);
    expect(problemsOf("[a](docs/gas.md#what-its-worth-50-)")).to.deep.equal([]);
    expect(problemsOf("[a](docs/gasoline.md)")).to.deep.equal([
      "README.md:1: the link docs/gasoline.md leads nowhere",
    ]);
    expect(problemsOf("[a](docs/gas.md#limits)")).to.deep.equal([
      "README.md:1: docs/gas.md has no heading #limits",
    ]);
    expect(problemsOf("[a](gas.md) [b](../README.md)", "docs/gas.md")).to.deep.equal([]);
    expect(problemsOf("[a](docs/gas.md)", "docs/gas.md")).to.have.length(1);
  });

  it("finds imports that the SDK does not offer", () => {
    expect(problemsOf(fenced("ts", 'import { a, b } from "@blok-auto/sdk";'))).to.deep.equal([]);
    expect(problemsOf(fenced("ts", 'import { a, c } from "@blok-auto/sdk";'))).to.deep.equal([
      "README.md:2: @blok-auto/sdk does not export c",
    ]);
    expect(problemsOf(fenced("ts", 'import { a } from "@blok-auto/sdk/inner";'))).to.deep.equal([
      "README.md:2: the SDK has no entry @blok-auto/sdk/inner",
    ]);
  });
});
