// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Modules that are listened to: the end of their path or URL, and what of them is wanted.
"use strict";

const TARGETS = [
  [/[\\/]@langchain[\\/]core[\\/]dist[\\/]callbacks[\\/]manager\.c?js$/, "CallbackManager"],
  [/[\\/]@langchain[\\/]langgraph[\\/]dist[\\/]pregel[\\/]index\.c?js$/, "Pregel"],
];

function targetOf(file) {
  return TARGETS.find(([pattern]) => pattern.test(file))?.[1];
}

module.exports = { targetOf };
