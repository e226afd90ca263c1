// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// kafkasend.mjs BROKER TOPIC PARTITIONS COUNT          numbered messages, to the partitions in turn
// kafkasend.mjs BROKER TOPIC words                     one message of each kind, to partition 0
// kafkasend.mjs BROKER TOPIC times FIRST STEP COUNT    numbered, with time stamps (ms)

import kafkajs from "kafkajs";

const { Kafka, logLevel } = kafkajs;
const [broker, topic, what, ...rest] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "sender", brokers: [broker], logLevel: logLevel.ERROR });
const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: kafkajs.Partitioners.LegacyPartitioner });
await producer.connect();

if (what === "words") {
    const messages = [
        { key: "k1", value: "hello", headers: { tag: ["one", "two"], raw: Buffer.from([0, 255, 10]), kafka_replyTopic: "answers" } },
        { key: Buffer.from([1, 0, 2]), value: Buffer.from([0xff, 0x00]) },
        { key: "gone", value: null },
        { key: null, value: "" },
    ];
    for (const message of messages)
        await producer.send({ topic, messages: [{ partition: 0, ...message }] });
} else if (what === "times") {
    const [first, step, count] = rest.map(Number);
    const messages = [];
    for (let i = 0; i < count; ++i)
        messages.push({ partition: 0, value: String(i), timestamp: String(first + i * step) });
    await producer.send({ topic, messages });
} else {
    const partitions = Number(what);
    const count = Number(rest[0]);
    for (let i = 0; i < count;) {
        const messages = [];
        for (; messages.length < 5000 && i < count; ++i)
            messages.push({ partition: i % partitions, value: String(i) });
        await producer.send({ topic, messages });
    }
}
await producer.disconnect();
