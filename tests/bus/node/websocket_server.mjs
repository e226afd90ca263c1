// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A server that somebody else wrote: node websocket_server.mjs PORT [FOLDER]
// With FOLDER it speaks TLS with the certificate there. What a client gets depends on the path;
// what the server saw is printed, one line each.

import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import process from "node:process";
import { WebSocketServer } from "ws";

const [port, folder] = process.argv.slice(2);
const server = folder
  ? https.createServer({
      cert: fs.readFileSync(`${folder}/server.pem`),
      key: fs.readFileSync(`${folder}/server.key`),
    })
  : http.createServer((request, response) => {
      response.writeHead(200, { "Content-Type": "text/plain" });
      response.end("a page");
    });
const sockets = new WebSocketServer({
  noServer: true,
  handleProtocols: (offered) => (offered.has("feed.v1") ? "feed.v1" : false),
});
const refusals = { "/401": "401 Unauthorized", "/403": "403 Forbidden", "/404": "404 Not Found", "/503": "503 Busy" };

let cuts = 0;
server.on("upgrade", (request, socket, head) => {
  const url = new URL(request.url, "ws://x");
  console.log(`upgrade ${request.url} ${request.headers.authorization ?? "-"} ${request.headers["x-room"] ?? "-"}`);
  if (refusals[url.pathname]) {
    socket.end(`HTTP/1.1 ${refusals[url.pathname]}\r\nContent-Type: application/json\r\n\r\n{"error":"not you"}`);
    return;
  }
  sockets.handleUpgrade(request, socket, head, (client) => feed(client, url));
});

// So many at once that the socket is always full, but not all of them in memory.
function flood(client, count) {
  let next = 0;
  const more = () => {
    while (next < count && client.bufferedAmount < 4 << 20) {
      client.send(`{"seq":${next++},"from":"node","topic":"flood"}`);
    }
    if (next < count) setImmediate(more);
  };
  more();
}

function feed(client, url) {
  client.on("ping", (data) => console.log(`ping ${data}`));
  client.on("close", (code) => console.log(`close ${code}`));
  client.on("error", (error) => console.log(`error ${error.message}`));
  client.on("message", (data, isBinary) => {
    console.log(`${isBinary ? "binary" : "text"} ${data}`);
    client.send(data, { binary: isBinary });
  });
  switch (url.pathname) {
    case "/flood":
      flood(client, Number(url.searchParams.get("count")));
      break;
    case "/kinds":
      client.send("plain \u20ac");
      client.send(Buffer.from([0, 255, 1]));
      client.send('{"half":', { fin: false });
      client.ping("between");
      client.send("true}", { fin: true });
      client.send("");
      client.send("L".repeat(Number(url.searchParams.get("size") ?? 100000)));
      client.send("after");
      break;
    case "/cut":
      // The first time it hangs up after three, without a word; then with one; then it stays.
      ++cuts;
      for (let i = 0; i < 3; ++i) client.send(`m${cuts}.${i}`);
      if (cuts === 1) setTimeout(() => client.terminate(), 50);
      else if (cuts === 2) setTimeout(() => client.close(1008, "policy of the house"), 50);
      break;
    case "/ask":
      client.send("who are you?");
      client.send("2");
      client.send("12");
      break;
    case "/mute":
      client._socket.removeAllListeners("data");
      client._socket.pause();
      break;
  }
}

server.listen(Number(port), "127.0.0.1", () => console.log(`ready ${server.address().port}`));
