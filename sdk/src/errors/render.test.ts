import assert from "node:assert/strict";
import { test } from "node:test";
import { BlokError } from "./BlokError.js";

class ShapeError extends BlokError<"SHAPE_ROUND" | "SHAPE_FLAT"> {}

test("an error says what was wrong, where, and what to do, in this order", () => {
  const error = new ShapeError("SHAPE_ROUND", "the shape is round", { where: "line 3", fix: "square it" });
  assert.equal(error.message, "the shape is round; line 3; square it");
  assert.equal(error.problem, "the shape is round");
  assert.equal(error.where, "line 3");
  assert.equal(error.fix, "square it");
});

test("parts that are absent leave no separator behind", () => {
  assert.equal(new ShapeError("SHAPE_FLAT", "flat").message, "flat");
  assert.equal(new ShapeError("SHAPE_FLAT", "flat", { fix: "inflate it" }).message, "flat; inflate it");
  assert.equal(
    new ShapeError("SHAPE_FLAT", "flat", { where: "", fix: "inflate it" }).message,
    "flat; inflate it",
  );
});

test("the class, the code and the cause survive", () => {
  const cause = new Error("inner");
  const error = new ShapeError("SHAPE_FLAT", "flat", { cause });
  assert.equal(error.name, "ShapeError");
  assert.equal(error.code, "SHAPE_FLAT");
  assert.equal(error.cause, cause);
  assert.ok(error instanceof BlokError && error instanceof Error);
  assert.equal("cause" in new ShapeError("SHAPE_FLAT", "flat"), false);
});
