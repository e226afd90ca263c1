// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A server and a client that others wrote, with a tap between them:
//   node tap.mjs COUNT MODE [DIRECTORY]
// MODE: plain, deflate, or nocontext; with a DIRECTORY of certificates the server speaks TLS.
// Prints the server's port and reads the tap's URL from the standard input. Then both send COUNT
// numbered messages to each other. Ends well when each has got exactly the bytes that the other
// sent.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer as createPlain } from "node:http";
import { createServer as createTls } from "node:https";
import process from "node:process";
import { createInterface } from "node:readline";
import WebSocket, { WebSocketServer } from "ws";

const [count, mode, directory] = [Number(process.argv[2]), process.argv[3], process.argv[4]];
const noContext = mode === "nocontext";
const perMessageDeflate =
  mode === "plain"
    ? false
    : {
        threshold: 0,
        serverNoContextTakeover: noContext,
        clientNoContextTakeover: noContext,
        zlibDeflateOptions: { level: 1 },
        concurrencyLimit: 1,
      };
const read = (name) => readFileSync(`${directory}/${name}`);
const http = directory ? createTls({ cert: read("server.pem"), key: read("server.key") }) : createPlain();
const server = new WebSocketServer({ server: http, perMessageDeflate });

// Every fiftieth is large, every tenth binary.
const messageOf = (from, n) => {
  const text = JSON.stringify({ from, n, pad: n % 50 === 7 ? "ü".repeat(700) : "x" });
  return n % 10 === 3 ? Buffer.from(text) : text;
};
const end = (text) => {
  console.log(text);
  process.exit(1);
};

// Sends all, and checks that the other's come whole and in order; the hashes of both directions.
const exchange = (socket, from) =>
  new Promise((resolve) => {
    const sent = createHash("sha256");
    const got = createHash("sha256");
    let received = 0;
    let done = false;
    const check = () => {
      if (done && received === count) resolve({ sent: sent.digest("hex"), got: got.digest("hex") });
    };
    socket.on("message", (data, isBinary) => {
      const n = JSON.parse(data).n;
      if (n !== received || isBinary !== (n % 10 === 3)) end(`${from} got ${n} instead of ${received}`);
      got.update(data);
      ++received;
      check();
    });
    let n = 0;
    const send = () => {
      for (let i = 0; i < 200 && n < count; ++i, ++n) {
        const message = messageOf(from, n);
        sent.update(message);
        if (n % 100 === 50) {
          socket.send(message.slice(0, 5), { fin: false, binary: false });
          socket.send(message.slice(5), { fin: true });
        } else {
          socket.send(message);
        }
      }
      if (n === count) {
        done = true;
        check();
        return;
      }
      if (socket.bufferedAmount > 1 << 20) setTimeout(send, 2);
      else setImmediate(send);
    };
    send();
  });

let atServer;
server.on("connection", (socket, request) => {
  if (request.url !== "/agents?name=a%20b") end(`the path is ${request.url}`);
  if (request.headers.origin !== "https://agent.example") end("the origin is lost");
  if (request.headers.host !== `127.0.0.1:${http.address().port}`) end(`the host is ${request.headers.host}`);
  socket.on("ping", () => {});
  atServer = exchange(socket, "server").then((hashes) => {
    socket.ping();
    return hashes;
  });
});
http.listen(0, "127.0.0.1", () => console.log(`port ${http.address().port}`));

const lines = createInterface({ input: process.stdin });
lines.once("line", (url) => {
  const client = new WebSocket(`${url}/agents?name=a%20b`, { perMessageDeflate, origin: "https://agent.example" });
  const wanted = { plain: "", deflate: "permessage-deflate", nocontext: "permessage-deflate" }[mode];
  client.on("error", (error) => end(`client: ${error.message}`));
  client.on("open", async () => {
    if (client.extensions !== wanted) end(`extensions: ${client.extensions}`);
    const here = await exchange(client, "client");
    const there = await atServer;
    if (here.sent !== there.got || there.sent !== here.got) end("the bytes are not the same");
    client.close(4001, "enough");
  });
  client.on("close", (code, reason) => {
    if (code !== 4001 || reason.toString() !== "enough") end(`closed by ${code}`);
    process.exit(0);
  });
});
