import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, JsonRpcProvider } from "ethers";
import { Consortium__factory } from "../../sdk/src/chain/contracts.js";
import { parseDeployment } from "../../sdk/src/chain/parseDeployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { hostScripts } from "../helpers/runScriptFile.js";
import { hasAnvil, startAnvil } from "../helpers/startAnvil.js";

// Hardhat remembers the key that it was given: each office has a process of its own.
const deployers = hostScripts();
const admissionsOffice = hostScripts();
const TEST_MNEMONIC = "test test test test test test test test test test test junk";
const account = (index: number) => HDNodeWallet.fromPhrase(TEST_MNEMONIC, "", `m/44'/60'/0'/0/${index}`);

const NETWORKS = [
  { network: "sepolia", chainId: 11155111, url: "SEPOLIA_RPC_URL", options: [] },
  { network: "baseSepolia", chainId: 84532, url: "BASE_SEPOLIA_RPC_URL", options: [] },
  { network: "polygonAmoy", chainId: 80002, url: "POLYGON_AMOY_RPC_URL", options: [] },
  {
    network: "consortium",
    chainId: 4242,
    url: "CONSORTIUM_RPC_URL",
    options: ["--gas-price", "0", "--block-base-fee-per-gas", "0", "--balance", "0"],
  },
];

/** The configured networks, with a local node of the same chain id in the place of the public one. */
describe("Networks of hardhat.config.ts", () => {
  before(function () {
    if (!hasAnvil()) this.skip();
  });

  after(() => {
    deployers.stop();
    admissionsOffice.stop();
  });

  for (const { network, chainId, url, options } of NETWORKS) {
    it(`${network}: deploys from one account, again without doing anything twice, and admits a member`, async () => {
      const anvil = await startAnvil(["--chain-id", String(chainId), ...options]);
      const folder = await mkdtemp(join(tmpdir(), "networks-"));
      const out = join(folder, "deployment.json");
      // A journal of its own: that of a real deployment stands beside it.
      const id = `networks-test-${network}-${process.pid}`;
      const script = async (office: typeof deployers, name: string, key: string, ...args: string[]) => {
        const env = { [url]: anvil.url, BLOK_DEPLOYER_KEY: key };
        const { code, stderr } = await office.run(name, ["--network", network, ...args, "--json"], env);
        expect(code, stderr).to.equal(0);
      };
      try {
        const [deployer, council, guardian, admissions, member] = [0, 1, 2, 3, 4].map(account);
        const offices = [
          ...["--council", council!.address],
          ...["--guardian", guardian!.address],
          ...["--admissions", admissions!.address],
          ...["--out", out, "--id", id],
        ];
        await script(deployers, "deploy.ts", deployer!.privateKey, ...offices);
        const deployment = parseDeployment(JSON.parse(await readFile(out, "utf8")));
        expect([deployment.network, deployment.chainId]).to.deep.equal([network, chainId]);

        const provider = new JsonRpcProvider(anvil.url, undefined, { staticNetwork: true });
        const blocks = await provider.getBlockNumber();
        await script(deployers, "deploy.ts", deployer!.privateKey, ...offices);
        expect(await provider.getBlockNumber(), "the second run sends nothing").to.equal(blocks);

        await script(
          admissionsOffice,
          "admit-member.ts",
          admissions!.privateKey,
          ...["--deployment", out, "--account", member!.address],
          ...["--class", "workshop", "--organisation", "lei:5299000J2N45DDNE4Y28"],
        );
        const consortium = Consortium__factory.connect(deployment.contracts.Consortium, provider);
        expect((await consortium.getAccess(ROLES.workshop, member!))[0]).to.be.greaterThan(0n);
        expect((await consortium.hasRole(ROLES.council, deployer!))[0]).to.equal(false);
        provider.destroy();
      } finally {
        await anvil.stop();
        await rm(folder, { recursive: true });
        await rm(`ignition/deployments/${id}`, { recursive: true, force: true });
      }
    });
  }
});
