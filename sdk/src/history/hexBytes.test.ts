import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hexlify } from "ethers";
import * as native from "./hexBytes.js";

/** The module as a browser has it, without Node's Buffer. */
async function loadPortable(): Promise<typeof native> {
  const { getBuiltinModule } = process;
  process.getBuiltinModule = (() => undefined) as unknown as typeof getBuiltinModule;
  try {
    const path = "./hexBytes.js?portable";
    return (await import(path)) as typeof native;
  } finally {
    process.getBuiltinModule = getBuiltinModule;
  }
}

const portable = await loadPortable();

for (const [name, { hexBuffer, toHex }] of [
  ["with Buffer", native],
  ["without", portable],
] as const) {
  test(`${name}: what is written is read, at its place`, () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(8), (bytes, offset) => {
        const buffer = hexBuffer(64);
        assert.ok(buffer.write(hexlify(bytes), offset, bytes.length));
        assert.deepEqual([...buffer.bytes.subarray(offset, offset + bytes.length)], [...bytes]);
        assert.ok(buffer.bytes.subarray(offset + bytes.length).every((byte) => byte === 0));
        assert.equal(toHex(bytes), hexlify(bytes));
      }),
    );
  });

  test(`${name}: what is no hex, or of another length, is refused`, () => {
    const buffer = hexBuffer(4);
    for (const hex of ["", "0x", "0x00", "0x000000000", "0x00zz0000", "0x0000000g", "00000000"]) {
      assert.equal(buffer.write(hex, 0, 4), false, hex);
    }
    assert.equal(buffer.write("0xABcd0102", 0, 4), true);
    assert.equal(toHex(buffer.bytes), "0xabcd0102");
  });
}

test("both ways are different code", () => {
  assert.notEqual(native.hexBuffer, portable.hexBuffer);
});
