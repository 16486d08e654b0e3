import assert from "node:assert/strict";
import { test } from "node:test";
import { SimpleMerkleTree } from "@openzeppelin/merkle-tree";
import { getBytes, id, toBeHex, zeroPadValue } from "ethers";
import * as fc from "fast-check";
import { merkleProof } from "./merkleProof.js";
import { merkleRoot } from "./merkleRoot.js";
import { merkleTree } from "./merkleTree.js";
import { TelemetryError } from "./TelemetryError.js";
import { hex } from "./testing/arbitraries.js";
import { verifyMerkleProof } from "./verifyMerkleProof.js";

const isError = (code: string) => (error: unknown) => error instanceof TelemetryError && error.code === code;
const word = (value: number): string => zeroPadValue(toBeHex(value), 32);

test("roots and proofs are those of OpenZeppelin's SimpleMerkleTree", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(hex(32), { minLength: 1, maxLength: 70 }), async (leaves) => {
      const oracle = SimpleMerkleTree.of(leaves);
      const tree = await merkleTree(leaves);
      assert.equal(tree.root, oracle.root);
      assert.equal(tree.size, leaves.length);
      assert.equal(await merkleRoot(leaves), oracle.root);
      assert.equal(
        await merkleRoot(getBytes(`0x${leaves.map((leaf) => leaf.slice(2)).join("")}`)),
        oracle.root,
      );
      for (const leaf of leaves) {
        const proof = tree.proofOf(leaf);
        assert.deepEqual(proof, oracle.getProof(leaf));
        assert.ok(await verifyMerkleProof(tree.root, leaf, proof));
      }
    }),
    { numRuns: 40 },
  );
});

test("the same for every small size, and for leaves that differ in their last byte only", async () => {
  for (let size = 1; size <= 40; size += 1) {
    const close = Array.from({ length: size }, (_, i) => word(size - i));
    assert.equal(await merkleRoot(close), SimpleMerkleTree.of(close).root);
    const far = Array.from({ length: size }, (_, i) => id(`leaf ${i}`));
    assert.equal(await merkleRoot(far), SimpleMerkleTree.of(far).root);
  }
});

test("the order in which leaves come changes nothing", async () => {
  const leaves = Array.from({ length: 33 }, (_, i) => id(`leaf ${i}`));
  assert.equal(await merkleRoot(leaves.toReversed()), await merkleRoot(leaves));
});

test("no leaf, the same leaf twice and what is no leaf are refused by name", async () => {
  await assert.rejects(merkleRoot([]), isError("MERKLE_EMPTY"));
  await assert.rejects(merkleRoot(new Uint8Array(0)), isError("MERKLE_EMPTY"));
  await assert.rejects(merkleRoot([id("a"), id("b"), id("a")]), (error: unknown) => {
    assert.match(
      String(error),
      /two leaves are the same; leaf 0x[0-9a-f]{64}; put each summary into a tree once/,
    );
    return isError("MERKLE_DUPLICATE")(error);
  });
  for (const leaf of ["", "0x12", id("a").slice(2), `0x${"g".repeat(64)}`])
    await assert.rejects(merkleRoot([leaf]), isError("MERKLE_LEAF"));
  await assert.rejects(merkleRoot(new Uint8Array(33)), isError("MERKLE_LEAF"));
  await assert.rejects(merkleProof([id("a")], id("b")), isError("MERKLE_LEAF"));
  await assert.rejects(merkleProof([id("a")], "b"), isError("MERKLE_LEAF"));
});

test("a proof holds for its leaf and its root alone, and not with a hash more or less", async () => {
  const leaves = Array.from({ length: 9 }, (_, i) => id(`leaf ${i}`));
  const [leaf = "", other = ""] = leaves;
  const root = await merkleRoot(leaves);
  const proof = await merkleProof(leaves, leaf);
  assert.ok(await verifyMerkleProof(root.toUpperCase().replace("0X", "0x"), leaf, proof));
  assert.equal(await verifyMerkleProof(root, other, proof), false);
  assert.equal(await verifyMerkleProof(id("root"), leaf, proof), false);
  assert.equal(await verifyMerkleProof(root, leaf, proof.slice(1)), false);
  assert.equal(await verifyMerkleProof(root, leaf, [...proof, id("more")]), false);
  assert.equal(await verifyMerkleProof(root, leaf, ["no hex", ...proof.slice(1)]), false);
  assert.equal(await verifyMerkleProof(root, "no hex", proof), false);
  assert.equal(
    await verifyMerkleProof(
      root,
      leaf,
      Array.from({ length: 65 }, () => leaf),
    ),
    false,
  );
});
