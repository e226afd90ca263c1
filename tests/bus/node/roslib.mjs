// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Robots that speak by roslib, and the part of a rosbridge that they need: topics and services are passed on.
// Use: node roslib.mjs serve | call URL

import { createRequire } from "node:module";
import { WebSocketServer } from "ws";

const ROSLIB = createRequire(import.meta.url)("roslib");
const [, , what, url] = process.argv;

function serve() {
  const subscribers = new Map(); // topic -> sockets
  const providers = new Map(); // service -> socket
  const asked = new Map(); // id of ours -> { socket, id }
  let count = 0;
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  const say = (socket, message) => socket.send(JSON.stringify(message));
  const operations = {
    subscribe: (socket, { topic }) => subscribers.set(topic, [...(subscribers.get(topic) ?? []), socket]),
    publish: (socket, message) => (subscribers.get(message.topic) ?? []).forEach((one) => say(one, message)),
    advertise_service: (socket, { service }) => providers.set(service, socket),
    call_service: (socket, { id, service, args }) => {
      const provider = providers.get(service);
      if (!provider) return say(socket, { op: "service_response", id, service, values: "there is no such service", result: false });
      const own = `service_request:${service}:${++count}`;
      asked.set(own, { socket, id });
      say(provider, { op: "call_service", id: own, service, args });
    },
    service_response: (_, { id, service, values, result }) => say(asked.get(id).socket, { op: "service_response", id: asked.get(id).id, service, values, result }),
  };
  server.on("connection", (socket) => socket.on("message", (data) => {
    const message = JSON.parse(data);
    operations[message.op]?.(socket, message);
  }));
  server.on("listening", () => console.log(`port ${server.address().port}`));
}

const connected = () => new Promise((resolve, reject) => {
  const ros = new ROSLIB.Ros({ url });
  ros.on("connection", () => resolve(ros)).on("error", reject);
});
const call = (ros, name, request) => new Promise((resolve, reject) => new ROSLIB.Service({ ros, name, serviceType: "example/Add" }).callService(new ROSLIB.ServiceRequest(request), resolve, reject));

async function talk() {
  const [arm, left, right] = await Promise.all([connected(), connected(), connected()]);
  const service = new ROSLIB.Service({ ros: arm, name: "/add", serviceType: "example/Add" });
  service.advertise(({ a, b }, response) => {
    response.sum = a + b;
    return true;
  });
  const pose = new ROSLIB.Topic({ ros: right, name: "/pose", messageType: "geometry_msgs/Pose2D" });
  const seen = new Promise((resolve) => pose.subscribe(resolve));
  // The bridge takes what comes in order, each socket for itself; this answer shows that it is at work.
  const refused = await call(arm, "/none", {}).catch((reason) => reason);
  const sums = await Promise.all([call(left, "/add", { a: 1, b: 2 }), call(right, "/add", { a: 3, b: 4 })]);
  new ROSLIB.Topic({ ros: left, name: "/pose", messageType: "geometry_msgs/Pose2D" }).publish(new ROSLIB.Message({ header: { frame_id: "left", stamp: { sec: 1767225600, nanosec: 5 } }, x: 1 }));
  console.log(refused, sums.map(({ sum }) => sum), (await seen).x);
  for (const ros of [arm, left, right]) ros.close();
}

await (what === "serve" ? serve() : talk());
