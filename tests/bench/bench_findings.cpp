// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How well the detectors find the demo's faults, over seeds that no threshold was set by: for each
// fault the share of runs in which it is found (recall), how many findings of its detector are
// right in all runs (precision), how often the agent at fault is named, and how long it takes;
// sound runs beside. Sizes and wordings take turns with the seeds. And what all detectors cost,
// beside what interpreting the same messages costs, and what they keep.
//
//   bench_findings [--seeds N] [--first N] [--sound N] [--agents 40,100,250]
//                  [--wordings demo,nested,cloudevents,dnotifier] [--skew SECONDS] [--drift PPM]
//                  [--cost] [--memory] [FAULT…]
//
// With --cost or --memory nothing else is done unless seeds are asked for.

#include "faultgrid.h"

#include <QStringList>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <malloc.h>

using namespace murmur;

namespace {

struct Asked
{
    int seeds = 6;
    int first = 5000;
    int sound = -1; ///< -1: four for each seed
    bool wantsCost = false;
    bool wantsMemory = false;
    std::vector<std::string> faults; ///< empty: all
    FaultGrid grid;
};

void printRemarks(FaultGrid& grid)
{
    for (const std::string& remark : grid.remarks)
        std::printf("  %s\n", remark.c_str());
    grid.remarks.clear();
    std::fflush(stdout);
}

void printGrid(Asked& asked)
{
    FaultGrid& grid = asked.grid;
    const auto seed = [&](int i) { return static_cast<std::uint64_t>(asked.first + i); };
    for (const FaultEntry& fault : faults()) {
        if (!asked.faults.empty() &&
            std::ranges::find(asked.faults, std::string(fault.id)) == asked.faults.end())
            continue;
        for (int i = 0; i < asked.seeds; ++i)
            grid.tryFault(fault, static_cast<std::size_t>(i), seed(i));
        printRemarks(grid);
    }
    const int sound = asked.sound >= 0 ? asked.sound : 4 * asked.seeds;
    for (int i = 0; i < sound; ++i)
        grid.trySound(static_cast<std::size_t>(i), seed(1000 + i));
    printRemarks(grid);
    std::printf("%-20s %5s %7s %10s %7s %9s\n", "detector", "runs", "recall", "precision", "named",
                "delay");
    for (const auto& [id, score] : grid.scores)
        std::printf("%-20s %5d %7.3f %10.3f %7.3f %7.1f s\n", id.c_str(), score.runs,
                    score.recall(), score.precision(), score.namedShare(), score.delay());
    std::printf("sound runs: %d, findings in them: %d\n", sound, grid.alarms);
}

SwarmOptions optionsFor(FaultGrid::Size size)
{
    SwarmOptions options;
    options.agents = size.agents;
    options.rate = size.rate;
    return options;
}

/// The same messages for all that is measured, in batches as blocks hold them.
class Traffic
{
public:
    explicit Traffic(FaultGrid::Size size)
        : m_options(optionsFor(size))
        , m_swarm(m_options)
        , m_connection(m_names.connection("demo://", "demo"))
        , m_interpreter(m_names)
        , m_batch(kBatch)
    {
    }
    static constexpr int kBatch = 400; // about 128 KiB of bytes, which close a block

