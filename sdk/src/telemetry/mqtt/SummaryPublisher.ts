import { connect, type IClientOptions, type MqttClient } from "mqtt";
import { toHex } from "../../history/hexBytes.js";
import { loadKeccak, type Keccak } from "../../history/keccak.js";
import { decodeSummary, encodeSummary } from "../encodeSummary.js";
import type { SummaryOutcome } from "../gateway/SummaryTransport.js";
import { TelemetryError } from "../TelemetryError.js";
import type { SignedSummary } from "../types.js";
import { MemoryOutbox, type SummaryOutbox } from "./SummaryOutbox.js";
import { decodeReceipt } from "./receipt.js";
import { parseTopic, receiptTopic, summaryTopic } from "./topics.js";

export interface SummaryPublisherOptions {
  /** mqtt, mqtts, ws or wss, with user and password if the broker asks for them. */
  url: string;
  /** Where summaries stay until the gateway has them; in memory when left out. */
  outbox?: SummaryOutbox;
  /** After which time without an answer a summary is sent again, seconds. */
  repeatSeconds?: number;
  /** More options of the client: certificates, for example. */
  client?: IClientOptions;
  onError?: (error: unknown) => void;
}

interface Parcel {
  vehicleId: bigint;
  bytes: Uint8Array;
  hash: string;
  done?: (outcome: SummaryOutcome) => void;
}

/**
 * Sends summaries to a gateway until it says that it has them, or will not have them. A broker's word is not enough: it may
 * forget. One summary of a vehicle is under way at a time, because the gateway takes them in their order only.
 *
 * @example
 * const publisher = await SummaryPublisher.connect({ url: "mqtt://127.0.0.1:1883", outbox: new FileOutbox("./outbox") });
 * const outcome = await publisher.publish(signed);
 */
export class SummaryPublisher {
  readonly #mqtt: MqttClient;
  readonly #keccak: Keccak;
  readonly #outbox: SummaryOutbox;
  readonly #onError: (error: unknown) => void;
  readonly #queues = new Map<bigint, Parcel[]>();
  readonly #repeat: NodeJS.Timeout;
  /** How many are on their way into the outbox: they wait as well. */
  #adding = 0;

  private constructor(mqtt: MqttClient, keccak: Keccak, options: SummaryPublisherOptions) {
    this.#mqtt = mqtt;
    this.#keccak = keccak;
    this.#outbox = options.outbox ?? new MemoryOutbox();
    this.#onError = options.onError ?? (() => {});
    mqtt.on("error", this.#onError);
    mqtt.on("connect", () => {
      for (const vehicleId of this.#queues.keys()) this.#subscribe(vehicleId);
    });
    mqtt.on("message", (topic, payload) => this.#receive(topic, payload));
    const repeatMs = (options.repeatSeconds ?? 30) * 1_000;
    this.#repeat = setInterval(() => {
      for (const vehicleId of this.#queues.keys()) this.#sendFirst(vehicleId);
    }, repeatMs);
    this.#repeat.unref();
  }

  /** Connects, in the background and again when needed, and goes on with what is in the outbox. */
  static async connect(options: SummaryPublisherOptions): Promise<SummaryPublisher> {
    const keccak = await loadKeccak();
    const mqtt = connect(options.url, {
      reconnectPeriod: 1_000,
      ...options.client,
      // What is not answered is sent again by the publisher itself, when it is connected.
      resubscribe: false,
      queueQoSZero: false,
    });
    const publisher = new SummaryPublisher(mqtt, keccak, options);
    for (const bytes of await publisher.#outbox.list()) publisher.#enqueue(bytes);
    return publisher;
  }

  /** How many summaries have no answer yet. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, this.#adding);
  }

  /**
   * Sends a summary.
   *
   * @returns What became of it, once the gateway has said so; until then it is in the outbox.
   * @throws {TelemetryError} `SUMMARY_FIELD`, or what the outbox throws.
   */
  async publish(signed: SignedSummary): Promise<SummaryOutcome> {
    const bytes = encodeSummary(signed);
    this.#adding += 1;
    try {
      await this.#outbox.add(bytes);
    } finally {
      this.#adding -= 1;
    }
    return new Promise((resolve) => this.#enqueue(bytes, resolve));
  }

  /**
   * Waits until the outbox is empty.
   *
   * @throws {TelemetryError} `MQTT_BROKER` when that takes longer than `timeoutMs`.
   */
  async drained(timeoutMs: number): Promise<void> {
    const until = Date.now() + timeoutMs;
    while (this.waiting > 0) {
      if (Date.now() > until) {
        throw new TelemetryError("MQTT_BROKER", `${this.waiting} summaries have no answer from a gateway`, {
          fix: "check broker and gateway; the summaries stay in the outbox",
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Disconnects. What has no answer stays in the outbox. */
  async close(): Promise<void> {
    clearInterval(this.#repeat);
    await this.#mqtt.endAsync(true);
  }

  #enqueue(bytes: Uint8Array, done?: (outcome: SummaryOutcome) => void): void {
    const { vehicleId } = decodeSummary(bytes).summary;
    const parcel: Parcel = { vehicleId, bytes, hash: toHex(this.#keccak(bytes)), ...(done && { done }) };
    const queue = this.#queues.get(vehicleId);
    if (queue) {
      queue.push(parcel);
      if (queue.length === 1) this.#sendFirst(vehicleId);
    } else {
      this.#queues.set(vehicleId, [parcel]);
      if (this.#mqtt.connected) this.#subscribe(vehicleId);
    }
  }

  #subscribe(vehicleId: bigint): void {
    this.#mqtt.subscribe(receiptTopic(vehicleId), { qos: 0 }, (error) => {
      if (error) this.#onError(error);
      else this.#sendFirst(vehicleId);
    });
  }

  #sendFirst(vehicleId: bigint): void {
    const [parcel] = this.#queues.get(vehicleId) ?? [];
    if (!parcel || !this.#mqtt.connected) return;
    this.#mqtt.publish(summaryTopic(vehicleId), Buffer.from(parcel.bytes), { qos: 1 }, (error) => {
      if (error) this.#onError(error);
    });
  }

  #receive(topic: string, payload: Uint8Array): void {
    const parsed = parseTopic(topic);
    const receipt = decodeReceipt(payload);
    if (parsed?.kind !== "receipt" || !receipt) return;
    const queue = this.#queues.get(parsed.vehicleId) ?? [];
    const [parcel] = queue;
    if (!parcel || parcel.hash !== toHex(receipt.hash)) return;
    queue.shift();
    void this.#outbox
      .remove(parcel.bytes)
      .catch(this.#onError)
      .then(() => parcel.done?.(receipt.outcome));
    this.#sendFirst(parsed.vehicleId);
  }
}
