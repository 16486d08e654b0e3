import {
  AbiCoder,
  getBytes,
  keccak256,
  TypedDataEncoder,
  verifyTypedData,
  type TypedDataField,
} from "ethers";
import type { Hex, TypedData } from "../payments/types.js";
import { verifyDigest } from "../telemetry/verifySummary.js";
import type { SummaryKey } from "../telemetry/signSummary.js";
import type { TelemetryDomain } from "../telemetry/telemetryDomain.js";
import type { SummaryVerdict } from "../telemetry/verifySummary.js";
import { InsuranceError } from "./InsuranceError.js";
import type {
  CrashEvent,
  CrashStatement,
  InsuranceDomain,
  PolicyQuote,
  PolicyTerms,
  Subject,
} from "./types.js";

const fields = (declarations: string): TypedDataField[] =>
  declarations.split(",").map((declaration) => {
    const [type = "", name = ""] = declaration.split(" ");
    return { name, type };
  });

/** The EIP-712 types of a quote, as the source of `PolicyLib` writes them. */
export const QUOTE_TYPES: Record<string, TypedDataField[]> = {
  PolicyQuote: fields(
    "address pool,address trigger,bytes32 productId,bytes32 subjectRoot,bytes32 fleetId,uint96 cover,uint96 minDeposit," +
      "uint40 expiresAt,uint40 endsAt,uint32 waitingSeconds,uint32 periodSeconds,uint64 salt,PremiumRates rates,PayoutTerms payout",
  ),
  PremiumRates: fields(
    "uint64 perKm,uint64 perDay,uint64 perDrivingHour,uint32 maxDailyM,uint16 minFactorBps,uint16 maxFactorBps," +
      "uint16 nightBps,uint16 overLimitBps,uint16 harshBps",
  ),
  PayoutTerms: fields(
    "uint32 threshold1,uint32 threshold2,uint32 threshold3,uint16 payoutBps1,uint16 payoutBps2,uint16 payoutBps3," +
      "uint32 totalLossAt,uint16 salvageBps,uint32 challengeSeconds,uint96 instantCap,uint96 bond,uint8 corroborations",
  ),
};

/** The EIP-712 types of a crash. */
export const CRASH_TYPES: Record<string, TypedDataField[]> = {
  CrashEvent: fields(
    "uint256 vehicleId,uint40 occurredAt,uint32 deltaVCmS,bool isAirbagDeployed,bytes32 documentHash",
  ),
};

/** The EIP-712 types of a confirmation. */
export const ATTESTATION_TYPES: Record<string, TypedDataField[]> = {
  CrashAttestation: fields("bytes32 crashHash,uint64 role,uint40 attestedAt"),
};

const SUBJECT =
  "tuple(uint256 vehicleId,uint24 grantEpoch,bytes32 cell,bytes32 baseline,uint64 baseDistanceM,uint64 baseOdometerM)";

/**
 * A quote as the insurer's wallet shows and signs it.
 *
 * @param domain Of `PolicyBook`.
 * @example
 * const { domain, types, message } = quoteTypedData(quote, where);
 * const signature = await wallet.signTypedData(domain, types, message);
 */
export function quoteTypedData(quote: PolicyQuote, domain: InsuranceDomain): TypedData {
  return typedData("blok auto policies", "PolicyQuote", QUOTE_TYPES, quote, domain);
}

/** A crash as the vehicle's key signs it. @param domain Of `CrashTrigger`. */
export function crashTypedData(crash: CrashEvent, domain: InsuranceDomain): TypedData {
  return typedData("blok auto crash trigger", "CrashEvent", CRASH_TYPES, crash, domain);
}

/** A confirmation as a member's wallet or another vehicle's key signs it. @param domain Of `CrashTrigger`. */
export function attestationTypedData(statement: CrashStatement, domain: InsuranceDomain): TypedData {
  return typedData("blok auto crash trigger", "CrashAttestation", ATTESTATION_TYPES, statement, domain);
}

/**
 * The EIP-712 digest of a quote, a crash or a confirmation: the 32 bytes that a key signs.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT` when a value does not have its type.
 */
export function insuranceDigest({ domain, types, primaryType, message }: TypedData): Hex {
  return checked(primaryType, () => TypedDataEncoder.hash(domain, types, message)) as Hex;
}

/**
 * The struct hash of a crash, which attesters confirm.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT`
 */
export function crashHash(crash: CrashEvent): Hex {
  return checked("CrashEvent", () => TypedDataEncoder.hashStruct("CrashEvent", CRASH_TYPES, crash)) as Hex;
}

/**
 * The leaf of a vehicle in a quote's tree: its encoding, hashed twice.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT`
 */
export function subjectLeaf(subject: Subject): Hex {
  return checked("Subject", () =>
    keccak256(keccak256(AbiCoder.defaultAbiCoder().encode([SUBJECT], [subject]))),
  ) as Hex;
}

/**
 * The id of the policy with these terms.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT`
 * @example
 * await policies.policyOf(policyIdOf({ quote, subject }));
 */
export function policyIdOf({ quote, subject }: PolicyTerms): Hex {
  const quoteHash = checked("PolicyQuote", () =>
    TypedDataEncoder.hashStruct("PolicyQuote", QUOTE_TYPES, quote),
  );
  const leaf = subjectLeaf(subject);
  return keccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [quoteHash, leaf])) as Hex;
}

/**
 * Signs a crash or a confirmation with a vehicle's key, secp256k1 or P-256.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT`
 * @example
 * const signature = await signWithKey(crashTypedData(crash, where), key);
 */
export async function signWithKey(data: TypedData, key: SummaryKey): Promise<string> {
  return key.sign(insuranceDigest(data));
}

/**
 * Whether a vehicle's key signed it, by the rules of `CrashTrigger`. Whether the key is the vehicle's is on chain.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT` when a value does not have its type.
 */
export function verifyWithKey(
  data: TypedData,
  signed: { signer: string; signature: string },
  domain: Pick<TelemetryDomain, "keccak" | "p256Verifier">,
): SummaryVerdict {
  return verifyDigest(getBytes(insuranceDigest(data)), signed, domain);
}

/**
 * Whether an account signed a quote or a confirmation. An account with code (ERC-1271) has to be asked on chain.
 *
 * @throws {InsuranceError} `INSURANCE_ARGUMENT` when a value does not have its type.
 */
export function isSignedByAccount(data: TypedData, signature: string, account: string): boolean {
  insuranceDigest(data);
  try {
    const { domain, types, message } = data;
    return verifyTypedData(domain, types, message, signature).toLowerCase() === account.toLowerCase();
  } catch {
    return false; // what is no signature was not signed
  }
}

function typedData(
  name: string,
  primaryType: string,
  types: Record<string, TypedDataField[]>,
  message: object,
  { chainId, contract }: InsuranceDomain,
): TypedData {
  const domain = { name, version: "1", chainId, verifyingContract: contract };
  return { domain, types, primaryType, message: toText(message) as Record<string, unknown> };
}

/** Wallets are sent JSON, which has no bigints. */
function toText(value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, toText(each)]));
}

function checked(what: string, compute: () => string): string {
  try {
    return compute();
  } catch (cause) {
    throw new InsuranceError("INSURANCE_ARGUMENT", `this is no ${what}`, { cause });
  }
}
