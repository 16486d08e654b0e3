import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { EpcisError } from "./EpcisError.js";
import { epcisEventHash, epcisPreHash } from "./epcisEventHash.js";
import { EVENT_HASH_VECTORS } from "./testing/eventHashVectors.js";

const OFFSET = { eventTimeZoneOffset: "+00:00" };

describe("epcisEventHash", () => {
  it("refuses an extension whose prefix nothing explains", () => {
    assert.throws(
      () => epcisEventHash({ type: "ObjectEvent", "other:field": "1" }),
      (error: unknown) => error instanceof EpcisError && error.code === "EPCIS_CONTEXT",
    );
  });

  for (const { name, context, event, hash } of EVENT_HASH_VECTORS) {
    it(`gives the published hash of ${name}`, () => {
      assert.equal(epcisEventHash(event, [context]), `ni:///sha-256;${hash}?ver=CBV2.0`);
    });
  }

  it("does not depend on the order of fields and of lists", () => {
    const cases = fc.constantFrom(...EVENT_HASH_VECTORS);
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.nat()), ({ event, context, hash }, numbers) => {
        assert.equal(epcisEventHash(shuffled(event, numbers) as object, context).slice(14, 78), hash);
      }),
    );
  });

  it("changes with every value of the event", () => {
    const { event, context, hash } = EVENT_HASH_VECTORS[4]!;
    for (const key of Object.keys(event)) {
      const { [key as keyof typeof event]: _, ...rest } = event;
      assert.notEqual(epcisEventHash(rest, context).slice(14, 78), hash, key);
    }
  });

  it("takes ids, record times, error declarations and comments for no part of the event", () => {
    const { event, context, hash } = EVENT_HASH_VECTORS[0]!;
    const marked = {
      ...event,
      eventID: "urn:uuid:e1d1b5d6-0b3e-4b4e-8a9e-6d7f1b9c2f10",
      recordTime: "2030-01-01T00:00:00Z",
      errorDeclaration: { declarationTime: "2030-01-01T00:00:00Z", reason: "incorrect_data" },
      "rdfs:comment": "to people",
    };
    assert.equal(epcisEventHash(marked, context).slice(14, 78), hash);
  });

  it("takes words, URNs and web URIs of the vocabulary for the same", () => {
    const step = (bizStep: string): string => epcisPreHash({ type: "ObjectEvent", bizStep });
    assert.equal(step("receiving"), "eventType=ObjectEventbizStep=https://ref.gs1.org/cbv/BizStep-receiving");
    assert.equal(step("urn:epcglobal:cbv:bizstep:receiving"), step("receiving"));
    assert.equal(step("cbv:BizStep-receiving"), step("receiving"));
    assert.equal(step("https://ref.gs1.org/cbv/BizStep-receiving"), step("receiving"));
  });

  it("rounds times to milliseconds and writes them in UTC", () => {
    const time = (eventTime: string): string =>
      epcisPreHash({ type: "ObjectEvent", eventTime, ...OFFSET }).slice(31, 55);
    assert.equal(time("2024-02-29T23:59:59.9994Z"), "2024-02-29T23:59:59.999Z");
    assert.equal(time("2024-02-29T23:59:59.9995Z"), "2024-03-01T00:00:00.000Z");
    assert.equal(time("2024-02-29T23:59:59-02:30"), "2024-03-01T02:29:59.000Z");
  });
});

function shuffled(value: unknown, numbers: Iterator<number>): unknown {
  const order = <T>(items: T[]): T[] =>
    items
      .map((item) => [item, Number(numbers.next().value)] as const)
      .sort(([, a], [, b]) => a - b)
      .map(([item]) => item);
  if (Array.isArray(value)) return order(value.map((item) => shuffled(item, numbers)));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    order(Object.entries(value).map(([key, item]) => [key, shuffled(item, numbers)])),
  );
}
