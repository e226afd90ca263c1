// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "observe/bridgenotes.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <array>
#include <string_view>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Libraries that OpenInference makes speak OpenTelemetry.
struct Instrumentation
{
    std::string_view found; ///< as a bridge notes it
    std::string_view package;
};
constexpr std::array kInstrumentations = std::to_array<Instrumentation>({
    {"python openai", "openinference-instrumentation-openai"},
    {"python anthropic", "openinference-instrumentation-anthropic"},
    {"python agents", "openinference-instrumentation-openai-agents"},
    {"python autogen_agentchat", "openinference-instrumentation-autogen-agentchat"},
    {"python llama_index", "openinference-instrumentation-llama-index"},
    {"python dspy", "openinference-instrumentation-dspy"},
    {"python smolagents", "openinference-instrumentation-smolagents"},
    {"python litellm", "openinference-instrumentation-litellm"},
    {"python pydantic_ai", "openinference-instrumentation-pydantic-ai"},
    {"python google.adk", "openinference-instrumentation-google-adk"},
    {"python haystack", "openinference-instrumentation-haystack"},
    {"python agno", "openinference-instrumentation-agno"},
    {"python mistralai", "openinference-instrumentation-mistralai"},
    {"node openai", "@arizeai/openinference-instrumentation-openai"},
    {"node @anthropic-ai/sdk", "@arizeai/openinference-instrumentation-anthropic"},
    {"node @aws-sdk/client-bedrock-runtime", "@arizeai/openinference-instrumentation-bedrock"},
    {"node ai", "@arizeai/openinference-vercel"},
});
constexpr qint64 kMostBytes = 64 * 1024; // of one process
constexpr qsizetype kMostProcesses = 1000;

void addOnce(QStringList& list, const QString& text)
{
    if (!list.contains(text) && list.size() < 100)
        list << text;
}

QString libraryOf(const QString& found)
{
    return found.section(u' ', 1);
}

/// The line that makes a library report, by where it lives.
QString remedyOf(const Instrumentation& row)
{
    const QString package = QString::fromUtf8(row.package.data(), qsizetype(row.package.size()));
    if (row.found.starts_with("python"))
        return u"pip install %1 opentelemetry-distro opentelemetry-exporter-otlp-proto-http, then "
               "murmur run -- opentelemetry-instrument CMD"_s.arg(package);
    return u"npm install %1 @opentelemetry/sdk-trace-node "
           "@opentelemetry/exporter-trace-otlp-proto, and register it"_s.arg(package);
}

bool hasRuntime(const BridgeNotes& notes, QLatin1StringView name)
{
    return std::ranges::any_of(notes.runtimes,
                               [&](const QString& text) { return text.startsWith(name); });
}

} // namespace

BridgeNotes readBridgeNotes(const QString& folder)
{
    BridgeNotes notes;
    const QDir directory(folder);
    for (const QString& name :
         directory.entryList(QDir::Files, QDir::Name).mid(0, kMostProcesses)) {
        QFile file(directory.filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        for (const QByteArray& line : file.read(kMostBytes).split('\n')) {
            const qsizetype tab = line.indexOf('\t');
            if (tab <= 0)
                continue;
            const QByteArray word = line.first(tab);
            const QString what = QString::fromUtf8(
                line.sliced(tab + 1).first(std::min<qsizetype>(line.size() - tab - 1, 500)));
            if (word == "runtime")
                addOnce(notes.runtimes, what);
            else if (word == "found")
                addOnce(notes.found, what);
            else if (word == "instrumented")
                addOnce(notes.instrumented, what);
            else if (word == "failed")
                addOnce(notes.failures, what);
        }
    }
    return notes;
}

QStringList missedSentences(const BridgeNotes& notes, std::int64_t fromHub, std::int64_t fromOtlp)
{
    QStringList sentences;
    for (const QString& failure : notes.failures)
        sentences << u"Could not listen to %1."_s.arg(failure);
    // Through a framework that is listened to they are seen.
    const bool isSeenThrough = fromHub > 0 && !notes.instrumented.isEmpty();
    if (fromOtlp == 0 && !isSeenThrough) {
        for (const Instrumentation& row : kInstrumentations) {
            const QString found = QString::fromUtf8(row.found.data(), qsizetype(row.found.size()));
            if (notes.found.contains(found))
                sentences << u"%1 was used and reports nothing by itself. To see it: %2."_s.arg(
                    libraryOf(found), remedyOf(row));
        }
    }
    if (!sentences.isEmpty() || fromHub > 0 || fromOtlp > 0)
        return sentences;
    if (!notes.instrumented.isEmpty()) {
        sentences << u"Loaded and listened to, and nothing ran: %1."_s.arg(
            notes.instrumented.join(u", "_s));
    } else if (hasRuntime(notes, "python"_L1)) {
        sentences << u"The program is Python and loaded neither crewai nor langchain_core. To see "
                     "others: pip install opentelemetry-distro "
                     "opentelemetry-exporter-otlp-proto-http and the instrumentation of its "
                     "framework, then murmur run -- opentelemetry-instrument CMD."_s;
    } else if (hasRuntime(notes, "node"_L1)) {
        sentences << u"The program is Node and loaded no @langchain/core. To see others: npm "
                     "install @opentelemetry/sdk-node and the instrumentation of its framework."_s;
    } else {
        sentences << u"Nothing reported: no Python or Node that lets bridges in was started, and "
                     "no OpenTelemetry exporter. Any program can send to the hub itself: curl -d "
                     "'{\"from\":\"me\"}' $MURMURSCOPE_HUB (murmur help hub)."_s;
    }
    return sentences;
}

} // namespace murmur
