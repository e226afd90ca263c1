// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Any text is a link to a moment, which written again is the same moment, or an error with a
// sentence. A link never names anything but files.

#include "session/moment.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace murmur;
    const QString text =
        QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto moment = momentFromLink(text);
    if (!moment) {
        if (moment.error().message.isEmpty())
            std::abort();
        return 0;
    }
    const auto again = momentFromLink(linkOf(*moment));
    if (!again || *again != *moment)
        std::abort();
    for (const Moment::Recording& recording : moment->recordings) {
        if (recording.path.isEmpty() || recording.path.contains(QStringLiteral("://")) ||
            recording.path.contains(QChar(u'\0')))
            std::abort();
    }
    return 0;
}
