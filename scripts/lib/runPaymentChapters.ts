import { id } from "ethers";
import { explainError } from "../../sdk/src/errors/explainError.js";
import type { ImportResult } from "../../sdk/src/lifecycle/importLifecycle.js";
import { APPROVAL_FUNDING } from "../../sdk/src/payments/funding.js";
import { voucherKey } from "../../sdk/src/payments/voucherKey.js";
import type { DemoPaymentDetails, DemoPayments } from "./demoTypes.js";
import { settleDay, tally } from "./robotaxi/settleDay.js";
import { signMandate } from "./robotaxi/signMandate.js";
import { passengerKey, RIDE_KM, spendDay } from "./robotaxi/spendDay.js";
import { GATES, startOperators } from "./robotaxi/startOperators.js";
import { createWorld, EURO, type PaymentScene, type TaxiWorld } from "./robotaxi/world.js";

/** A robotaxi's day: it is paid by a passenger, and pays tolls, charging and parking by itself. */
export async function runPaymentChapters(
  imports: readonly ImportResult[],
  scene: PaymentScene,
): Promise<DemoPayments & { details: DemoPaymentDetails }> {
  const { say } = scene;
  const world = await createWorld(imports, scene);
  const { owner, signers, channels, domain, send, gas, meetClocks } = world;
  const operators = await startOperators(world);
  try {
    const carKey = voucherKey("p256", id("key of the robotaxi"), domain);
    const { mandate, fund } = await signMandate(
      world,
      carKey,
      operators.all.map(({ account }) => account),
    );
    const terms = new Map(
      operators.all.map((operator, index) => [
        operator,
        world.termsOf(operator.account, owner.address, carKey, BigInt(index)),
      ]),
    );
    for (const each of terms.values()) await send(fund(each, 75n * EURO));
    const fareTerms = world.termsOf(owner.address, signers.passenger.address, passengerKey(world), 1n);
    await send(channels.connect(signers.passenger).openChannel(fareTerms, 30n * EURO, APPROVAL_FUNDING));
    await meetClocks();
    say(
      "The owner signed a mandate, and the robotaxi opened channels to three operators; a passenger got in.",
    );

    const day = await spendDay(world, operators, carKey, terms, fareTerms);
    const payments = RIDE_KM + [...day.payments.values()].reduce((sum, each) => sum + each, 0);
    say(
      `It took ${payments} payments: ${RIDE_KM} km of a ride, ${GATES} toll gates, 2 charging sessions of ${day.energyWh} Wh ` +
        "that the meter signed, 3 parking stays. The toll operator's server fell over once, and nothing was paid twice.",
    );

    // Nothing more goes in, and what was signed is still good.
    await send(channels.connect(owner).revokeMandate(mandate));
    const [first] = terms.values();
    const refusal = await fund(first!, 150n * EURO).then(
      () => undefined,
      (error: unknown) => explainError(error)?.message ?? String(error),
    );
    say(`The owner revoked the mandate. The robotaxi's next order: ${refusal ?? "ACCEPTED"}.`);

    const { incomes, alarms } = await settleDay(world, operators, day, terms, fareTerms);
    const { rows, isSettled } = await tally(incomes);
    const isExact = isSettled && alarms.length === 0 && (await isConserved(world, operators.all, rows));
    say("The owner left the parking operator without a word; it settled in time. All channels are closed.");
    const settling = rows.reduce((sum, row) => sum + row.gas, 0);
    return {
      payments,
      paid: Number(rows.reduce((sum, { amount }) => sum + amount, 0n)),
      settlements: incomes.reduce((sum, { transactions }) => sum + transactions, 0),
      paymentGasEach: Math.round((settling + Number(gas.used)) / payments),
      paymentsExact: isExact,
      refusedAfterRevocation: refusal !== undefined,
      details: { payments: rows },
    };
  } finally {
    await operators.stop();
  }
}

/** Whether the token's own books say what the receipts say, and no unit is anywhere else. */
async function isConserved(
  { token, domain, owner, signers, issued }: TaxiWorld,
  operators: readonly { name: string; account: string }[],
  rows: readonly { payee: string; amount: bigint }[],
): Promise<boolean> {
  const balanceOf = (account: string): Promise<bigint> => token.balanceOf(account);
  let sum = (await balanceOf(owner.address)) + (await balanceOf(signers.passenger.address));
  for (const { name, account } of operators) {
    const balance = await balanceOf(account);
    if (balance !== rows.find(({ payee }) => payee === name)?.amount) return false;
    sum += balance;
  }
  return sum === issued && (await balanceOf(domain.contract)) === 0n;
}
