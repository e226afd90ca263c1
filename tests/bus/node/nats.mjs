// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Swarms on NATS, by the project's own client: node nats.mjs URL
// Reads actions from standard input, a JSON array of texts a line, and answers each with a line:
// what it has to say behind "ok ", or what went wrong.

import process from "node:process";
import readline from "node:readline";
import { AckPolicy, RetentionPolicy, StorageType, connect, headers, StringCodec } from "nats";

const [servers] = process.argv.slice(2);
const nc = await connect({ servers, maxReconnectAttempts: 0 });
const text = StringCodec();

/// `count` messages, numbered from `first`, to the subjects in turn.
const numbered = async (count, first, ...subjects) => {
  for (let i = 0; i < count; ++i) {
    nc.publish(subjects[i % subjects.length], text.encode(String(first + i)));
    if (i % 2000 === 1999) await nc.flush();
  }
  await nc.flush();
};

const retention = { limits: RetentionPolicy.Limits, work: RetentionPolicy.Workqueue, interest: RetentionPolicy.Interest };

const gathered = new Map();
/// Everything of a message that a subscriber gets, as text.
const told = ({ subject, data, headers: words, reply }) => ({
  subject,
  data: Buffer.from(data).toString("base64"),
  headers: words ? [...words].flatMap(([name, values]) => values.map((value) => [name, value])) : [],
  reply: reply ?? "",
});

const actions = {
  /// Keeps what comes to a subject, for `gathered`.
  gather: async ([subject]) => {
    const messages = [];
    gathered.set(subject, messages);
    nc.subscribe(subject, { callback: (_error, message) => messages.push(told(message)) });
    await nc.flush();
  },
  gathered: async ([subject, count]) => {
    const messages = gathered.get(subject);
    for (let i = 0; i < 2000 && messages.length < Number(count); ++i) await new Promise((go) => setTimeout(go, 5));
    await nc.flush();
    return JSON.stringify(messages.splice(0));
  },

  /// Answers each message on a subject `times` times.
  serve: async ([subject, times]) => {
    nc.subscribe(subject, {
      callback: (_error, message) => {
        const words = headers();
        words.append("X-Answer", "yes");
        for (let i = 0; i < Number(times); ++i)
          message.respond(text.encode(`${text.decode(message.data)}!${i}`), { headers: words });
      },
    });
    await nc.flush();
  },

  /// What a stream has stored, message by message.
  stored: async ([name]) => {
    const manager = await nc.jetstreamManager();
    const { state } = await manager.streams.info(name);
    const messages = [];
    for (let seq = state.first_seq; seq <= state.last_seq && state.messages > 0; ++seq) {
      const { subject, data, header } = await manager.streams.getMessage(name, { seq });
      messages.push(told({ subject, data, headers: header }));
    }
    return JSON.stringify(messages);
  },

  /// An agent: doubles the number of each question.
  planner: async ([subject]) => {
    nc.subscribe(subject, {
      callback: (_error, message) => {
        const { n } = JSON.parse(text.decode(message.data));
        message.respond(text.encode(JSON.stringify({ from: "planner", to: "boss", plan: 2 * n })));
      },
    });
    await nc.flush();
  },
  /// Asks it `count` questions, in turn by the shared inbox of this client and by one of its own.
  boss: async ([subject, count]) => {
    for (let n = 1; n <= Number(count); ++n)
      await nc.request(subject, text.encode(JSON.stringify({ from: "boss", to: "planner", n })), {
        timeout: 10000,
        noMux: n % 2 === 0,
      });
  },

  numbered: ([count, first, ...subjects]) => numbered(Number(count), Number(first), ...subjects),

  ask: async ([subject]) => {
    const served = nc.subscribe(subject, {
      max: 1,
      callback: (_error, message) => message.respond(text.encode("forty-two")),
    });
    const words = headers();
    words.append("X-Robot", "r2");
    words.append("X-Robot", "d2");
    words.append("x-robot", "lower");
    const answer = await nc.request(subject, text.encode("what?"), { headers: words, timeout: 10000 });
    await served.closed;
    return text.decode(answer.data);
  },

  /// An empty message with a status, as servers and services answer.
  status: async ([subject, code, words]) => {
    nc.publish(subject, undefined, { headers: headers(Number(code), words) });
    await nc.flush();
  },

  /// A queue group of two workers takes each of `count` messages once.
  queue: async ([subject, count]) => {
    let taken = 0;
    let workers = [];
    const done = new Promise((resolve) => {
      workers = [1, 2].map(() =>
        nc.subscribe(subject, { queue: "workers", callback: () => ++taken === Number(count) && resolve() }),
      );
    });
    await nc.flush();
    await numbered(Number(count), 0, subject);
    await done;
    for (const worker of workers) worker.unsubscribe();
    return taken;
  },

  bucket: async ([name]) => {
    const bucket = await nc.jetstream().views.kv(name);
    await bucket.put("pose.r2", text.encode("1,2"));
    await bucket.delete("pose.r2");
  },

  stream: async ([name, kind, subject, most]) => {
    const manager = await nc.jetstreamManager();
    await manager.streams.add({
      name,
      subjects: [subject],
      retention: retention[kind],
      storage: StorageType.File,
      max_msgs: Number(most ?? -1),
    });
  },

  /// What a stream holds, and who reads it.
  info: async ([name]) => {
    const manager = await nc.jetstreamManager();
    const { state } = await manager.streams.info(name);
    return JSON.stringify({ messages: state.messages, last: state.last_seq, consumers: state.consumer_count });
  },

  /// A worker takes `count` messages off the stream.
  work: async ([stream, count]) => {
    const manager = await nc.jetstreamManager();
    await manager.consumers.add(stream, { durable_name: "worker", ack_policy: AckPolicy.Explicit });
    for (let i = 0; i < Number(count); ++i) {
      const message = await nc.jetstream().pull(stream, "worker", 10000);
      await message.ackAck();
    }
  },

  remove: async ([stream, ...sequences]) => {
    const manager = await nc.jetstreamManager();
    for (const sequence of sequences) await manager.streams.deleteMessage(stream, Number(sequence));
  },

  /// Deletes every consumer of a stream behind its reader's back.
  unseat: async ([stream]) => {
    const manager = await nc.jetstreamManager();
    for await (const consumer of manager.consumers.list(stream)) await manager.consumers.delete(stream, consumer.name);
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [action, ...rest] = JSON.parse(line);
  try {
    console.log(`ok ${(await actions[action](rest)) ?? ""}`);
  } catch (error) {
    console.log(`${action}: ${error}`);
  }
}
await nc.close();
