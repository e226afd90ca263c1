// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A robot that somebody else's client speaks for: node robots_roslib.mjs URL TOPIC COUNT
// Publishes as soon as it is told to on standard input, numbered, and ends with it.

import { createRequire } from "node:module";
import process from "node:process";

const ROSLIB = createRequire(import.meta.url)("roslib");
const [url, name, count] = process.argv.slice(2);
const ros = new ROSLIB.Ros({ url });

ros.on("error", (error) => {
  console.log(`error ${error.message ?? error}`);
  process.exit(1);
});
ros.on("connection", () => {
  const topic = new ROSLIB.Topic({ ros, name, messageType: "geometry_msgs/msg/Pose2D" });
  topic.advertise();
  console.log("advertised");
  process.stdin.once("data", () => {
    let next = 0;
    const more = () => {
      for (let i = 0; i < 500 && next < Number(count); ++i, ++next) {
        topic.publish(new ROSLIB.Message({ seq: next, x: 1.5, y: -2, last: next + 1 === Number(count) }));
      }
      if (next < Number(count)) {
        setTimeout(more, ros.socket.bufferedAmount > 1 << 20 ? 5 : 0);
      } else {
        console.log("published");
      }
    };
    more();
  });
});
