// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Listens to LangChain and LangGraph without a change of the program: node --require …/register.cjs program.mjs, or the
// same in NODE_OPTIONS. Does nothing unless MURMURSCOPE_HUB names a hub.
"use strict";

const Module = require("node:module");
const { pathToFileURL } = require("node:url");
const { isMainThread, workerData } = require("node:worker_threads");

const KEY = Symbol.for("murmurscope.loaded");

function register() {
  const { note, noteLibrary } = require("./notes.cjs");
  const { targetOf } = require("./targets.cjs");
  note("runtime", `node ${process.versions.node}`);
  globalThis[KEY] = (name, value) => {
    try {
      const { listenTo } = require("./langchain.cjs");
      listenTo(name, value);
    } catch (error) {
      note("failed", `${name}: ${error?.message ?? error}`);
    }
  };
  // Modules that are required.
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, file, ...rest) {
    const result = compile.call(this, content, file, ...rest);
    try {
      noteLibrary(file);
      const name = targetOf(file);
      if (name && this.exports?.[name]) globalThis[KEY](name, this.exports[name]);
    } catch {
      // The program has its module.
    }
    return result;
  };
  // Modules that are imported are read in a thread of Node's own.
  if (typeof Module.register === "function") Module.register("./hooks.mjs", pathToFileURL(__filename));
}

try {
  const isOurs = !isMainThread && workerData?.murmurscope;
  if (process.env.MURMURSCOPE_HUB && !isOurs && !globalThis[KEY]) register();
} catch {
  // The program runs as it would without us.
}
