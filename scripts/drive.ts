/**
 * Drives a car that pays by itself: opens a channel to each operator, or tops it up, with the payer's money or within an owner's
 * mandate, and pays tolls, charging and parking over HTTP. Killed at any moment and started again with the same store, it goes on
 * where it was, and pays nothing twice.
 *
 * Usage: npm run drive -- --rpc http://127.0.0.1:8545 --network localhost --operator http://127.0.0.1:8402 --store vehicle
 * Variables: BLOK_VEHICLE_SECRET, the secret of the car's own key; BLOK_PAYER_KEY, the key of the account whose money is paid in or,
 * with a mandate, of whoever pays for gas. Both 32 bytes in hex.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, Option } from "commander";
import { JsonRpcProvider, Wallet } from "ethers";
import { checkDeployment } from "../sdk/src/chain/checkDeployment.js";
import { httpRpc } from "../sdk/src/chain/httpRpc.js";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import type { KeyCurve } from "../sdk/src/lifecycle/events.js";
import type { OperatorTerms } from "../sdk/src/paymentHttp/types.js";
import { Payer } from "../sdk/src/payments/Payer.js";
import { prepareChannel } from "../sdk/src/payments/prepareChannel.js";
import { prepareDomain } from "../sdk/src/payments/prepareDomain.js";
import { rpcChannelReader } from "../sdk/src/payments/rpcChannelReader.js";
import { SqlitePaymentStore } from "../sdk/src/payments/SqlitePaymentStore.js";
import type { ChannelTerms } from "../sdk/src/payments/types.js";
import { voucherKey } from "../sdk/src/payments/voucherKey.js";
import { SqliteRecordStore } from "../sdk/src/recordStore/SqliteRecordStore.js";
import { fetchOperatorTerms } from "../sdk/src/vehicleClient/fetchOperatorTerms.js";
import { VehicleClient } from "../sdk/src/vehicleClient/VehicleClient.js";
import { VehicleClientError } from "../sdk/src/vehicleClient/VehicleClientError.js";
import { driveJourney, type Stop } from "./lib/driveJourney.js";
import { fundChannel, type SignedMandate } from "./lib/fundChannel.js";
import { logLines } from "./lib/logLines.js";
import { readAmount, readCount } from "./lib/readAmount.js";
import { readMandate } from "./lib/readMandate.js";
import { readSecret } from "./lib/readSecret.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("drive")
  .description("Drives a car that pays tolls, charging and parking by itself.")
  .requiredOption("--operator <url...>", "where an operator listens; several stops of the way")
  .option("--rpc <url>", "a node", "http://127.0.0.1:8545")
  .option("--network <name>", "names the default of --deployment", "localhost")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--store <folder>", "where payments and receipts are kept", "vehicle")
  .addOption(
    new Option("--curve <curve>", "of the car's key").choices(["secp256k1", "p256"]).default("secp256k1"),
  )
  .option("--mandate <file>", "the owner's mandate, its signature and proofs, as JSON")
  .option("--journey <name>", "a name of the journey: driven again, it is gone on with", "journey")
  .option("--rounds <count>", "how often all stops are made", "1")
  .option("--charging-steps <count>", "how often a charging session is paid on the way", "3")
  .option("--step <milliseconds>", "between two of them", "1000")
  .option("--deposit <amount>", "what is put into a channel at a time, base units", "20000000")
  .option("--close-delay <seconds>", "how long payees may settle after a close", "3600")
  .option("--salt <number>", "tells channels of equal terms apart", "0")
  .option("--max-price <amount>", "for one request, base units", "10000000")
  .option("--max-hold <amount>", "to be signed ahead on one channel, base units", "2000000")
  .option("--max-per-day <amount>", "in any 24 hours, base units; no limit when left out")
  .option("--tariff-class <name>", "of the car, for tolls", "1")
  .option("--time-zone <name>", "of the places", "Europe/Amsterdam")
  .option("--patience <seconds>", "how long an operator may not answer", "60")
  .option("--json", "print one JSON object for each event")
  .parse()
  .opts<
    Record<
      "rpc" | "network" | "store" | "journey" | "rounds" | "chargingSteps" | "step" | "deposit",
      string
    > &
      Record<
        "closeDelay" | "salt" | "maxPrice" | "maxHold" | "tariffClass" | "timeZone" | "patience",
        string
      > & {
        operator: string[];
        curve: KeyCurve;
        deployment?: string;
        mandate?: string;
        maxPerDay?: string;
        json?: boolean;
      }
  >();

await runScript(async () => {
  const log = logLines(options.json === true);
  const count = (option: string, text: string, min: number, max: number): number =>
    readCount(option, text, { min, max });
  const account = new Wallet(readSecret("BLOK_PAYER_KEY", "the payer's key"));
  const secret = readSecret("BLOK_VEHICLE_SECRET", "the secret of the car's key");
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = httpRpc(options.rpc);
  await checkDeployment(rpc, deployment);
  const { PaymentChannels: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
  const domain = await prepareDomain({ chainId: deployment.chainId, contract, p256Verifier });
  const key = voucherKey(options.curve, secret, domain);
  const provider = new JsonRpcProvider(options.rpc, deployment.chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    polling: true,
    pollingInterval: 200,
  });
  const payerAccount = account.connect(provider);
  const mandateFile = options.mandate === undefined ? undefined : await readFile(options.mandate, "utf8");
  const mandateOf = (payee: string): SignedMandate | undefined =>
    mandateFile === undefined ? undefined : readMandate(mandateFile, payee, options.mandate ?? "");

  const payments = new SqlitePaymentStore(join(options.store, "payments.db"));
  const records = new SqliteRecordStore(join(options.store, "purchases.db"));
  try {
    const perDay = options.maxPerDay;
    const deposit = readAmount("--deposit", options.deposit);
    const maxPrice = readAmount("--max-price", options.maxPrice);
    const patienceMs = count("--patience", options.patience, 0, 86_400) * 1_000;
    const operators: { url: string; terms: OperatorTerms }[] = [];
    for (const url of options.operator) {
      const origin = new URL(url).origin;
      operators.push({ url: origin, terms: await patiently(() => fetchOperatorTerms(origin), patienceMs) });
    }
    const payer = new Payer({
      key,
      domain,
      store: payments,
      reader: rpcChannelReader({ rpc, contract, confirmations: 0 }),
      limits:
        perDay === undefined
          ? {}
          : Object.fromEntries(
              operators.map(({ terms }) => [terms.asset, { perDay: readAmount("--max-per-day", perDay) }]),
            ),
    });
    const client = new VehicleClient({
      payer,
      domain,
      payments,
      records,
      policy: { maxPrice, maxHold: readAmount("--max-hold", options.maxHold) },
    });

    const fund = async (terms: ChannelTerms, newDeposited: bigint): Promise<void> => {
      const signedMandate = mandateOf(terms.payee);
      const amount = await fundChannel({
        domain,
        terms,
        account: payerAccount,
        key,
        newDeposited,
        signedMandate,
      });
      const channelId = prepareChannel(terms, domain).id;
      if (amount > 0n) {
        log("funded", { channelId, amount, newDeposited }, `Put ${amount} into channel ${channelId}.`);
      }
      await payer.track(terms);
    };
    const termsOf = ({
      payee,
      operator,
      asset,
      closeDelaySeconds: { min, max },
    }: OperatorTerms): ChannelTerms => ({
      payer: mandateOf(payee)?.mandate.owner ?? account.address,
      signer: key.signer,
      payee,
      operator,
      asset,
      closeDelaySeconds: Math.min(
        Math.max(count("--close-delay", options.closeDelay, 900, 2_592_000), min),
        max,
      ),
      salt: readAmount("--salt", options.salt),
    });
    const stops: Stop[] = [];
    for (const { url, terms } of operators) {
      if (terms.chainId !== domain.chainId || terms.contract.toLowerCase() !== contract.toLowerCase()) {
        throw new BlokError("DRIVE_OPERATOR", "the operator takes vouchers of another contract or chain", {
          where: url,
          fix: "use the deployment that the operator uses",
        });
      }
      const own = termsOf(terms);
      const least = BigInt(terms.minimumDeposit);
      await fund(own, deposit > least ? deposit : least);
      stops.push({ url, terms, channelId: prepareChannel(own, domain).id });
    }

    const resumed = await patiently(() => client.resume(), patienceMs);
    for (const { requestId, receipt } of resumed) {
      log(
        "resumed",
        { requestId, price: receipt?.price },
        `Got the receipt of ${requestId}, of an earlier run.`,
      );
    }
    const paid = await driveJourney({
      client,
      name: options.journey,
      stops,
      rounds: count("--rounds", options.rounds, 1, 1_000_000),
      chargingSteps: count("--charging-steps", options.chargingSteps, 0, 10_000),
      stepMs: count("--step", options.step, 0, 3_600_000),
      timeZone: options.timeZone,
      tariffClass: options.tariffClass,
      patienceMs,
      topUp: async ({ terms, channelId }) => {
        const known = (await payments.listPayer(channelId)).at(-1)?.value;
        await fund(termsOf(terms), (known?.deposited ?? 0n) + deposit);
      },
      log,
    });
    log("arrived", { paid }, `Arrived; the journey cost ${paid} base units.`);
  } finally {
    provider.destroy();
    records.close();
    payments.close();
  }
});

/** Tries again while an operator does not answer. */
async function patiently<T>(work: () => Promise<T>, patienceMs: number): Promise<T> {
  const until = Date.now() + patienceMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isAway = error instanceof VehicleClientError && error.code === "OPERATOR_UNREACHABLE";
      if (!isAway || Date.now() >= until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}
