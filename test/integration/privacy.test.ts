import { createHash } from "node:crypto";
import { expect } from "chai";
import { keccak256, toUtf8Bytes, Wallet } from "ethers";
import { VehicleTitle__factory } from "../../sdk/src/chain/contracts.js";
import type { RpcProvider } from "../../sdk/src/chain/deployment.js";
import { ROLES } from "../../sdk/src/consortium/roles.js";
import { openLifecycle } from "../../sdk/src/lifecycle/openLifecycle.js";
import { createChain } from "../helpers/fixture.js";
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

/** Searches one long text for many short ones: nearly all that are not in it are told by their pieces of six digits. */
class Haystack {
  readonly #text: string;
  readonly #pieces = new Uint8Array(2 ** 24);

  constructor(text: string) {
    this.#text = text;
    for (const piece of piecesOf(text)) this.#pieces[piece] = 1;
  }

  includes(trace: string): boolean {
    for (const piece of piecesOf(trace)) if (this.#pieces[piece] === 0) return false;
    return this.#text.includes(trace);
  }
}

/** Every six hex digits in a row, as numbers. */
function* piecesOf(text: string): Generator<number> {
  let piece = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : undefined;
    piece = digit === undefined ? 0 : ((piece << 4) | digit) & 0xffffff;
    digits = digit === undefined ? 0 : digits + 1;
    if (digits >= 6) yield piece;
  }
}

describe("What stands on chain", () => {
  it("holds no VIN, no plain hash of one, no alias and no text of a document", async () => {
    const { ethers, deployFixture } = await createChain();
    const system = await deployFixture();
    const { imported } = await importExample(system);
    await importExample(system, "parts.jsonl");
    const title = VehicleTitle__factory.connect(system.deployment.contracts.VehicleTitle, ethers.provider);
    const metadata = await Promise.all(
      imported.vehicles.map(async ({ vehicleId }) =>
        Buffer.from((await title.tokenURI(vehicleId)).split(",")[1] ?? "", "base64").toString("hex"),
      ),
    );
    const written = [...(await readChain(system.rpc)), ...metadata].join(" ");
    expect(written.length, "the scan has read the chain").to.be.greaterThan(100_000);
    const onChain = new Haystack(written);

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
    const [signer] = await ethers.getSigners();
    await signer!.sendTransaction({
      to: Wallet.createRandom().address,
      data: keccak256(toUtf8Bytes(leaked!.vin)),
    });
    const after = new Haystack((await readChain(system.rpc)).join(" "));
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
