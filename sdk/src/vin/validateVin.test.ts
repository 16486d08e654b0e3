import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { computeCheckDigit } from "./computeCheckDigit.js";
import { requiresCheckDigit, validateVin } from "./validateVin.js";
import { VinError, type VinErrorCode } from "./VinError.js";

const ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789";
const anyVin = fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 17, maxLength: 17 });
const ACCORD = "1HGCM82633A004352";

function throwsCode(action: () => unknown, code: VinErrorCode, pattern?: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof VinError);
    assert.equal(error.code, code);
    if (pattern) assert.match(error.message, pattern);
    return true;
  });
}

/** Puts the right check digit in, or with `shift` a wrong one. */
function withCheckDigit(vin: string, shift = 0): string {
  const digits = "0123456789X";
  const right = digits.indexOf(computeCheckDigit(vin));
  return vin.slice(0, 8) + digits.charAt((right + shift) % 11) + vin.slice(9);
}

test("published VINs have the published check digits", () => {
  assert.equal(computeCheckDigit(ACCORD), "3");
  assert.equal(computeCheckDigit("11111111111111111"), "1");
  assert.equal(computeCheckDigit("1M8GDM9AXKP042788"), "X");
  for (const vin of [ACCORD, "11111111111111111", "1M8GDM9AXKP042788"]) {
    for (const market of ["US", "CA", "CN", undefined, "DE"]) {
      assert.equal(validateVin(vin, { market }).checkDigit, "valid");
    }
  }
});

test("a VIN is taken apart at its sections", () => {
  assert.deepEqual(validateVin(ACCORD, { market: "US" }), {
    vin: ACCORD,
    wmi: "1HG",
    vds: "CM8263",
    vis: "3A004352",
    checkDigit: "valid",
    modelYear: 2003,
    warnings: [],
  });
});

test("a European VIN filled with Z is valid and has no check digit", () => {
  const result = validateVin("WVWZZZ1JZXW000001");
  assert.deepEqual([result.checkDigit, result.warnings, result.modelYear], ["notApplicable", [], undefined]);
  assert.equal(validateVin("WVWZZZ1JZXW000001", { market: "DE" }).checkDigit, "notApplicable");
  // Position 9 belongs to the model code here, though it could be a check digit.
  assert.equal(validateVin("WAUZZZ8K9AA000001", { market: "DE" }).checkDigit, "notApplicable");
});

test("where check digits are mandatory, a filled one is an error", () => {
  for (const market of ["US", "CA", "CN"]) {
    throwsCode(() => validateVin("WVWZZZ1JZXW000001", { market }), "VIN_CHECK_DIGIT", /position 9.*market/);
  }
});

