// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/surveyedtopic.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr qsizetype kLooked = 512;

} // namespace

bool isLargeBinary(const SurveyedTopic& topic) noexcept
{
    return topic.isBinary && topic.size.value_or(0) >= kLargePayload;
}

bool looksBinary(QByteArrayView payload) noexcept
{
    const qsizetype end = std::min(payload.size(), kLooked);
    int following = 0;
    for (qsizetype i = 0; i < end; ++i) {
        const auto c = static_cast<unsigned char>(payload[i]);
        if (following > 0) {
            if ((c & 0xC0) != 0x80)
                return true;
            --following;
        } else if (c < 0x80) {
            const bool isBlank = c == '\n' || c == '\r' || c == '\t' || c == 0x1B;
            if ((c < 0x20 && !isBlank) || c == 0x7F)
                return true;
        } else if (c >= 0xC2 && c < 0xF5) {
            following = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
        } else {
            return true;
        }
    }
    // A character that is cut by the end of what we look at is none that is wrong.
    return following > 0 && end == payload.size();
}

} // namespace murmur
