// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Opening a recording and looking around in it: time to the overview, pans and zooms of all lanes,
// state at random times.

#include "recording/reader.h"
#include "session/session.h"

#include <QCoreApplication>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

using namespace murmur;

namespace {

using Clock = std::chrono::steady_clock;

double milliseconds(Clock::time_point start)
{
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void print(const char* what, std::vector<double> times)
{
    std::ranges::sort(times);
    std::printf("%-28s p50 %.2f  p99 %.2f  max %.2f ms\n", what, times[times.size() / 2],
                times[times.size() * 99 / 100], times.back());
}

/// A text that is nowhere and that no text filter knows of, so that all bytes are looked through,
/// against only unpacking those.
void searchText(const char* path, Session& session, TimeRange whole)
{
    auto reader = RecordingReader::open(QString::fromLocal8Bit(path));
    if (!reader)
        return;
    std::string bytes;
    double sum = 0;
    auto start = Clock::now();
    for (Seq seq = 1;;) {
        const auto blocks = (*reader)->blocksFrom(seq, 64);
        if (blocks.empty())
            break;
        for (const BlockRef& block : blocks) {
            if ((*reader)->loadPayload(block, bytes))
                sum += static_cast<double>(bytes.size());
        }
        seq = blocks.back().last() + 1;
    }
    const double unpacking = milliseconds(start);
    start = Clock::now();
    MatchRequest request;
    request.filter = *parseFilter(u"payload contains \"n0 suc4 w0r4s\"", whole);
    auto future = session.search(request);
    future.waitForFinished();
    const double searching = milliseconds(start);
    std::printf("%-28s %.0f MB/s, unpacking alone %.0f MB/s, ratio %.2f\n", "substring search",
                sum / searching / 1e3, sum / unpacking / 1e3, unpacking / searching);
}

/// Messages by their ids, of all parts of the recording.
void findIds(Session& session, Seq last, TimeRange whole, std::mt19937_64& random)
{
    std::vector<double> times;
    std::size_t found = 0;
    while (times.size() < 100) {
        const Seq seq = 1 + static_cast<Seq>(random() % static_cast<std::uint64_t>(last));
        auto message = session.message(seq);
        message.waitForFinished();
        const auto detail = message.takeResult();
        if (!detail || detail->ids[0].isEmpty())
            continue;
        MatchRequest request;
        request.filter = *parseFilter(
            QStringLiteral("id == \"%1\"").arg(QString::fromUtf8(detail->ids[0])), whole);
        const auto begin = Clock::now();
        auto future = session.search(request);
        future.waitForFinished();
        times.push_back(milliseconds(begin));
        const auto list = future.takeResult();
        found += list && std::ranges::find(list->seqs, seq) != list->seqs.end() ? 1 : 0;
    }
    print("find by id", times);
    if (found != times.size())
        std::printf("only %zu of %zu ids were found\n", found, times.size());
}

/// Memory of this process at the moment, in MiB.
double residentMiB()
{
    long pages = 0;
    if (FILE* file = std::fopen("/proc/self/statm", "r")) {
        (void)!std::fscanf(file, "%*d %ld", &pages);
        std::fclose(file);
    }
    return static_cast<double>(pages) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

/// A word that nobody said.
void searchWord(Session& session, TimeRange whole)
{
    MatchRequest request;
    request.filter = *parseFilter(u"zugzwang", whole);
    const auto start = Clock::now();
    session.search(request).waitForFinished();
    std::printf("%-28s %.0f ms\n", "a word that nobody said", milliseconds(start));
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_open FILE\n");
        return 2;
    }
    const auto start = Clock::now();
    auto opened = Session::open(QString::fromLocal8Bit(argv[1]));
    if (!opened) {
        std::fprintf(stderr, "%s\n", qPrintable(opened.error().message));
        return 3;
    }
    Session& session = **opened;
    const double open = milliseconds(start);
    const auto ask = [&](TimeRange range, int columns, bool latency) {
        TileRequest request;
        request.range = range;
        request.columns = columns;
        request.latency = latency;
        auto future = session.tiles(request);
        return future.takeResult()->total.total;
    };
    const TimeRange whole = session.seen().time;
    const std::int64_t total = ask(whole, 1600, true);
    std::printf("open %.1f ms, open and overview of %lld messages with latency %.1f ms, %.0f MiB "
                "resident\n",
                open, static_cast<long long>(total), milliseconds(start), residentMiB());
    std::fflush(stdout);

    std::mt19937_64 random(1);
    std::vector<double> zooms;
    std::vector<double> pans;
    for (int i = 0; i < 300; ++i) {
        const double share = std::pow(10.0, -5.0 * static_cast<double>(random() % 1000) / 1000);
        const auto length =
            static_cast<std::int64_t>(share * static_cast<double>(whole.length().count()));
        const auto from = static_cast<std::int64_t>(
            random() % static_cast<std::uint64_t>(whole.length().count() - length + 1));
        const auto begin = Clock::now();
        ask({whole.begin + nanoseconds(from), whole.begin + nanoseconds(from + length)}, 1600,
            i % 2 == 0);
        zooms.push_back(milliseconds(begin));
    }
    for (const double share : {0.3, 0.01, 0.0005}) {
        const auto length =
            static_cast<std::int64_t>(share * static_cast<double>(whole.length().count()));
        for (int i = 0; i < 100; ++i) {
            const TimePoint from = whole.begin + nanoseconds(length + i * length / 100);
            const auto begin = Clock::now();
            ask({from, from + nanoseconds(length)}, 1600, true);
            pans.push_back(milliseconds(begin));
        }
    }
    print("random zooms, 1600 columns", zooms);
    print("pans, 1600 columns, latency", pans);
    std::vector<double> states;
    for (int i = 0; i < 200; ++i) {
        StateRequest request;
        request.at =
            whole.begin + nanoseconds(static_cast<std::int64_t>(
                              random() % static_cast<std::uint64_t>(whole.length().count())));
        const auto begin = Clock::now();
        session.state(request).waitForFinished();
        states.push_back(milliseconds(begin));
    }
    print("state of all agents", states);
    const auto scan = Clock::now();
    MatchRequest request;
    request.filter = *parseFilter(u"kind == error and latency > 100ms", whole);
    auto future = session.search(request);
    future.waitForFinished();
    std::printf("%-28s %.0f ms (%.1f million/s)\n", "filter on headers", milliseconds(scan),
                static_cast<double>(total) / milliseconds(scan) / 1000);
    findIds(session, session.seen().last, whole, random);
    searchWord(session, whole);
    searchText(argv[1], session, whole);
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("peak memory %ld MiB\n", usage.ru_maxrss / 1024);
    return 0;
}
