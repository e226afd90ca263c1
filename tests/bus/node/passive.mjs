// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The others on a bus, by clients that others wrote: node passive.mjs BUS URL [SIZE]
// BUS: redis, nats, stream (JetStream), mqtt, kafka, ws; or sink, a WebSocket server that says its port.
// Reads actions from standard input and answers each with a line: "ok" and what it has to say, or what went wrong.
//
//   flood SECONDS BYTES   publishes numbered messages of SIZE bytes as fast as it can, until both are reached, and waits
//                         until the bus has taken them: "ok COUNT SECONDS"
//   drip ON               a message about every millisecond from now on; 0: no longer
//   listen                a bare subscriber from now on, which keeps nothing
//   prepare               makes what an observer could spoil: groups, consumers, pending entries, retained messages,
//                         sessions
//   state                 how all of it is now
//   held                  how many bytes the bus holds back for murmurscope
//   collect               what the sleeping session gets when it comes back (mqtt)
//   count                 how many messages came (sink)

import process from "node:process";
import readline from "node:readline";

const [bus, url, sizeText] = process.argv.slice(2);
const size = Number(sizeText ?? 1000);
const pad = "x".repeat(Math.max(0, size - 60));
const message = (n) => `{"n":${n},"from":"agent-${n % 20}","to":"agent-${(n + 7) % 20}","pad":"${pad}"}`;
const kAtOnce = 500;

/// `send(first, end)` publishes these and waits while too much is under way; `flush` until all has arrived.
const flood = async (seconds, bytes, send, flush) => {
  const start = process.hrtime.bigint();
  const elapsed = () => Number(process.hrtime.bigint() - start) / 1e9;
  let n = 0;
  while (n * size < bytes || elapsed() < seconds) {
    await send(n, n + kAtOnce);
    n += kAtOnce;
  }
  await flush?.();
  return `${n} ${elapsed()}`;
};

let dripping;
const drip = (send) => ([isOn]) => {
  clearInterval(dripping);
  let n = 0;
  if (isOn) dripping = setInterval(() => send(n++), 1);
};

const redis = async () => {
  const { default: Redis } = await import("ioredis");
  const client = new Redis(url, { maxRetriesPerRequest: null });
  return {
    flood: ([seconds, bytes]) =>
      flood(seconds, bytes, async (first, end) => {
        const pipeline = client.pipeline();
        for (let n = first; n < end; ++n) pipeline.publish(`flood.${n % 5}`, message(n));
        await pipeline.exec();
      }),
    drip: drip((n) => client.publish("flood.0", message(n))),
    listen: () => client.psubscribe("flood.*"),
    prepare: async () => {
      await client.xgroup("CREATE", "tasks", "workers", "0", "MKSTREAM");
      for (let i = 0; i < 5; ++i) await client.xadd("tasks", "*", "data", String(i));
      await client.xreadgroup("GROUP", "workers", "w1", "COUNT", "2", "STREAMS", "tasks", ">");
      await client.xreadgroup("GROUP", "workers", "w2", "COUNT", "1", "STREAMS", "tasks", ">");
      await client.set("lease", "w1", "EX", "1000");
    },
    state: async () => {
      // What grows by itself: how long somebody has been idle.
      const consumers = (await client.xinfo("CONSUMERS", "tasks", "workers")).map((words) =>
        words.filter((_, i) => !["idle", "inactive"].includes(words[i - (i % 2)])),
      );
      const clients = (await client.client("LIST")).match(/ name=murmurscope /g) ?? [];
      return {
        keys: (await client.keys("*")).sort(),
        stream: await client.xinfo("STREAM", "tasks"),
        groups: await client.xinfo("GROUPS", "tasks"),
        consumers,
        pending: await client.xpending("tasks", "workers"),
        channels: await client.pubsub("CHANNELS"),
        patterns: await client.pubsub("NUMPAT"),
        events: await client.config("GET", "notify-keyspace-events"),
        ours: clients.length,
      };
    },
    held: async () => {
      const ours = (await client.client("LIST")).split("\n").filter((line) => line.includes(" name=murmurscope "));
      return ours.reduce((sum, line) => sum + Number(/ omem=(\d+)/.exec(line)[1]), 0);
    },
  };
};

