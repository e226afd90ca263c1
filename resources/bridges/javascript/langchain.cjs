// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Tells the hub what LangChain and LangGraph do: runs as events of astream_events, the state of graphs as they stream it.
// By hand: graph.invoke(input, { callbacks: [new MurmurscopeHandler()] }).
"use strict";

const { sender } = require("./sender.cjs");
const { note } = require("./notes.cjs");
const { GraphWatch, interruptsOf } = require("./langgraph.cjs");

const NAME = "murmurscope";
const HIDDEN = "langsmith:hidden"; // what LangGraph marks as plumbing of its own
const MOST_RUNS = 20000; // that are open at the same time

/** A handler of callbacks. None of its methods waits or throws. */
class MurmurscopeHandler {
  name = NAME;
  lc_prefer_streaming = false;
  awaitHandlers = true; // they do not wait: called in order, in place
  raiseError = false;
  ignoreLLM = false;
  ignoreChain = false;
  ignoreAgent = false;
  ignoreRetriever = false;
  ignoreCustomEvent = false;

  constructor(to = sender()) {
    this.sender = to;
    this.runs = new Map(); // id → { name, kind, parents, metadata, tags, isHidden }
    this.interrupts = new Set(); // told already: an error passes through every graph around it
  }

  copy() {
    return this;
  }
  toJSON() {
    return { name: NAME };
  }
  toJSONNotImplemented() {
    return this.toJSON();
  }

  begin(kind, id, parent, name, tags, metadata, input) {
    const above = parent === undefined ? undefined : this.runs.get(parent);
    const parents = above ? (above.isHidden ? above.parents : [...above.parents, parent]) : parent ? [parent] : [];
    const run = { name: name || kind, kind, parents, metadata: metadata ?? {}, tags: tags ?? [], isHidden: tags?.includes(HIDDEN) === true };
    if (this.runs.size >= MOST_RUNS) this.runs.delete(this.runs.keys().next().value);
    this.runs.set(id, run);
    this.tell(run, id, `on_${kind}_start`, { input });
  }

  tell(run, id, event, data) {
    if (run.isHidden) return;
    this.sender?.send({
      topic: "langgraph.runs",
      event,
      name: run.name,
      run_id: id,
      parent_ids: run.parents,
      tags: run.tags,
      metadata: run.metadata,
      data,
      timestamp: new Date().toISOString(),
    });
  }

  end(id, what, data, kind) {
    const run = this.runs.get(id) ?? { name: kind, kind, parents: [], metadata: {}, tags: [] };
    this.runs.delete(id);
    this.tell(run, id, `on_${run.kind}_${what}`, data);
  }

  /** An interrupt travels as an error and is none: the node ends, and somebody is asked. */
  fail(id, error, kind) {
    const interrupts = interruptsOf(error);
    const run = this.runs.get(id);
    if (!interrupts) return this.end(id, "error", { error }, kind);
    this.end(id, "end", { output: { interrupts } }, kind);
    for (const interrupt of interrupts) {
      if (interrupt.id !== undefined && this.interrupts.has(interrupt.id)) continue;
      if (this.interrupts.size >= MOST_RUNS) this.interrupts.clear();
      this.interrupts.add(interrupt.id);
      this.sender?.send(GraphWatch.shared(this.sender).asked(interrupt, run?.metadata ?? {}));
    }
  }

