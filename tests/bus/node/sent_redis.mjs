// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Hears what is sent through Redis: node sent_redis.mjs PORT COUNT PATTERN STREAM
// Says “ready”, then COUNT messages of the pattern as they come, then the stream's entries without
// their ids, a line each, in hexadecimal.

import process from "node:process";
import Redis from "ioredis";

const [port, count, pattern, stream] = process.argv.slice(2);
const ear = new Redis({ port: Number(port) });
let heard = 0;
const all = new Promise((resolve) =>
  ear.on("pmessageBuffer", (_, channel, data) => {
    console.log(`${channel} ${data.toString("hex")}`);
    if (++heard === Number(count)) resolve();
  }),
);
await ear.psubscribe(pattern);
console.log("ready");
await all;
const reader = new Redis({ port: Number(port) });
for (const [, fields] of await reader.xrangeBuffer(stream, "-", "+"))
  console.log(fields.map((field) => field.toString("hex")).join(" "));
process.exit(0);
