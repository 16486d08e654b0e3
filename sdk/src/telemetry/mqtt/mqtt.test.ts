import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp, createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { connect, connectAsync } from "mqtt";
import { toHex } from "../../history/hexBytes.js";
import { encodeSummary } from "../encodeSummary.js";
import { Gateway } from "../gateway/Gateway.js";
import type { SummaryOutcome, TransportMessage } from "../gateway/SummaryTransport.js";
import { TelemetryError } from "../TelemetryError.js";
import { FakeAnchors } from "../testing/FakeAnchors.js";
import { BEGAN, FakeKeys, fleetVehicle, signTrip, testDomain } from "../testing/fleet.js";
import { mqttTransport } from "./mqttTransport.js";
import { PacketGuard } from "./PacketGuard.js";
import { decodeReceipt, encodeReceipt } from "./receipt.js";
import { startBroker } from "./startBroker.js";
import { FileOutbox, MemoryOutbox } from "./SummaryOutbox.js";
import { SummaryPublisher } from "./SummaryPublisher.js";
import { parseTopic, receiptTopic, summaryTopic } from "./topics.js";

const domain = await testDomain();
const folder = mkdtempSync(join(tmpdir(), "mqtt-"));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const newPath = (): string => join(folder, String((files += 1)));
const car = fleetVehicle(1, domain);
const client = { reconnectPeriod: 50 };

