import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Interface } from "ethers";
import { vehicleRecordsAbi } from "../abi/VehicleRecords.js";
import type { ChainError } from "./ChainError.js";
import { checkDeployment } from "./checkDeployment.js";
import type { RpcProvider } from "./deployment.js";
import { loadDeployment } from "./loadDeployment.js";
import { parseDeployment } from "./parseDeployment.js";
import { fromQuantity, toQuantity } from "./quantity.js";
import { readBlock } from "./readBlock.js";
import { readContract } from "./readContract.js";

const address = (digit: string): string => `0x${digit.repeat(40)}`;
const deployment = {
  network: "localhost",
  chainId: 31_337,
  fromBlock: 3,
  contracts: {
    Consortium: address("1"),
    VehicleRecords: address("2"),
    VehicleTitle: address("3"),
    VehicleKeys: address("4"),
    TitleMetadata: address("5"),
    ERC7913P256Verifier: address("6"),
    WorkOrders: address("7"),
    PartTwins: address("8"),
    PartMetadata: address("9"),
    PartCustody: address("1"),
    PartCertificates: address("2"),
    Recalls: address("3"),
    QualityNotifications: address("4"),
    PaymentChannels: address("5"),
    TelemetryAnchors: address("6"),
  },
};

const withCode = (code: string, message?: RegExp) => (error: ChainError) => {
  assert.equal(error.code, code);
  if (message) assert.match(error.message, message);
  return true;
};

test("a deployment is read, with checksummed addresses and nothing else", () => {
  const parsed = parseDeployment({
    ...deployment,
    extra: true,
    contracts: { ...deployment.contracts, VehicleKeys: "0x5fbdb2315678afecb367f032d93f642f64180aa3" },
  });
  assert.equal(parsed.contracts.VehicleKeys, "0x5FbDB2315678afecb367f032d93F642f64180aa3");
  assert.deepEqual(Object.keys(parsed), ["network", "chainId", "fromBlock", "contracts"]);
});

const broken: [string, unknown, RegExp][] = [
  ["no object", [], /JSON object/],
  ["nothing", null, /JSON object/],
  ["no network", { ...deployment, network: "" }, /network/],
  ["no chain", { ...deployment, chainId: "31337" }, /chainId/],
  ["chain 0", { ...deployment, chainId: 0 }, /chainId/],
  ["a block before the first", { ...deployment, fromBlock: -1 }, /fromBlock/],
  ["half a block", { ...deployment, fromBlock: 1.5 }, /fromBlock/],
  ["no contracts", { ...deployment, contracts: [] }, /contracts must be/],
  [
    "a missing contract",
    { ...deployment, contracts: { ...deployment.contracts, VehicleKeys: undefined } },
    /VehicleKeys/,
  ],
  [
    "a short address",
    { ...deployment, contracts: { ...deployment.contracts, VehicleTitle: "0x12" } },
    /VehicleTitle/,
  ],
  [
    "a wrong checksum",
    {
      ...deployment,
      contracts: { ...deployment.contracts, Consortium: "0x5fbDB2315678afecb367f032d93F642f64180aa3" },
    },
    /Consortium/,
  ],
];

for (const [name, input, message] of broken) {
  test(`${name} is no deployment`, () => {
    assert.throws(() => parseDeployment(input, "file.json"), withCode("DEPLOYMENT_FILE", message));
    assert.throws(() => parseDeployment(input, "file.json"), withCode("DEPLOYMENT_FILE", /file\.json/));
  });
}

test("a deployment is loaded from its file; one that is missing or no JSON is named", async () => {
  const folder = await mkdtemp(join(tmpdir(), "deployment-"));
  try {
    const path = join(folder, "net.json");
    await assert.rejects(
      loadDeployment(path),
      withCode("DEPLOYMENT_FILE", /cannot be read; .*net\.json; deploy first/),
    );
    await writeFile(path, "{");
    await assert.rejects(loadDeployment(path), withCode("DEPLOYMENT_FILE", /not JSON/));
    await writeFile(path, JSON.stringify(deployment));
    assert.deepEqual(await loadDeployment(path), deployment);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const chain = (answers: Record<string, (params: readonly unknown[]) => unknown>): RpcProvider => ({
  request: async ({ method, params = [] }) => answers[method]?.(params),
});

test("a deployment on its chain is found; another chain or a missing contract is named", async () => {
  const there = { eth_chainId: () => "0x7a69", eth_getCode: () => "0x60" };
  const typed = parseDeployment(deployment);
  await checkDeployment(chain(there), typed);
  await assert.rejects(
    checkDeployment(chain({ ...there, eth_chainId: () => "0x1" }), typed),
    withCode("CHAIN_MISMATCH", /serves chain 1, not 31337/),
  );
  const missing = (params: readonly unknown[]): string => (params[0] === address("3") ? "0x" : "0x60");
  await assert.rejects(
    checkDeployment(chain({ ...there, eth_getCode: missing }), typed),
    withCode("CONTRACT_MISSING", /VehicleTitle does not stand at 0x3333/),
  );
});

test("blocks are read by number and as the latest", async () => {
  const hash = `0x${"AB".repeat(32)}`;
  const asked: unknown[] = [];
  const rpc = chain({
    eth_getBlockByNumber: ([tag]) => {
      asked.push(tag);
      return tag === "0x9" ? null : { number: "0x5", hash, timestamp: "0x64" };
    },
  });
  assert.deepEqual(await readBlock(rpc, "latest"), { number: 5, hash: hash.toLowerCase(), timestamp: 100 });
  assert.equal(await readBlock(rpc, 9), undefined);
  assert.deepEqual(asked, ["latest", "0x9"]);
  for (const block of [
    { number: "0x5", timestamp: "0x1" },
    { number: "0x5", hash },
    { number: "5", hash, timestamp: "0x1" },
  ]) {
    await assert.rejects(
      readBlock(chain({ eth_getBlockByNumber: () => block }), 5),
      withCode("RPC_MALFORMED"),
    );
  }
});

test("views are called at a block and decoded", async () => {
  const abi = new Interface(vehicleRecordsAbi);
  const head = `0x${"12".repeat(32)}`;
  const rpc = chain({
    eth_call: ([call, block]) => {
      assert.deepEqual(call, { to: address("2"), data: abi.encodeFunctionData("headOf", [7]) });
      assert.equal(block, "0xa");
      return head;
    },
  });
  const call = { address: address("2"), view: "headOf", args: [7], block: 10 };
  assert.deepEqual([...(await readContract(rpc, { ...call, contract: abi }))], [head]);
  assert.deepEqual([...(await readContract(rpc, { ...call, contract: vehicleRecordsAbi }))], [head]);
});

test("an address where nothing, or something else, answers is named", async () => {
  const call = { address: address("2"), contract: vehicleRecordsAbi, view: "headOf", args: [7], block: 10 };
  for (const answer of ["0x", undefined, null]) {
    await assert.rejects(
      readContract(chain({ eth_call: () => answer }), call),
      withCode("CONTRACT_MISSING", /nothing answers/),
    );
  }
  await assert.rejects(
    readContract(chain({ eth_call: () => "0x1234" }), call),
    withCode("CONTRACT_MISSING", /not the contract expected/),
  );
});

test("quantities are exact numbers, or refused", () => {
  assert.equal(toQuantity(31_337), "0x7a69");
  assert.equal(fromQuantity("0x7a69", "x"), 31_337);
  for (const value of ["31337", "0x", "", 5, null, undefined, "0xffffffffffffffff", "0xzz"]) {
    assert.throws(() => fromQuantity(value, "height"), withCode("RPC_MALFORMED", /height/));
  }
});
