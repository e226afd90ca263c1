// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How right the agents' clocks are, over seeds of the demo with wrong clocks. And, of a recording,
// what comparing clocks and reading causes costs beside reading the same columns, and how long all
// effects and the first cause of a message take then.
//
//   bench_causality [SEEDS [FILE]]

#include "causality/clockjudge.h"
#include "demo/demorandom.h"
#include "session/clockpass.h"
#include "session/lineage.h"
#include "session/source.h"

#include <QString>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace murmur;

namespace {

template<typename Work>
double secondsOf(Work work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void judgeSeeds(int seeds)
{
    for (const char* scenario : {"warehouse", "crew"}) {
        for (const int rate : {150, 600, 2000}) {
            int agents = 0;
            int right = 0;
            int steps = 0;
            int found = 0;
            int wrongSteps = 0;
            std::vector<std::int64_t> errors;
            for (int seed = 0; seed < seeds; ++seed) {
                SwarmOptions options;
                options.scenario = scenario;
                options.rate = rate;
                options.seed = 1000 + static_cast<std::uint64_t>(seed);
                options.clocks = {std::chrono::seconds(5), 200, std::chrono::seconds(1)};
                const ClockVerdict verdict = judgeClocks(options, 90 * ClockVerdict::kSecond);
                agents += verdict.agents;
                right += verdict.right;
                steps += verdict.steps;
                found += verdict.stepsFound;
                wrongSteps += verdict.falseSteps;
                errors.insert(errors.end(), verdict.errors.begin(), verdict.errors.end());
            }
            std::ranges::sort(errors);
            std::printf("%-9s %4d/s: %d of %d agents within their error (%.2f %%), error p50 %.0f "
                        "us p99 %.0f us, steps %d of %d, %d agents with false ones\n",
                        scenario, rate, right, agents, 100.0 * right / agents,
                        static_cast<double>(errors[errors.size() / 2]) / 1e3,
                        static_cast<double>(errors[errors.size() * 99 / 100]) / 1e3, found, steps,
                        wrongSteps);
        }
    }
}

void measure(const QString& file)
{
    Source source;
    source.pool = std::make_shared<ReaderPool>(file);
    source.names = std::make_shared<Dictionaries>();
    Seq first = 0;
    Seq last = 0;
    const double read = secondsOf([&] {
        auto lease = source.pool->lease();
        if (!lease) {
            std::fprintf(stderr, "%s\n", qPrintable(lease.error().message));
            std::exit(3);
        }
        (*lease)->loadNames(*source.names);
        first = (*lease)->first();
        last = (*lease)->last();
        Columns columns;
        for (Seq seq = first; seq <= last;) {
            const auto blocks = (*lease)->blocksFrom(seq, 32);
            if (blocks.empty())
                break;
            for (const BlockRef& block : blocks)
                static_cast<void>((*lease)->load(
                    block, TimeColumns | ActorColumns | CallColumns | CauseColumns, columns));
            seq = blocks.back().last() + 1;
        }
    });
    const auto messages = static_cast<double>(last - first + 1);
    const double clocks = secondsOf([&] { static_cast<void>(clocksOf(source)); });
    Lineage lineage;
    LineageRequest request;
    request.limit = 1000;
    request.seq = last;
    const double causes =
        secondsOf([&] { static_cast<void>(lineage.firstCauseOf(source, request)); });
    std::printf("%.1f million messages: columns read in %.2f s, clocks in %.2f s (%.2f x), causes "
                "in %.2f s (%.2f x)\n",
                messages / 1e6, read, clocks, clocks / read, causes, causes / read);
    DemoRandom random(1);
    double worst = 0;
    double sum = 0;
    double worstRoot = 0;
    std::int64_t most = 0;
    constexpr int kRounds = 100;
    for (int i = 0; i < kRounds; ++i) {
        request.seq = i == 0 ? first : random.between(first, last);
        const double took = secondsOf([&] {
            const auto effects = lineage.effectsOf(source, request);
            most = effects ? std::max(most, effects->radius.count) : most;
        });
        worst = std::max(worst, took);
        sum += took;
        worstRoot =
            std::max(worstRoot,
                     secondsOf([&] { static_cast<void>(lineage.firstCauseOf(source, request)); }));
    }
    std::printf("all effects of a message: mean %.1f ms, worst %.1f ms (at most %lld effects); "
                "first cause: worst %.2f ms\n",
                sum / kRounds * 1e3, worst * 1e3, static_cast<long long>(most), worstRoot * 1e3);
}

} // namespace

int main(int argc, char** argv)
{
    judgeSeeds(argc > 1 ? std::atoi(argv[1]) : 5);
    if (argc > 2)
        measure(QString::fromLocal8Bit(argv[2]));
    return 0;
}
