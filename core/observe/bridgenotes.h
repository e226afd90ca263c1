// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <cstdint>

namespace murmur {

/// What bridges wrote beside the recording: "runtime", "found", "instrumented" or "failed", a tab,
/// and what. A file for each process; each line once.
struct BridgeNotes
{
    QStringList runtimes;     ///< "python 3.11.2", "node 20.20.2"
    QStringList found;        ///< "python openai": libraries that no bridge listens to
    QStringList instrumented; ///< "langgraph.js", "crewai"
    QStringList failures;     ///< "langchain_core: …": found, and could not be listened to
};
BridgeNotes readBridgeNotes(const QString& folder);

/// What of a program could not be heard, a sentence each with the one line that changes it. Empty
/// when everything that was found reports.
QStringList missedSentences(const BridgeNotes& notes, std::int64_t fromHub, std::int64_t fromOtlp);

} // namespace murmur
