import assert from "node:assert/strict";
import { test } from "node:test";
import { Wallet } from "ethers";
import { issuePartDocument } from "./issuePartDocument.js";
import { verifyPartDocument, type ExpectedPartDocument } from "./verifyPartDocument.js";

const maker = new Wallet(`0x${"11".repeat(32)}`);
const content = { nameAtManufacturer: "battery pack", country: "KR" };
const issue = () =>
  issuePartDocument({
    type: "lot",
    about: [7n, 8n],
    observedAt: 1_600_000_000,
    content,
    chainId: 31_337,
    signer: { address: maker.address, privateKey: maker.privateKey },
  });

async function issued() {
  const { compact, documentHash } = await issue();
  const expected: ExpectedPartDocument = {
    type: "lot",
    documentHash,
    author: maker.address,
    chainId: 31_337n,
    about: 8n,
  };
  return { compact, expected };
}

test("what its author signed is verified, in whole and in part", async () => {
  const { compact, expected } = await issued();
  assert.deepEqual(verifyPartDocument({ compact, expected }), {
    ok: true,
    disclosed: content,
    undisclosedCount: 0,
    problems: [],
  });
  const part = compact.split("~").toSpliced(1, 1).join("~");
  const shown = verifyPartDocument({ compact: part, expected });
  assert.equal(shown.ok, true);
  assert.equal(shown.undisclosedCount, 1);
});

test("no two documents of the same content have the same hash", async () => {
  assert.notEqual((await issue()).documentHash, (await issue()).documentHash);
});

for (const [name, change, says] of [
  ["another document", { documentHash: `0x${"12".repeat(32)}` }, /whose hash stands on chain/],
  ["another author", { author: Wallet.createRandom().address }, /another account signed it/],
  ["another chain", { chainId: 1n }, /another account signed it/],
  ["another type", { type: "recall" }, /no document of type recall/],
  ["another subject", { about: 9n }, /about something else/],
] as const) {
  test(`${name} is refused`, async () => {
    const { compact, expected } = await issued();
    const { ok, disclosed, problems } = verifyPartDocument({ compact, expected: { ...expected, ...change } });
    assert.equal(ok, false);
    assert.deepEqual(disclosed, {});
    assert.match(problems.join("; "), says);
  });
}

test("a changed signature, a changed field and what is no document are refused", async () => {
  const { compact, expected } = await issued();
  const [jwt = "", ...rest] = compact.split("~");
  const [head, body, signature = ""] = jwt.split(".");
  const broken = `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
  assert.match(
    verifyPartDocument({ compact: [broken, ...rest].join("~"), expected }).problems.join("; "),
    /signature does not hold/,
  );
  const foreign = (await issue()).compact.split("~")[1];
  const swapped = [jwt, foreign, ...rest.slice(1)].join("~");
  assert.equal(verifyPartDocument({ compact: swapped, expected }).ok, false);
  for (const text of ["", "x", "a.b.c~", "~~~", "..", `${jwt}.x~`]) {
    assert.equal(verifyPartDocument({ compact: text, expected }).ok, false, text);
  }
});
