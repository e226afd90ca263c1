// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A client that somebody else wrote talks to the hub: node client.mjs URL COUNT [TOKEN]
// Prints what it saw, one line each; the test compares.

import process from "node:process";
import WebSocket from "ws";

const [url, count, token] = process.argv.slice(2);
const headers = token ? { Authorization: `Bearer ${token}` } : {};
const open = (path, options = {}) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url + path, options.protocols ?? [], { headers, ...options });
    socket.on("open", () => resolve(socket));
    socket.on("error", reject);
  });
const heard = (socket, wanted) =>
  new Promise((resolve) => {
    const frames = [];
    socket.on("message", (data, isBinary) => {
      frames.push((isBinary ? "binary " : "text ") + data.toString(isBinary ? "hex" : "utf8"));
      if (frames.length === wanted) resolve(frames);
    });
  });

const subscriber = await open("/");
const ack = heard(subscriber, 1);
subscriber.send(JSON.stringify({ op: "subscribe", topics: ["node.*", "/bytes"] }));
console.log((await ack)[0]);

const all = heard(subscriber, Number(count) + 2);
const publisher = await open("/bytes", { protocols: ["anything", "else"], perMessageDeflate: true });
console.log(`protocol ${publisher.protocol}, extensions [${publisher.extensions}]`);
for (let i = 0; i < Number(count); ++i)
  publisher.send(JSON.stringify({ topic: "node.loop", from: "node", seq: i }));
publisher.send(Buffer.from([0, 255, 1]));
publisher.send('{"topic":', { fin: false });
publisher.send('"node.pieces"}', { fin: true });
const frames = await all;
frames
  .slice(0, Number(count))
  .forEach((frame, i) => frame.includes(`"seq":${i}}`) || console.log(`out of order: ${frame}`));
frames.slice(Number(count)).forEach((frame) => console.log(frame));

const answer = heard(publisher, 1);
publisher.send("{oops");
console.log((await answer)[0].slice(0, 30));
const pong = new Promise((resolve) => publisher.on("pong", (data) => resolve(data.toString())));
publisher.ping("echo");
console.log(`pong ${await pong}`);
try {
  await open("/", { origin: "https://evil.example" });
  console.log(token ? "with a token any origin may" : "a web page was let in");
} catch (error) {
  console.log(error.message);
}
const closed = new Promise((resolve) => publisher.on("close", (code) => resolve(code)));
publisher.close(1000, "done");
console.log(`closed ${await closed}`);
process.exit(0);