function newGateway(): { gateway: Gateway; keys: FakeKeys } {
  const keys = new FakeKeys();
  keys.bind(car);
  const sender = new FakeAnchors();
  const now = (): number => BEGAN + 10_000_000;
  return {
    keys,
    gateway: new Gateway({ domain, keys, sender, storePath: newPath(), now, messagesPerMinute: 1_000 }),
  };
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const limit = Date.now() + 15_000;
  while (!isSo()) {
    if (Date.now() > limit) throw new Error(`it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("topics name a vehicle, and nothing else is one", () => {
  assert.equal(summaryTopic(0xabn), `blok/v1/${"0".repeat(62)}ab/summary`);
  assert.deepEqual(parseTopic(summaryTopic(7n)), { vehicleId: 7n, kind: "summary" });
  assert.deepEqual(parseTopic(receiptTopic(7n)), { vehicleId: 7n, kind: "receipt" });
  for (const topic of [
    "",
    "blok/v1/7/summary",
    summaryTopic(7n).toUpperCase(),
    `${summaryTopic(7n)}/x`,
    "blok/v1/+/summary",
  ])
    assert.equal(parseTopic(topic), undefined);
  assert.throws(
    () => summaryTopic(-1n),
    (error: unknown) => error instanceof TelemetryError && error.code === "MQTT_TOPIC",
  );
});

test("receipts say what became of a message", () => {
  const hash = new Uint8Array(32).fill(7);
  for (const outcome of [
    { status: "accepted" },
    { status: "duplicate" },
    { status: "refused", reason: "oversize" },
    { status: "refused", reason: "flood" },
  ] as SummaryOutcome[])
    assert.deepEqual(decodeReceipt(encodeReceipt(outcome, hash)), { outcome, hash });
  const good = encodeReceipt({ status: "accepted" }, hash);
  for (const bad of [
    good.slice(1),
    Uint8Array.from([2, ...good.slice(1)]),
    Uint8Array.from([1, 9, ...good.slice(2)]),
  ])
    assert.equal(decodeReceipt(bad), undefined);
});

test("the guard sees packets through any cut of the stream", () => {
  // A CONNECT of 130 bytes, a PINGREQ, and a PUBLISH of 3.
  const stream = [
    0x10,
    0x82,
    0x01,
    ...Array.from({ length: 130 }, () => 0xff),
    0xc0,
    0x00,
    0x30,
    0x03,
    1,
    2,
    3,
  ];
  for (const size of [1, 2, 3, 7, 200]) {
    const guard = new PacketGuard(130);
    for (let at = 0; at < stream.length; at += size)
      assert.ok(guard.take(Uint8Array.from(stream.slice(at, at + size))));
    assert.equal(guard.take(Uint8Array.from([0x30, 0x83, 0x01])), false);
  }
  assert.equal(new PacketGuard(1_000).take(Uint8Array.from([0x30, 0xff, 0xff, 0xff, 0x7f])), false);
  assert.equal(new PacketGuard(1_000).take(Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80, 0x00])), false);
});

test("an outbox in a folder keeps summaries over a restart, in their order", async () => {
  const path = newPath();
  const outbox = new FileOutbox(path);
  assert.deepEqual(await outbox.list(), []);
  const parcels = await Promise.all(
    [12, 2, 1].map(async (n) => encodeSummary(await signTrip(car, n, domain))),
  );
  for (const parcel of parcels) await outbox.add(parcel);
  const kept = await new FileOutbox(path).list();
  assert.deepEqual(kept.map(toHex), parcels.toReversed().map(toHex));
  await outbox.remove(parcels[0] as Uint8Array);
  await outbox.remove(parcels[0] as Uint8Array);
  assert.equal((await outbox.list()).length, 2);
});

test("a summary goes from the vehicle to the gateway, and the answer back", async () => {
  const broker = await startBroker();
  const { gateway } = newGateway();
  const transport = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1", client });
  await transport.start((message) => gateway.receive(message));
  const publisher = await SummaryPublisher.connect({ url: broker.url, client });
  assert.deepEqual(await publisher.publish(await signTrip(car, 1, domain)), { status: "accepted" });
  assert.deepEqual(await publisher.publish(await signTrip(car, 1, domain)), { status: "duplicate" });
  const [second, third] = await Promise.all([2, 3].map((n) => signTrip(car, n, domain)));
  const both = await Promise.all([second, third].map((signed) => publisher.publish(signed as never)));
  assert.deepEqual(both, [{ status: "accepted" }, { status: "accepted" }]);
  const foreign = await signTrip(fleetVehicle(2, domain), 1, domain);
  assert.deepEqual(await publisher.publish(foreign), { status: "refused", reason: "vehicleUnknown" });
  await publisher.drained(5_000);
  assert.equal(gateway.stats().summaries, 3);
  await publisher.close();
  await transport.stop();
  await gateway.stop();
  await broker.close();
});

test("a message is acknowledged only when it is taken, and comes again when it was not", async () => {
  const broker = await startBroker();
  const seen: string[] = [];
  const releases: ((outcome: SummaryOutcome) => void)[] = [];
  // It does not come back when the other takes its place, like a process that is gone.
  const first = mqttTransport({
    url: broker.gatewayUrl,
    clientId: "gateway-1",
    client: { reconnectPeriod: 0 },
  });
  await first.start(
    (message: TransportMessage) =>
      new Promise((resolve) => {
        seen.push(toHex(message.payload));
        releases.push(resolve);
      }),
  );
  const vehicle = await connectAsync(broker.url, client);
  await vehicle.publishAsync(summaryTopic(7n), Buffer.from([1]), { qos: 1 });
  await vehicle.publishAsync(summaryTopic(8n), Buffer.from([2]), { qos: 1 });
  await until(() => seen.length === 2, "both are handled at a time");
  releases[1]?.({ status: "accepted" });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const next = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1", client });
  await next.start(async (message) => {
    seen.push(toHex(message.payload));
    return { status: "accepted" };
  });
  await until(() => seen.length === 3, "the first comes again");
  releases[0]?.({ status: "accepted" });
  await first.stop();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.deepEqual(seen, ["0x01", "0x02", "0x01"]);
  await next.stop();
  await vehicle.endAsync();
  await broker.close();
});

test("what the gateway cannot take now is given again until it can", async () => {
  const broker = await startBroker();
  const { gateway, keys } = newGateway();
  keys.isDown = true;
  const errors: unknown[] = [];
  const transport = mqttTransport({
    url: broker.gatewayUrl,
    clientId: "gateway-1",
    client,
    onError: (e) => errors.push(e),
  });
  await transport.start((message) => gateway.receive(message));
  const publisher = await SummaryPublisher.connect({ url: broker.url, client });
  const published = publisher.publish(await signTrip(car, 1, domain));
  await until(() => errors.length > 0, "the gateway is tried");
  keys.isDown = false;
  assert.deepEqual(await published, { status: "accepted" });
  await publisher.close();
  await transport.stop();
  await gateway.stop();
  await broker.close();
});

test("attack: malformed payloads, oversize and a flood over MQTT are counted and leave the others alone", async () => {
  const broker = await startBroker();
  const { gateway } = newGateway();
  const transport = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1", client });
  await transport.start((message) => gateway.receive(message));
  const attacker = await connectAsync(broker.url, client);
  attacker.on("error", () => {});
  const nonsense = Buffer.alloc(60, 1);
  for (let n = 0; n < 1_500; n += 1) attacker.publish(summaryTopic(99n), nonsense, { qos: 1 });
  await attacker.publishAsync(summaryTopic(car.vehicleId), Buffer.alloc(800), { qos: 1 });
  const publisher = await SummaryPublisher.connect({ url: broker.url, client });
  assert.deepEqual(await publisher.publish(await signTrip(car, 1, domain)), { status: "accepted" });
  const { refused } = gateway.stats();
  await until(() => gateway.stats().refused.flood === 500, "the flood is over");
  assert.equal(refused.oversize, 1);
  assert.equal(gateway.stats().refused.topicForeign, 1_000);

  // More than any packet may have: the connection is cut before the broker holds it.
  const socket = connectTcp(broker.port, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]));
  await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  assert.equal(broker.stats().oversize, 1);
  await publisher.close();
  await attacker.endAsync(true);
  await transport.stop();
  await gateway.stop();
  await broker.close();
});

test("attack: foreign topics: vehicles may neither read others' summaries nor answer for the gateway", async () => {
  const broker = await startBroker({ gatewayPassword: "right" });
  const cases: ((mqtt: Awaited<ReturnType<typeof connectAsync>>) => void)[] = [
    (mqtt) => mqtt.subscribe("blok/v1/+/summary"),
    (mqtt) => mqtt.subscribe("#"),
    (mqtt) => mqtt.publish(receiptTopic(7n), Buffer.alloc(34), { qos: 1 }),
    (mqtt) => mqtt.publish("elsewhere", "x", { qos: 1 }),
    (mqtt) => mqtt.publish(summaryTopic(7n), "x", { qos: 1, retain: true }),
  ];
  for (const [index, act] of cases.entries()) {
    const vehicle = await connectAsync(broker.url, { reconnectPeriod: 0 });
    vehicle.on("error", () => {});
    act(vehicle);
    await until(() => broker.stats().forbidden === index + 1, `case ${index}`);
    await vehicle.endAsync(true);
  }
  const stranger = connect(broker.gatewayUrl.replace("right", "wrong"), { reconnectPeriod: 0 });
  const refusal = await new Promise<Error>((resolve) => stranger.once("error", resolve));
  assert.match(refusal.message, /Not authorized/);
  await stranger.endAsync(true);
  await assert.rejects(startBroker({ port: broker.port }), /MQTT_BROKER|cannot listen/);
  await broker.close();
});

test("attack: broker restart: one that has forgotten everything loses no summary", async () => {
  let broker = await startBroker({ gatewayPassword: "p" });
  const { port } = broker;
  const { gateway } = newGateway();
  const transport = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1", client });
  await transport.start((message) => gateway.receive(message));
  const outbox = new MemoryOutbox();
  const publisher = await SummaryPublisher.connect({ url: broker.url, client, outbox, repeatSeconds: 0.2 });
  assert.deepEqual(await publisher.publish(await signTrip(car, 1, domain)), { status: "accepted" });
  await broker.close();
  const published = [2, 3].map(async (n) => publisher.publish(await signTrip(car, n, domain)));
  await new Promise((resolve) => setTimeout(resolve, 200));
  broker = await startBroker({ port, gatewayPassword: "p" });
  assert.deepEqual(await Promise.all(published), [{ status: "accepted" }, { status: "accepted" }]);
  assert.deepEqual(await outbox.list(), []);
  await publisher.close();
  await transport.stop();
  await gateway.stop();
  await broker.close();
});

test("a publisher that is restarted goes on with its outbox", async () => {
  const outbox = new FileOutbox(newPath());
  const nowhere = await SummaryPublisher.connect({ url: "mqtt://127.0.0.1:9", client, outbox });
  for (const n of [1, 2]) void nowhere.publish(await signTrip(car, n, domain));
  // Also while the outbox is still being written.
  assert.equal(nowhere.waiting, 2);
  await assert.rejects(
    nowhere.drained(30),
    (error: unknown) => error instanceof TelemetryError && error.code === "MQTT_BROKER",
  );
  await nowhere.close();
  const broker = await startBroker();
  const { gateway } = newGateway();
  const transport = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1", client });
  await transport.start((message) => gateway.receive(message));
  const publisher = await SummaryPublisher.connect({ url: broker.url, client, outbox });
  await publisher.drained(10_000);
  assert.equal(gateway.stats().summaries, 2);
  await publisher.close();
  await transport.stop();
  await gateway.stop();
  await broker.close();
});

const hasMosquitto = (() => {
  try {
    execFileSync("mosquitto", ["-h"], { stdio: "ignore" });
    return true;
  } catch (error) {
    // mosquitto -h exits with 3.
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
})();

test(
  "attack: broker restart: the same over mosquitto, which keeps messages over it",
  { skip: hasMosquitto ? false : "mosquitto is not installed: apt-get install mosquitto" },
  async () => {
    const port = await freePort();
    const path = newPath();
    const configuration = `${path}.conf`;
    writeFileSync(
      configuration,
      `listener ${port} 127.0.0.1\nuser ${userInfo().username}\nallow_anonymous true\npersistence true\npersistence_location ${folder}/\n` +
        `persistence_file ${files}.mosquitto\nautosave_interval 1\nmax_packet_size 2048\n`,
    );
    let child = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
    const end = async (): Promise<void> => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    };
    try {
      const url = `mqtt://127.0.0.1:${port}`;
      const { gateway } = newGateway();
      const first = mqttTransport({ url, clientId: "gateway-1", client });
      await first.start((message) => gateway.receive(message));
      const publisher = await SummaryPublisher.connect({ url, client });
      assert.deepEqual(await publisher.publish(await signTrip(car, 1, domain)), { status: "accepted" });
      await first.stop();
      void publisher.publish(await signTrip(car, 2, domain));
      await new Promise((resolve) => setTimeout(resolve, 300));
      await publisher.close();
      await end();
      child = spawn("mosquitto", ["-c", configuration], { stdio: "ignore" });
      const next = mqttTransport({ url, clientId: "gateway-1", client });
      await next.start((message) => gateway.receive(message));
      await until(() => gateway.stats().summaries === 2, "what came while the gateway was away is there");
      await next.stop();
      await gateway.stop();
    } finally {
      await end();
    }
  },
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
