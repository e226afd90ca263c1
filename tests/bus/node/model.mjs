// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// model.mjs: a model behind the HTTP interface that most have, and an agent that calls it: for an answer, for a stream,
// and once too often. Use: node model.mjs serve | call URL
import http from "node:http";

const [, , what, url] = process.argv;
const path = "/v1/chat/completions";
const chunk = (model, delta, more) => `data: ${JSON.stringify({ id: "c-2", object: "chat.completion.chunk", model, choices: [{ index: 0, delta, ...more }] })}\n\n`;

let calls = 0;
function answer(request, response) {
  let text = "";
  request.on("data", (data) => (text += data));
  request.on("end", () => {
    const { model, stream } = JSON.parse(text);
    const json = (status, body) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (++calls > 2) return json(429, { error: { message: "too many requests", type: "rate_limit" } });
    if (!stream) return json(200, { id: "c-1", object: "chat.completion", model, choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "Pallet 8812." } }], usage: { prompt_tokens: 20, completion_tokens: 3 } });
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const content of ["The way ", "is free."]) response.write(chunk(model, { content }));
    response.write(chunk(model, {}, { finish_reason: "stop" }));
    response.end("data: [DONE]\n\n");
  });
}

async function call() {
  const messages = [{ role: "user", content: "What stands there?" }];
  const ask = (stream) => fetch(url + path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ model: "m-1", messages, stream }) });
  const first = await (await ask(false)).json();
  messages.push(first.choices[0].message, { role: "user", content: "And now?" });
  await (await ask(true)).text();
  console.log((await ask(false)).status === 429 ? "" : "it was not refused");
}

if (what === "serve") {
  const server = http.createServer(answer).listen(0, "127.0.0.1", () => console.log(`port ${server.address().port}`));
} else await call();
