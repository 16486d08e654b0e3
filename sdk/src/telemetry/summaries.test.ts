import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, hexlify, id, keccak256, TypedDataEncoder, Wallet } from "ethers";
import * as fc from "fast-check";
import { vehicleKey } from "../lifecycle/vehicleKey.js";
import { decodeSummary, encodeSummary, SUMMARY_BYTES_LIMIT } from "./encodeSummary.js";
import { signSummary } from "./signSummary.js";
import { summaryDigest } from "./summaryDigest.js";
import { summaryLeaf } from "./summaryLeaf.js";
import { SUMMARY_TYPES, telemetryDomain, telemetryTypedDomain } from "./telemetryDomain.js";
import { TelemetryError } from "./TelemetryError.js";
import { anySummary, hex } from "./testing/arbitraries.js";
import { COUNTER_FIELDS, NO_COUNTERS, type SignedSummary, type TripSummary } from "./types.js";
import { verifySummary } from "./verifySummary.js";

const domain = await telemetryDomain({
  chainId: 31337,
  contract: new Wallet(id("anchors")).address,
  p256Verifier: new Wallet(id("verifier")).address,
});
const keys = (["secp256k1", "p256"] as const).map((curve) => ({
  curve,
  key: vehicleKey(curve, id(`key of ${curve}`), domain.p256Verifier),
}));
const summary: TripSummary = {
  vehicleId: 7n,
  sequence: 3,
  startedAt: 1_760_000_000,
  endedAt: 1_760_000_900,
  traceRoot: id("trace"),
  counters: { ...NO_COUNTERS, distanceM: 12_345n, drivingS: 880, harshBrakes: 1 },
};
const isError = (code: string) => (error: unknown) => error instanceof TelemetryError && error.code === code;

test("digests and leaves are those of ethers and of the contract's formula", () => {
  fc.assert(
    fc.property(anySummary, hex(20), (any, signer) => {
      const digest = TypedDataEncoder.hash(telemetryTypedDomain(domain), SUMMARY_TYPES, any);
      assert.equal(summaryDigest(any, domain), digest);
      const inner = AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [digest, keccak256(signer)]);
      assert.equal(summaryLeaf(any, signer, domain), keccak256(keccak256(inner)));
    }),
    { numRuns: 150 },
  );
});

test("what no summary can say has no digest", () => {
  const wrong: Partial<Record<keyof TripSummary, unknown>>[] = [
    { vehicleId: -1n },
    { vehicleId: 2n ** 256n },
    { vehicleId: 7 },
    { sequence: 2 ** 32 },
    { sequence: 1.5 },
    { startedAt: -1 },
    { endedAt: 2 ** 40 },
    { traceRoot: "0x12" },
    { traceRoot: `0x${"g".repeat(64)}` },
    ...COUNTER_FIELDS.map(([name, bits]) => ({
      counters: { ...NO_COUNTERS, [name]: bits === 64 ? 2n ** 64n : 2 ** bits },
    })),
    ...COUNTER_FIELDS.map(([name, bits]) => ({ counters: { ...NO_COUNTERS, [name]: bits === 64 ? 1 : 1n } })),
  ];
  for (const change of wrong) {
    const bad = { ...summary, ...change } as TripSummary;
    assert.throws(() => summaryDigest(bad, domain), isError("SUMMARY_FIELD"));
    assert.equal(verifySummary({ summary: bad, signer: "0x", signature: "0x" }, domain), "malformed");
  }
  assert.equal(verifySummary({} as SignedSummary, domain), "malformed");
  assert.throws(() => summaryLeaf(summary, "0x12", domain), isError("SUMMARY_FIELD"));
});

test("a domain without a chain or an address is refused", async () => {
  for (const change of [{ chainId: 0 }, { chainId: 1.5 }, { contract: "0x12" }, { p256Verifier: "" }])
    await assert.rejects(telemetryDomain({ ...domain, ...change }), isError("TELEMETRY_DOMAIN"));
});

