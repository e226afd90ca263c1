// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The server's side of rosbridge, as far as its clients can tell: node robots_rosbridge.mjs PORT [MODE]
// Relays what is published, lists topics and publishers. MODE: no-rosapi, fragments, odd, sent (says
// what is advertised). What it was asked for is printed, one line each.

import process from "node:process";
import { WebSocketServer } from "ws";

const [port, mode] = process.argv.slice(2);
const topics = new Map(); // name -> { type, publishers: Set, subscribers: Map(client -> id) }
const server = new WebSocketServer({ host: "127.0.0.1", port: Number(port) });
let clients = 0;

topics.set("/camera/image", { type: "sensor_msgs/msg/Image", publishers: new Set(["/camera"]), subscribers: new Map() });
topics.set("/both", { type: "std_msgs/msg/String", publishers: new Set(["/left", "/right"]), subscribers: new Map() });

const say = (client, frame) => client.send(JSON.stringify(frame));
const topicOf = (name, type) => {
  if (!topics.has(name)) topics.set(name, { type, publishers: new Set(), subscribers: new Map() });
  return topics.get(name);
};

function answer(client, request) {
  const reply = { op: "service_response", id: request.id, service: request.service };
  if (mode === "no-rosapi") return say(client, { ...reply, values: "no such service", result: false });
  if (request.service === "/rosapi/topics") {
    const names = [...topics.keys()];
    reply.values = { topics: names, types: names.map((name) => topics.get(name).type) };
  } else if (request.service === "/rosapi/topic_type") {
    console.log(`type ${request.args.topic}`);
    reply.values = { type: topics.get(request.args.topic)?.type ?? "" };
  } else {
    console.log(`publishers ${request.args.topic}`);
    reply.values = { publishers: [...(topics.get(request.args.topic)?.publishers ?? [])] };
  }
  say(client, { ...reply, result: true });
}

function subscribe(client, request) {
  console.log(`subscribe ${request.topic} ${request.type ?? "-"} ${request.throttle_rate}`);
  if (!topics.has(request.topic) && !request.type) {
    return say(client, {
      op: "status",
      level: "error",
      id: request.id,
      msg: `Cannot infer topic type for topic ${request.topic} as it is not yet advertised`,
    });
  }
  topicOf(request.topic, request.type).subscribers.set(client, request.id);
  console.log(`subscribed ${request.topic}`);
  if (mode === "odd" && request.topic === "/both") {
    client.send(Buffer.from([1, 2, 3]));
    say(client, { op: "png", data: "iVBORw0KGgo=" });
    client.send('{"op":"publish","topic":');
    say(client, { op: "publish", topic: "/both", msg: { data: "after" } });
  }
}

function publish(client, frame) {
  const topic = topics.get(frame.topic);
  if (!topic) return;
  if (frame.msg.bad) {
    return say(client, { op: "status", level: "error", id: frame.id, msg: `Message type ${topic.type} does not have a field bad` });
  }
  const text = JSON.stringify({ op: "publish", topic: frame.topic, msg: frame.msg });
  for (const client of topic.subscribers.keys()) {
    if (mode !== "fragments") {
      client.send(text);
      continue;
    }
    // As rosbridge does it: the total is a division that nobody rounds.
    const size = 20;
    const total = (text.length - 1) / size + 1;
    for (let i = 0; i < Math.floor(total); ++i) {
      say(client, { op: "fragment", id: `f${frame.msg.seq}`, data: text.slice(i * size, (i + 1) * size), num: i, total });
    }
  }
}

server.on("connection", (client) => {
  const name = `/node_${++clients}`;
  client.on("message", (data) => {
    const frame = JSON.parse(data);
    if (mode === "sent" && frame.op.endsWith("advertise")) console.log(`${frame.op} ${frame.topic} ${frame.type ?? "-"}`);
    if (frame.op === "call_service") answer(client, frame);
    else if (frame.op === "subscribe") subscribe(client, frame);
    else if (frame.op === "advertise") topicOf(frame.topic, frame.type).publishers.add(name);
    else if (frame.op === "publish") publish(client, frame);
    else if (mode !== "sent") console.log(`other ${frame.op}`);
    if (frame.op === "publish" && frame.msg.last) console.log(`last of ${frame.topic}`);
  });
  client.on("close", (code) => {
    for (const topic of topics.values()) topic.subscribers.delete(client);
    console.log(`gone ${code}`);
  });
});
server.on("listening", () => console.log("ready"));
