import { hexBuffer, toHex } from "../history/hexBytes.js";
import { checkSummary } from "./checkSummary.js";
import { TelemetryError } from "./TelemetryError.js";
import { signerBytes } from "./telemetryDomain.js";
import { COUNTER_FIELDS, type SignedSummary, type TripCounters } from "./types.js";

/**
 * On the wire a summary is its fields in the order of the contract's struct, each as wide as its type and big-endian, as
 * `abi.encodePacked` has them: version (1 byte), vehicle (32), sequence (4), start (5), end (5), trace root (32), counters (63),
 * length of the signer (1), signer (20 or 84), signature (the rest: 65 or 64). There is one way to write a summary.
 */
const VERSION = 1;
const SEQUENCE_AT = 33;
const STARTED_AT = 37;
const ENDED_AT = 42;
const TRACE_AT = 47;
const COUNTERS_AT = 79;
const SIGNER_AT = COUNTERS_AT + COUNTER_FIELDS.reduce((sum, [, bits]) => sum + bits / 8, 0);
const LENGTHS = [
  { signer: 20, signature: 65 },
  { signer: 84, signature: 64 },
];

/** No summary has more bytes. */
export const SUMMARY_BYTES_LIMIT = SIGNER_AT + 1 + 84 + 64;

/**
 * Writes a signed summary for the wire.
 *
 * @throws {TelemetryError} `SUMMARY_FIELD`
 * @example
 * await publisher.publish(encodeSummary(signed));
 */
export function encodeSummary({ summary, signer, signature }: SignedSummary): Uint8Array {
  checkSummary(summary);
  const key = signerBytes(signer);
  const length = LENGTHS.find((one) => one.signer === key.length)?.signature ?? 0;
  const buffer = hexBuffer(SIGNER_AT + 1 + key.length + length);
  const { bytes } = buffer;
  const view = new DataView(bytes.buffer);
  bytes[0] = VERSION;
  for (let limb = 0; limb < 4; limb++)
    view.setBigUint64(1 + 8 * limb, summary.vehicleId >> BigInt(64 * (3 - limb)));
  view.setUint32(SEQUENCE_AT, summary.sequence);
  writeUint40(view, STARTED_AT, summary.startedAt);
  writeUint40(view, ENDED_AT, summary.endedAt);
  buffer.write(summary.traceRoot, TRACE_AT, 32);
  let at = COUNTERS_AT;
  for (const [name, bits] of COUNTER_FIELDS) {
    const value = summary.counters[name];
    if (bits === 64) view.setBigUint64(at, BigInt(value));
    else if (bits === 40) writeUint40(view, at, Number(value));
    else view.setUint32(at, Number(value));
    at += bits / 8;
  }
  bytes[SIGNER_AT] = key.length;
  bytes.set(key, SIGNER_AT + 1);
  if (!signature.startsWith("0x") || !buffer.write(signature, SIGNER_AT + 1 + key.length, length)) {
    throw new TelemetryError("SUMMARY_FIELD", `the signature of such a key is ${length} bytes in hex`, {
      where: "signature",
    });
  }
  return bytes;
}

/**
 * Reads a signed summary from the wire. What it says is another question, see {@link verifySummary}.
 *
 * @throws {TelemetryError} `SUMMARY_ENCODING` when the bytes are no summary of a version that is known.
 * @example
 * const { summary, signer, signature } = decodeSummary(payload);
 */
export function decodeSummary(bytes: Uint8Array): SignedSummary {
  if (bytes[0] !== VERSION) throw refuse(`its version is ${String(bytes[0])}, not ${VERSION}`);
  const length = LENGTHS.find(({ signer }) => signer === bytes[SIGNER_AT]);
  if (!length) throw refuse("its signer has neither 20 nor 84 bytes");
  const signatureAt = SIGNER_AT + 1 + length.signer;
  if (bytes.length !== signatureAt + length.signature)
    throw refuse(`it has ${bytes.length} bytes, not ${signatureAt + length.signature}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const counters: Partial<Record<keyof TripCounters, number | bigint>> = {};
  let at = COUNTERS_AT;
  for (const [name, bits] of COUNTER_FIELDS) {
    counters[name] =
      bits === 64 ? view.getBigUint64(at) : bits === 40 ? readUint40(view, at) : view.getUint32(at);
    at += bits / 8;
  }
  return {
    summary: {
      vehicleId: BigInt(toHex(bytes.subarray(1, SEQUENCE_AT))),
      sequence: view.getUint32(SEQUENCE_AT),
      startedAt: readUint40(view, STARTED_AT),
      endedAt: readUint40(view, ENDED_AT),
      traceRoot: toHex(bytes.subarray(TRACE_AT, COUNTERS_AT)),
      counters: counters as TripCounters,
    },
    signer: toHex(bytes.subarray(SIGNER_AT + 1, signatureAt)),
    signature: toHex(bytes.subarray(signatureAt)),
  };
}

function writeUint40(view: DataView, at: number, value: number): void {
  view.setUint8(at, Math.floor(value / 2 ** 32));
  view.setUint32(at + 1, value % 2 ** 32);
}

function readUint40(view: DataView, at: number): number {
  return view.getUint8(at) * 2 ** 32 + view.getUint32(at + 1);
}

function refuse(problem: string): TelemetryError {
  return new TelemetryError("SUMMARY_ENCODING", `this is no summary: ${problem}`);
}
