// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "causality/clockestimator.h"
#include "demo/swarm.h"
#include "session/interpreter.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace murmur {

/// Against the truth of the demo: of all agents, sampled over their time.
struct ClockVerdict
{
    static constexpr std::int64_t kSecond = 1'000'000'000;
    static constexpr std::int64_t kMillisecond = 1'000'000;

    int agents = 0;
    int right = 0; ///< whose true offset was within the error bar wherever it was looked at
    std::vector<std::int64_t> errors;
    int steps = 0, stepsFound = 0, falseSteps = 0;
    std::vector<std::string> wrong; ///< a line each

    [[nodiscard]] std::int64_t median() const
    {
        return errors.empty() ? 0 : errors[errors.size() / 2];
    }
};

inline ClockVerdict judgeClocks(const SwarmOptions& options, std::int64_t length)
{
    constexpr std::int64_t kSecond = ClockVerdict::kSecond;
    constexpr std::int64_t kMillisecond = ClockVerdict::kMillisecond;
    Dictionaries names;
    Interpreter interpreter(names);
    const ConnectionId connection = names.connection("demo://", "demo");
    Swarm swarm(options);
    ClockEstimator estimator;
    Chunk chunk;
    std::vector<Seq> causes;
    for (;;) {
        const SwarmMessage& said = swarm.next();
        if (said.time >= length)
            break;
        HeardMessage heard;
        heard.connection = connection;
        heard.received = options.epoch + said.time;
        heard.topic = QByteArray(said.topic.data(), static_cast<qsizetype>(said.topic.size()));
        heard.raw = QByteArray(said.json.data(), static_cast<qsizetype>(said.json.size()));
        if (chunk.columns.size() >= 4096)
            chunk.clear();
        interpreter.interpret(heard, chunk);
        const Columns& columns = chunk.columns;
        const std::size_t row = columns.size() - 1;
        causes.clear();
        for (auto edge = columns.causes.rbegin(); edge != columns.causes.rend() && edge->row == row;
             ++edge)
            causes.push_back(edge->cause);
        estimator.hear({columns.first + static_cast<Seq>(row), AgentId(columns.sender[row]),
                        columns.time[row], columns.sent[row], columns.sequence[row], causes});
    }
    ClockVerdict verdict;
    const ClocksPtr clocks = estimator.clocks();
    for (const ClockTruth& truth : swarm.clocks()) {
        const AgentClock* clock = clocks->of(names.findAgent(truth.agent));
        if (clock == nullptr)
            continue;
        ++verdict.agents;
        bool isRight = true;
        const bool isSet = truth.step != 0 && truth.stepAt < length - 12 * kSecond;
        verdict.steps += isSet ? 1 : 0;
        const std::size_t told = clock->segments.size() - 1;
        verdict.falseSteps += static_cast<int>(told) > (isSet ? 1 : 0) ? 1 : 0;
        if (isSet && told >= 1) {
            const ClockSegment& last = clock->segments.back();
            verdict.stepsFound += std::abs(last.step - truth.step) < 5 * kMillisecond ? 1 : 0;
        }
        for (std::int64_t t = 2 * kSecond; t < length - 2 * kSecond; t += 3 * kSecond) {
            const ClockSegment& segment = clock->at(options.epoch + t);
            const std::int64_t error =
                std::abs(segment.offsetAt(options.epoch + t) - truth.offsetAt(t));
            verdict.errors.push_back(error);
            const std::int64_t bar = clock->errorAt(options.epoch + t);
            if (error > bar) {
                isRight = false;
                verdict.wrong.push_back(truth.agent + " at " + std::to_string(t / kSecond) +
                                        " s wrong by " + std::to_string(error) + " ns, error bar " +
                                        std::to_string(bar) + ' ' + clockBasisName(segment.basis));
            }
        }
        verdict.right += isRight ? 1 : 0;
    }
    std::ranges::sort(verdict.errors);
    return verdict;
}

} // namespace murmur
