// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// kafkabytes.mjs BROKER TOPIC HEX…    a message of each, to partition 0

import kafkajs from "kafkajs";

const { Kafka, logLevel } = kafkajs;
const [broker, topic, ...values] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "sender", brokers: [broker], logLevel: logLevel.ERROR });
const producer = kafka.producer({ allowAutoTopicCreation: false, createPartitioner: kafkajs.Partitioners.LegacyPartitioner });
await producer.connect();
await producer.send({ topic, messages: values.map((hex) => ({ partition: 0, value: Buffer.from(hex, "hex") })) });
await producer.disconnect();
