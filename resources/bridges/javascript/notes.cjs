// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Says beside the recording what was found in this process, so that `murmur run` can say what it could not see.
"use strict";

const fs = require("node:fs");
const path = require("node:path");

const said = new Set();

/** "runtime", "found", "instrumented" or "failed", and what: once. */
function note(word, what) {
  try {
    const folder = process.env.MURMURSCOPE_NOTES;
    const line = `${word}\t${String(what).replace(/[\r\n\t]+/g, " ").slice(0, 400)}\n`;
    if (!folder || said.has(line) || said.size > 200) return;
    said.add(line);
    fs.appendFileSync(path.join(folder, `node-${process.pid}`), line);
  } catch {
    // Nobody asks.
  }
}

/** Libraries that would report by OpenTelemetry and that no bridge listens to. */
const LIBRARIES = /[\\/]node_modules[\\/](openai|@anthropic-ai[\\/]sdk|@aws-sdk[\\/]client-bedrock-runtime|ai)[\\/](?!.*[\\/]node_modules[\\/])/;

function noteLibrary(file) {
  const found = LIBRARIES.exec(file);
  if (found) note("found", `node ${found[1].replace("\\", "/")}`);
}

module.exports = { note, noteLibrary };
