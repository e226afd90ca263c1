// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A Foxglove server that others wrote: node robots_foxglove.mjs PORT PROTOCOL COUNT [MODE]
// Floods /flood when somebody subscribes to it. MODE: hostile. What it was asked for is printed.

import { createRequire } from "node:module";
import process from "node:process";
import { WebSocketServer } from "ws";

const { FoxgloveServer } = createRequire(import.meta.url)("@foxglove/ws-protocol");
const [port, protocol, count, mode] = process.argv.slice(2);
const text = (value) => new TextEncoder().encode(JSON.stringify(value));
const time = 1780000000123456789n;

const robot = new FoxgloveServer({
  name: "test robot",
  capabilities: ["connectionGraph", "time"],
  sessionId: "one",
});
const schema = JSON.stringify({ type: "object", properties: { seq: { type: "number" } } });
const channel = (topic, encoding, schemaName) =>
  robot.addChannel({ topic, encoding, schemaName, schema, schemaEncoding: "jsonschema" });
const flood = channel("/flood", "json", "test.Flood");
const cloud = channel("/cloud", "protobuf", "foxglove.PointCloud");
channel("/other", "json", "test.Other");

robot.on("subscribe", (id) => {
  console.log(`subscribe ${id}`);
  if (id === cloud) robot.sendMessage(cloud, 12n, new Uint8Array([1, 255, 0]));
  if (id !== flood) return;
  let next = 0;
  const more = () => {
    for (let i = 0; i < 1000 && next < Number(count); ++i, ++next) {
      robot.sendMessage(flood, time + BigInt(next), text({ seq: next }));
    }
    if (next < Number(count)) setImmediate(more);
    else late();
  };
  more();
});
robot.on("unsubscribe", (id) => console.log(`unsubscribe ${id}`));
robot.on("error", (error) => console.log(`error ${error.message}`));

// A channel that comes later, and goes again.
function late() {
  robot.broadcastTime(time);
  const id = channel("/late", "json", "test.Late");
  setTimeout(() => {
    robot.sendMessage(id, time, text({ late: true }));
    robot.removeChannel(id);
    for (const client of server.clients) {
      client.send(JSON.stringify({ op: "status", level: 2, message: "the gripper is hot" }));
    }
  }, 100);
}

const server = new WebSocketServer({
  host: "127.0.0.1",
  port: Number(port),
  handleProtocols: (offered) =>
    protocol === "foxglove.websocket.v1" ? robot.handleProtocols(offered) : offered.has(protocol) && protocol,
});
server.on("connection", (client, request) => {
  console.log(`offered ${request.headers["sec-websocket-protocol"]}`);
  client.on("close", () => console.log("gone"));
  if (mode === "hostile") {
    for (const frame of ["{", "[1]", '{"op":"advertise","channels":[1,{"id":-1},{"id":4294967296},{"id":7}]}',
      '{"op":"serverInfo","capabilities":5}', '{"op":"unadvertise","channelIds":"x"}',
      '{"op":"connectionGraphUpdate","publishedTopics":[7],"removedTopics":{}}', '{"op":"status","level":"high"}'])
      client.send(frame);
    for (const bytes of [[], [1, 2], [1, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], [2], [77, 1]]) client.send(Buffer.from(bytes));
    return;
  }
  // The package answers no graph; this is what a server says.
  client.on("message", (data, isBinary) => {
    const frame = isBinary ? {} : JSON.parse(Buffer.from(data).toString());
    if (frame.op !== "subscribeConnectionGraph") return;
    console.log("graph");
    client.send(JSON.stringify({
      op: "connectionGraphUpdate",
      publishedTopics: [{ name: "/flood", publisherIds: ["/mill"] }, { name: "/cloud", publisherIds: ["/a", "/b"] }],
      subscribedTopics: [], advertisedServices: [], removedTopics: [], removedServices: [],
    }));
  });
  // As servers do, the graph goes before the channels where it is asked for; here it may come later.
  robot.handleConnection(client, "observer");
});
server.on("listening", () => console.log("ready"));
