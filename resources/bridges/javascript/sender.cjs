// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Sends messages to the hub of Murmurscope and never in the way of the program: a worker thread posts them, the queue
// before it is bounded, what does not fit is counted and told, and nothing that goes wrong here leaves this file.
"use strict";

const path = require("node:path");
const { Worker } = require("node:worker_threads");
const { encode } = require("./encode.cjs");

const MOST_MESSAGES = 10000;
const MOST_BYTES = 16 * 1024 * 1024;
const LAST_WORDS = 1000; // ms that the end of the program may wait for what is still to be sent

const now = () => Math.round((performance.timeOrigin + performance.now()) * 1000);

class Sender {
  /** `hub` is the URL of the hub, http://127.0.0.1:7777. */
  constructor(hub, token = "") {
    this.hub = hub;
    this.token = token;
    this.dropped = 0;
    this.sizes = []; // of what the worker has not dealt with, oldest first
    this.bytes = 0;
    this.posted = 0;
    this.settled = 0;
    this.isBroken = false;
    this.done = new Int32Array(new SharedArrayBuffer(4)); // messages that the worker dealt with
  }

  /** Starts the worker; done early, the first message need not wait for it. */
  start() {
    if (this.worker || this.isBroken) return;
    try {
      this.worker = new Worker(path.join(__dirname, "post.cjs"), {
        workerData: { murmurscope: true, hub: this.hub, token: this.token, done: this.done.buffer },
        env: { ...process.env, NODE_OPTIONS: "" },
        execArgv: [],
        stdin: false,
        trackUnmanagedFds: false,
      });
      this.worker.unref();
      this.worker.on("error", () => this.breakDown());
      this.worker.on("exit", () => this.breakDown());
      process.on("exit", () => this.flush(LAST_WORDS));
    } catch {
      this.breakDown();
    }
  }

  breakDown() {
    this.isBroken = true;
    this.worker = undefined;
  }

  /** Queues one message. Never waits, never throws. */
  send(message) {
    try {
      const when = now();
      this.start();
      this.settle();
      if (this.isBroken || this.sizes.length >= MOST_MESSAGES || this.bytes >= MOST_BYTES) {
        ++this.dropped;
        return;
      }
      const text = encode(message);
      if (text === undefined) {
        ++this.dropped;
        return;
      }
      this.worker.postMessage([text, when, this.dropped]);
      this.dropped = 0;
      this.sizes.push(text.length);
      this.bytes += text.length;
      ++this.posted;
    } catch {
      ++this.dropped;
    }
  }

  /** Lets go of what the worker has dealt with meanwhile. */
  settle() {
    const done = Atomics.load(this.done, 0);
    while (this.settled !== done && this.sizes.length > 0) {
      this.bytes -= this.sizes.shift();
      this.settled = (this.settled + 1) | 0;
    }
  }

  /** Waits until all is sent, at most so many milliseconds; for the end of the program. */
  flush(most) {
    try {
      if (!this.worker || this.isBroken) return;
      const until = Date.now() + most;
      for (;;) {
        this.settle();
        const left = until - Date.now();
        if (this.sizes.length === 0 || left <= 0) return;
        Atomics.wait(this.done, 0, this.settled, Math.min(left, 50));
      }
    } catch {
      // The program ends all the same.
    }
  }
}

const KEY = Symbol.for("murmurscope.sender");

/** The one sender of this process; undefined when MURMURSCOPE_HUB names no hub. */
function sender() {
  const hub = process.env.MURMURSCOPE_HUB;
  if (!hub) return undefined;
  globalThis[KEY] ??= new Sender(hub, process.env.MURMURSCOPE_TOKEN ?? "");
  return globalThis[KEY];
}

module.exports = { Sender, sender };
