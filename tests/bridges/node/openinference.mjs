// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A graph of two nodes that reports by OpenTelemetry, as OpenInference instruments it; where to stands in the
// environment.

import * as CallbackManagerModule from "@langchain/core/callbacks/manager";
import { AIMessage } from "@langchain/core/messages";
import { FakeStreamingChatModel } from "@langchain/core/utils/testing";
import { Annotation, END, START, StateGraph } from "@langchain/langgraph";
import { LangChainInstrumentation } from "@arizeai/openinference-instrumentation-langchain";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-base";

const provider = new BasicTracerProvider({
  resource: resourceFromAttributes({ "service.name": "press" }),
  spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
});
const instrumentation = new LangChainInstrumentation({ tracerProvider: provider });
instrumentation.manuallyInstrument(CallbackManagerModule);

const State = Annotation.Root({ text: Annotation() });
const model = new FakeStreamingChatModel({ responses: [new AIMessage("a draft")] });
const graph = new StateGraph(State)
  .addNode("writer", async () => ({ text: (await model.invoke("write")).content }))
  .addNode("editor", async (state) => ({ text: `${state.text}, edited` }))
  .addEdge(START, "writer")
  .addEdge("writer", "editor")
  .addEdge("editor", END)
  .compile({ name: "press" });

console.log((await graph.invoke({ text: "" })).text);
await provider.forceFlush();