for (const { curve, key } of keys) {
  test(`${curve}: what is signed is valid, also over the wire, and any spoiled bit makes it worthless`, async () => {
    const signed = await signSummary(summary, key, domain);
    const bytes = encodeSummary(signed);
    assert.ok(bytes.length <= SUMMARY_BYTES_LIMIT);
    assert.equal(verifySummary(decodeSummary(bytes), domain), "valid");
    assert.deepEqual(decodeSummary(bytes), signed);
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const spoiled = bytes.slice();
        spoiled[bit >> 3] = (spoiled[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        let verdict = "malformed";
        try {
          verdict = verifySummary(decodeSummary(spoiled), domain);
        } catch (error) {
          assert.ok(isError("SUMMARY_ENCODING")(error));
        }
        assert.notEqual(verdict, "valid");
      }),
      { numRuns: curve === "p256" ? 40 : 200 },
    );
  });

  test(`${curve}: a summary is not another key's, another vehicle's or another chain's`, async () => {
    const signed = await signSummary(summary, key, domain);
    const other = vehicleKey(curve, id("another"), domain.p256Verifier);
    assert.equal(verifySummary({ ...signed, signer: other.signer }, domain), "signatureInvalid");
    const foreign = { ...signed, summary: { ...summary, vehicleId: 8n } };
    assert.equal(verifySummary(foreign, domain), "signatureInvalid");
    const elsewhere = await telemetryDomain({ ...domain, chainId: 1 });
    assert.equal(verifySummary(signed, elsewhere), "signatureInvalid");
    assert.equal(
      verifySummary({ ...signed, signature: `${signed.signature}00` }, domain),
      "signatureInvalid",
    );
    assert.equal(verifySummary({ ...signed, signature: signed.signature.slice(2) }, domain), "malformed");
  });

  test(`${curve}: the upper half of s is refused`, async () => {
    const order =
      curve === "p256"
        ? 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
        : 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const signed = await signSummary(summary, key, domain);
    const upper = (order - BigInt(`0x${signed.signature.slice(66, 130)}`)).toString(16).padStart(64, "0");
    const v = signed.signature.slice(130);
    const turned = v === "" ? "" : v === "1b" ? "1c" : "1b";
    const signature = signed.signature.slice(0, 66) + upper + turned;
    assert.equal(verifySummary({ ...signed, signature }, domain), "signatureInvalid");
  });
}

test("keys of another verifier, and signers that are none, are not supported", async () => {
  const foreign = vehicleKey("p256", id("key"), new Wallet(id("another verifier")).address);
  await assert.rejects(signSummary(summary, foreign, domain), isError("SUMMARY_KEY"));
  const signed = await signSummary(summary, (keys[0] as (typeof keys)[number]).key, domain);
  assert.equal(verifySummary({ ...signed, signer: `${signed.signer}00` }, domain), "signerUnsupported");
  assert.equal(verifySummary({ ...signed, signer: `0x${"zz".repeat(20)}` }, domain), "malformed");
});

test("the wire has one form for any summary, and refuses others", () => {
  fc.assert(
    fc.property(anySummary, fc.boolean(), fc.infiniteStream(fc.nat(255)), (any, isP256, stream) => {
      const take = (length: number): string =>
        hexlify(Uint8Array.from({ length }, () => stream.next().value ?? 0));
      const signed = { summary: any, signer: take(isP256 ? 84 : 20), signature: take(isP256 ? 64 : 65) };
      const bytes = encodeSummary(signed);
      assert.deepEqual(decodeSummary(bytes), signed);
      assert.throws(() => decodeSummary(bytes.subarray(1)), isError("SUMMARY_ENCODING"));
      assert.throws(() => decodeSummary(bytes.subarray(0, -1)), isError("SUMMARY_ENCODING"));
      assert.throws(() => decodeSummary(Uint8Array.from([...bytes, 0])), isError("SUMMARY_ENCODING"));
      assert.throws(() => encodeSummary({ ...signed, signature: "0x12" }), isError("SUMMARY_FIELD"));
    }),
    { numRuns: 60 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 320 }), (bytes) => {
      assert.throws(() => decodeSummary(bytes), isError("SUMMARY_ENCODING"));
    }),
    { examples: [[new Uint8Array(0)], [new Uint8Array(400).fill(1)]] },
  );
});
