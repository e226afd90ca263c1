// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/streamid.h"

#include <charconv>

namespace murmur {

StreamId StreamId::before() const noexcept
{
    if (number > 0)
        return {ms, number - 1};
    return ms > 0 ? StreamId{ms - 1, kMost} : StreamId{};
}

QByteArray StreamId::text() const
{
    return QByteArray::number(ms) + '-' + QByteArray::number(number);
}

std::optional<StreamId> StreamId::fromText(QByteArrayView text, std::uint64_t number) noexcept
{
    const char* const end = text.data() + text.size();
    StreamId id{0, number};
    auto [rest, error] = std::from_chars(text.data(), end, id.ms);
    if (error != std::errc())
        return std::nullopt;
    if (rest == end)
        return id;
    if (*rest != '-')
        return std::nullopt;
    const auto [last, second] = std::from_chars(rest + 1, end, id.number);
    if (second != std::errc() || last != end)
        return std::nullopt;
    return id;
}

} // namespace murmur