  handleChainStart(chain, inputs, id, parent, tags, metadata, runType, name) {
    guarded(() => this.begin("chain", id, parent, name ?? nameOf(chain), tags, metadata, inputs));
  }
  handleChainEnd(output, id) {
    guarded(() => this.end(id, "end", { output }, "chain"));
  }
  handleChainError(error, id) {
    guarded(() => this.fail(id, error, "chain"));
  }
  handleLLMStart(model, prompts, id, parent, extra, tags, metadata, name) {
    guarded(() => this.begin("llm", id, parent, name ?? nameOf(model), tags, metadata, { prompts, ...parametersOf(extra) }));
  }
  handleChatModelStart(model, messages, id, parent, extra, tags, metadata, name) {
    guarded(() => this.begin("chat_model", id, parent, name ?? nameOf(model), tags, metadata, { messages, ...parametersOf(extra) }));
  }
  handleLLMNewToken(token, index, id, parent, tags, fields) {
    guarded(() => {
      const run = this.runs.get(id);
      if (run) this.tell(run, id, `on_${run.kind}_stream`, { chunk: fields?.chunk?.message ?? token });
    });
  }
  handleLLMEnd(output, id) {
    guarded(() => this.end(id, "end", { output: output?.generations?.[0]?.[0]?.message ?? output }, "llm"));
  }
  handleLLMError(error, id) {
    guarded(() => this.fail(id, error, "llm"));
  }
  handleToolStart(tool, input, id, parent, tags, metadata, name) {
    guarded(() => this.begin("tool", id, parent, name ?? nameOf(tool), tags, metadata, input));
  }
  handleToolEnd(output, id) {
    guarded(() => this.end(id, "end", { output }, "tool"));
  }
  handleToolError(error, id) {
    guarded(() => this.fail(id, error, "tool"));
  }
  handleRetrieverStart(retriever, query, id, parent, tags, metadata, name) {
    guarded(() => this.begin("retriever", id, parent, name ?? nameOf(retriever), tags, metadata, { query }));
  }
  handleRetrieverEnd(documents, id) {
    guarded(() => this.end(id, "end", { output: { documents } }, "retriever"));
  }
  handleRetrieverError(error, id) {
    guarded(() => this.fail(id, error, "retriever"));
  }
  handleCustomEvent(name, data, id, tags, metadata) {
    guarded(() => {
      const run = this.runs.get(id);
      this.tell({ name, parents: run?.parents ?? [], tags: tags ?? [], metadata: { ...run?.metadata, ...metadata } }, id, "on_custom_event", data);
    });
  }
}

function guarded(work) {
  try {
    work();
  } catch {
    // The program is not to notice.
  }
}

function nameOf(serialized) {
  return serialized?.name ?? serialized?.id?.[serialized.id.length - 1];
}

function parametersOf(extra) {
  const parameters = extra?.invocation_params;
  return parameters && Object.keys(parameters).length > 0 ? { parameters } : {};
}

let shared;

/** Every run of this CallbackManager is told from now on. */
function listenToRuns(CallbackManager) {
  const configure = CallbackManager._configureSync;
  if (typeof configure !== "function") throw new Error("this version of @langchain/core is not known");
  if (configure.isMurmurscope) return;
  shared ??= new MurmurscopeHandler();
  const ours = function (...rest) {
    const manager = configure.apply(this, rest);
    try {
      const result = manager ?? new CallbackManager();
      if (!result.handlers.some((handler) => handler.name === NAME)) result.addHandler(shared, true);
      // Without a manager there was nobody to give these to.
      if (!manager) {
        const [, , inheritableTags, localTags, inheritableMetadata, localMetadata] = rest;
        result.addTags(inheritableTags ?? []);
        result.addTags(localTags ?? [], false);
        result.addMetadata(inheritableMetadata ?? {});
        result.addMetadata(localMetadata ?? {}, false);
      }
      return result;
    } catch {
      return manager;
    }
  };
  ours.isMurmurscope = true;
  CallbackManager._configureSync = ours;
}

/** What a module that is listened to handed over. */
function listenTo(name, value) {
  const to = sender();
  if (!to) return;
  to.start();
  if (name === "CallbackManager") {
    listenToRuns(value);
    note("instrumented", "LangChain.js");
  } else if (name === "Pregel") {
    GraphWatch.shared(to).watch(value);
    note("instrumented", "LangGraph.js");
  }
}

module.exports = { MurmurscopeHandler, listenTo };