const nats = async (isStream) => {
  const { connect, consumerOpts, RetentionPolicy, StorageType, AckPolicy } = await import("nats");
  const [servers, monitor] = url.split(",");
  const client = await connect({ servers, name: "agents" });
  const encode = new TextEncoder();
  const ask = async (path) => (await fetch(`${monitor}${path}`)).json();
  const ours = async () => (await ask("/connz?subs=1")).connections.filter(({ name }) => name?.startsWith("murmurscope"));
  const manager = isStream ? await client.jetstreamManager() : undefined;
  const listAll = async (lister) => {
    const all = [];
    for await (const one of lister) all.push(one);
    return all;
  };
  return {
    flood: ([seconds, bytes]) =>
      flood(
        seconds,
        bytes,
        (first, end) => {
          for (let n = first; n < end; ++n) client.publish(`flood.${n % 5}`, encode.encode(message(n)));
          return client.flush();
        },
        async () => {
          // The stream takes what it gets in order: all has arrived when the last has.
          if (isStream) await client.jetstream().publish("other.end", encode.encode("end"));
        },
      ),
    drip: drip((n) => client.publish("flood.0", encode.encode(message(n)))),
    listen: async () => {
      if (isStream) {
        const options = consumerOpts().orderedConsumer().deliverNew().filterSubject("flood.>").callback(() => {});
        await client.jetstream().subscribe("flood.>", options);
      } else {
        client.subscribe("flood.>", { callback: () => {} });
      }
      await client.flush();
    },
    prepare: async () => {
      if (!isStream) return;
      const storage = StorageType.Memory;
      // Ten seconds of a flood would fill the memory.
      await manager.streams.add({ name: "EVENTS", subjects: ["flood.>"], storage, max_bytes: 1 << 29 });
      await manager.streams.add({ name: "JOBS", subjects: ["job.>"], storage });
      await manager.streams.add({ name: "OTHER", subjects: ["other.>"], storage });
      await manager.streams.add({ name: "WORK", subjects: ["work.>"], storage, retention: RetentionPolicy.Workqueue });
      for (let i = 0; i < 5; ++i) {
        await client.jetstream().publish("job.a", encode.encode(String(i)));
        await client.jetstream().publish("work.a", encode.encode(String(i)));
      }
      const durable = { durable_name: "worker", ack_policy: AckPolicy.Explicit, ack_wait: 3.6e12 };
      await manager.consumers.add("JOBS", durable);
      await manager.consumers.add("WORK", durable);
      for (const stream of ["JOBS", "WORK"]) {
        await (await client.jetstream().pull(stream, "worker", 5000)).ackAck();
        await client.jetstream().pull(stream, "worker", 5000); // and is not acknowledged
      }
    },
    state: async () => {
      const streams = [];
      for (const stream of manager ? ["EVENTS", "JOBS", "WORK"] : []) {
        const { config, state } = await manager.streams.info(stream);
        const consumers = await listAll(manager.consumers.list(stream));
        streams.push({
          config,
          // What is flooded goes into EVENTS.
          held: stream === "EVENTS" ? [] : [state.messages, state.first_seq, state.last_seq],
          consumers: consumers.map(({ cluster, ts, ...known }) => known),
        });
      }
      return {
        streams,
        // A connection stays listed for a moment.
        ours: (await ours()).length,
        slow: (await ask("/varz")).slow_consumers,
      };
    },
    held: async () => (await ours()).reduce((sum, one) => sum + one.pending_bytes, 0),
  };
};

