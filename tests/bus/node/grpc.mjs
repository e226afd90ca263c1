// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A server and a client of gRPC that others wrote, with a tap between them:
//   node grpc.mjs [DIRECTORY]
// With a DIRECTORY of certificates the server speaks TLS, and so takes nobody who does not agree on
// HTTP/2. Prints the server's port and reads the tap's, as 127.0.0.1:PORT, from the standard input.
// Then the client makes three calls and checks what comes back.

import * as grpc from "@grpc/grpc-js";
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

const directory = process.argv[2];
const read = (name) => readFileSync(`${directory}/${name}`);
const toBytes = (text) => Buffer.from(text);
const toText = (bytes) => bytes.toString();
const service = {
  send: {
    path: "/shop.Orders/Send",
    requestStream: false,
    responseStream: false,
    requestSerialize: toBytes,
    requestDeserialize: toText,
    responseSerialize: toBytes,
    responseDeserialize: toText,
  },
};
const end = (text) => {
  console.log(text);
  process.exit(1);
};

const server = new grpc.Server();
server.addService(service, { send: (call, answer) => answer(null, `heard ${call.request}`) });
const pair = directory && [{ cert_chain: read("server.pem"), private_key: read("server.key") }];
const shows = pair ? grpc.ServerCredentials.createSsl(null, pair) : grpc.ServerCredentials.createInsecure();
server.bindAsync("127.0.0.1:0", shows, (error, port) => {
  if (error) end(error.message);
  console.log(`port ${port}`);
});

createInterface({ input: process.stdin }).once("line", async (tap) => {
  const Client = grpc.makeGenericClientConstructor(service, "Orders");
  const client = new Client(tap, grpc.credentials.createInsecure());
  const call = (text) =>
    new Promise((resolve) =>
      client.send(text, { deadline: Date.now() + 20_000 }, (error, answer) =>
        resolve(error ? error.message : answer),
      ),
    );
  for (const text of ["one", "two", "three"]) {
    const answer = await call(text);
    if (answer !== `heard ${text}`) end(`${text} was answered by ${answer}`);
  }
  process.exit(0);
});
