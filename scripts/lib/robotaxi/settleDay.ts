import { prepareChannel } from "../../../sdk/src/payments/prepareChannel.js";
import { ChannelSettler } from "../../../sdk/src/payments/ChannelSettler.js";
import type { Payee } from "../../../sdk/src/payments/Payee.js";
import type { ClaimBatch } from "../../../sdk/src/payments/planClaims.js";
import { ethersTransport } from "../../../sdk/src/payments/settleTransport.js";
import { closeAgreementTypedData } from "../../../sdk/src/payments/typedData.js";
import type { ChannelTerms } from "../../../sdk/src/payments/types.js";
import { watchChannels } from "../../../sdk/src/payments/watchChannels.js";
import type { DemoPaymentRow } from "../demoTypes.js";
import { RIDE_KM, type TaxiDay } from "./spendDay.js";
import type { DemoOperator } from "./startDemoOperator.js";
import type { DemoOperators } from "./startOperators.js";
import { CLOSE_DELAY, type TaxiWorld } from "./world.js";

/** What is needed to settle what somebody earned. */
export interface Income extends Pick<DemoOperator, "name" | "account" | "payee" | "settler"> {
  payer: string;
  payments: number;
  /** Of its settling transactions. */
  gas: bigint;
  transactions: number;
}

/** The owner leaves one operator without a word, and parts from the others as friends. Everybody gets what is owed. */
export async function settleDay(
  world: TaxiWorld,
  operators: DemoOperators,
  day: TaxiDay,
  terms: ReadonlyMap<DemoOperator, ChannelTerms>,
  fareTerms: ChannelTerms,
): Promise<{ incomes: Income[]; alarms: string[] }> {
  const { channels, owner, send } = world;
  const { toll, charging, parking } = operators;
  const incomeOf = (operator: DemoOperator): Income => ({
    ...pick(operator),
    payer: "robotaxi",
    payments: day.payments.get(operator) ?? 0,
    gas: 0n,
    transactions: 0,
  });
  const [tolls, charges, stays] = [toll, charging, parking].map(incomeOf) as [Income, Income, Income];
  const fares = faresOf(world, day.fares);

  const alarms = await leaveWithoutAWord(world, stays, requireTerms(terms, parking));
  for (const income of [tolls, charges, fares]) {
    for (const batch of await income.payee.allClaims({ scope: "all" })) await settle(world, income, batch);
  }
  for (const operator of [toll, charging]) {
    await send(channels.connect(operator.signer).closeChannel(requireTerms(terms, operator), 0, "0x"));
  }
  await partByAgreement(world, fareTerms);
  return { incomes: [tolls, charges, stays, fares], alarms };

  function pick({ name, account, payee, settler }: DemoOperator) {
    return { name, account, payee, settler };
  }

  function faresOf({ domain, now }: TaxiWorld, payee: Payee): Income {
    const settler = new ChannelSettler(ethersTransport(owner, domain.contract, { pollMs: 20 }), { now });
    const name = "owner of the robotaxi";
    return {
      name,
      account: owner.address,
      payee,
      settler,
      payer: "passenger",
      payments: RIDE_KM,
      gas: 0n,
      transactions: 0,
    };
  }
}

/** Who got what, and whether payees' books and the chain's agree. */
export async function tally(
  incomes: readonly Income[],
): Promise<{ rows: DemoPaymentRow[]; isSettled: boolean }> {
  const rows: DemoPaymentRow[] = [];
  for (const { payer, name, payee, payments, gas } of incomes) {
    const books = await payee.channels();
    const sum = (pick: (channel: (typeof books)[number]) => bigint): bigint =>
      books.reduce((total, channel) => total + pick(channel), 0n);
    rows.push({
      payer,
      payee: name,
      payments,
      amount: sum(({ charged }) => charged),
      settled: sum(({ settled }) => settled),
      gas: Number(gas),
      gasPerPayment: Math.round(Number(gas) / payments),
    });
  }
  return { rows, isSettled: rows.every(({ amount, settled }) => amount === settled) };
}

/** The payer asks to close; the operator's watcher sees it, and settles before the rest goes back. */
async function leaveWithoutAWord(world: TaxiWorld, income: Income, terms: ChannelTerms): Promise<string[]> {
  const { channels, owner, send, clock, reader, rpc, domain, deployment, now, meetClocks } = world;
  await meetClocks();
  await send(channels.connect(owner).requestClose(terms));
  const alarms: string[] = [];
  const watch = watchChannels({
    payee: income.payee,
    reader,
    events: { rpc, contract: domain.contract, fromBlock: deployment.fromBlock },
    settle: (batch) => settle(world, income, batch),
    onAlarm: ({ type }) => alarms.push(type),
    intervalSeconds: 0,
    now,
  });
  await watch.tick();
  await watch.stop();
  clock.at += CLOSE_DELAY;
  await meetClocks();
  await send(channels.withdraw(terms));
  return alarms;
}

/** The owner signs that it has had everything, and the passenger closes. */
async function partByAgreement(world: TaxiWorld, terms: ChannelTerms): Promise<void> {
  const { channels, domain, owner, signers, send } = world;
  const channelId = prepareChannel(terms, domain).id;
  const { epoch, settled } = await channels.channelOf(channelId);
  const {
    domain: where,
    types,
    message,
  } = closeAgreementTypedData({ channelId, epoch: Number(epoch), newSettled: settled }, domain);
  const signature = await owner.signTypedData(where, types, message);
  await send(channels.connect(signers.passenger).closeChannelByAgreement(terms, settled, signature));
}

async function settle({ provider }: TaxiWorld, income: Income, batch: ClaimBatch): Promise<void> {
  for (const { transactionHash, claims } of await income.settler.settle(batch)) {
    income.gas += (await provider.getTransactionReceipt(transactionHash))?.gasUsed ?? 0n;
    income.transactions += 1;
    for (const { channelId, epoch, newSettled } of claims) {
      await income.payee.markSettled(channelId, epoch, newSettled);
    }
  }
}

function requireTerms(terms: ReadonlyMap<DemoOperator, ChannelTerms>, operator: DemoOperator): ChannelTerms {
  const found = terms.get(operator);
  if (!found) throw new Error(`there is no channel to the ${operator.name}`);
  return found;
}
