import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface, hexlify, toUtf8Bytes } from "ethers";
import { errorsAbi } from "../abi/errors.js";
import { ERROR_WORDS } from "./errorWords.js";
import { explainError } from "./explainError.js";

const ERRORS = new Interface(errorsAbi);

/** A value of each type, to fill any error with. */
function sample(type: string): unknown {
  if (type === "address") return "0x00000000000000000000000000000000000000aa";
  if (type === "bytes") return "0x1234";
  if (type.startsWith("bytes")) return `0x${"ab".repeat(Number(type.slice("bytes".length)))}`;
  if (type === "bool") return true;
  if (type === "string") return "text";
  return 7;
}

describe("explainError", () => {
  it("has words for every custom error of every contract, and for no other", () => {
    const inAbi = new Set(errorsAbi.map(({ name }) => name as string));
    assert.deepEqual(
      [...inAbi].filter((name) => ERROR_WORDS[name] === undefined),
      [],
      "errors without words",
    );
    assert.deepEqual(
      Object.keys(ERROR_WORDS).filter((name) => !inAbi.has(name)),
      [],
      "words without an error",
    );
  });

  for (const { name, inputs } of errorsAbi) {
    it(`explains ${name}`, () => {
      const data = ERRORS.encodeErrorResult(
        name,
        inputs.map(({ type }) => sample(type)),
      );
      const explained = explainError({ data });
      assert.equal(explained?.name, name);
      assert.doesNotMatch(`${explained?.message} ${explained?.fix}`, /undefined|NaN|\[object|Invalid Date/);
      assert.ok((explained?.message.length ?? 0) > 10, "says something");
      assert.ok((explained?.fix.length ?? 0) > 10, "says what to do");
    });
  }

  it("finds the data where libraries nest it", () => {
    const data = ERRORS.encodeErrorResult("TitleDestroyed", [5]);
    for (const error of [
      data,
      { data },
      { data: { data } },
      { error: { data } },
      { info: { error: { data } } },
      { cause: { cause: { raw: data } } },
    ]) {
      assert.equal(explainError(error)?.name, "TitleDestroyed");
    }
  });

  it("leaves what is not ours alone", () => {
    const loop: Record<string, unknown> = {};
    loop.cause = loop;
    for (const error of [undefined, null, 5, "text", "0x", "0xdeadbeef", new Error("no data"), loop]) {
      assert.equal(explainError(error), undefined);
    }
  });

  it("names locks, roles and times", () => {
    const locked = ERRORS.encodeErrorResult("TitleLocked", [5, 3, 3]);
    assert.match(explainError(locked)?.message ?? "", /locked \(lien, theft\)/);
    const member = ERRORS.encodeErrorResult("AccessNotMember", [sample("address"), 4]);
    assert.match(explainError(member)?.message ?? "", /"workshop"/);
    const future = ERRORS.encodeErrorResult("RecordsObservedInFuture", [1, 1_800_000_000, 1_700_000_000]);
    assert.match(explainError(future)?.message ?? "", /2027-01-15T08:00:00Z/);
  });

  it("names lots, parts, days, grams and campaigns", () => {
    const lotId = (BigInt(`0x12ab${"0".repeat(32)}cdef`) << 64n) | 7n;
    const says = (name: string, values: unknown[]) =>
      explainError(ERRORS.encodeErrorResult(name, values))?.message ?? "";
    assert.equal(says("PartsLotUnknown", [lotId]), "there is no lot 7 of 0x12ab…cdef");
    assert.match(
      says("PartsRecalled", [(lotId << 32n) | 5n]),
      /^part 5 of lot 7 of 0x12ab…cdef is under recall/,
    );
    assert.match(says("PartsRecalled", [lotId << 32n]), /^lot 7 of 0x12ab…cdef is under recall/);
    assert.match(says("PartsExpired", [lotId << 32n, 20_833]), /expired on 2027-01-15$/);
    assert.match(says("PartsMassBalanceBroken", [1, 12]), /more cobalt than was consumed: 12 g are left/);
    const number = BigInt(hexlify(toUtf8Bytes("21V554000")));
    assert.equal(
      says("RecallsUnknown", [((lotId >> 64n) << 96n) | number]),
      "there is no campaign 21V554000 of 0x12ab…cdef",
    );
  });

  it("shows of a malformed campaign number only digits, whatever it holds", () => {
    const data = ERRORS.encodeErrorResult("RecallsNumberMalformed", ["0x1b5b324a0a00ff2021"]);
    assert.match(explainError(data)?.message ?? "", /^0x1b5b324a0a00ff2021 is no campaign number$/);
  });
});
