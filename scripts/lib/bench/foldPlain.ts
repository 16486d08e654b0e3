import {
  AbiCoder,
  computeAddress,
  concat,
  decodeBase64,
  hexlify,
  Interface,
  keccak256,
  sha256,
  SigningKey,
  toUtf8Bytes,
  toUtf8String,
} from "ethers";
import type { LogDescription } from "ethers";
import { vehicleRecordsAbi } from "../../../sdk/src/abi/VehicleRecords.js";
import type { BenchHistory } from "./makeHistory.js";

const CONTRACT = new Interface(vehicleRecordsAbi);
const CODER = AbiCoder.defaultAbiCoder();
const RECORD = "tuple(uint32,bytes32,uint8,uint32,uint8,uint40,uint40,uint64,uint32)";

/** The same with ethers alone, as one would write it from the contract's documentation. @returns The head. */
export async function foldPlain({ origin, logs, documents }: BenchHistory): Promise<string> {
  let head = keccak256(
    CODER.encode(
      ["uint256", "address", "uint256"],
      [origin.chainId, origin.recordsAddress, origin.vehicleId],
    ),
  );
  for (const [position, log] of logs.entries()) {
    const event = CONTRACT.parseLog({ topics: [...log.topics], data: log.data });
    if (event === null) throw new Error("no record");
    const { vehicleId, author, kind, record } = event.args;
    const digest = keccak256(
      CODER.encode(["uint256", "address", "uint8", RECORD], [vehicleId, author, kind, record]),
    );
    head = keccak256(concat([head, digest]));
    verifyPlain(documents[position] ?? "", event, origin.vehicleId);
  }
  return head;
}

function verifyPlain(jwt: string, { args }: LogDescription, vehicleId: bigint): void {
  const { record, author, kind } = args;
  const [header = "", payload = "", signature = ""] = jwt.split(".");
  const claims = JSON.parse(toUtf8String(fromBase64Url(payload))) as Record<string, unknown>;
  const compact = fromBase64Url(signature);
  const [r, s] = [hexlify(compact.slice(0, 32)), hexlify(compact.slice(32))];
  const digest = sha256(toUtf8Bytes(`${header}.${payload}`));
  // A JWT's signature does not say which of the two public keys it is: ethers recovers one after the other.
  const isSigned = ([27, 28] as const).some(
    (v) => computeAddress(SigningKey.recoverPublicKey(digest, { r, s, v })) === author,
  );
  const isRight =
    isSigned &&
    sha256(toUtf8Bytes(jwt)) === record.documentHash &&
    BigInt(String(claims.vehicle)) === vehicleId &&
    BigInt(Number(claims.kind)) === kind &&
    BigInt(Number(claims.observedAt)) === record.observedAt;
  if (!isRight) throw new Error(`the document of record ${record.index} does not hold`);
}

function fromBase64Url(text: string): Uint8Array {
  return decodeBase64(
    text
      .replaceAll("-", "+")
      .replaceAll("_", "/")
      .padEnd(Math.ceil(text.length / 4) * 4, "="),
  );
}