    void next()
    {
        for (HeardMessage& heard : m_batch) {
            const SwarmMessage& said = m_swarm.next();
            heard.connection = m_connection;
            heard.received = m_options.epoch + said.time;
            heard.topic = QByteArray(said.topic.data(), static_cast<qsizetype>(said.topic.size()));
            heard.raw = QByteArray(said.json.data(), static_cast<qsizetype>(said.json.size()));
        }
    }
    void interpret()
    {
        m_chunk.clear();
        for (const HeardMessage& heard : m_batch)
            m_interpreter.interpret(heard, m_chunk);
    }
    void hear(DetectorEngine& engine)
    {
        const Columns& columns = m_chunk.columns;
        std::size_t expected = 0;
        for (std::size_t row = 0; row < columns.size(); ++row) {
            for (; expected < std::min(row + DetectorEngine::kAhead, columns.size()); ++expected)
                engine.expect(columns, expected, m_chunk.raw(expected), m_chunk.headers(expected));
            for (; m_options.epoch + m_tick <= columns.time[row]; m_tick += 1'000'000'000)
                engine.tick(m_options.epoch + m_tick);
            engine.hear(columns, row, m_chunk.raw(row), m_chunk.headers(row));
        }
    }
    [[nodiscard]] const Dictionaries& names() const { return m_names; }

private:
    SwarmOptions m_options;
    Swarm m_swarm;
    Dictionaries m_names;
    ConnectionId m_connection;
    Interpreter m_interpreter;
    std::vector<HeardMessage> m_batch;
    Chunk m_chunk;
    std::int64_t m_tick = 0;
};

struct Cost
{
    double reading = 0; ///< ns a message
    double looking = 0;
};

/// ns of the processor that this thread has used.
double usedTime()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

/// The engine has the caches to itself, as where it runs in a thread of its own.
Cost costOf(const DetectorChoice& choice, int messages)
{
    Traffic traffic({300, 2500});
    DetectorEngine engine(traffic.names(), choice);
    Cost cost;
    // Until the swarm is known memory is touched for the first time.
    constexpr int kFirst = 100'000;
    for (int done = -kFirst; done < messages; done += Traffic::kBatch) {
        traffic.next();
        const double begin = usedTime();
        traffic.interpret();
        const double between = usedTime();
        traffic.hear(engine);
        if (done < 0)
            continue;
        cost.looking += (usedTime() - between) / messages;
        cost.reading += (between - begin) / messages;
    }
    return cost;
}

/// What needs no detector (the scene) is in every one of the figures.
void printCost(const Asked& asked)
{
    constexpr int kMessages = 300'000;
    constexpr int kTimes = 5;
    std::vector<Cost> all;
    for (int i = 0; i < kTimes; ++i)
        all.push_back(costOf({}, kMessages));
    std::ranges::sort(all, {}, [](const Cost& cost) { return cost.looking / cost.reading; });
    const Cost& middle = all[kTimes / 2];
    std::printf("cost: interpreting %.0f ns a message, all detectors %.0f ns, ratio %.2f, median "
                "of %d (at most 0.25)\n",
                middle.reading, middle.looking, middle.looking / middle.reading, kTimes);
    for (const std::string& id : asked.faults) {
        DetectorChoice choice;
        choice.only = {id};
        std::printf("  %-20s %5.0f ns\n", id.c_str(), costOf(choice, kMessages).looking);
    }
}

/// What the engine holds of the heap, for 5,000 agents and a million messages.
void printMemory(const std::string& only)
{
    const auto inUse = [] {
        const auto info = ::mallinfo2();
        return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
    };
    Traffic traffic({5000, 6000});
    double most = 0;
    const double before = inUse();
    DetectorChoice choice;
    if (!only.empty())
        choice.only = {only};
    auto engine = std::make_unique<DetectorEngine>(traffic.names(), choice);
    double others = 0; // what reading keeps, which grows, too
    std::int64_t forgotten = 0;
    for (int done = 0; done < 1'200'000; done += Traffic::kBatch) {
        const double start = inUse();
        traffic.next();
        traffic.interpret();
        others += inUse() - start;
        traffic.hear(*engine);
        most = std::max(most, inUse() - before - others);
        forgotten = engine->forgotten();
    }
    std::printf("memory: %s %.1f MiB at 5,000 agents%s, %lld let go\n",
                only.empty() ? "all detectors" : only.c_str(), most,
                only.empty() ? " (at most 64)" : "", static_cast<long long>(forgotten));
}

Asked askedFor(int argc, char** argv)
{
    Asked asked;
    bool hasSeeds = false;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const auto value = [&]() -> const char* {
            if (i + 1 >= argc) {
                std::fprintf(stderr, "%s needs a value.\n", argv[i]);
                std::exit(2);
            }
            return argv[++i];
        };
        if (word == "--seeds") {
            asked.seeds = std::atoi(value());
            hasSeeds = true;
        } else if (word == "--first") {
            asked.first = std::atoi(value());
        } else if (word == "--sound") {
            asked.sound = std::atoi(value());
        } else if (word == "--skew") {
            asked.grid.clocks.skew = std::chrono::seconds(std::atoi(value()));
        } else if (word == "--drift") {
            asked.grid.clocks.drift = std::atoi(value());
        } else if (word == "--agents") {
            const QStringList wanted = QString::fromUtf8(value()).split(u',');
            std::erase_if(asked.grid.sizes, [&](const FaultGrid::Size& size) {
                return !wanted.contains(QString::number(size.agents));
            });
        } else if (word == "--wordings") {
            const QStringList wanted = QString::fromUtf8(value()).split(u',');
            std::erase_if(asked.grid.wordings, [&](const auto& wording) {
                return !wanted.contains(QString::fromUtf8(wording.first));
            });
        } else if (word == "--cost") {
            asked.wantsCost = true;
        } else if (word == "--memory") {
            asked.wantsMemory = true;
        } else if (findFault(word) != nullptr) {
            asked.faults.emplace_back(word);
        } else {
            std::fprintf(stderr, "There is neither an option nor a fault \"%s\".\n", argv[i]);
            std::exit(2);
        }
    }
    if (asked.grid.sizes.empty() || asked.grid.wordings.empty()) {
        std::fprintf(stderr, "Of these sizes or wordings there are none.\n");
        std::exit(2);
    }
    if ((asked.wantsCost || asked.wantsMemory) && !hasSeeds)
        asked.seeds = 0;
    return asked;
}

} // namespace

int main(int argc, char** argv)
{
    (void)std::setvbuf(stdout, nullptr, _IOLBF, 0); // it takes long: what is known is told
    Asked asked = askedFor(argc, argv);
    if (asked.seeds > 0 || asked.sound > 0)
        printGrid(asked);
    if (asked.wantsCost || argc == 1)
        printCost(asked);
    if (asked.wantsMemory || argc == 1)
        printMemory({});
    if (asked.wantsMemory) {
        for (const std::string& id : asked.faults)
            printMemory(id);
    }
    return 0;
}
