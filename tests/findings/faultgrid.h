// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "faultrun.h"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {

/// How well the detectors find the demo's faults, over seeds, sizes and wordings: the seeds go
/// through all sizes, and with each round to the next wording.
class FaultGrid
{
public:
    struct Size
    {
        int agents;
        int rate;
    };
    static constexpr std::array kSizes{Size{40, 250}, Size{100, 700}, Size{250, 1500}};

    struct Score
    {
        int runs = 0;
        int found = 0;
        int named = 0;
        int right = 0;
        int wrong = 0;
        std::vector<double> delays; ///< s

        [[nodiscard]] double recall() const { return shareOf(found, runs); }
        [[nodiscard]] double precision() const { return shareOf(right, right + wrong); }
        [[nodiscard]] double namedShare() const { return shareOf(named, runs); }
        [[nodiscard]] double delay() const
        {
            std::vector<double> sorted = delays;
            std::ranges::sort(sorted);
            return sorted.empty() ? 0 : sorted[sorted.size() / 2];
        }

    private:
        static double shareOf(int part, int all)
        {
            return all == 0 ? 1 : static_cast<double>(part) / all;
        }
    };

    std::vector<Size> sizes{kSizes.begin(), kSizes.end()};
    std::vector<std::pair<std::string_view, Wording>> wordings{kWordings.begin(), kWordings.end()};
    ClockPlan clocks;

    /// The `i`th run of a fault.
    void tryFault(const FaultEntry& fault, std::size_t i, std::uint64_t seed)
    {
        SwarmOptions options = optionsFor(i, seed);
        auto wording = wordingOf(i);
        for (std::size_t more = 1; !carries(wording.second, fault.id) && more <= wordings.size();
             ++more)
            wording = wordingOf(i + more * sizes.size());
        if (!carries(wording.second, fault.id))
            return;
        options.faults = {usualPlan(fault.id)};
        const FaultRun run(options, static_cast<double>(options.faults.front().end) / 1e9 + 40, {},
                           wording.second);
        if (run.truth().empty())
            return; // nothing to go wrong in so small a swarm
        const std::string where = std::string(fault.id) + ", " + nameOf(options, wording.first);
        const TruthEntry& truth = run.truth().front();
        Score& score = scores[fault.id];
        ++score.runs;
        bool isFound = false, isNamed = false;
        for (const Finding& finding : run.found()) {
            if (finding.detector != truth.id) {
                if (std::ranges::find(fault.also, finding.detector) == fault.also.end())
                    noteWrong(finding, where);
                continue;
            }
            ++score.right;
            if (!isFound)
                score.delays.push_back(
                    static_cast<double>(finding.seen - options.epoch - truth.start) / 1e9);
            isFound = true;
            isNamed = isNamed || run.isRight(finding, truth);
        }
        score.found += isFound ? 1 : 0;
        score.named += isNamed ? 1 : 0;
        if (!isNamed)
            remarks.push_back(where + (isFound ? ": another agent named" : ": not found"));
    }

    /// The `i`th run in which nothing goes wrong.
    void trySound(std::size_t i, std::uint64_t seed)
    {
        const SwarmOptions options = optionsFor(i, seed);
        const auto wording = wordingOf(i);
        const FaultRun run(options, 75, {}, wording.second);
        for (const Finding& finding : run.found()) {
            ++alarms;
            noteWrong(finding, "sound, " + nameOf(options, wording.first));
        }
    }

    std::map<std::string, Score, std::less<>> scores; ///< by detector
    std::vector<std::string> remarks;                 ///< what was not as it should be
    int alarms = 0;                                   ///< findings in sound runs

private:
    [[nodiscard]] SwarmOptions optionsFor(std::size_t i, std::uint64_t seed) const
    {
        SwarmOptions options;
        options.agents = sizes[i % sizes.size()].agents;
        options.rate = sizes[i % sizes.size()].rate;
        options.seed = seed;
        options.clocks = clocks;
        return options;
    }
    [[nodiscard]] std::pair<std::string_view, Wording> wordingOf(std::size_t i) const
    {
        return wordings[i / sizes.size() % wordings.size()];
    }
    static std::string nameOf(const SwarmOptions& options, std::string_view wording)
    {
        return "seed " + std::to_string(options.seed) + ", " + std::to_string(options.agents) +
               " agents, " + std::string(wording);
    }
    void noteWrong(const Finding& finding, const std::string& where)
    {
        ++scores[std::string(finding.detector)].wrong;
        remarks.push_back(where + ": also " + std::string(finding.detector) + ": " +
                          finding.summary);
    }
};

} // namespace murmur
