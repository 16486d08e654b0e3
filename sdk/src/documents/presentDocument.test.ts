import assert from "node:assert/strict";
import { test } from "node:test";
import { computeAddress } from "ethers";
import { DocumentError } from "./DocumentError.js";
import { EXAMPLE_CONTENTS } from "./exampleContents.js";
import { issueDocument } from "./issueDocument.js";
import { RECORD_KINDS } from "./kinds.js";
import { presentDocument } from "./presentDocument.js";

const privateKey = `0x${"11".repeat(32)}`;
const document = await issueDocument({
  kind: RECORD_KINDS.manufactured,
  vehicleId: 77n,
  observedAt: 920_246_400,
  content: EXAMPLE_CONTENTS.manufactured,
  chainId: 1,
  signer: { address: computeAddress(privateKey), privateKey },
});

const namesIn = (presentation: string): string[] =>
  presentation
    .split("~")
    .slice(1, -1)
    .map((text) => String(JSON.parse(Buffer.from(text, "base64url").toString())[1]));

test("only the chosen fields are disclosed, and the signed part stays as it is", async () => {
  const presentation = await presentDocument(document.compact, ["make", "model"]);
  assert.ok(presentation.startsWith(`${document.jwt}~`));
  assert.deepEqual(namesIn(presentation).sort(), ["make", "model"]);
  assert.equal(Buffer.from(presentation.split("~").slice(1).join(""), "base64url").includes("WVWZZZ"), false);
});

test("nothing, one and all fields can be disclosed", async () => {
  const all = Object.keys(EXAMPLE_CONTENTS.manufactured);
  assert.equal(await presentDocument(document.compact, []), `${document.jwt}~`);
  assert.deepEqual(namesIn(await presentDocument(document.compact, ["vin"])), ["vin"]);
  assert.deepEqual(namesIn(await presentDocument(document.compact, all)).sort(), all.sort());
});

test("a presentation can be narrowed, not widened", async () => {
  const presentation = await presentDocument(document.compact, ["make", "model"]);
  assert.deepEqual(namesIn(await presentDocument(presentation, ["make"])), ["make"]);
  await assert.rejects(
    presentDocument(presentation, ["vin"]),
    (error) =>
      error instanceof DocumentError && error.code === "DOCUMENT_FIELD" && /make, model/.test(error.message),
  );
});

test("a field that the document does not have is named", async () => {
  for (const field of ["holder", "iss", "", "producer.value"]) {
    await assert.rejects(
      presentDocument(document.compact, ["make", field]),
      (error) => error instanceof DocumentError && error.code === "DOCUMENT_FIELD",
    );
  }
});

test("what is no SD-JWT is refused", async () => {
  for (const text of ["", "x", "a.b.c~", "~~"]) {
    await assert.rejects(
      presentDocument(text, []),
      (error) => error instanceof DocumentError && error.code === "DOCUMENT_MALFORMED",
    );
  }
});
