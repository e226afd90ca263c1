// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A matrix of a whole recording, by names, by a member of the payload and of cost, against a filter
// that looks at as much of each message; and what differs.

#include "session/differences.h"
#include "session/jobs.h"
#include "session/matrix.h"
#include "session/source.h"

#include <QCoreApplication>

#include <chrono>
#include <cstdio>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

template<typename Work>
double secondsOf(Work work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_matrix FILE\n");
        return 2;
    }
    auto session = Session::open(QCoreApplication::arguments().at(1));
    if (!session) {
        std::fprintf(stderr, "%s\n", qPrintable(session.error().message));
        return 3;
    }
    const auto source = (*session)->source();
    const TimeRange all = (*session)->seen().time;
    const double million = static_cast<double>((*session)->seen().messages()) / 1e6;
    const auto search = [&](const QString& text) {
        MatchRequest request;
        request.filter = *parseFilter(text, all);
        return secondsOf([&] { (void)searchJob(*source, request); });
    };
    const auto matrix = [&](const QString& rows, const QString& columns, MatrixMeasure measure) {
        MatrixRequest request;
        request.range = all;
        request.rows = rows;
        request.columns = columns;
        request.measure = measure;
        return secondsOf([&] { (void)matrixJob(*source, request); });
    };
    const auto tell = [&](const char* what, double seconds, double filter) {
        std::printf("%-28s %6.2f s, %5.2f M messages/s, %4.1f x the filter\n", what, seconds,
                    million / seconds, seconds / filter);
    };
    const double names = search(u"from == nobody and kind == error"_s);
    const double payloads = search(u"payload.task == \"\\n\""_s);
    tell("agent by time", matrix(u"agent"_s, u"time"_s, MatrixMeasure::Messages), names);
    tell("agent by agent, p99", matrix(u"from"_s, u"to"_s, MatrixMeasure::P99), names);
    tell("payload.task by time", matrix(u"payload.task"_s, u"time"_s, MatrixMeasure::Messages),
         payloads);
    tell("agent by time, cost", matrix(u"agent"_s, u"time"_s, MatrixMeasure::Cost), payloads);
    DifferenceRequest request;
    request.here = request.around = all;
    request.condition = *parseFilter(u"kind == reply"_s, all);
    tell("what differs, a sample", secondsOf([&] { (void)differencesJob(*source, request); }),
         payloads);
    return 0;
}