test("a wrong check digit is an error in US, CA and CN, and a warning everywhere else", () => {
  const wrong = withCheckDigit(ACCORD, 1);
  for (const market of ["US", "CA", "CN"]) {
    throwsCode(
      () => validateVin(wrong, { market }),
      "VIN_CHECK_DIGIT",
      /is 4, for this VIN it should be 3; position 9/,
    );
  }
  for (const market of [undefined, "DE", "MX", "JP", "GB"]) {
    const result = validateVin(wrong, { market });
    assert.equal(result.checkDigit, "invalid");
    assert.equal(result.warnings.length, 1);
    assert.match(result.warnings[0] ?? "", /check digit is 4/);
  }
  assert.deepEqual(["US", "CA", "CN", "MX", "DE", undefined].map(requiresCheckDigit), [
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test("16, 18 and other numbers of characters are counted out", () => {
  throwsCode(() => validateVin(ACCORD.slice(1)), "VIN_LENGTH", /this has 16; find the 1 missing/);
  throwsCode(() => validateVin(`${ACCORD}1`), "VIN_LENGTH", /this has 18; find the 1 too many/);
  throwsCode(() => validateVin(""), "VIN_LENGTH", /this has 0/);
  throwsCode(() => validateVin(`${ACCORD} `), "VIN_LENGTH", /remove the spaces around it/);
  throwsCode(() => validateVin(`${ACCORD.slice(0, 16)}😀`), "VIN_CHARACTER", /U\+1F600; position 17/);
});

test("I, O and Q are named with their position and the digit that was probably meant", () => {
  const at = (position: number, character: string): string =>
    ACCORD.slice(0, position - 1) + character + ACCORD.slice(position);
  throwsCode(
    () => validateVin(at(1, "I")),
    "VIN_CHARACTER",
    /character I; position 1; it is probably the digit 1/,
  );
  throwsCode(
    () => validateVin(at(12, "O")),
    "VIN_CHARACTER",
    /character O; position 12; it is probably the digit 0/,
  );
  throwsCode(
    () => validateVin(at(17, "Q")),
    "VIN_CHARACTER",
    /character Q; position 17; it is probably the digit 0/,
  );
  throwsCode(
    () => validateVin(at(3, "o")),
    "VIN_CHARACTER",
    /character o; position 3; it is probably the digit 0/,
  );
  throwsCode(() => validateVin(at(5, " ")), "VIN_CHARACTER", /character space; position 5/);
  throwsCode(
    () => validateVin(at(5, "-")),
    "VIN_CHARACTER",
    /character -; position 5; a VIN has the letters/,
  );
  throwsCode(() => validateVin(at(5, "А")), "VIN_CHARACTER", /U\+0410/);
  throwsCode(() => validateVin(at(5, "ſ")), "VIN_CHARACTER", /U\+017F/);
  throwsCode(() => validateVin(at(5, "\n")), "VIN_CHARACTER", /U\+000A/);
});

test("lower case is an error that offers the upper-case form; a forbidden letter comes first", () => {
  throwsCode(() => validateVin(ACCORD.toLowerCase()), "VIN_CASE", /use 1HGCM82633A004352/);
  throwsCode(() => validateVin("1HGCm82633A004352"), "VIN_CASE");
  throwsCode(() => validateVin("1hgcm82633ao04352"), "VIN_CHARACTER", /character o/);
});

test("a market is an ISO 3166 code, not a word", () => {
  for (const market of ["us", "USA", "U", "", "EUROPE", "U1"]) {
    throwsCode(() => validateVin(ACCORD, { market }), "VIN_MARKET");
  }
});

test("a manufacturer of few vehicles has the rest of its identifier at positions 12 to 14", () => {
  assert.equal(validateVin("SA9ZZZ1JZXW123001").wmiExtension, "123");
  assert.equal("wmiExtension" in validateVin(ACCORD), false);
});

test("position 7 tells the cycles of model years apart, for the US and Canada alone", () => {
  const older = withCheckDigit("1HGCM82633A004352");
  const newer = withCheckDigit("1HGCM8A633A004352");
  assert.equal(validateVin(older, { market: "CA" }).modelYear, 2003);
  assert.equal(validateVin(newer, { market: "US" }).modelYear, 2033);
  assert.equal(validateVin("1M8GDM9AXKP042788", { market: "US" }).modelYear, 1989);
  for (const market of ["CN", "DE", undefined])
    assert.equal("modelYear" in validateVin(older, { market }), false);
});

test("what is unusual is said: no model year code, letters at the end", () => {
  const noYear = withCheckDigit("1HGCM82630A004352".replace(/^(.{9})./, "$1U"));
  assert.match(validateVin(noYear, { market: "US" }).warnings.join(), /U at position 10/);
  assert.equal("modelYear" in validateVin(noYear, { market: "US" }), false);
  assert.match(
    validateVin("WVWZZZ1JZXW00A001").warnings.join() + validateVin("WVWZZZ1JZXW0000A1").warnings.join(),
    /last four/,
  );
  assert.deepEqual(validateVin("WVWZZZ1JZXWA00001").warnings, []);
});

test("any 17 allowed characters with the right check digit are valid for every market", () => {
  fc.assert(
    fc.property(anyVin, fc.constantFrom("US", "CA", "CN"), (text, market) => {
      const vin = withCheckDigit(text);
      assert.equal(validateVin(vin, { market }).checkDigit, "valid");
      for (const shift of [1, 5, 10]) {
        throwsCode(() => validateVin(withCheckDigit(text, shift), { market }), "VIN_CHECK_DIGIT");
      }
    }),
  );
});

test("any 17 allowed characters are valid where check digits are not mandatory", () => {
  fc.assert(
    fc.property(anyVin, (vin) => {
      const result = validateVin(vin);
      assert.equal(result.wmi + result.vds + result.vis, vin);
    }),
  );
});

test("any other text is refused with a reason", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (text) => {
      fc.pre(!/^[A-HJ-NPR-Z0-9]{17}$/.test(text));
      assert.throws(() => validateVin(text), VinError);
    }),
  );
});

test("a check digit cannot be computed for what is no VIN", () => {
  throwsCode(() => computeCheckDigit("1HGCM82633A00435"), "VIN_LENGTH");
  throwsCode(() => computeCheckDigit("1HGCM82633A00435I"), "VIN_CHARACTER", /position 17/);
});

test("one digit in place of another never keeps the check digit", () => {
  fc.assert(
    fc.property(anyVin, fc.nat(16), fc.nat(9), fc.nat(9), (text, position, from, to) => {
      fc.pre(position !== 8 && from !== to);
      const put = (digit: number): string =>
        text.slice(0, position) + String(digit) + text.slice(position + 1);
      assert.notEqual(computeCheckDigit(put(from)), computeCheckDigit(put(to)));
    }),
  );
});

test("the character at position 9 does not count", () => {
  fc.assert(
    fc.property(anyVin, fc.constantFrom(...ALPHABET), (vin, character) => {
      assert.equal(computeCheckDigit(vin.slice(0, 8) + character + vin.slice(9)), computeCheckDigit(vin));
    }),
  );
});
