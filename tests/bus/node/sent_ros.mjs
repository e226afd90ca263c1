// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Hears what is published through rosbridge: node sent_ros.mjs URL TOPIC TYPE COUNT
// Says “ready”, then the messages as they come, a line each.

import { createRequire } from "node:module";
import process from "node:process";

const ROSLIB = createRequire(import.meta.url)("roslib");
const [url, name, messageType, count] = process.argv.slice(2);
const ros = new ROSLIB.Ros({ url });
let heard = 0;

ros.on("connection", () => {
  new ROSLIB.Topic({ ros, name, messageType }).subscribe((message) => {
    console.log(JSON.stringify(message));
    if (++heard === Number(count)) process.exit(0);
  });
  console.log("ready");
});