const mqtt = async () => {
  const { default: lib } = await import("mqtt");
  const connect = (options) => lib.connectAsync(url, { protocolVersion: 5, reconnectPeriod: 0, ...options });
  const client = await connect({});
  const told = new Map();
  client.on("message", (topic, payload) => topic.startsWith("$SYS/") && told.set(topic.slice(5), Number(payload)));
  const sleeper = { clientId: "sleeper", clean: false, properties: { sessionExpiryInterval: 3600 } };
  return {
    flood: ([seconds, bytes]) =>
      flood(
        seconds,
        bytes,
        async (first, end) => {
          for (let n = first; n < end; ++n) {
            client.publish(`flood/${n % 5}`, message(n), { qos: 0 });
            if (client.stream.writableNeedDrain) await new Promise((resolve) => client.stream.once("drain", resolve));
          }
        },
        () => client.publishAsync("end/flood", "end", { qos: 1 }),
      ),
    drip: drip((n) => client.publish("flood/0", message(n), { qos: 0 })),
    listen: () => client.subscribeAsync("flood/#"),
    prepare: async () => {
      await client.subscribeAsync("$SYS/broker/clients/+");
      await client.subscribeAsync("$SYS/broker/subscriptions/count");
      await client.subscribeAsync("$SYS/broker/publish/messages/dropped");
      for (let i = 0; i < 3; ++i) await client.publishAsync(`kept/${i}`, `state ${i}`, { qos: 1, retain: true });
      const asleep = await connect(sleeper);
      await asleep.subscribeAsync("keep/#", { qos: 1 });
      await asleep.endAsync();
      for (let i = 0; i < 5; ++i) await client.publishAsync(`keep/${i}`, `for later ${i}`, { qos: 1 });
    },
    state: async () => {
      const kept = [];
      const reader = await connect({});
      const done = new Promise((resolve) =>
        reader.on("message", (topic, payload, { retain }) => {
          if (retain) kept.push(`${topic}=${payload}`);
          if (topic === "end/state") resolve();
        }),
      );
      await reader.subscribeAsync("#");
      await client.publishAsync("end/state", "end", { qos: 1 });
      await done;
      await reader.endAsync();
      return { kept: kept.sort() };
    },
    /// Of the broker, as of its last report.
    told: () => Object.fromEntries(told),
    collect: async () => {
      const got = [];
      const awake = lib.connect(url, { protocolVersion: 5, reconnectPeriod: 0, ...sleeper });
      const all = new Promise((resolve) =>
        awake.on("message", (_topic, payload) => got.push(payload.toString()) === 5 && resolve()),
      );
      const { sessionPresent } = await new Promise((resolve) => awake.on("connect", resolve));
      await all;
      await awake.endAsync();
      return { sessionPresent, got };
    },
  };
};

const kafka = async () => {
  const { default: kafkajs } = await import("kafkajs");
  const kafka = new kafkajs.Kafka({ clientId: "agents", brokers: [url], logLevel: kafkajs.logLevel.ERROR });
  const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: kafkajs.Partitioners.LegacyPartitioner });
  await producer.connect();
  return {
    flood: ([seconds, bytes]) =>
      flood(seconds, bytes, async (first, end) => {
        const messages = [];
        for (let n = first; n < end; ++n) messages.push({ partition: n % 4, value: message(n) });
        await producer.send({ topic: "flood", messages, acks: 1 });
      }),
    drip: drip((n) => producer.send({ topic: "flood", messages: [{ partition: n % 4, value: message(n) }], acks: 1 })),
  };
};

const ws = async () => {
  const { default: WebSocket } = await import("ws");
  const client = new WebSocket(url, { perMessageDeflate: false });
  await new Promise((resolve, reject) => client.once("open", resolve).once("error", reject));
  const answered = () => new Promise((resolve) => client.once("pong", resolve).ping());
  return {
    flood: ([seconds, bytes]) =>
      flood(
        seconds,
        bytes,
        async (first, end) => {
          for (let n = first; n < end; ++n) client.send(message(n));
          while (client.bufferedAmount > 1 << 20) await new Promise((resolve) => setImmediate(resolve));
        },
        answered,
      ),
  };
};

const sink = async () => {
  const { WebSocketServer } = await import("ws");
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", perMessageDeflate: false });
  await new Promise((resolve) => server.on("listening", resolve));
  let count = 0;
  server.on("connection", (socket) => socket.on("message", () => ++count));
  return { port: () => server.address().port, count: () => count };
};

const buses = { redis, nats: () => nats(false), stream: () => nats(true), mqtt, kafka, ws, sink };
const actions = await buses[bus]();
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [action, ...rest] = line.split(" ");
  try {
    const said = await actions[action](rest.map(Number));
    const text = typeof said === "object" ? JSON.stringify(said) : said;
    console.log(`ok ${["prepare", "listen", "drip"].includes(action) ? "" : text}`);
  } catch (error) {
    console.log(`${action}: ${error}`);
  }
}
process.exit(0);
