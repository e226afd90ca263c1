// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Agents of Agent2Agent, by its SDK for 0.3 and the one for 1.0: who books rooms, and who wants one.
// Use: node a2a.mjs serve 0.3|1.0 URL (under which others reach it) [rest|grpc] | call 0.3|1.0 URL [rest|grpc]

import express from "express";

const [, , what, version, url, binding] = process.argv;
const isGrpc = binding === "grpc";
const protocol = { rest: "HTTP+JSON", grpc: "GRPC" }[binding] ?? "JSONRPC";
const isOld = version === "0.3";
const sdk = isOld ? "@a2a-js/sdk" : "a2a-sdk-1";
const { AGENT_CARD_PATH, Role, TaskState } = await import(sdk);

/// What both versions write in another way.
const write = isOld
  ? {
      part: (text) => ({ kind: "text", text }),
      textOf: (part) => part.text,
      state: (word) => word,
      event: (kind, data) => ({ kind, ...data }),
      say: (text) => ({ message: { kind: "message", messageId: crypto.randomUUID(), contextId: "trip-1", role: "user", parts: [write.part(text)] } }),
      card: (at) => ({ protocolVersion: "0.3.0", url: at, preferredTransport: protocol }),
    }
  : {
      part: (text) => ({ content: { $case: "text", value: text }, filename: "", mediaType: "text/plain" }),
      textOf: (part) => part.content.value,
      state: (word) => TaskState[`TASK_STATE_${word.toUpperCase()}`],
      event: (kind, data) => ({ kind: { "status-update": "statusUpdate", "artifact-update": "artifactUpdate" }[kind] ?? kind, data }),
      say: (text) => ({ tenant: "", message: { messageId: crypto.randomUUID(), contextId: "trip-1", taskId: "", role: Role.ROLE_USER, parts: [write.part(text)], extensions: [], referenceTaskIds: [] } }),
      card: (at) => ({ supportedInterfaces: [{ url: at, protocolBinding: protocol, tenant: "", protocolVersion: "1.0" }], securitySchemes: {}, securityRequirements: [], signatures: [] }),
    };

/// A room is booked piece by piece; there are no castles.
class Booker {
  async execute({ taskId, contextId, userMessage }, bus) {
    const status = (word) => ({ state: write.state(word), timestamp: new Date().toISOString() });
    const publish = (kind, data) => bus.publish(write.event(kind, data));
    const says = (word, final) => publish("status-update", { taskId, contextId, status: status(word), final });
    publish("task", { id: taskId, contextId, status: status("submitted"), history: [userMessage], artifacts: [] });
    says("working", false);
    if (write.textOf(userMessage.parts[0]) === "a castle") says("failed", true);
    else {
      for (const text of ["Room ", "17"])
        publish("artifact-update", { taskId, contextId, append: text === "17", lastChunk: text === "17", artifact: { artifactId: "a-1", name: "booking", description: "", parts: [write.part(text)], extensions: [] } });
      says("completed", true);
    }
    bus.finished();
  }
  cancelTask = async () => {};
}

const card = { name: "Room booker", description: "books rooms", version: "2", ...write.card(isGrpc ? new URL(url).host : `${url}/${binding === "rest" ? "agent" : "rpc"}`), capabilities: { streaming: true, extensions: [] }, defaultInputModes: ["text"], defaultOutputModes: ["text"], skills: [{ id: "book", name: "Book", description: "books a room", tags: ["rooms"], examples: [], inputModes: [], outputModes: [], securityRequirements: [] }] };

async function serve() {
  const { DefaultRequestHandler, InMemoryTaskStore } = await import(`${sdk}/server`);
  const requestHandler = new DefaultRequestHandler(card, new InMemoryTaskStore(), new Booker());
  if (isGrpc) return serveGrpc(requestHandler);
  const { agentCardHandler, jsonRpcHandler, restHandler, UserBuilder } = await import(`${sdk}/server/express`);
  const app = express();
  app.use(`/${AGENT_CARD_PATH}`, agentCardHandler({ agentCardProvider: requestHandler }));
  app.use("/rpc", jsonRpcHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }));
  app.use("/agent", restHandler({ requestHandler, userBuilder: UserBuilder.noAuthentication }));
  const server = app.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
}

async function serveGrpc(requestHandler) {
  const { Server, ServerCredentials } = await import("@grpc/grpc-js");
  const { A2AService, grpcService, UserBuilder } = await import(`${sdk}/server/grpc`);
  const server = new Server();
  server.addService(A2AService, grpcService({ requestHandler, userBuilder: UserBuilder.noAuthentication }));
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (_, port) => console.log(`port ${port}`));
}

async function connect() {
  const { ClientFactory } = await import(`${sdk}/client`);
  if (!isGrpc) return new ClientFactory().createFromUrl(url);
  const { GrpcTransportFactory } = await import(`${sdk}/client/grpc`);
  return new ClientFactory({ transports: [new GrpcTransportFactory()] }).createFromAgentCard(card);
}

async function call() {
  const client = await connect();
  const taskOf = (answer) => answer.task ?? answer;
  const booked = taskOf(await client.sendMessage(write.say("a room")));
  let events = 0;
  for await (const event of client.sendMessageStream(write.say("another room"))) events += event ? 1 : 0;
  const refused = taskOf(await client.sendMessage(write.say("a castle")));
  const found = await client.getTask({ tenant: "", id: booked.id });
  const lost = await client.getTask({ tenant: "", id: "nobody" }).catch(() => "no such task");
  console.log(booked.status.state === write.state("completed"), events, refused.status.state === write.state("failed"), found.id === booked.id, lost);
}

await (what === "serve" ? serve() : call());
