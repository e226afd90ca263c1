// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The worker thread of sender.cjs: posts JSON lines to the hub, one request after another. A hub that is away is tried
// again for a while; what it never took is counted, and the next request that goes through says how much that was.
"use strict";

const http = require("node:http");
const { parentPort, workerData } = require("node:worker_threads");

const MOST_IN_BODY = 400; // so that their waiting times fit into the head of a request
const MOST_BYTES_IN_BODY = 1024 * 1024;
const PATIENCE = 3000; // ms for a hub that is away
const PAUSES = [50, 100, 200, 400, 800];
const ANSWER = 5000; // ms

const hub = new URL(workerData.hub);
const done = new Int32Array(workerData.done);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const waiting = []; // [text, microseconds, dropped before it]
let leftOut = 0;
let isPosting = false;
let awaySince = 0;

const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

/** Messages from the front of the queue. */
function takeBatch() {
  let bytes = 0;
  let count = 0;
  while (count < waiting.length && count < MOST_IN_BODY) {
    bytes += waiting[count][0].length;
    if (count > 0 && bytes > MOST_BYTES_IN_BODY) break;
    ++count;
  }
  return waiting.slice(0, count);
}

/** What the sender left out, as a message; the header says it to the recording. */
function leftOutLine(count) {
  return JSON.stringify({
    type: "left_out",
    kind: "marker",
    from: `bridge of node ${process.pid}`,
    count,
    text: `${count} messages were left out: the hub was away, or more was said than could be sent`,
  });
}

function post(batch) {
  return new Promise((resolve) => {
    const lines = batch.map((item) => item[0]);
    const sent = now();
    const waited = batch.map((item) => Math.max(0, sent - item[1]));
    const headers = { "Content-Type": "application/x-ndjson" };
    const counted = leftOut;
    if (counted > 0) {
      lines.unshift(leftOutLine(counted));
      waited.unshift(0);
      headers["Murmurscope-Left-Out"] = String(counted);
    }
    if (workerData.token) headers.Authorization = `Bearer ${workerData.token}`;
    headers["Murmurscope-Waited"] = waited.join(",");
    const body = Buffer.from(lines.join("\n"), "utf8");
    headers["Content-Length"] = body.length;
    let isConnected = false;
    const request = http.request(
      { host: hub.hostname, port: hub.port, method: "POST", path: "/", agent, headers, timeout: ANSWER },
      (response) => {
        response.resume();
        response.on("end", () => {
          if (response.statusCode === 503) return resolve("again");
          const isTaken = response.statusCode === 200 || response.statusCode === 400;
          if (isTaken) leftOut -= counted;
          resolve(isTaken ? "taken" : "refused");
        });
        response.on("error", () => resolve("lost"));
      },
    );
    request.on("socket", (socket) => {
      if (socket.connecting) socket.once("connect", () => (isConnected = true));
      else isConnected = true;
    });
    request.on("timeout", () => request.destroy());
    // Sent on a connection that the hub had closed meanwhile, it was not taken.
    request.on("error", () => resolve(!isConnected || request.reusedSocket ? "again" : "lost"));
    request.end(body);
  });
}

const pause = (length) => new Promise((resolve) => setTimeout(resolve, length));

async function run() {
  if (isPosting) return;
  isPosting = true;
  let tries = 0;
  while (waiting.length > 0) {
    const batch = takeBatch();
    const before = batch.reduce((sum, item) => sum + item[2], 0);
    leftOut += before;
    for (const item of batch) item[2] = 0;
    const result = await post(batch).catch(() => "lost");
    if (result === "again") {
      awaySince ||= Date.now();
      if (Date.now() - awaySince < PATIENCE) {
        await pause(PAUSES[Math.min(tries++, PAUSES.length - 1)]);
        continue;
      }
    } else if (result === "taken") {
      awaySince = 0;
      tries = 0;
    }
    if (result !== "taken") leftOut += batch.length;
    waiting.splice(0, batch.length);
    Atomics.add(done, 0, batch.length);
    Atomics.notify(done, 0);
  }
  isPosting = false;
}

parentPort.on("message", (item) => {
  waiting.push(item);
  run();
});
