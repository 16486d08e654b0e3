import { id } from "ethers";
import { encodeIndexEvidence } from "../../../sdk/src/insurance/evidence.js";
import type { PolicyTerms } from "../../../sdk/src/insurance/types.js";
import { buy, type Driver, type Product } from "./drivers.js";
import { DAY, EURO, type InsuranceWorld } from "./world.js";

/** Hail of these two stations, in mm; the lower one counts, as two have to reach a value. */
const REPORTS = { gateway: 47, station: 43 } as const;
/** After the day itself: one day for reports, two for disputes. */
const FINAL_AFTER = 4 * DAY;

/** A second cover, which an index pays. */
export async function buyHailCover(world: InsuranceWorld, driver: Driver): Promise<PolicyTerms> {
  return buy(world, driver, hailProduct(world));
}

/** A day of hail: two stations report it, and when it is final anybody has it paid. */
export async function claimHail(
  world: InsuranceWorld,
  { holder }: Driver,
  terms: PolicyTerms,
  day: number,
): Promise<{ paid: bigint; due: bigint }> {
  const { indexTrigger, claims, pool, token, signers, send, travelTo } = world;
  await travelTo((day + 1) * DAY + 3_600);
  const { cell } = terms.subject;
  const { productId, cover, payout } = terms.quote;
  for (const name of ["gateway", "station"] as const)
    await send(indexTrigger.connect(signers[name]).reportIndex(cell, productId, day, REPORTS[name]));
  await travelTo(day * DAY + FINAL_AFTER);
  await send(claims.connect(holder).openParametricClaim(terms, encodeIndexEvidence(day)));
  const before = await token.balanceOf(holder);
  await send(pool.collect(holder));
  const paid = (await token.balanceOf(holder)) - before;
  return { paid, due: (cover * BigInt(payout.payoutBps2)) / 10_000n };
}

/** Severities in mm. */
function hailProduct({ deployment }: InsuranceWorld): Product {
  return {
    trigger: deployment.contracts.IndexTrigger,
    productId: id("hail"),
    cover: 4_000n * EURO,
    minDeposit: 100n * EURO,
    salt: 0n,
    payout: {
      threshold1: 20,
      threshold2: 40,
      threshold3: 45,
      payoutBps1: 500,
      payoutBps2: 2_500,
      payoutBps3: 10_000,
      totalLossAt: 0,
      salvageBps: 0,
      challengeSeconds: 3 * DAY,
      instantCap: 2_000n * EURO,
      bond: 300n * EURO,
      // no quote asks for fewer, though an index counts its reports itself
      corroborations: 2,
    },
  };
}
