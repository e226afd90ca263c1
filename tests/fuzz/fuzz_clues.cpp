// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever is pasted gives a bounded number of clues, none of them empty.

#include "session/clues.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace murmur;
    const TimePoint start = fromNs(1'779'337'020'000'000'000);
    const QString text =
        QString::fromUtf8(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const auto clues = cluesIn(text, {{start, start + std::chrono::hours(30)}, QTimeZone::utc()});
    if (clues.size() > 100)
        std::abort();
    for (const Clue& clue : clues) {
        if (clue.text.isEmpty())
            std::abort();
    }
    return 0;
}
