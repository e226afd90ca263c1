// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A program with agents that knows nothing of Murmurscope: a planner, two researchers side by side, a writer that uses a
// tool and goes round until it is content, a person who is asked, and a publisher that fails.
//   node agents.mjs [plain]      plain: without a checkpointer, and so without the person

import { AIMessage } from "@langchain/core/messages";
import { FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { tool } from "@langchain/core/tools";
import { Annotation, Command, END, MemorySaver, START, StateGraph, interrupt } from "@langchain/langgraph";

const isPlain = process.argv[2] === "plain";

const State = Annotation.Root({
  goal: Annotation(),
  findings: Annotation({ reducer: (all, more) => all.concat(more), default: () => [] }),
  rounds: Annotation({ reducer: (_, now) => now, default: () => 0 }),
  text: Annotation(),
  approved: Annotation(),
});

const model = (text) => new FakeStreamingChatModel({ responses: [new AIMessage(text)], sleep: 1 });
const search = tool(async ({ query }) => `about ${query}`, {
  name: "search",
  description: "Looks something up",
  schema: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
});

async function say(text, input) {
  let whole = "";
  for await (const chunk of await model(text).stream(input)) whole += chunk.content;
  return whole;
}

const graph = new StateGraph(State)
  .addNode("planner", async (state) => ({ goal: await say("plan it", state.goal) }))
  .addNode("reader", async () => ({ findings: [await search.invoke({ query: "robots" })] }))
  .addNode("counter", async () => ({ findings: [await search.invoke({ query: "numbers" })] }))
  .addNode("writer", async (state) => ({ text: await say("a draft", "write"), rounds: state.rounds + 1 }))
  .addNode("reviewer", async (state) => ({ approved: isPlain ? "yes" : interrupt({ question: "publish?", text: state.text }) }))
  .addNode("publisher", async () => {
    throw new Error("the press is broken");
  })
  .addEdge(START, "planner")
  .addEdge("planner", "reader")
  .addEdge("planner", "counter")
  .addEdge(["reader", "counter"], "writer")
  .addConditionalEdges("writer", (state) => (state.rounds < 3 ? "writer" : "reviewer"), ["writer", "reviewer"])
  .addEdge("reviewer", "publisher")
  .addEdge("publisher", END)
  .compile({ checkpointer: isPlain ? undefined : new MemorySaver(), name: "press" });

const config = isPlain ? {} : { configurable: { thread_id: "thread-1" } };
let failure = "nothing failed";
try {
  const result = await graph.invoke({ goal: "a story" }, config);
  if (!isPlain) {
    console.log(`asked: ${result.__interrupt__[0].value.question}`);
    await graph.invoke(new Command({ resume: "yes" }), config);
  }
} catch (error) {
  failure = error.message;
}
console.log(failure);
