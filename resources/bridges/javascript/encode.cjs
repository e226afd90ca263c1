// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Any value as JSON of a bounded size, in bounded time, whatever it is: circular, deep, huge, or with getters that throw.
"use strict";

const MOST_DEPTH = 16;
const MOST_ITEMS = 500; // of a list or an object
const MOST_TEXT = 64 * 1024; // characters of one text
const MOST_TOTAL = 512 * 1024; // characters of one message, about

function shortText(text, state, most = MOST_TEXT) {
  const allowed = Math.max(0, Math.min(most, state.left));
  state.left -= Math.min(text.length, allowed) + 4;
  if (text.length <= allowed) return text;
  return `${text.slice(0, allowed)}… (${text.length - allowed} more characters)`;
}

/** A message of LangChain: what it says, without what it is built from. */
function messageOf(value) {
  const kind = typeof value.getType === "function" ? value.getType() : value._getType();
  const result = { type: kind, content: value.content };
  for (const key of ["id", "name", "tool_calls", "tool_call_id", "status", "artifact", "usage_metadata", "response_metadata"]) {
    const part = value[key];
    const isEmpty = part === undefined || part === null || (typeof part === "object" && Object.keys(part).length === 0);
    if (!isEmpty) result[key] = part;
  }
  return result;
}

function plain(value, state, depth) {
  switch (typeof value) {
    case "string":
      return shortText(value, state);
    case "number":
      state.left -= 8;
      return Number.isFinite(value) ? value : String(value);
    case "boolean":
      return value;
    case "bigint":
      return shortText(String(value), state);
    case "object":
      break;
    default:
      return undefined; // functions and symbols say nothing
  }
  if (value === null) return null;
  if (depth > MOST_DEPTH) return "…";
  if (state.above.has(value)) return "… (itself)";
  state.above.add(value);
  try {
    return objectOf(value, state, depth);
  } catch (error) {
    return `… (${String(error?.message ?? error).slice(0, 200)})`;
  } finally {
    state.above.delete(value);
  }
}

function objectOf(value, state, depth) {
  if (Array.isArray(value)) return listOf(value, value.length, state, depth);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `… (${value.byteLength} bytes)`;
  if (value instanceof Error)
    return { name: value.name, message: shortText(String(value.message), state), stack: shortText(String(value.stack ?? ""), state, 4096) };
  if (value instanceof Map) return objectOf(Object.fromEntries([...value].slice(0, MOST_ITEMS).map(([k, v]) => [String(k), v])), state, depth);
  if (value instanceof Set) return listOf([...value].slice(0, MOST_ITEMS + 1), value.size, state, depth);
  if (typeof value.getType === "function" || typeof value._getType === "function") return plain(messageOf(value), state, depth + 1);
  if (value instanceof Date || value instanceof URL) return String(value.toJSON());
  if (value instanceof Promise) return "… (a promise)";
  if (typeof value.then === "function" || typeof value.pipe === "function" || Symbol.asyncIterator in value) return "… (a stream)";
  const result = {};
  let count = 0;
  for (const key of Object.keys(value)) {
    if (key.startsWith("__pregel_")) continue; // LangGraph's own
    if (count++ >= MOST_ITEMS || state.left <= 0) {
      result["…"] = "more";
      break;
    }
    let part;
    try {
      part = value[key];
    } catch {
      part = "… (cannot be read)";
    }
    state.left -= key.length + 4;
    const shown = plain(part, state, depth + 1);
    if (shown !== undefined) result[key.slice(0, 1024)] = shown;
  }
  return result;
}

function listOf(list, length, state, depth) {
  const result = [];
  for (let i = 0; i < length; ++i) {
    if (i >= MOST_ITEMS || state.left <= 0) {
      result.push(`… (${length - i} more)`);
      break;
    }
    result.push(plain(list[i], state, depth + 1) ?? null);
    state.left -= 1;
  }
  return result;
}

/** The JSON text of `value`; undefined when it cannot be had. */
function encode(value) {
  try {
    return JSON.stringify(plain(value, { left: MOST_TOTAL, above: new Set() }, 0));
  } catch {
    return undefined;
  }
}

module.exports = { encode };
