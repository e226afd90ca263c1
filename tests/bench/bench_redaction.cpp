// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What looking for secrets costs: the same messages through a whole recorder with the known secrets
// looked for and without, and what the looking takes by itself. Processor time, rounds take turns.

#include "session/recorder.h"
#include "support/traffic.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

using namespace murmur;
using namespace murmur::test;

namespace {

constexpr int kCount = 500'000;
constexpr int kRounds = 7;
constexpr int kBatch = 500;

double ownSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

/// Seconds for a million messages.
double record(bool redacts, int pad)
{
    const QTemporaryDir directory;
    RecorderOptions options;
    options.path = directory.filePath(QStringLiteral("bench.murmur"));
    options.rules.redactsKnown = redacts;
    Traffic traffic(50);
    const QByteArray filler = R"(,"note":")" + QByteArray(pad, 'n') + "\"}";
    std::vector<std::vector<HeardMessage>> batches;
    for (int done = 0; done < kCount; done += kBatch) {
        batches.push_back(traffic.next(kBatch, ConnectionId{1}));
        for (HeardMessage& message : batches.back()) {
            message.raw.chop(1);
            message.raw += filler;
        }
    }
    Recorder recorder(options);
    if (!recorder.start())
        return 0;
    recorder.setWaitsForRoom(true);
    (void)recorder.registerConnection(QUrl(QStringLiteral("test://traffic")),
                                      QStringLiteral("traffic"));
    const double before = ownSeconds();
    for (auto& batch : batches)
        recorder.sink().hear(std::move(batch));
    (void)recorder.stop();
    return (ownSeconds() - before) / kCount * 1e6;
}

double look(int pad)
{
    IntakeRules rules;
    auto intake = Intake::from(rules);
    if (!intake)
        return 0;
    Traffic traffic(50);
    std::vector<HeardMessage> messages = traffic.next(50'000, ConnectionId{1});
    const QByteArray filler = R"(,"note":")" + QByteArray(pad, 'n') + "\"}";
    for (HeardMessage& message : messages) {
        message.raw.chop(1);
        message.raw += filler;
    }
    const double before = ownSeconds();
    for (HeardMessage& message : messages)
        intake->apply(message);
    return (ownSeconds() - before) / double(messages.size()) * 1e6;
}

double median(std::vector<double> values)
{
    std::ranges::sort(values);
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    for (const int pad : {10, 200, 2000}) {
        std::vector<double> with;
        std::vector<double> without;
        std::vector<double> alone;
        for (int i = 0; i < kRounds; ++i) {
            without.push_back(record(false, pad));
            with.push_back(record(true, pad));
            alone.push_back(look(pad));
        }
        std::printf("messages of about %d bytes: %.2f s of processor per million, with redaction "
                    "%.2f: %.2f (looking alone %.2f s)\n",
                    pad + 140, median(without), median(with), median(with) / median(without),
                    median(alone));
        std::fflush(stdout);
    }
    return 0;
}
