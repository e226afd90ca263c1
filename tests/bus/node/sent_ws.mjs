// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Hears what is sent through a server: node sent_ws.mjs URL HELLO COUNT
// Says “ready”, then what came, a line each; ends after COUNT messages beside the first answer.

import process from "node:process";
import WebSocket from "ws";

const [url, hello, count] = process.argv.slice(2);
const socket = new WebSocket(url);
let heard = 0;
socket.on("open", () => {
  console.log("ready");
  if (hello) socket.send(hello);
});
socket.on("message", (data, isBinary) => {
  const shown = data.length > 1000 ? `${data.length} bytes` : data.toString(isBinary ? "hex" : "utf8");
  console.log((isBinary ? "binary " : "text ") + shown);
  if (heard++ === Number(count)) socket.close();
});
socket.on("close", () => process.exit(0));
