// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Clients and a server of the Model Context Protocol, by its SDK, over a WebSocket or over HTTP with event streams.
// Use: node mcp.mjs serve | call URL NAME…

import express from "express";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { WebSocketClientTransport } from "@modelcontextprotocol/sdk/client/websocket.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { ElicitRequestSchema, LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { WebSocket, WebSocketServer } from "ws";
import { z } from "zod";

globalThis.WebSocket ??= WebSocket;

/// The SDK has this end for clients alone.
function transportOf(socket) {
  const transport = {
    start: async () => {},
    send: async (message) => socket.send(JSON.stringify(message)),
    close: async () => socket.close(),
  };
  socket.on("message", (data) => transport.onmessage?.(JSON.parse(data)));
  socket.on("close", () => transport.onclose?.());
  return transport;
}

function newServer() {
  const server = new McpServer({ name: "archive", version: "1.0.0" }, { capabilities: { logging: {} } });
  server.registerTool("search", { description: "looks for papers", inputSchema: { query: z.string() } }, async ({ query }, extra) => {
    const token = extra._meta?.progressToken;
    if (token !== undefined) await extra.sendNotification({ method: "notifications/progress", params: { progressToken: token, progress: 1, total: 2 } });
    await server.server.sendLoggingMessage({ level: "info", data: `looked for ${query}` });
    return { content: [{ type: "text", text: `three papers about ${query}` }] };
  });
  server.registerTool("burn", { description: "fails" }, async () => {
    throw new Error("the archive is on fire");
  });
  server.registerTool("ask", { description: "asks the person in front of the client" }, async () => {
    const answer = await server.server.elicitInput({ message: "Which year?", requestedSchema: { type: "object", properties: { year: { type: "string" } } } });
    return { content: [{ type: "text", text: `${answer.action}: ${answer.content?.year}` }] };
  });
  server.registerResource("index", "paper://index", { title: "Index" }, async (uri) => ({ contents: [{ uri: uri.href, text: "a, b, c" }] }));
  return server;
}

async function serve() {
  const app = express();
  const sessions = new Map();
  app.all("/mcp", express.json(), async (request, response) => {
    let transport = sessions.get(request.headers["mcp-session-id"]);
    if (!transport) {
      transport = new StreamableHTTPServerTransport({ sessionIdGenerator: randomUUID, onsessioninitialized: (id) => sessions.set(id, transport) });
      await newServer().connect(transport);
    }
    await transport.handleRequest(request, response, request.body);
  });
  const server = createServer(app);
  const sockets = new WebSocketServer({ server, handleProtocols: () => "mcp" });
  sockets.on("connection", (socket) => newServer().connect(transportOf(socket)));
  server.listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
}

async function call(url, names) {
  // Both ask at once, and number their calls alike.
  await Promise.all(names.map(async (name) => {
    const client = new Client({ name, version: "2.0.0" }, { capabilities: { elicitation: {} } });
    client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: { year: "1969" } }));
    client.setNotificationHandler(LoggingMessageNotificationSchema, () => {});
    await client.connect(url.startsWith("ws") ? new WebSocketClientTransport(new URL(url)) : new StreamableHTTPClientTransport(new URL(url)));
    await client.ping();
    const tools = await client.listTools();
    const found = await client.callTool({ name: "search", arguments: { query: name } }, undefined, { onprogress: () => {} });
    const burnt = await client.callTool({ name: "burn", arguments: {} });
    const asked = await client.callTool({ name: "ask", arguments: {} });
    await client.readResource({ uri: "paper://index" });
    const unknown = await client.request({ method: "papers/lend", params: {} }, z.any()).catch((error) => error.code);
    console.log(name, tools.tools.length, found.content[0].text, burnt.isError, asked.content[0].text, unknown);
    await client.close();
  }));
}

const [, , what, url, ...names] = process.argv;
if (what === "serve") await serve();
else await call(url, names);
