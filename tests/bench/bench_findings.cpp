// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How well the detectors find the demo's faults, over seeds that no threshold was set by: for each
// fault the share of runs in which it is found (recall), how many findings of its detector are
// right in all runs (precision), how often the agent at fault is named, and how long it takes;
// sound runs beside. And what all detectors cost, beside what interpreting the same messages costs.
//
//   bench_findings [SEEDS [FIRST [FAULT…]]]

#include "faultrun.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

using namespace murmur;

namespace {

struct Size
{
    int agents;
    int rate;
};
constexpr Size kSizes[] = {{40, 250}, {100, 900}, {300, 2500}};

struct Score
{
    int runs = 0;
    int found = 0;
    int named = 0;
    int right = 0;
    int wrong = 0;
    std::vector<double> delays; ///< s
};

SwarmOptions optionsFor(std::size_t size, std::uint64_t seed)
{
    SwarmOptions options;
    options.agents = kSizes[size].agents;
    options.rate = kSizes[size].rate;
    options.seed = seed;
    return options;
}

bool isConsequence(const FaultEntry& fault, const Finding& finding)
{
    return std::ranges::find(fault.also, finding.detector) != fault.also.end();
}

double median(std::vector<double> values)
{
    if (values.empty())
        return 0;
    std::ranges::sort(values);
    return values[values.size() / 2];
}

/// Batches of messages through the interpreter, through all detectors, and through each of them
/// alone: what all of them need (the scene) is in every one of those figures.
void printCost()
{
    using Clock = std::chrono::steady_clock;
    SwarmOptions options = optionsFor(2, 7);
    Dictionaries names;
    Interpreter interpreter(names);
    const ConnectionId connection = names.connection("demo://", "demo");
    struct Watched
    {
        std::string id;
        std::unique_ptr<DetectorEngine> engine;
        Clock::duration spent{};
        std::int64_t tick = 0;
    };
    std::vector<Watched> watched;
    watched.push_back({"all detectors", std::make_unique<DetectorEngine>(names, DetectorChoice())});
    for (const DetectorEntry& entry : detectors()) {
        DetectorChoice choice;
        choice.only = {entry.id};
        watched.push_back({entry.id, std::make_unique<DetectorEngine>(names, choice)});
    }
    Swarm swarm(options);
    Clock::duration reading{};
    constexpr int kBatch = 4096;
    constexpr int kMessages = 300'000;
    std::vector<HeardMessage> batch(kBatch);
    Chunk chunk;
    for (int done = 0; done < kMessages; done += kBatch) {
        for (HeardMessage& heard : batch) {
            const SwarmMessage& said = swarm.next();
            heard.connection = connection;
            heard.received = options.epoch + said.time;
            heard.topic = QByteArray(said.topic.data(), static_cast<qsizetype>(said.topic.size()));
            heard.raw = QByteArray(said.json.data(), static_cast<qsizetype>(said.json.size()));
        }
        chunk.clear();
        const auto begin = Clock::now();
        for (const HeardMessage& heard : batch)
            interpreter.interpret(heard, chunk);
        reading += Clock::now() - begin;
        for (Watched& one : watched) {
            const auto start = Clock::now();
            for (std::size_t row = 0; row < chunk.columns.size(); ++row) {
                for (; options.epoch + one.tick <= chunk.columns.time[row];
                     one.tick += 1'000'000'000)
                    one.engine->tick(options.epoch + one.tick);
                one.engine->hear(chunk.columns, row, chunk.raw(row), chunk.headers(row));
            }
            one.spent += Clock::now() - start;
        }
    }
    const auto each = [](Clock::duration sum) {
        return std::chrono::duration<double, std::nano>(sum).count() / kMessages;
    };
    std::printf("cost: interpreting %.0f ns a message, all detectors %.0f ns, ratio %.2f (at most "
                "0.25)\n",
                each(reading), each(watched.front().spent),
                each(watched.front().spent) / each(reading));
    for (const Watched& one : std::span(watched).subspan(1))
        std::printf("  %-20s %5.0f ns\n", one.id.c_str(), each(one.spent));
}

} // namespace

int main(int argc, char** argv)
{
    const int seeds = argc > 1 ? std::atoi(argv[1]) : 6;
    const int first = argc > 2 ? std::atoi(argv[2]) : 5000;
    const auto isAsked = [&](const FaultEntry& fault) {
        return argc <= 3 || std::any_of(argv + 3, argv + argc, [&](const char* id) {
                   return std::string_view(id) == fault.id;
               });
    };
    std::map<std::string, Score, std::less<>> scores;
    for (const FaultEntry& fault : faults()) {
        if (!isAsked(fault))
            continue;
        for (int i = 0; i < seeds; ++i) {
            SwarmOptions options = optionsFor(static_cast<std::size_t>(i) % std::size(kSizes),
                                              static_cast<std::uint64_t>(first + i));
            options.faults = {usualPlan(fault.id)};
            const FaultRun run(options, static_cast<double>(options.faults.front().end) / 1e9 + 40);
            Score& score = scores[fault.id];
            if (run.truth().empty())
                continue; // nothing to go wrong in so small a swarm
            const TruthEntry& truth = run.truth().front();
            ++score.runs;
            bool isFound = false, isNamed = false;
            for (const Finding& finding : run.found()) {
                if (finding.detector != truth.id) {
                    if (!isConsequence(fault, finding)) {
                        ++scores[std::string(finding.detector)].wrong;
                        std::printf("  %s, seed %d: also %s: %s\n", fault.id, first + i,
                                    std::string(finding.detector).c_str(), finding.summary.c_str());
                    }
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
            if (!isFound)
                std::printf("  %s, seed %d, %d agents: not found\n", fault.id, first + i,
                            options.agents);
        }
    }
    int sound = 0, alarms = 0;
    for (int i = 0; i < 4 * seeds; ++i) {
        const FaultRun run(optionsFor(static_cast<std::size_t>(i) % std::size(kSizes),
                                      static_cast<std::uint64_t>(first + 1000 + i)),
                           75);
        ++sound;
        for (const Finding& finding : run.found()) {
            ++alarms;
            ++scores[std::string(finding.detector)].wrong;
            std::printf("  sound, seed %d: %s: %s\n", first + 1000 + i,
                        std::string(finding.detector).c_str(), finding.summary.c_str());
        }
    }
    std::printf("%-20s %5s %7s %10s %7s %9s\n", "detector", "runs", "recall", "precision", "named",
                "delay");
    for (const auto& [id, score] : scores) {
        const double runs = std::max(1, score.runs);
        const double all = std::max(1, score.right + score.wrong);
        std::printf("%-20s %5d %7.2f %10.2f %7.2f %7.1f s\n", id.c_str(), score.runs,
                    score.found / runs, score.right / all, score.named / runs,
                    median(score.delays));
    }
    std::printf("sound runs: %d, findings in them: %d\n", sound, alarms);
    printCost();
    return 0;
}
