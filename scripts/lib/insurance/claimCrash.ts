import { sha256, toUtf8Bytes } from "ethers";
import { ROLES } from "../../../sdk/src/consortium/roles.js";
import { encodeCrashEvidence } from "../../../sdk/src/insurance/evidence.js";
import {
  attestationTypedData,
  crashHash,
  crashTypedData,
  signWithKey,
} from "../../../sdk/src/insurance/typedData.js";
import type { CrashAttestation, CrashEvent } from "../../../sdk/src/insurance/types.js";
import type { DemoAttempt } from "../demoTypes.js";
import { drive, type Driver } from "./drivers.js";
import { mustFail } from "./tryCheats.js";
import type { InsuranceWorld } from "./world.js";

const HERTZ = 10;
const WITNESSES = ["assessor", "workshop", "registrar"] as const;

/** A crash that the car's recorder saw, confirmed by three members, and paid by one transaction that anybody may send. */
export async function claimCrash(
  world: InsuranceWorld,
  driver: Driver,
  startedAt: number,
): Promise<{ paid: bigint; due: bigint; gas: number; attempts: DemoAttempt[] }> {
  const { claims, pool, token, signers, crashDomain, send, travelTo } = world;
  const { terms, vehicleId, key, holder, recorder } = driver;
  const { summary, events } = drive(recorder, "crash", startedAt, HERTZ);
  const seen = events.find(({ kind }) => kind === "crash");
  if (seen?.deltaVMmS === undefined) throw new Error("the recorder saw no crash");
  const crash: CrashEvent = {
    vehicleId,
    occurredAt: Math.floor(seen.startMs / 1_000),
    deltaVCmS: Math.floor(seen.deltaVMmS / 10),
    isAirbagDeployed: true,
    documentHash: sha256(toUtf8Bytes(JSON.stringify(seen))),
  };
  await travelTo(summary.endedAt + 3_600);

  const attestations: CrashAttestation[] = [];
  for (const name of WITNESSES) {
    const statement = { crashHash: crashHash(crash), role: ROLES[name], attestedAt: summary.endedAt + 1_800 };
    const { domain, types, message } = attestationTypedData(statement, crashDomain);
    const signature = await signers[name].signTypedData(domain, types, message);
    const { role, attestedAt } = statement;
    attestations.push({ role, attestedAt, vehicleId: 0n, signer: signers[name].address, signature });
  }
  const signature = await signWithKey(crashTypedData(crash, crashDomain), key);
  const evidenceOf = (confirmed: readonly CrashAttestation[]): string =>
    encodeCrashEvidence({ crash, signer: key.signer, signature, attestations: confirmed, recordProof: "0x" });
  const open = (evidence: string) => claims.connect(holder).openParametricClaim.staticCall(terms, evidence);

  const [assessor, workshop] = attestations;
  const friends = await mustFail("claims with two witnesses of three", "CrashAttestersCount", () =>
    open(evidenceOf([assessor!, workshop!])),
  );
  const { gasUsed } = await send(claims.connect(holder).openParametricClaim(terms, evidenceOf(attestations)));
  const twice = await mustFail("claims the crash again", "ClaimExists", () => open(evidenceOf(attestations)));
  const before = await token.balanceOf(holder);
  await send(pool.collect(holder));
  const { cover, payout } = terms.quote;
  return {
    paid: (await token.balanceOf(holder)) - before,
    due: (cover * BigInt(payout.payoutBps1)) / 10_000n,
    gas: Number(gasUsed),
    attempts: [friends, twice],
  };
}
