// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Several recordings as one session: putting their messages in order against merely reading the
// same time columns, and what the session answers afterwards.

#include "session/recordingset.h"

#include <QCoreApplication>

#include <chrono>
#include <cstdio>
#include <limits>

using namespace murmur;

namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Messages a second, in millions.
void print(const char* what, std::int64_t messages, double time)
{
    std::printf("%-34s %8.1f ms  %6.1f M/s\n", what, time * 1e3,
                static_cast<double>(messages) / time / 1e6);
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc < 3) {
        std::fprintf(stderr, "usage: bench_several FILE FILE...\n");
        return 2;
    }
    const QStringList paths = QCoreApplication::arguments().mid(1);
    auto start = Clock::now();
    auto set = openRecordings(paths, {});
    if (!set) {
        std::fprintf(stderr, "%s\n", qPrintable(set.error().message));
        return 3;
    }
    std::printf("opened and aligned in %.1f ms\n", seconds(start) * 1e3);
    auto reader = openReader(*set);
    if (!reader)
        return 3;
    BlockReader& merged = **reader;
    const std::int64_t messages = merged.last();
    Columns columns;
    double scan = 0;
    double order = 0;
    for (int turn = 0; turn < 3; ++turn) {
        start = Clock::now();
        for (BlockReader* part : merged.parts()) {
            for (const BlockRef& block : part->blocksIn({TimePoint::min(), TimePoint::max()}))
                (void)part->load(block, TimeColumns, columns);
        }
        scan += seconds(start);
        start = Clock::now();
        const SessionOrder made(merged.parts());
        order += seconds(start);
        if (made.last() != messages)
            return 1;
    }
    print("time columns of each", 3 * messages, scan);
    print("order of all", 3 * messages, order);
    std::printf("order / time columns: %.2f\n", scan / order);
    for (const auto& [what, wanted] :
         {std::pair{"merged: time", std::uint32_t(TimeColumns)},
          std::pair{
              "merged: what marks need",
              std::uint32_t(TimeColumns | PlaceColumns | FlagColumns | ActorColumns | CallColumns)},
          std::pair{"merged: everything but bytes", std::uint32_t(AllColumns)}}) {
        start = Clock::now();
        for (const BlockRef& block : merged.blocksFrom(1, std::numeric_limits<int>::max()))
            (void)merged.load(block, wanted, columns);
        print(what, messages, seconds(start));
    }
    return 0;
}
