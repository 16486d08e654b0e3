/**
 * Runs a gateway: takes signed summaries over MQTT, keeps them in a file, and anchors their roots. It can be stopped at any point.
 *
 * Usage: npm run run-gateway -- --network localhost --listen 1883 --store gateway.db
 * Variables: BLOK_GATEWAY_KEY, the key of a meter operator's account, with --rpc; BLOK_BROKER_PASSWORD, with --listen, for further
 * gateways. Without --rpc the network's own accounts are looked through for a meter operator.
 */
import { Command } from "commander";
import { JsonRpcProvider, Wallet, type ContractRunner } from "ethers";
import { TelemetryAnchors__factory } from "../sdk/src/chain/contracts.js";
import { loadDeployment } from "../sdk/src/chain/loadDeployment.js";
import { BlokError } from "../sdk/src/errors/BlokError.js";
import { cachedKeyReader } from "../sdk/src/telemetry/gateway/cachedKeyReader.js";
import { chainKeyReader } from "../sdk/src/telemetry/gateway/chainKeyReader.js";
import { contractSender } from "../sdk/src/telemetry/gateway/contractSender.js";
import { Gateway } from "../sdk/src/telemetry/gateway/Gateway.js";
import { mqttTransport } from "../sdk/src/telemetry/mqtt/mqttTransport.js";
import { startBroker, type Broker } from "../sdk/src/telemetry/mqtt/startBroker.js";
import { telemetryDomain } from "../sdk/src/telemetry/telemetryDomain.js";
import { connectRpc } from "./lib/connectRpc.js";
import { connectOffice } from "./lib/officeCall.js";
import { parseNumberFrom } from "./lib/partArguments.js";
import { readSecret } from "./lib/readSecret.js";
import { runScript } from "./lib/runScript.js";

const options = new Command("run-gateway")
  .description("Gathers summaries of trips and anchors their roots, until it is interrupted.")
  .option("--broker <url>", "an MQTT broker, with user and password if it asks for them")
  .option("--listen <port>", "start a broker on this port instead", parseNumberFrom(0))
  .option(
    "--client-id <name>",
    "the name of the session with the broker; each gateway has its own",
    "gateway-1",
  )
  .option("--store <file>", "where summaries are kept", "gateway.db")
  .option("--interval <seconds>", "how often a root is anchored", parseNumberFrom(1), 60)
  .option("--per-minute <messages>", "how many of one vehicle are looked at", parseNumberFrom(1), 60)
  .option("--confirmations <blocks>", "how many blocks make an anchor certain", parseNumberFrom(1), 1)
  .option("--network <name>", "a network of hardhat.config.ts", "localhost")
  .option("--rpc <url>", "a node, instead of the network's")
  .option("--deployment <file>", "default deployments/<network>.json")
  .parse()
  .opts<{
    broker?: string;
    listen?: number;
    clientId: string;
    store: string;
    interval: number;
    perMinute: number;
    confirmations: number;
    network: string;
    rpc?: string;
    deployment?: string;
  }>();

await runScript(async () => {
  const { broker: url, listen, interval: intervalSeconds, confirmations } = options;
  if ((url === undefined) === (listen === undefined))
    throw new BlokError("GATEWAY_BROKER", "give either a broker or a port", { where: "--broker, --listen" });
  const deployment = await loadDeployment(options.deployment ?? `deployments/${options.network}.json`);
  const { TelemetryAnchors: contract, ERC7913P256Verifier: p256Verifier } = deployment.contracts;
  const anchors = TelemetryAnchors__factory.connect(contract, await connectOperator());
  const onError = (error: unknown): void =>
    console.error(error instanceof BlokError ? `${error.code}: ${error.message}` : error);

  const gateway = new Gateway({
    domain: await telemetryDomain({ chainId: deployment.chainId, contract, p256Verifier }),
    keys: cachedKeyReader(chainKeyReader(await connectRpc(options), deployment)),
    sender: contractSender(anchors, { confirmations }),
    storePath: options.store,
    intervalSeconds,
    messagesPerMinute: options.perMinute,
    onError,
  });
  let broker: Broker | undefined;
  if (listen !== undefined) {
    const gatewayPassword = process.env.BLOK_BROKER_PASSWORD;
    broker = await startBroker({ port: listen, ...(gatewayPassword && { gatewayPassword }) });
  }
  const transport = mqttTransport({
    url: url ?? broker?.gatewayUrl ?? "",
    clientId: options.clientId,
    onError,
  });
  await transport.start((message) => gateway.receive(message));
  gateway.start();
  console.log(`the gateway listens${broker ? ` on ${broker.url}` : ""}`);

  const say = (): void => console.log(JSON.stringify({ ...gateway.stats(), broker: broker?.stats() }));
  const report = setInterval(say, intervalSeconds * 1_000);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  clearInterval(report);
  await transport.stop();
  say();
  await broker?.close();
  await gateway.stop();
});

async function connectOperator(): Promise<ContractRunner> {
  if (options.rpc !== undefined) {
    const provider = new JsonRpcProvider(options.rpc, undefined, { staticNetwork: true });
    return new Wallet(readSecret("BLOK_GATEWAY_KEY", "the gateway's key"), provider);
  }
  const { runner } = await connectOffice("meterOperator", options);
  if (runner) return runner;
  throw new BlokError("OFFICE_ACCOUNT", "the network has no accounts", { where: options.network });
}
