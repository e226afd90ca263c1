// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Publishes to Redis with a client that somebody else wrote:
//   node redis.mjs publish OPTIONS COUNT CHANNEL…   "0", "1" … to the channels in turn
//   node redis.mjs add OPTIONS COUNT STREAM…        the same as entries, in the field "data"
// OPTIONS are those of ioredis, as JSON. In the middle it waits for a line when COUNT is "N/N".

import fs from "node:fs";
import process from "node:process";
import Redis from "ioredis";

const [what, options, counts, ...names] = process.argv.slice(2);
const given = JSON.parse(options);
for (const file in given.tls ?? {}) given.tls[file] = fs.readFileSync(given.tls[file]);
const redis = new Redis({ ...given, maxRetriesPerRequest: null });
redis.on("error", () => {});

const lines = [];
let wake = () => {};
process.stdin.on("data", (data) => {
  lines.push(data);
  wake();
});
const line = async () => {
  while (lines.length === 0) await new Promise((resolve) => (wake = resolve));
  lines.shift();
};

let number = 0;
const parts = counts.split("/").map(Number);
for (const [index, part] of parts.entries()) {
  if (index > 0) {
    console.log(`waiting after ${number}`);
    await line();
  }
  const end = number + part;
  while (number < end) {
    const pipeline = redis.pipeline();
    for (let i = 0; i < 1000 && number < end; ++i, ++number) {
      const name = names[number % names.length];
      if (what === "publish") pipeline.publish(name, String(number));
      else pipeline.xadd(name, "*", "data", String(number));
    }
    for (const [error] of await pipeline.exec()) if (error) throw error;
  }
}
console.log(`sent ${number}`);
process.exit(0);
