import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { sha256Hex } from "../documents/encoding.js";
import { PassportError, type PassportErrorCode } from "./PassportError.js";
import { createPassport, openPassport, parsePassport, passportHash, redactPassport } from "./passportFile.js";
import { PASSPORT_SCHEMA } from "./passportSchema.js";
import { EXAMPLE_CONTENT } from "./testing/exampleContent.js";
import { FIELD_TIERS, PASSPORT_TIERS, tiersUpTo } from "./tiers.js";

const throwsWith = (code: PassportErrorCode, words: RegExp) => (error: unknown) =>
  error instanceof PassportError && error.code === code && words.test(error.message);

const file = createPassport(EXAMPLE_CONTENT);

describe("createPassport", () => {
  it("refuses content that the schema does not allow", () => {
    const { carbonFootprint: _, ...without } = EXAMPLE_CONTENT;
    assert.throws(() => createPassport(without as never), throwsWith("PASSPORT_CONTENT", /carbonFootprint/));
    const { generalProductInformation } = EXAMPLE_CONTENT;
    const changes = [
      { batteryStatus: "reused" },
      { batteryMass: 0 },
      { vin: "WVWZZZAUZEW000001" },
      { manufacturingDate: "February" },
    ];
    for (const change of changes) {
      const content = {
        ...EXAMPLE_CONTENT,
        generalProductInformation: { ...generalProductInformation, ...change },
      };
      assert.throws(
        () => createPassport(content as never),
        throwsWith("PASSPORT_CONTENT", new RegExp(Object.keys(change)[0]!)),
      );
    }
  });

  it("salts every section, so that nobody finds out a section by guessing", () => {
    const again = createPassport(EXAMPLE_CONTENT);
    for (const tier of PASSPORT_TIERS) assert.notEqual(file.commitments[tier], again.commitments[tier]);
    assert.deepEqual(openPassport(again), openPassport(file));
  });

  it("gives back all that went in", () => {
    assert.deepEqual(openPassport(file), EXAMPLE_CONTENT);
    assert.deepEqual(parsePassport(JSON.stringify(file)), file);
  });
});

describe("redactPassport", () => {
  it("keeps the hash that stands on chain, whatever is left out", () => {
    for (const tier of PASSPORT_TIERS) {
      const shown = redactPassport(file, tier);
      assert.equal(passportHash(shown), passportHash(file));
      assert.deepEqual(Object.keys(shown.sections), tiersUpTo(tier));
    }
  });

  it("leaves nothing of a higher tier in the file", () => {
    const text = JSON.stringify(redactPassport(file, "public"));
    assert.match(text, /carbonFootprintStudy/);
    for (const word of ["dismantling", "spares", "safety", "test-report", "stateOfCertifiedEnergy", "Deep"]) {
      assert.doesNotMatch(text, new RegExp(word), word);
    }
    assert.doesNotMatch(JSON.stringify(redactPassport(file, "legitimateInterest")), /test-report/);
  });
});

describe("openPassport", () => {
  it("refuses a section that was changed", () => {
    const changed = file.sections.public!.replace('"nominalVoltage":400', '"nominalVoltage":401');
    const sections = { ...file.sections, public: changed };
    assert.throws(() => openPassport({ ...file, sections }), throwsWith("PASSPORT_FILE", /section public/));
  });

  it("refuses a field in a section of another tier", () => {
    const text = JSON.stringify({ salt: "x", labels: { resultOfTestReport: "https://example.com/report" } });
    const moved = {
      ...file,
      sections: { public: text },
      commitments: { ...file.commitments, public: sha256Hex(text) },
    };
    assert.throws(() => openPassport(moved), throwsWith("PASSPORT_FILE", /another tier/));
  });

  it("refuses what is no passport file", () => {
    for (const text of ["", "[]", "{}", JSON.stringify({ ...file, sections: { secret: "{}" } })]) {
      assert.throws(() => parsePassport(text, "a file"), throwsWith("PASSPORT_FILE", /a file/));
    }
  });
});

describe("FIELD_TIERS", () => {
  it("has a tier for every field of the schema, and for no other", () => {
    for (const [cluster, schema] of Object.entries(PASSPORT_SCHEMA.properties)) {
      assert.deepEqual(
        Object.keys(FIELD_TIERS[cluster as keyof typeof FIELD_TIERS]).sort(),
        Object.keys(schema.properties).sort(),
        cluster,
      );
    }
    assert.deepEqual(Object.keys(FIELD_TIERS).sort(), Object.keys(PASSPORT_SCHEMA.properties).sort());
  });
});
