import { createHash } from "node:crypto";
import { expect } from "chai";
import { keccak256, toUtf8Bytes, Wallet } from "ethers";
import { network } from "hardhat";
import { deployLocal } from "../../scripts/lib/deployLocal.js";
import { VehicleTitle__factory } from "../../sdk/src/chain/contracts.js";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { openLifecycle } from "../../sdk/src/lifecycle/openLifecycle.js";
import { importExample } from "../helpers/importExample.js";

/** The fields of a line that name a vehicle, an account or another line. */
const NAMES = new Set(
  "vin holder member from to maker workshop id consignment certificate recall".split(" "),
);

interface Block {
  transactions: { hash: string; input: string }[];
}
interface Receipt {
  logs: { topics: string[]; data: string }[];
}

/** What stands on chain of a transaction: what it was given and what it emitted. */
async function readChain(rpc: RpcProvider): Promise<string[]> {
  const found: string[] = [];
  const last = Number(await rpc.request({ method: "eth_blockNumber" }));
  for (let number = 0; number <= last; number += 1) {
    const params = [`0x${number.toString(16)}`, true];
    const block = (await rpc.request({ method: "eth_getBlockByNumber", params })) as Block;
    for (const { hash, input } of block.transactions) {
      const receipt = (await rpc.request({ method: "eth_getTransactionReceipt", params: [hash] })) as Receipt;
      found.push(input, ...receipt.logs.flatMap(({ topics, data }) => [...topics, data]));
    }
  }
  return found.map((hex) => hex.toLowerCase());
}

/** Every way in which a text could stand on chain that somebody could recognise or try out. */
function tracesOf(text: string): string[] {
  const reversed = text.split("").toReversed().join("");
  const spellings = [...new Set([text, text.toLowerCase(), text.toUpperCase(), reversed])];
  return spellings.flatMap((spelling) => {
    const bytes = toUtf8Bytes(spelling);
    const digests = ["md5", "sha1", "sha256", "sha512", "sha3-256"].map((name) =>
      createHash(name).update(bytes).digest("hex"),
    );
    const twice = createHash("sha256").update(createHash("sha256").update(bytes).digest()).digest("hex");
    return [Buffer.from(bytes).toString("hex"), keccak256(bytes).slice(2), twice, ...digests];
  });
}

describe("What stands on chain", () => {
  it("holds no VIN, no plain hash of one, no alias and no text of a document", async () => {
    const connection = await network.create("hardhat");
    const system = await deployLocal(connection);
    const { imported } = await importExample(system);
    await importExample(system, "parts.jsonl");
    const title = VehicleTitle__factory.connect(
      system.deployment.contracts.VehicleTitle,
      connection.ethers.provider,
    );
    const metadata = await Promise.all(
      imported.vehicles.map(async ({ vehicleId }) =>
        Buffer.from((await title.tokenURI(vehicleId)).split(",")[1] ?? "", "base64").toString("hex"),
      ),
    );
    const onChain = [...(await readChain(system.rpc)), ...metadata].join(" ");
    expect(onChain.length, "the scan has read the chain").to.be.greaterThan(100_000);

    const secrets = new Set<string>();
    for (const file of ["examples/lifecycle.jsonl", "examples/parts.jsonl"]) {
      for await (const event of await openLifecycle(file)) {
        for (const [name, value] of Object.entries(event)) {
          if (NAMES.has(name) && typeof value === "string") secrets.add(value);
        }
        if ("document" in event) collectTexts(event.document, secrets);
      }
    }
    // The names of the classes are words of the authority itself, labels that it emits when it is wired.
    for (const role of Object.keys(ROLES)) secrets.delete(role);
    // The number of a campaign is public, and its name on chain.
    secrets.delete("21V650000");
    expect(secrets.size, "there is something to look for").to.be.greaterThan(100);
    for (const secret of secrets) {
      const found = tracesOf(secret).filter((trace) => onChain.includes(trace));
      expect(found, `traces of ${secret}`).to.deep.equal([]);
    }

    // The scan itself is tried: it must find what a careless member would write.
    const [leaked] = imported.vehicles;
    const [signer] = await connection.ethers.getSigners();
    await signer!.sendTransaction({
      to: Wallet.createRandom().address,
      data: keccak256(toUtf8Bytes(leaked!.vin)),
    });
    const after = (await readChain(system.rpc)).join(" ");
    expect(tracesOf(leaked!.vin).filter((trace) => after.includes(trace)).length).to.equal(1);
  });
});

/** Texts of a document that are long enough not to occur by chance. */
function collectTexts(value: unknown, into: Set<string>): void {
  if (typeof value === "string" && value.length >= 8) into.add(value);
  else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) collectTexts(inner, into);
  }
}
