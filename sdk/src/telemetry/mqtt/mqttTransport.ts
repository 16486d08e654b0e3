import { connect, type IClientOptions, type IPublishPacket, type MqttClient } from "mqtt";
import { loadKeccak } from "../../history/keccak.js";
import type { SummaryTransport, TakeMessage } from "../gateway/SummaryTransport.js";
import { encodeReceipt } from "./receipt.js";
import { ALL_SUMMARIES, parseTopic, receiptTopic } from "./topics.js";

export interface MqttTransportOptions {
  /** mqtt, mqtts, ws or wss, with user and password if the broker asks for them. */
  url: string;
  /** The name of the session, under which the broker keeps what the gateway has not had yet. Each gateway has its own. */
  clientId: string;
  /** How many messages are taken at a time. More are left with the broker. */
  messagesAtOnce?: number;
  /** More options of the client: certificates, for example. */
  client?: IClientOptions;
  /** Told of what goes wrong on the way; the transport goes on. */
  onError?: (error: unknown) => void;
}

const RETRY_MS = 1_000;
const RETRY_LIMIT_MS = 30_000;

/** mqtt.js's own, which is not part of its types. */
interface Internals {
  _sendPacket(
    packet: { cmd: string; messageId?: number },
    callback?: (error?: Error) => void,
    ...rest: unknown[]
  ): void;
}

/**
 * Brings summaries over MQTT, at least once: a message is acknowledged to the broker when the gateway has it on disk, or has
 * refused it for good, and the vehicle is told which. The session outlives connections, so that the broker keeps messages
 * while the gateway is away.
 *
 * @example
 * const transport = mqttTransport({ url: "mqtts://gateway:…@broker.example", clientId: "gateway-1" });
 * await transport.start((message) => gateway.receive(message));
 */
export function mqttTransport(options: MqttTransportOptions): SummaryTransport {
  const { url, clientId, messagesAtOnce = 256, onError = () => {} } = options;
  let client: MqttClient | undefined;
  let isStopped = false;
  const underWay = new Set<Promise<void>>();

  return {
    start: async (take) => {
      const keccak = await loadKeccak();
      const mqtt = connect(url, {
        reconnectPeriod: RETRY_MS,
        ...options.client,
        clientId,
        clean: false,
        manualConnect: true,
        resubscribe: false,
      });
      client = mqtt;
      const handle = async (packet: IPublishPacket): Promise<boolean> => {
        const topic = parseTopic(packet.topic);
        if (topic?.kind !== "summary") return true;
        const payload = Uint8Array.from(packet.payload as Buffer);
        const { vehicleId } = topic;
        const outcome = await takeAtLast(take, { vehicleId, payload }, () => isStopped, onError);
        if (!outcome) return false;
        // What floods is not answered: if it was the vehicle, it asks again later.
        const isFlood = outcome.status === "refused" && outcome.reason === "flood";
        const receipt = Buffer.from(encodeReceipt(outcome, keccak(payload)));
        // A receipt that is lost costs a repetition.
        if (!isFlood && mqtt.connected) mqtt.publish(receiptTopic(vehicleId), receipt, { qos: 0 });
        return true;
      };
      acknowledgeLater(mqtt, handle, underWay, messagesAtOnce);
      mqtt.on("error", onError);
      // Also when the broker has forgotten the session.
      mqtt.on("connect", () => mqtt.subscribe(ALL_SUMMARIES, { qos: 1 }, (error) => error && onError(error)));
      const subscribed = new Promise<void>((resolve) => {
        mqtt.on("packetreceive", (packet) => packet.cmd === "suback" && resolve());
      });
      mqtt.connect();
      await subscribed;
    },
    stop: async () => {
      isStopped = true;
      await Promise.allSettled(underWay);
      await client?.endAsync();
    },
  };
}

/**
 * mqtt.js handles one publication at a time and acknowledges it right away. Here many are handled at a time, because flushing
 * many summaries to the disk takes as long as one, and each is acknowledged when its own handling is over. Only
 * acknowledgements are held back; everything else of the client is as it is.
 */
function acknowledgeLater(
  mqtt: MqttClient,
  handle: (packet: IPublishPacket) => Promise<boolean>,
  underWay: Set<Promise<void>>,
  messagesAtOnce: number,
): void {
  const internals = mqtt as unknown as Internals;
  const send = internals._sendPacket.bind(mqtt);
  internals._sendPacket = (packet, callback, ...rest) => {
    if (packet.cmd === "puback") callback?.();
    else send(packet, callback, ...rest);
  };
  const acknowledge = async (packet: IPublishPacket): Promise<void> => {
    const { stream } = mqtt;
    const isTaken = await handle(packet);
    // To another connection the same number means another message. The broker repeats this one there.
    const isSame = mqtt.stream === stream && mqtt.connected;
    if (packet.qos === 1 && isTaken && isSame) send({ cmd: "puback", messageId: packet.messageId as number });
  };
  const goOn = async (callback: () => void): Promise<void> => {
    if (underWay.size >= messagesAtOnce) await Promise.race(underWay);
    callback();
  };
  mqtt.handleMessage = (packet, callback) => {
    const work = acknowledge(packet).finally(() => underWay.delete(work));
    underWay.add(work);
    void goOn(callback);
  };
}

/** Gives a message to the gateway until it is taken. @returns Undefined when the transport was stopped before. */
async function takeAtLast(
  take: TakeMessage,
  message: Parameters<TakeMessage>[0],
  isStopped: () => boolean,
  onError: (error: unknown) => void,
) {
  for (let pauseMs = RETRY_MS; !isStopped(); pauseMs = Math.min(2 * pauseMs, RETRY_LIMIT_MS)) {
    try {
      return await take(message);
    } catch (error) {
      onError(error);
      const until = Date.now() + pauseMs;
      while (!isStopped() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return undefined;
}
