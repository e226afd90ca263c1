// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A worker that falls behind, with clients that others wrote:
//   node lagworker.mjs redis OPTIONS STREAM GROUP     XREADGROUP and XACK; OPTIONS as in redis.mjs
//   node lagworker.mjs nats URL STREAM DURABLE        a durable consumer that is pulled from
//   node lagworker.mjs kafka BROKER TOPIC GROUP       a member of a consumer group
// Does what the lines on standard input say, and answers each with "ok" or what went wrong:
//   read N     takes N messages (Kafka: and commits behind them)
//   ack N      acknowledges the first N of those that it has not yet
//   info       what the server says of the durable consumer (NATS)

import process from "node:process";
import readline from "node:readline";

const [kind, server, source, group] = process.argv.slice(2);
const taken = [];

const redis = async () => {
  const { default: Redis } = await import("ioredis");
  const client = new Redis(JSON.parse(server));
  return {
    read: async (count) => {
      const answer = await client.xreadgroup("GROUP", group, "w1", "COUNT", count, "STREAMS", source, ">");
      taken.push(...answer[0][1].map(([id]) => id));
    },
    ack: async (count) => client.xack(source, group, ...taken.splice(0, count)),
    end: () => client.disconnect(),
  };
};

const nats = async () => {
  const { AckPolicy, connect } = await import("nats");
  const link = await connect({ servers: server });
  const manager = await link.jetstreamManager();
  await manager.consumers.add(source, { durable_name: group, ack_policy: AckPolicy.Explicit });
  return {
    read: async (count) => {
      for (let i = 0; i < count; ++i) taken.push(await link.jetstream().pull(source, group, 10000));
    },
    ack: async (count) => {
      for (const message of taken.splice(0, count)) await message.ackAck();
    },
    info: async () => {
      const info = await manager.consumers.info(source, group);
      return JSON.stringify([info.delivered, info.ack_floor, info.num_ack_pending, info.num_pending, info.num_waiting]);
    },
    end: () => link.close(),
  };
};

const kafka = async () => {
  const { default: kafkajs } = await import("kafkajs");
  const client = new kafkajs.Kafka({ clientId: "worker", brokers: [server], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = client.consumer({ groupId: group, allowAutoTopicCreation: false });
  let wanted = 0;
  let wake = () => {};
  let done = () => {};
  return {
    read: async (count) => {
      const finished = new Promise((resolve) => (done = resolve));
      wanted += count;
      wake();
      if (!consumer.isRunning) {
        consumer.isRunning = true;
        await consumer.connect();
        await consumer.subscribe({ topics: [source], fromBeginning: true });
        await consumer.run({
          autoCommit: false,
          partitionsConsumedConcurrently: 1,
          eachMessage: async ({ topic, partition, message }) => {
            while (wanted === 0) await new Promise((resolve) => (wake = resolve));
            --wanted;
            await consumer.commitOffsets([{ topic, partition, offset: String(Number(message.offset) + 1) }]);
            if (wanted === 0) done();
          },
        });
      }
      await finished;
    },
    end: () => process.exit(0),
  };
};

const worker = await { redis, nats, kafka }[kind]();
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [what, count] = line.split(" ");
  try {
    const said = await worker[what](Number(count));
    console.log(`ok ${typeof said === "string" ? said : ""}`.trim());
  } catch (error) {
    console.log(`${what}: ${error}`);
  }
}
await worker.end();
