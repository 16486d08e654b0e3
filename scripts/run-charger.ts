/**
 * Runs an operator that charges cars, takes tolls and parks them against vouchers: an HTTP server on this machine, the payee's store
 * in SQLite, a watcher that settles. Its meters are simulated and sign OCMF. Killed at any moment and started again with the same
 * store, it goes on where it was.
 *
 * Usage: npm run run-charger -- --rpc http://127.0.0.1:8545 --network localhost --asset 0x… --store operator
 * Variables: BLOK_OPERATOR_KEY, the key of the account that is paid, or that settles for --payee; BLOK_OPERATOR_SECRET, 32 bytes
 * from which quotes, names of places and the meters' key are made. Both in hex.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import {
  computeHmac,
  getAddress,
  getBytes,
  isAddress,
  JsonRpcProvider,
  toUtf8Bytes,
  Wallet,
  ZeroAddress,
} from "ethers";
import { parseTariffFile } from "../sdk/src/charging/parseTariffFile.js";
import { checkDeployment } from "../sdk/src/chain/checkDeployment.js";
import { httpRpc } from "../sdk/src/chain/httpRpc.js";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { createOperator } from "../sdk/src/operator/createOperator.js";
import { startOperatorServer } from "../sdk/src/operator/startOperatorServer.js";
import type { OperatorEvent } from "../sdk/src/operator/types.js";
import { cacheReadings } from "../sdk/src/payments/cacheReadings.js";
import { ChannelSettler } from "../sdk/src/payments/ChannelSettler.js";
import { Payee } from "../sdk/src/payments/Payee.js";
import { prepareDomain } from "../sdk/src/payments/prepareDomain.js";
import { rpcChannelReader } from "../sdk/src/payments/rpcChannelReader.js";
import { ethersTransport } from "../sdk/src/payments/settleTransport.js";
import { SqlitePaymentStore } from "../sdk/src/payments/SqlitePaymentStore.js";
import { watchChannels, type WatchAlarm } from "../sdk/src/payments/watchChannels.js";
import { SqliteRecordStore } from "../sdk/src/recordStore/SqliteRecordStore.js";
import { logLines } from "./lib/logLines.js";
import { readAmount, readCount } from "./lib/readAmount.js";
import { readSecret } from "./lib/readSecret.js";
import { runScript } from "./lib/runScript.js";
import { simulatedMeter } from "./lib/simulatedMeter.js";

const options = new Command("run-charger")
  .description("Runs an operator of charge points, toll gates and a car park that is paid by vouchers.")
  .option("--rpc <url>", "a node to read from and to settle with", "http://127.0.0.1:8545")
  .option("--network <name>", "names the default of --deployment", "localhost")
  .option("--deployment <file>", "default deployments/<network>.json")
  .option("--store <folder>", "where payments and visits are kept", "operator")
  .option(
    "--host <address>",
    "where to listen; put a TLS proxy in front of anything but loopback",
    "127.0.0.1",
  )
  .option("--port <number>", "0 for any that is free", "8402")
  .option("--asset <address>", "the token to be paid in; the native coin when left out")
  .option("--decimals <count>", "of the asset", "6")
  .option("--payee <address>", "who is paid, if BLOK_OPERATOR_KEY only settles")
  .option("--tariffs <file>", "the first tariff of each kind is used", "examples/tariffs.json")
  .option("--time-zone <name>", "of the place, as in Europe/Amsterdam", "Europe/Amsterdam")
  .option("--hold <amount>", "to be signed ahead during visits, base units", "1000000")
  .option("--minimum-deposit <amount>", "what a channel should hold, base units", "20000000")
  .option("--evses <count>", "how many charge points there are", "4")
  .option("--power <watts>", "of each charge point", "150000")
  .option("--confirmations <blocks>", "how deep a deposit has to be", "2")
  .option("--cache <seconds>", "how long a reading of the chain is remembered", "5")
  .option("--watch <seconds>", "how often to look for channels to settle", "60")
  .option("--settle-amount <amount>", "settle a channel that owes so much, base units", "10000000")
  .option("--settle-age <seconds>", "settle a channel that has owed for so long", "86400")
  .option("--idle <seconds>", "end a visit whose car was not heard of for so long", "3600")
  .option("--json", "print one JSON object for each event")
  .parse()
  .opts<
    Record<
      "rpc" | "network" | "store" | "host" | "port" | "decimals" | "tariffs" | "timeZone" | "hold",
      string
    > &
      Record<
        "minimumDeposit" | "evses" | "power" | "confirmations" | "cache" | "watch" | "settleAge" | "idle",
        string
      > & {
        settleAmount: string;
        deployment?: string;
        asset?: string;
        payee?: string;
        json?: boolean;
      }
  >();

/** Where the simulated charge points stand. */
const LOCATION = {
  id: "LOC1",
  address: "Example street 1",
  city: "Example",
  country: "NLD",
  coordinates: { latitude: "52.00000", longitude: "5.00000" },
  connector_id: "1",
  connector_standard: "IEC_62196_T2_COMBO",
  connector_format: "CABLE",
  connector_power_type: "DC",
} as const;

