export * from "./mqttTransport.js";
export * from "./startBroker.js";
export * from "./SummaryOutbox.js";
export * from "./SummaryPublisher.js";
export * from "./topics.js";
