// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/swarm.h"
#include "findings/engine.h"
#include "session/interpreter.h"
#include "wordings.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace murmur {

/// The demo swarm passes before the detectors, without sockets and without a file.
class FaultRun
{
public:
    FaultRun(const SwarmOptions& options, double seconds, const DetectorChoice& choice = {},
             Wording wording = Wording::Demo)
        : m_engine(m_names, choice)
    {
        const Rewording reworded(wording);
        Interpreter interpreter(m_names);
        const ConnectionId connection = m_names.connection("demo://", "demo");
        Swarm swarm(options);
        Chunk chunk;
        const auto end = static_cast<std::int64_t>(seconds * 1e9);
        std::int64_t nextTick = 0;
        for (;;) {
            const SwarmMessage& said = swarm.next();
            if (said.time >= end)
                break;
            for (; nextTick <= said.time; nextTick += 1'000'000'000)
                m_engine.tick(options.epoch + nextTick);
            HeardMessage heard;
            heard.connection = connection;
            heard.received = options.epoch + said.time;
            heard.topic = QByteArray(said.topic.data(), static_cast<qsizetype>(said.topic.size()));
            heard.raw = reworded(said);
            heard.peer = "peer-" + QByteArray::number(said.group);
            if (chunk.columns.size() >= 4096)
                chunk.clear();
            interpreter.interpret(heard, chunk);
            const std::size_t row = chunk.columns.size() - 1;
            m_engine.hear(chunk.columns, row, chunk.raw(row), chunk.headers(row));
            ++m_messages;
        }
        m_truth = swarm.truth();
    }

    [[nodiscard]] const std::deque<Finding>& found() const { return m_engine.findings().all(); }
    [[nodiscard]] const std::vector<TruthEntry>& truth() const { return m_truth; }
    [[nodiscard]] std::int64_t messages() const { return m_messages; }
    [[nodiscard]] std::int64_t forgotten() const { return m_engine.forgotten(); }
    [[nodiscard]] std::string blamed(const Finding& finding) const
    {
        return finding.agents.empty() ? std::string() : m_names.agentName(finding.agents.front());
    }
    /// Whether the finding is about one of the agents of the truth.
    [[nodiscard]] bool isRight(const Finding& finding, const TruthEntry& truth) const
    {
        return finding.detector == truth.id &&
               (truth.agents.empty() ||
                std::ranges::find(truth.agents, blamed(finding)) != truth.agents.end());
    }
    /// What was found, for a message of a test.
    [[nodiscard]] std::string told() const
    {
        std::string text;
        for (const Finding& finding : found())
            text += std::string(finding.detector) + ": " + finding.summary + '\n';
        return text;
    }

private:
    Dictionaries m_names;
    DetectorEngine m_engine;
    std::vector<TruthEntry> m_truth;
    std::int64_t m_messages = 0;
};

} // namespace murmur
