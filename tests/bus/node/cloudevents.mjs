// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Two agents that speak in CloudEvents, as the SDK of CloudEvents writes them.
// Use: node cloudevents.mjs http URL | mqtt URL TOPIC | kafka BROKER TOPIC

import { CloudEvent, emitterFor, HTTP, httpTransport, Kafka, Mode, MQTT } from "cloudevents";
import kafkajs from "kafkajs";
import mqtt from "mqtt";

const [, , how, where, topic] = process.argv;

/// A task and its answer, and one that fails; the data is JSON, text and bytes.
function conversation(name) {
  const [planner, worker] = ["/agents/planner", "/agents/worker-3"];
  const trace = { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" };
  const task = { ...trace, source: planner, type: "org.example.task.requested", subject: "worker 3" };
  return [
    new CloudEvent({ ...task, id: `${name}-1`, correlationid: `${name}-1`, data: { task: "größer" } }),
    new CloudEvent({ ...trace, id: `${name}-2`, source: worker, type: "org.example.task.completed", correlationid: `${name}-1`, causationid: `${name}-1`, sequence: "7", data: { took: 12 } }),
    new CloudEvent({ ...task, id: `${name}-3`, correlationid: `${name}-3`, datacontenttype: "text/plain", data: "please" }),
    new CloudEvent({ ...trace, id: `${name}-4`, source: worker, type: "org.example.task.failed", correlationid: `${name}-3`, causationid: `${name}-3`, datacontenttype: "application/octet-stream", data: Uint8Array.of(0, 255, 7) }),
  ];
}

/// The bindings leave it to their users to write what is no text yet.
const bytesOf = (data) => (typeof data === "string" || data instanceof Uint8Array ? Buffer.from(data) : JSON.stringify(data));

const senders = {
  async http() {
    for (const mode of [Mode.STRUCTURED, Mode.BINARY]) {
      const emit = emitterFor(httpTransport(where), { mode });
      for (const event of conversation(mode)) await emit(event);
    }
    const { headers, body } = HTTP.structured(conversation("one")[0]);
    const batch = { method: "POST", headers: { ...headers, "content-type": "application/cloudevents-batch+json" }, body: `[${conversation("batch").join(",")}]` };
    console.log(body.length > 0, await (await fetch(where, batch)).text());
  },
  async mqtt() {
    const client = await mqtt.connectAsync(where, { protocolVersion: 5 });
    for (const mode of ["structured", "binary"]) {
      for (const event of conversation(mode)) {
        const message = MQTT[mode](event);
        // User properties are texts.
        const texts = Object.entries(message["User Properties"] ?? {}).filter(([, value]) => value !== undefined);
        const userProperties = Object.fromEntries(texts.map(([name, value]) => [name, String(value)]));
        const contentType = message.PUBLISH["Content Type"] ?? "application/json";
        await client.publishAsync(topic, bytesOf(message.payload), { qos: 1, properties: texts.length > 0 ? { contentType, userProperties } : { contentType } });
      }
    }
    await client.endAsync();
  },
  async kafka() {
    const client = new kafkajs.Kafka({ clientId: "planner", brokers: [where], logLevel: kafkajs.logLevel.ERROR });
    const producer = client.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    for (const mode of ["structured", "binary"]) {
      for (const event of conversation(mode)) {
        const { key, value, headers } = Kafka[mode](event);
        const texts = Object.entries(headers).filter(([, text]) => text !== undefined);
        await producer.send({ topic, messages: [{ key, value: bytesOf(value), headers: Object.fromEntries(texts) }] });
      }
    }
    await producer.disconnect();
  },
};
await senders[how]();
