// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The store alone: interpreted messages into a file, against zstd level 1 of the same bytes, in
// turns in one run. `bench_store [COUNT] [corpus|demo] [RATE] [AGENTS] [FILE]`: the corpus has
// random UUIDs of message, correlation and trace and compresses badly; the demo is the warehouse.
// FILE keeps what the last round wrote, for bench_bytes.

#include "corpus.h"

#include "demo/offline.h"
#include "recording/writer.h"
#include "session/interpreter.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <sys/resource.h>

#include <zstd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace murmur;

namespace {

using Clock = std::chrono::steady_clock;

/// CPU of this process, which other load on the machine changes less than the clock on the wall.
double cpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The same of the thread that calls, which waits for nobody meanwhile.
double threadSeconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double secondsSince(Clock::time_point start)
{
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Seconds for bare zstd-1 over the same bytes in blocks of 128 KiB, and what comes out.
std::pair<double, std::size_t> compressOnly(const std::vector<std::shared_ptr<Chunk>>& runs)
{
    std::string block;
    std::string out(ZSTD_compressBound(kBlockBytes * 2), '\0');
    std::size_t packed = 0;
    ZSTD_CCtx* context = ZSTD_createCCtx();
    double seconds = 0;
    const auto flush = [&] {
        const auto start = Clock::now();
        packed += ZSTD_compressCCtx(context, out.data(), out.size(), block.data(), block.size(), 1);
        seconds += secondsSince(start);
        block.clear();
    };
    for (const auto& run : runs) {
        block += run->bytes;
        if (block.size() >= kBlockBytes)
            flush();
    }
    flush();
    ZSTD_freeCCtx(context);
    return {seconds, packed};
}

} // namespace

int main(int argc, char** argv)
{
    const std::int64_t count = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    Dictionaries names;
    Interpreter interpreter(names);
    const ConnectionId connection = names.connection("demo://", "demo");
    std::vector<std::shared_ptr<Chunk>> runs;
    runs.push_back(std::make_shared<Chunk>());
    std::int64_t bytes = 0;
    double interpreting = 0;
    const std::string_view kind = argc > 2 ? argv[2] : "corpus";
    const int rate = argc > 3 ? std::atoi(argv[3]) : kind == "demo" ? 2000 : 20'000;
    const int agents = argc > 4 ? std::atoi(argv[4]) : kind == "demo" ? 120 : 64;
    const auto interpret = [&](std::vector<HeardMessage>&& batch) {
        const auto start = Clock::now();
        for (const HeardMessage& message : batch) {
            interpreter.interpret(message, *runs.back());
            bytes += message.raw.size();
            if (runs.back()->bytes.size() >= (std::size_t(32) << 10))
                runs.push_back(std::make_shared<Chunk>());
        }
        interpreting += secondsSince(start);
    };
    if (kind == "demo") {
        OfflineOptions options;
        options.connection = connection;
        options.maxMessages = count;
        options.swarm.agents = agents;
        options.swarm.rate = rate;
        const auto result = runOffline(options, interpret);
        if (!result) {
            std::fprintf(stderr, "%s\n", qPrintable(result.error().message));
            return 1;
        }
    } else {
        bench::Corpus corpus(agents, rate);
        for (std::int64_t done = 0; done < count; done += 512)
            interpret(corpus.next(512, connection));
    }
    std::printf("%lld messages, %.0f bytes each; interpreting %.0f messages/s\n",
                static_cast<long long>(count),
                static_cast<double>(bytes) / static_cast<double>(count),
                static_cast<double>(count) / interpreting);
    for (int round = 0; round < 5; ++round) {
        const bool isKept = round == 4 && argc > 5;
        const double cpuBefore = cpuSeconds();
        const auto [before, packed] = compressOnly(runs);
        const double zstdCpu = cpuSeconds() - cpuBefore;
        QTemporaryDir directory;
        const QString path = isKept ? QString::fromLocal8Bit(argv[5])
                                    : directory.filePath(QStringLiteral("bench.murmur"));
        auto writer = RecordingWriter::create(path, names, {"bench", "", 0});
        if (!writer)
            return 1;
        const double storeCpuBefore = cpuSeconds();
        const double threadBefore = threadSeconds();
        const auto start = Clock::now();
        double slowest = 0;
        double committing = 0;
        int commits = 0;
        auto lastCommit = start;
        for (const auto& run : runs) {
            if (!(*writer)->append(*run))
                return 1;
            if (Clock::now() - lastCommit > std::chrono::milliseconds(100)) {
                const auto commit = Clock::now();
                if (!(*writer)->commit())
                    return 1;
                if (++commits % 8 == 0) // as the recorder does
                    (*writer)->checkpoint();
                committing += secondsSince(commit);
                slowest = std::max(slowest, secondsSince(commit));
                lastCommit = Clock::now();
            }
        }
        if (!(*writer)->closeOpenBlock())
            return 1;
        const double written = secondsSince(start);
        const double writtenCpu = cpuSeconds() - storeCpuBefore;
        const double writtenThread = threadSeconds() - threadBefore;
        const auto filtering = Clock::now(); // done when there is time, otherwise
        if (!(*writer)->filterText(std::chrono::minutes(10)))
            return 1;
        const double filtered = secondsSince(filtering);
        const double closeCpuBefore = cpuSeconds();
        const double closeThreadBefore = threadSeconds();
        const auto closing = Clock::now();
        if (!(*writer)->close())
            return 1;
        const double closed = secondsSince(closing);
        const double writing = written + closed;
        const double storeCpu = writtenCpu + cpuSeconds() - closeCpuBefore;
        const double thread = writtenThread + threadSeconds() - closeThreadBefore;
        const double after = compressOnly(runs).first;
        const double zstd = (before + after) / 2;
        const auto size = QFileInfo(path).size();
        std::printf(
            "store %.0f/s  zstd-1 %.0f/s  ratio %.2f  of CPU %.2f, of the writer's thread %.2f  "
            "file/zstd %.3f  beyond "
            "raw zstd %.1f B/message  commits %.0f ms (slowest %.0f), close %.0f ms, text filter "
            "%.2f us a message\n",
            static_cast<double>(count) / writing, static_cast<double>(count) / zstd, zstd / writing,
            zstdCpu / storeCpu, zstdCpu / thread,
            static_cast<double>(size) / static_cast<double>(packed),
            static_cast<double>(size - static_cast<qint64>(packed)) / static_cast<double>(count),
            committing * 1000, slowest * 1000, closed * 1000,
            filtered * 1e6 / static_cast<double>(count));
    }
    return 0;
}
