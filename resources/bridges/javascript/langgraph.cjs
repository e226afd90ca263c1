// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The state of LangGraph's graphs: checkpoints where there is a checkpointer, else values; what each node wrote; and
// whom a graph asks and who answered. It comes through the stream that a graph gives to the graph above it.
"use strict";

const STREAM = "__pregel_stream"; // where a graph finds the stream of the one above
const INTERRUPT = "__interrupt__";
const MOST_THREADS = 1000;

const KEY = Symbol.for("murmurscope.graphs");

/** The interrupts in an error that is none; a bubble without them is an empty list; undefined for a true error. */
function interruptsOf(error) {
  if (Array.isArray(error?.interrupts)) return error.interrupts;
  return error?.is_bubble_up === true ? [] : undefined;
}

class GraphWatch {
  /** The one of this process. */
  static shared(sender) {
    globalThis[KEY] ??= new GraphWatch(sender);
    return globalThis[KEY];
  }

  constructor(sender) {
    this.sender = sender;
    this.sequence = 0;
    this.checkpoints = new Set(); // ids that were told lately
    this.asking = new Map(); // thread → ids of interrupts that nobody answered
  }

  watch(Pregel) {
    const prototype = Pregel.prototype;
    const defaults = prototype._defaults;
    if (typeof defaults !== "function") throw new Error("this version of @langchain/langgraph streams no state to others");
    if (defaults.isMurmurscope) return;
    const watch = this;
    prototype._defaults = function (...rest) {
      const result = defaults.apply(this, rest);
      try {
        watch.joinIn(this, result);
      } catch {
        // The graph runs without us.
      }
      return result;
    };
    prototype._defaults.isMurmurscope = true;
    const iterate = prototype._streamIterator;
    if (typeof iterate !== "function") return;
    prototype._streamIterator = function (input, options, ...rest) {
      try {
        watch.answered(input, options?.configurable?.thread_id);
      } catch {
        // As above.
      }
      return iterate.call(this, input, options, ...rest);
    };
  }

  /** Adds our stream to the configuration of a run, unless it is there from the graph above. */
  joinIn(graph, result) {
    const config = result?.[4];
    if (typeof config !== "object" || config === null || config.configurable?.[STREAM] !== undefined) return;
    const modes = ["updates", result[7] ? "checkpoints" : "values"];
    const facts = { graph_name: graph.name ?? "LangGraph", thread_id: config.configurable?.thread_id };
    // Whoever writes the configuration down does not see it.
    const stream = { modes: new Set(modes), push: (chunk) => this.push(chunk, facts), toJSON: () => undefined };
    config.configurable = { ...config.configurable, [STREAM]: stream };
  }

  push(chunk, facts) {
    try {
      const [namespace, mode, payload] = chunk;
      if (mode === "checkpoints" && !this.isNew(payload)) return;
      if (mode === "updates" && payload && INTERRUPT in payload) {
        // Those with a value come as errors of their nodes; this one is a breakpoint.
        if (payload[INTERRUPT]?.length === 0) this.sender.send(this.asked({}, { ...facts, checkpoint_ns: namespace.join("|") }));
        return;
      }
      this.sender.send({
        topic: "langgraph.state",
        type: mode,
        ns: namespace,
        ...facts,
        data: payload,
        timestamp: new Date().toISOString(),
      });
    } catch {
      // The graph has its chunk.
    }
  }

  /** A graph that goes on tells its last checkpoint once more. */
  isNew(checkpoint) {
    if (checkpoint?.values === undefined) return false;
    const id = checkpoint.config?.configurable?.checkpoint_id;
    if (id === undefined) return true;
    if (this.checkpoints.has(id)) return false;
    if (this.checkpoints.size >= MOST_THREADS) this.checkpoints.delete(this.checkpoints.values().next().value);
    this.checkpoints.add(id);
    return true;
  }

  /** The message that says that a graph waits for a person. */
  asked(interrupt, facts) {
    const thread = facts.thread_id;
    if (interrupt.id !== undefined && thread !== undefined) {
      if (this.asking.size >= MOST_THREADS) this.asking.delete(this.asking.keys().next().value);
      this.asking.set(thread, [...(this.asking.get(thread) ?? []), interrupt.id]);
    }
    return this.event("input.requested", facts, { interrupt_id: interrupt.id, value: interrupt.value });
  }

  /** A graph goes on with what somebody answered. */
  answered(input, thread) {
    if (input?.resume === undefined || thread === undefined) return;
    for (const id of this.asking.get(thread) ?? [])
      this.sender.send(this.event("input.respond", { thread_id: thread }, { interrupt_id: id, response: input.resume }));
    this.asking.delete(thread);
  }

  event(method, facts, data) {
    const namespace = facts.langgraph_checkpoint_ns ?? facts.checkpoint_ns ?? "";
    return {
      topic: "langgraph.input",
      type: "event",
      seq: ++this.sequence,
      method,
      thread_id: facts.thread_id,
      params: { namespace: namespace === "" ? [] : String(namespace).split("|"), timestamp: Date.now(), data },
    };
  }
}

module.exports = { GraphWatch, interruptsOf };
