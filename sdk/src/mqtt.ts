/** Summaries over MQTT. Apart from the rest, because who needs none of it should not load a client and a broker. */
export * from "./telemetry/mqtt/index.js";
