// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What Node asks when it loads a module: those that register.cjs wants get a last line that hands them over.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const { targetOf } = require("./targets.cjs");
const { noteLibrary } = require("./notes.cjs");

export async function load(url, context, nextLoad) {
  const result = await nextLoad(url, context);
  try {
    noteLibrary(url);
    const name = result.format === "module" && result.source ? targetOf(url) : undefined;
    if (!name) return result;
    const source = typeof result.source === "string" ? result.source : Buffer.from(result.source).toString("utf8");
    const handOver = `\n;try{globalThis[Symbol.for("murmurscope.loaded")]?.("${name}",${name})}catch{}\n`;
    return { ...result, source: source + handOver };
  } catch {
    return result;
  }
}
