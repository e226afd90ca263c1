// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How late messages of a replay go out, against a QTimer with the same moments in the same run: P20
// is the ratio of the medians, at most 0.15. And how many can go out when time does not matter.

#include "replay/memorypublisher.h"
#include "replay/player.h"

#include <QCoreApplication>
#include <QEventLoop>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

using namespace murmur;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t kEvents = 1000;
constexpr double kMost = 0.15;

/// Random gaps of 0.2 to 5 ms.
std::vector<nanoseconds> moments()
{
    std::mt19937_64 random(7);
    std::uniform_int_distribution<std::int64_t> gap(200'000, 5'000'000);
    std::vector<nanoseconds> all;
    nanoseconds at{0};
    for (std::size_t i = 0; i < kEvents; ++i)
        all.push_back(at += nanoseconds(gap(random)));
    return all;
}

struct Lateness
{
    double half = 0; // µs
    double most99 = 0;
    double most = 0;
};

Lateness latenessOf(std::vector<double> late)
{
    std::ranges::sort(late);
    return {late[late.size() / 2], late[late.size() * 99 / 100], late.back()};
}

void printLine(const char* what, const Lateness& late)
{
    std::printf("%-28s late p50 %.0f us  p99 %.0f us  max %.0f us\n", what, late.half, late.most99,
                late.most);
}

/// The usual way: the rest of the time in milliseconds, rounded so that none comes too early.
Lateness byQTimer(const std::vector<nanoseconds>& all)
{
    std::vector<double> late;
    QEventLoop loop;
    QTimer timer;
    timer.setTimerType(Qt::PreciseTimer);
    timer.setSingleShot(true);
    const nanoseconds start = steadyNow();
    std::size_t next = 0;
    const auto arm = [&] {
        const nanoseconds rest = start + all[next] - steadyNow();
        timer.start(std::chrono::ceil<std::chrono::milliseconds>(std::max(rest, nanoseconds(0))));
    };
    QObject::connect(&timer, &QTimer::timeout, &loop, [&] {
        for (const nanoseconds now = steadyNow(); next < all.size() && start + all[next] <= now;)
            late.push_back(
                std::chrono::duration<double, std::micro>(now - start - all[next++]).count());
        if (next == all.size())
            loop.quit();
        else
            arm();
    });
    arm();
    loop.exec();
    return latenessOf(late);
}

ReplayReport play(const PlayerOptions& options, const std::vector<nanoseconds>& all,
                  tests::MemoryBus& bus)
{
    const auto queue = std::make_shared<ReplayQueue>();
    auto* player = new ReplayPlayer(options, queue, [&]() -> Result<std::unique_ptr<Publisher>> {
        return std::unique_ptr<Publisher>(std::make_unique<tests::MemoryPublisher>(bus));
    });
    QThread thread;
    player->moveToThread(&thread);
    QObject::connect(&thread, &QThread::started, player, &ReplayPlayer::start);
    QObject::connect(&thread, &QThread::finished, player, &QObject::deleteLater);
    QEventLoop loop;
    ReplayReport end;
    QObject::connect(player, &ReplayPlayer::ended, &loop, [&](const ReplayReport& report) {
        end = report;
        loop.quit();
    });
    std::jthread reader([&] {
        std::uint64_t number = 0;
        for (const nanoseconds& at : all) {
            ReplayItem item;
            item.time = at.count();
            item.message.number = ++number;
            item.message.raw = "{}";
            if (!queue->put(std::move(item)))
                return;
        }
        queue->finish(Done{});
    });
    thread.start();
    loop.exec();
    thread.quit();
    thread.wait();
    return end;
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication app(argc, argv);
    const std::vector<nanoseconds> all = moments();
    const Lateness theirs = byQTimer(all);
    printLine("QTimer (precise)", theirs);
    PlayerOptions options;
    options.caps = Caps::of(Environment::Dev);
    tests::MemoryBus bus;
    const ReplayReport report = play(options, all, bus);
    const auto micro = [](nanoseconds time) { return static_cast<double>(time.count()) / 1e3; };
    const Lateness ours{micro(report.lateHalf), micro(report.late99), micro(report.lateMost)};
    printLine("replay", ours);
    const double ratio = ours.half / theirs.half;
    std::printf("P20 replay/QTimer late p50: %.3f (at most %.2f) %s\n", ratio, kMost,
                ratio <= kMost ? "holds" : "DOES NOT HOLD");

    tests::MemoryBus fastBus;
    options.pace.mode = ReplayPace::Mode::Fast;
    options.caps.perSecond = 1e6;
    const std::vector<nanoseconds> many(500'000);
    const nanoseconds start = steadyNow();
    const ReplayReport fast = play(options, many, fastBus);
    std::printf("as fast as possible: %.0f messages/s\n",
                static_cast<double>(fast.sent) /
                    std::chrono::duration<double>(steadyNow() - start).count());
    return ratio <= kMost ? 0 : 1;
}
