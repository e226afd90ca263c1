// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// All conversations of a recording in one pass, against merely unpacking the same columns and
// bytes; the memory that takes; and the longest of them as a tree.

#include "conversations/conversationjob.h"
#include "session/jobs.h"
#include "session/source.h"

#include <QCoreApplication>

#include <sys/resource.h>

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

double peakMegabytes()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

std::int64_t unpackAll(const Source& source)
{
    auto view = SourceView::of(source);
    if (!view)
        return 0;
    std::int64_t bytes = 0;
    Columns columns;
    BlockPayload::Scratch scratch;
    for (const BlockRef& block : view->reader().blocksFrom(1, std::numeric_limits<int>::max())) {
        view->refresh();
        if (!view->reader().load(block,
                                 TimeColumns | ActorColumns | CallColumns | LateColumns |
                                     SizeColumns | PayloadColumns | IdColumns,
                                 columns))
            continue;
        BlockPayload payload(view->reader(), block, columns, &scratch);
        bytes += static_cast<std::int64_t>(payload.raw(0).size());
    }
    return bytes;
}

} // namespace

int main(int argc, char** argv)
{
    QCoreApplication app(argc, argv);
    if (argc != 2) {
        std::fprintf(stderr, "usage: bench_conversations FILE\n");
        return 2;
    }
    auto session = Session::open(QCoreApplication::arguments().at(1));
    if (!session) {
        std::fprintf(stderr, "%s\n", qPrintable(session.error().message));
        return 3;
    }
    const auto source = (*session)->source();
    auto start = Clock::now();
    (void)unpackAll(*source);
    const double unpacking = seconds(start);
    const double before = peakMegabytes();
    start = Clock::now();
    const auto list = conversationsJob(*source, {});
    const double pass = seconds(start);
    if (!list || list->rows.empty())
        return 1;
    std::printf("%lld messages, %zu conversations\n", static_cast<long long>(list->messages),
                list->rows.size());
    std::printf("unpacking alone   %8.2f s\n", unpacking);
    std::printf("conversations     %8.2f s  %.2f M messages/s\n", pass,
                static_cast<double>(list->messages) / pass / 1e6);
    std::printf("unpacking / pass  %8.2f\n", unpacking / pass);
    std::printf("memory            %8.1f MB at most, %.1f before\n", peakMegabytes(), before);
    auto rows = list->rows;
    sortConversations(rows, ConversationOrder::Messages);
    ConversationRequest request;
    request.name = QString::fromStdString(std::string(rows.front().name));
    start = Clock::now();
    const auto detail = conversationJob(*source, request);
    if (!detail)
        return 1;
    std::printf("the longest       %8.3f s  %zu messages, %zu steps\n", seconds(start),
                detail->messages.size(), detail->tree.steps.size());
    return 0;
}
