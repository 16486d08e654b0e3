import { createRequire } from "node:module";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { configVariable, defineConfig } from "hardhat/config";
import type { SolidityTestProfileUserConfig } from "hardhat/types/test";
import { buildHooks } from "./scripts/lib/buildHooks.js";

// The compiler comes from npm: it is pinned by the lock file and the build needs no download.
const solc = { version: "0.8.37", path: createRequire(import.meta.url).resolve("solc/soljson.js") };

// Cancun is the oldest EVM that has MCOPY, which OpenZeppelin 5.7 uses; newer chains run it unchanged.
const evmVersion = "cancun";

/** The account that deploys and administers on a real network; its key never stands in a file. */
const operator = [configVariable("BLOK_DEPLOYER_KEY")];

/**
 * BLOK_BUILD=production and BLOK_BUILD=tests build into folders of their own: the committed bindings and the artifacts of
 * the tests in TypeScript stay those of the default build.
 */
const build = process.env.BLOK_BUILD ?? "default";
if (!["default", "production", "tests"].includes(build))
  throw new Error(`BLOK_BUILD is ${build}; it can be default, production, tests`);
const ownFolders =
  build === "default" ? {} : { artifacts: `build/${build}/artifacts`, cache: `build/${build}/cache` };

/**
 * The Solidity tests with the contracts they deploy are far more code than the contracts. The optimiser's slow steps are
 * left out for them, which more than halves the time to compile; where there is no size limit nothing else is lost.
 */
const quickOptimizer = {
  enabled: false,
  details: {
    peephole: true,
    jumpdestRemover: true,
    deduplicate: false,
    inliner: false,
    orderLiterals: false,
    cse: false,
    constantOptimizer: false,
    yul: true,
    yulDetails: { stackAllocation: true, optimizerSteps: "u:" },
  },
};
const optimizer = build === "tests" ? quickOptimizer : { enabled: true, runs: 200 };

/** How deep the Solidity tests dig, by BLOK_TEST_DEPTH: `quick` for every change, `ci`, and `deep` for a night. */
const testDepth: Record<string, SolidityTestProfileUserConfig> = {
  quick: { fuzz: { runs: 256 }, invariant: { runs: 24, depth: 40, failOnRevert: true } },
  ci: { fuzz: { runs: 1_000 }, invariant: { runs: 64, depth: 64, failOnRevert: true } },
  deep: { fuzz: { runs: 100_000 }, invariant: { runs: 4_000, depth: 250, failOnRevert: true } },
};

function chooseDepth(name: string): SolidityTestProfileUserConfig {
  const depth = testDepth[name];
  if (depth === undefined)
    throw new Error(`BLOK_TEST_DEPTH is ${name}; it can be ${Object.keys(testDepth).join(", ")}`);
  return depth;
}

export default defineConfig({
  plugins: [toolbox, buildHooks],
  solidity: {
    // Solidity tests deploy by name: the contracts are built first, and are never older than the tests.
    splitTestsCompilation: true,
    npmFilesToBuild: ["@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol"],
    profiles: {
      default: { ...solc, settings: { evmVersion, optimizer } },
      production: {
        ...solc,
        isolated: false,
        settings: { evmVersion, viaIR: true, optimizer: { enabled: true, runs: 10_000 } },
      },
    },
  },
  typechain: { outDir: build === "default" ? "typechain-types" : `build/${build}/typechain-types` },
  networks: {
    // the in-process chain; tests and the demo create it anew
    hardhat: { type: "edr-simulated", chainId: 31337, accounts: { count: 60 } },
    localhost: { type: "http", url: "http://127.0.0.1:8545", chainId: 31337 },
    sepolia: { type: "http", url: configVariable("SEPOLIA_RPC_URL"), chainId: 11155111, accounts: operator },
    baseSepolia: {
      type: "http",
      chainType: "op",
      url: configVariable("BASE_SEPOLIA_RPC_URL"),
      chainId: 84532,
      accounts: operator,
    },
    polygonAmoy: {
      type: "http",
      url: configVariable("POLYGON_AMOY_RPC_URL"),
      chainId: 80002,
      accounts: operator,
    },
    // a permissioned chain whose members do not pay each other for gas
    consortium: { type: "http", url: configVariable("CONSORTIUM_RPC_URL"), accounts: operator, gasPrice: 0n },
  },
  verify: {
    etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") },
    blockscout: { enabled: true },
    sourcify: { enabled: true },
  },
  paths: { tests: { mocha: "test", solidity: "test" }, ...ownFolders },
  test: {
    mocha: { timeout: 120_000 },
    solidity: chooseDepth(process.env.BLOK_TEST_DEPTH ?? "quick"),
  },
});
