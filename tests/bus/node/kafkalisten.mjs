// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// kafkalisten.mjs BROKER TOPIC COUNT    prints COUNT messages from the beginning, each a line of JSON: partition, key and
//                                       value in base64 or null, headers as a list in hexadecimal, time stamp in ms

import kafkajs from "kafkajs";

const { Kafka, logLevel } = kafkajs;
const [broker, topic, count] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "listener", brokers: [broker], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: `listener-${process.pid}`, maxWaitTimeInMs: 50 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
let left = Number(count);
await new Promise((resolve) => {
    consumer.run({
        eachMessage: async ({ partition, message: { key, value, headers, timestamp } }) => {
            const list = Object.entries(headers ?? {}).flatMap(([name, values]) =>
                [values].flat().map((one) => [name, Buffer.from(one ?? "").toString("hex")]));
            console.log(JSON.stringify({
                partition, key: key?.toString("base64") ?? null, value: value?.toString("base64") ?? null, headers: list,
                timestamp: Number(timestamp),
            }));
            if (--left === 0) resolve();
        },
    });
});
await consumer.disconnect();
process.exit(0);
