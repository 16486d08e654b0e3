import type { DemoAttempt, DemoInsurance, DemoInsuranceDetails, DemoPremiumRow } from "./demoTypes.js";
import { billMonth, billSilence } from "./insurance/billMonth.js";
import { claimCrash } from "./insurance/claimCrash.js";
import { buyHailCover, claimHail } from "./insurance/claimHail.js";
import { driveDays, insureDrivers } from "./insurance/drivers.js";
import { redeemShares } from "./insurance/redeemShares.js";
import { tryCheats } from "./insurance/tryCheats.js";
import { createInsuranceWorld, DAY, type InsuranceScene } from "./insurance/world.js";

const DAYS = 25;
const HOUR = 3_600;

/** A month of three insured drivers: what they pay and why, what they cannot cheat, and what the pool pays. */
export async function runInsuranceChapters(
  scene: InsuranceScene,
): Promise<DemoInsurance & { details: DemoInsuranceDetails }> {
  const { say } = scene;
  const world = await createInsuranceWorld(scene);
  const drivers = await insureDrivers(world);
  const [commuter, harsh, night] = drivers;
  const hail = await buyHailCover(world, harsh!);
  say("An investor funded a pool, and an insurer sold cover from it to three drivers.");

  const firstDay = (Math.floor((await world.now()) / DAY) + 1) * DAY;
  const months = [];
  for (const driver of drivers) months.push(await driveDays(driver, world, firstDay, DAYS));
  await world.travelTo(firstDay + DAYS * DAY);
  const anchored = await world.anchor(months.flat());
  const monthOf = (index: number) => anchored.slice(index * DAYS, (index + 1) * DAYS);

  const premiums: DemoPremiumRow[] = [];
  let premiumsExact = true;
  for (const [index, driver] of drivers.entries()) {
    const { rows, isExact } = await billMonth(world, driver, monthOf(index).at(-1)!);
    premiums.push(...rows);
    premiumsExact &&= isExact;
  }
  say(
    `Their cars signed ${anchored.length} trips; one root stands for all of them, and three proofs were billed.`,
  );

  const cheats: DemoAttempt[] = await tryCheats(world, night!, monthOf(2));
  const crash = await claimCrash(world, commuter!, firstDay + (DAYS + 1) * DAY + 7 * HOUR);
  say(
    `A car crashed. Three members confirmed it, and one transaction of ${crash.gas.toLocaleString("en-US")} gas paid ` +
      `${euros(crash.paid)} euro.`,
  );
  const hailClaim = await claimHail(world, harsh!, hail, firstDay / DAY + DAYS + 2);
  say(`It hailed, two stations reported it, and ${euros(hailClaim.paid)} euro were paid without a question.`);
  // The silence is billed while the investor waits: what the pool earns then is not the investor's any more.
  let silence: DemoAttempt | undefined;
  const redemption = await redeemShares(world, async () => {
    silence = await billSilence(world, night!);
  });
  say(`The investor got ${euros(redemption.paid)} euro back for a tenth of its shares, after the delay.`);
  cheats.push(...crash.attempts, ...redemption.attempts);
  if (silence !== undefined) cheats.push(silence);
  const poolConserved = await world.isConserved();
  say(`The pool ${poolConserved ? "holds exactly what it owes" : "DOES NOT HOLD WHAT IT OWES"}.`);

  const payouts = [crash, hailClaim, redemption];
  return {
    premiumsBilled: drivers.length,
    premiumsExact,
    insuranceCheats: cheats.length,
    insuranceCheatsStopped: cheats.filter(({ refused }) => refused).length,
    crashGas: crash.gas,
    payoutsExact: payouts.every(({ paid, due }) => paid > 0n && paid === due),
    poolConserved,
    details: { premiums, insuranceCheats: cheats },
  };
}

function euros(amount: bigint): string {
  return (Number(amount) / 1e6).toLocaleString("en-US", { minimumFractionDigits: 2 });
}