await runScript(async () => {
  const log = logLines(options.json === true);
  const account = new Wallet(readSecret("BLOK_OPERATOR_KEY", "the operator's key"));
  const secret = readSecret("BLOK_OPERATOR_SECRET", "the operator's secret");
  const derived = (purpose: string): string => computeHmac("sha256", secret, toUtf8Bytes(purpose));
  const count = (option: string, text: string, min: number, max: number): number =>
    readCount(option, text, { min, max });

  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const rpc = httpRpc(options.rpc);
  await checkDeployment(rpc, deployment);
  const { PaymentChannels: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
  const domain = await prepareDomain({ chainId: deployment.chainId, contract, p256Verifier });
  const payeeAddress = readAddress("--payee", options.payee) ?? account.address;
  const group = {
    payee: payeeAddress,
    operator: payeeAddress === account.address ? ZeroAddress : account.address,
    asset: readAddress("--asset", options.asset) ?? ZeroAddress,
  };

  const payments = new SqlitePaymentStore(join(options.store, "payments.db"));
  const records = new SqliteRecordStore(join(options.store, "visits.db"));
  const confirmations = count("--confirmations", options.confirmations, 0, 10_000);
  const direct = rpcChannelReader({ rpc, contract, confirmations });
  const reader = cacheReadings(direct, count("--cache", options.cache, 0, 600));
  const payee = new Payee({
    domain,
    store: payments,
    reader,
    groups: [
      {
        ...group,
        settleAmount: readAmount("--settle-amount", options.settleAmount),
        settleAgeSeconds: count("--settle-age", options.settleAge, 0, 10 ** 9),
      },
    ],
  });

  const tariffs = parseTariffFile(await readFile(options.tariffs, "utf8"), options.tariffs);
  const [charging] = tariffs.charging;
  const [toll] = tariffs.toll;
  const [parking] = tariffs.parking;
  const hold = readAmount("--hold", options.hold);
  const evses = Array.from({ length: count("--evses", options.evses, 1, 1_000) }, (_, index) =>
    String(index + 1),
  );
  const operator = await createOperator({
    domain,
    payee,
    payments,
    records,
    terms: {
      ...group,
      closeDelaySeconds: { min: 900, max: 30 * 86_400 },
      minimumDeposit: String(readAmount("--minimum-deposit", options.minimumDeposit)),
    },
    prices: { decimals: count("--decimals", options.decimals, 0, 36), timeZone: options.timeZone },
    ...(toll && { tolls: { tariff: toll, gates: ["NORTH", "SOUTH"] } }),
    ...(charging && {
      charging: {
        tariff: charging,
        hold,
        chargePoints: simulatedMeter(
          evses,
          count("--power", options.power, 1, 10 ** 9),
          getBytes(derived("meters")),
        ),
        evsePrefix: `${charging.country_code}*${charging.party_id}*E`,
        location: LOCATION,
      },
    }),
    ...(parking && { parking: { tariff: parking, hold, placeId: "GARAGE" } }),
    secret: getBytes(derived("quotes and visits")),
    placeKey: derived("places"),
    onEvent: sayEvent,
  });
  const server = await startOperatorServer(operator, {
    host: options.host,
    port: count("--port", options.port, 0, 65_535),
  });

  const provider = new JsonRpcProvider(options.rpc, deployment.chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
  });
  const settler = new ChannelSettler(ethersTransport(account.connect(provider), contract, { pollMs: 250 }), {
    retryDelayMs: 500,
    onRetry: (error) => log("settlementRetried", { error }, `Settling again: ${wordsOf(error)}`),
  });
  const watchSeconds = count("--watch", options.watch, 1, 86_400);
  const idleSeconds = count("--idle", options.idle, 1, 10 ** 9);
  const watch = watchChannels({
    payee,
    reader: direct,
    intervalSeconds: watchSeconds,
    events: { rpc, contract, fromBlock: deployment.fromBlock },
    async settle(batch) {
      for (const { transactionHash, amount, claims } of await settler.settle(batch)) {
        log(
          "settled",
          { transactionHash, amount, claims: claims.length },
          `Settled ${amount} of ${claims.length} channels in ${transactionHash}.`,
        );
      }
    },
    onAlarm: sayAlarm,
  });
  const sweep = setInterval(() => {
    operator.endAbandoned(idleSeconds).then(
      (ended) => ended > 0 && log("visitsEnded", { ended }, `Ended ${ended} visits that nobody ended.`),
      (error: unknown) => log("visitsNotEnded", { error }, `Visits could not be ended: ${wordsOf(error)}`),
    );
  }, watchSeconds * 1_000);

  log(
    "listening",
    { url: server.url, payee: group.payee, asset: group.asset, pid: process.pid },
    `Listening at ${server.url}; ${group.payee} is paid in ${group.asset}. Stop with Ctrl-C.`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  log("stopping", {}, "Stopping when what is being served is done.");
  clearInterval(sweep);
  await server.stop();
  await watch.stop();
  provider.destroy();
  records.close();
  payments.close();
  log("stopped", {}, "Stopped.");

  function sayEvent(event: OperatorEvent): void {
    const { method, path, status, code, price, error } = event;
    const what = price === undefined ? (code ?? "") : `${price} base units`;
    const { event: name, ...facts } = event;
    log(name, facts, `${method} ${path} ${status} ${what}${error === undefined ? "" : ` ${wordsOf(error)}`}`);
  }

  function sayAlarm(alarm: WatchAlarm): void {
    const error = "error" in alarm ? alarm.error : undefined;
    const amount = "amount" in alarm ? alarm.amount : undefined;
    log("alarm", { type: alarm.type, error, amount }, `Alarm: ${alarm.type} ${amount ?? wordsOf(error)}`);
  }
});

function readAddress(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (isAddress(text)) return getAddress(text);
  throw new BlokError("OPTION_ADDRESS", `${text} is no address`, {
    where: option,
    fix: "give 0x and 40 hex digits",
  });
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
