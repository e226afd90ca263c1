// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Any text is either an expression that can be evaluated or an error that names a column in it.

#include "query/filter.h"
#include "query/testmessages.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace murmur;
    using namespace Qt::StringLiterals;
    static const TestMessages messages(
        u"time=10:17:00 from=planner-1 to=robot-1,robot-2 topic=swarm.cmd kind=request id=a1 | "
        u"{\"task\":{\"id\":8812,\"tags\":[\"x\",1,null]}}\n"
        "time=10:17:01 from=robot-1 to=planner-1 kind=reply latency=250ms | not json"_s);
    const QString text =
        QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto filter = parseFilter(text, messages.session());
    if (!filter) {
        if (!filter.error().message.startsWith(u"column "_s))
            std::abort();
    } else if (*filter) {
        static_cast<void>(messages.matching(*filter));
    }
    return 0;
}
