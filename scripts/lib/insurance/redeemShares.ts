import type { DemoAttempt } from "../demoTypes.js";
import { mustFail } from "./tryCheats.js";
import { REDEEM_DELAY, type InsuranceWorld } from "./world.js";

/** An investor asks for a tenth of its shares, and gets the lower of two prices after the delay. */
export async function redeemShares(
  { pool, token, signers, send, travelTo, now }: InsuranceWorld,
  between: () => Promise<void>,
): Promise<{ paid: bigint; due: bigint; attempts: DemoAttempt[] }> {
  const { investor } = signers;
  const shares = (await pool.balanceOf(investor)) / 10n;
  await send(pool.requestRedeem(shares, investor, investor));
  const claimableAt = (await now()) + REDEEM_DELAY;
  const early = await mustFail("redeems before the delay is over", "ERC4626ExceededMaxRedeem", () =>
    pool.redeem.staticCall(shares, investor, investor),
  );
  await between();
  await travelTo(claimableAt);
  const [asked, worth] = [(await pool.redemptionOf(investor)).assets, await pool.convertToAssets(shares)];
  const before = await token.balanceOf(investor);
  await send(pool.redeem(shares, investor, investor));
  const paid = (await token.balanceOf(investor)) - before;
  return { paid, due: asked < worth ? asked : worth, attempts: [early] };
}
