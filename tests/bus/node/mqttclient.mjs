// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A client of MQTT that somebody else wrote:
//   node mqttclient.mjs flood URL COUNT TOPICS   publishes 0, 1, 2 … in turn to n/0, n/1, …
//   node mqttclient.mjs serve        publishes each line of its input, {"url": …, "messages": [{topic, payload, qos,
//                                    retain, properties}]}, and answers with a line: "done", or what went wrong
//   node mqttclient.mjs hold URL CLIENTID VERSION  connects with this id and stays until its input ends
//   node mqttclient.mjs sleep URL CLIENTID TOPIC   leaves a session behind that goes on to collect
//   node mqttclient.mjs listen URL FILTER ANSWERS  prints "ready", and then each message, a line of JSON; answers each that
//                                    has a response topic so many times
// Correlation data are in hexadecimal.

import process from "node:process";
import { createInterface } from "node:readline";
import mqtt from "mqtt";

const [what, url, ...rest] = process.argv.slice(2);
const connect = (options = {}) => mqtt.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, ...options });

if (what === "flood") {
  const [count, topics] = rest.map(Number);
  const client = await connect();
  const stream = client.stream;
  for (let i = 0; i < count; ++i) {
    client.publish(`n/${i % topics}`, String(i), { qos: 0 });
    if (stream.writableNeedDrain) await new Promise((resolve) => stream.once("drain", resolve));
  }
  // What is answered in order shows that all before it has arrived.
  await client.publishAsync("flood/end", "end", { qos: 1 });
  await client.endAsync();
} else if (what === "serve") {
  for await (const line of createInterface({ input: process.stdin })) {
    try {
      const { url: to, messages } = JSON.parse(line);
      const client = await mqtt.connectAsync(to, { protocolVersion: 5, reconnectPeriod: 0 });
      for (const { topic, payload, properties, ...options } of messages) {
        if (properties?.correlationData) properties.correlationData = Buffer.from(properties.correlationData, "hex");
        await client.publishAsync(topic, payload, { qos: 1, ...options, properties });
      }
      await client.endAsync();
      console.log("done");
    } catch (error) {
      console.log(`failed: ${error.message}`);
    }
  }
} else if (what === "listen") {
  const client = await connect();
  client.on("message", (topic, payload, { qos, retain, properties = {} }) => {
    const { correlationData, responseTopic, contentType, userProperties } = properties;
    const correlation = correlationData?.toString("hex");
    console.log(JSON.stringify({ topic, payload: payload.toString("base64"), qos, retain, contentType, correlation, user: { ...userProperties } }));
    for (let i = 0; responseTopic && i < Number(rest[1]); ++i)
      client.publish(responseTopic, `${payload}!${i}`, { qos: 1, properties: { correlationData, userProperties: { answer: "yes" } } });
  });
  await client.subscribeAsync(rest[0], { qos: 2 });
  console.log("ready");
  process.stdin.on("end", () => client.end(() => process.exit(0))).resume();
} else if (what === "hold") {
  const client = await connect({ clientId: rest[0], protocolVersion: Number(rest[1]) });
  console.log("held");
  client.on("close", () => process.exit(0));
  process.stdin.on("end", () => client.end(() => process.exit(0))).resume();
} else if (what === "sleep") {
  const client = await connect({ clientId: rest[0], clean: false, properties: { sessionExpiryInterval: 3600 } });
  await client.subscribeAsync(rest[1], { qos: 1 });
  await client.endAsync();
}
process.exitCode ??= 0;
