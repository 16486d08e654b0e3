import { explainPremium } from "../../../sdk/src/insurance/explainPremium.js";
import { silencePremiumOf } from "../../../sdk/src/insurance/premium.js";
import { policyIdOf } from "../../../sdk/src/insurance/typedData.js";
import type { AnchoredSummary } from "../../../sdk/src/telemetry/types.js";
import type { DemoAttempt, DemoPremiumRow } from "../demoTypes.js";
import type { Driver } from "./drivers.js";
import type { InsuranceWorld } from "./world.js";

/** What the book waits for a proof after the end of a period. */
const GRACE = 3 * 86_400;

/** Bills a driver up to a summary, and compares the bill of the SDK with what the contract took. */
export async function billMonth(
  world: InsuranceWorld,
  { name, terms, baseline, holder }: Driver,
  last: AnchoredSummary,
): Promise<{ rows: DemoPremiumRow[]; isExact: boolean }> {
  const { book, pool, send } = world;
  const policyId = policyIdOf(terms);
  const [before, { capital }] = [await book.policyOf(policyId), await pool.poolState()];
  const bill = explainPremium({
    rates: terms.quote.rates,
    from: baseline.counters,
    to: last.summary.counters,
    coverS: last.summary.endedAt - Number(before.billedUntil),
  });
  await send(book.connect(holder).provePremiumPeriod(terms, baseline, last));
  const [after, { capital: earned }] = [await book.policyOf(policyId), await pool.poolState()];
  const sum = bill.lines.reduce((total, { amount }) => total + amount, 0n);
  const isExact =
    bill.amount > 0n &&
    sum === bill.amount &&
    before.balance - after.balance === bill.amount &&
    earned - capital === bill.amount;
  const rows = bill.lines.map(({ text, bps, amount }) => ({ driver: name, text, bps: Number(bps), amount }));
  rows.push({ driver: name, text: "premium", bps: Number(bill.factorBps), amount: bill.amount });
  return { rows, isExact };
}

/** A driver sends nothing for a whole period. Anybody may have the maximum billed for it. */
export async function billSilence(world: InsuranceWorld, { terms }: Driver): Promise<DemoAttempt> {
  const { book, pool, send } = world;
  const { rates, periodSeconds } = terms.quote;
  const { billedUntil } = await book.policyOf(policyIdOf(terms));
  await world.travelTo(Number(billedUntil) + periodSeconds + GRACE + 1);
  const { capital } = await pool.poolState();
  const due = silencePremiumOf(rates, periodSeconds);
  await send(book.assumePremiumPeriod(terms));
  const { capital: earned } = await pool.poolState();
  return {
    name: "sends nothing for a period",
    refused: earned - capital === due.amount && due.factorBps === BigInt(rates.maxFactorBps),
    reason: `charged ${Number(earned - capital) / 1e6} euro: ${due.distanceM} m at ${Number(due.factorBps) / 100} %`,
  };
}
