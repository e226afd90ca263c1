// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "command.h"
#include "toldunreadable.h"

#include <QCoreApplication>
#include <QVariant>

#include <array>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace murmur::cli {

std::span<const Command> commands() noexcept
{
    static constexpr std::array rows = std::to_array<Command>({
        {"record", "Record the messages of one or more buses into a file", addRecord},
        {"tap", "Record what passes between agents and their server, as a proxy", addTap},
        {"buses", "Say which buses answer on this machine, and which this build knows", addBuses},
        {"topics", "Say what flows on a bus, topic by topic, before attaching", addTopics},
        {"test", "Try to attach, say how it went, and show the first messages", addTest},
        {"run", "Run a program under observation, without changing it", addRun},
        {"demo", "Let a demo swarm talk, and record it", addDemo},
        {"info", "Say what a recording holds", addInfo},
        {"query", "Find messages and print them as a table, JSON or CSV", addQuery},
        {"sql", "Ask a recording in SQL", addSql},
        {"latency", "Say how long calls took, and which were never answered", addLatency},
        {"matrix", "Put messages, latency, errors or cost into rows and columns", addMatrix},
        {"differs", "Say what tells some messages from the others", addDiffers},
        {"find", "Say where an id, a line of a log or a time is in a recording", addFind},
        {"facets", "Count the most common values of each field, here and elsewhere", addFacets},
        {"state", "Say what the agents knew and waited for at a moment", addState},
        {"summary", "Say on one screen what is wrong, since when, and what to do next", addSummary},
        {"findings", "Say what went wrong, and which messages show it", addFindings},
        {"check", "Hold a recording against detectors and rules, as a pass or fail", addCheck},
        {"trace", "Show what a message follows from and what followed, as a tree", addTrace},
        {"clocks", "Say by how much the agents' clocks are wrong", addClocks},
        {"names", "Call agents something else, merge and group them", addNames},
        {"note", "Mark a moment: a deployment, an alert, a thought", addNote},
        {"trigger", "Say when triggers would have fired", addTrigger},
        {"replay", "Send recorded messages to a bus again", addReplay},
        {"import", "Make a recording of JSON lines or CSV", addImport},
        {"export", "Write messages as JSON lines, CSV, MCAP, a trace, a diagram or a database",
         addExport},
        {"conversations", "List conversations, and show what one of them waited for",
         addConversations},
        {"compare", "Say what is new, missing, slower or different between two recordings",
         addCompare},
        {"delivery", "Say who got a message, who answered, and who did not", addDelivery},
        {"topology", "Say who talks to whom, as a table or a graph", addTopology},
        {"transcript", "Read calls to models as a conversation", addTranscript},
        {"prices", "List and set what the tokens of models cost", addPrices},
        {"merge", "Read several recordings again into one", addMerge},
        {"inject", "Send a message of your own to a bus, or a recorded one, edited", addInject},
        {"render", "Draw a view of a recording into a picture", addRender},
        {"reread", "Find out again who said what, with the dialects of today", addReread},
        {"verify", "Check a recording for damage", addVerify},
        {"repair", "Save what is whole of a damaged recording into a new one", addRepair},
        {"dialect", "Name the dialects, and explain how a message is read", addDialect},
        {"codec", "Name the payload codecs, and explain how a payload is read", addCodec},
        {"schema", "Keep the schemas of payloads in a recording", addSchema},
        {"profile", "Keep connections under a name, with their rules", addProfile},
        {"help", "Explain a command or a topic", addHelp},
    });
    return rows;
}

void report(const QString& sentence)
{
    const QByteArray line = "murmur: " + sentence.toUtf8() + '\n';
    std::fwrite(line.constData(), 1, static_cast<std::size_t>(line.size()), stderr);
}

int failed(const Error& error)
{
    report(error.message);
    const bool tells = error.code == ErrorCode::Unreadable || error.code == ErrorCode::NewerFormat;
    if (auto* application = QCoreApplication::instance(); tells && application != nullptr)
        application->setProperty(kHasToldUnreadable, true);
    return exitCodeOf(error.code);
}

int wrongUse(const QString& sentence)
{
    return failed({ErrorCode::WrongUse, sentence});
}

} // namespace murmur::cli
