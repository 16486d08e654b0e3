import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { Duplex, pipeline, Transform } from "node:stream";
import { Aedes, type AuthenticateError, type Client } from "aedes";
import { SUMMARY_BYTES_LIMIT } from "../encodeSummary.js";
import { TelemetryError } from "../TelemetryError.js";
import { PacketGuard } from "./PacketGuard.js";
import { ALL_SUMMARIES, parseTopic } from "./topics.js";

export interface BrokerOptions {
  /** 0 for any that is free. */
  port?: number;
  /** The address to listen on; only this machine when left out. */
  host?: string;
  /** The gateway's; random when left out. */
  gatewayPassword?: string;
  /** No packet may be larger, bytes. */
  packetBytes?: number;
  /** How many connections there may be. */
  connections?: number;
}

export interface Broker {
  port: number;
  /** For vehicles. */
  url: string;
  /** With user and password, for the gateway. */
  gatewayUrl: string;
  /** What was refused: packets that were too large, and clients that did what is not theirs. */
  stats(): { oversize: number; forbidden: number };
  close(): Promise<void>;
}

const GATEWAY = "gateway";
/** Room for the topic, and for a connection's own packets. */
const PACKET_BYTES = SUMMARY_BYTES_LIMIT + 1_024;
const NOT_AUTHORIZED = 5;

/**
 * A broker within this process, for tests, for small fleets, and to try things out. Vehicles may publish summaries and
 * read receipts, and nothing else; the gateway may read summaries and publish receipts. It keeps nothing on disk: vehicles
 * send again what no gateway has confirmed. It does not tell vehicles apart, for their summaries are signed; give a large
 * fleet a broker that does.
 *
 * @throws {TelemetryError} `MQTT_BROKER` when the port is taken.
 * @example
 * const broker = await startBroker({ port: 1883 });
 * const transport = mqttTransport({ url: broker.gatewayUrl, clientId: "gateway-1" });
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { port = 0, host = "127.0.0.1", packetBytes = PACKET_BYTES, connections = 10_000 } = options;
  const password = options.gatewayPassword ?? randomBytes(16).toString("hex");
  const counts = { oversize: 0, forbidden: 0 };
  const gateways = new WeakSet<Client>();
  const forbid = (): Error => {
    counts.forbidden += 1;
    return new Error("not allowed here");
  };

  const aedes = await Aedes.createBroker({
    authenticate: (client, user, given, done) => {
      if (user === undefined || user === "") return done(null, true);
      if (user !== GATEWAY || !isSame(given, password)) {
        return done(Object.assign(forbid(), { returnCode: NOT_AUTHORIZED }) as AuthenticateError, false);
      }
      gateways.add(client);
      return done(null, true);
    },
    authorizePublish: (client, { topic, payload, retain }, done) => {
      const kind = client && gateways.has(client) ? "receipt" : "summary";
      const isAllowed = parseTopic(topic)?.kind === kind && payload.length <= packetBytes && !retain;
      done(isAllowed ? null : forbid());
    },
    authorizeSubscribe: (client, subscription, done) => {
      const { topic } = subscription;
      const isAllowed = gateways.has(client)
        ? topic === ALL_SUMMARIES
        : parseTopic(topic)?.kind === "receipt";
      done(isAllowed ? null : forbid(), subscription);
    },
  });

  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    const guard = new PacketGuard(packetBytes);
    const checked = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        if (guard.take(chunk)) return done(null, chunk);
        counts.oversize += 1;
        return done(new Error("the packet is too large"));
      },
    });
    // Whatever ends one end ends the other; aedes sees it as a lost connection.
    pipeline(socket, checked, () => socket.destroy());
    aedes.handle(Duplex.from({ readable: checked, writable: socket }));
  });
  server.maxConnections = connections;
  // A client that is refused is not an error of ours.
  aedes.on("clientError", () => {});
  aedes.on("connectionError", () => {});

  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
  } catch (cause) {
    aedes.close();
    throw new TelemetryError("MQTT_BROKER", `the broker cannot listen on ${host}:${port}`, {
      fix: "choose another port",
      cause,
    });
  }
  const address = `${host}:${(server.address() as AddressInfo).port}`;
  return {
    port: (server.address() as AddressInfo).port,
    url: `mqtt://${address}`,
    gatewayUrl: `mqtt://${GATEWAY}:${encodeURIComponent(password)}@${address}`,
    stats: () => ({ ...counts }),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function isSame(given: Uint8Array | undefined, password: string): boolean {
  const wanted = Buffer.from(password);
  return given !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
}
