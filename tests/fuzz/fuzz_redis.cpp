// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever a server sends: values are read the same whether the bytes come at once or in pieces,
// and within the limits; lines of MONITOR, entries and patterns are read without harm.

#include "bus/redis/redisglob.h"
#include "bus/redis/redismonitor.h"
#include "bus/redis/respreader.h"
#include "bus/redis/streamentry.h"

#include <algorithm>
#include <cstdlib>

using namespace murmur;

namespace {

constexpr RespReader::Limits kLimits{4096, 16384, 1024};

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void append(QByteArray& out, const RespValue& value)
{
    require(value.text.size() <= qsizetype(kLimits.element));
    out += char('0' + int(value.type));
    out += value.text + QByteArray::number(value.integer);
    for (const RespValue& element : value.elements)
        append(out, element);
    out += ';';
}

QByteArray read(const char* bytes, std::size_t count, std::size_t step)
{
    RespReader reader(kLimits);
    QByteArray out;
    for (std::size_t at = 0; at < count; at += step) {
        reader.feed(bytes + at, std::min(step, count - at));
        RespValue value;
        auto outcome = reader.next(value);
        for (; outcome == RespReader::Outcome::Value; outcome = reader.next(value)) {
            require(value.isWhole());
            append(out, value);
            HeardMessage message;
            readMonitorLine(value.text, message);
            if (value.isArray())
                readEntry({1, 1}, value.elements, true, message);
        }
        if (outcome == RespReader::Outcome::TooLarge)
            require(!reader.takePart().isWhole() || reader.announcedBytes() > kLimits.element);
        if (outcome != RespReader::Outcome::NeedMore)
            return out;
    }
    return out;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size < 2 || size > RespReader::kPiece)
        return 0;
    const char* const bytes = reinterpret_cast<const char*>(data) + 1;
    const std::size_t count = size - 1;
    // Limits are looked at between pieces, so more may be read at once, but nothing else.
    const QByteArray whole = read(bytes, count, count);
    const QByteArray pieces = read(bytes, count, 1 + data[0] % 64);
    require(whole.startsWith(pieces));

    const std::size_t half = std::min<std::size_t>(count / 2, 64);
    const std::string_view pattern(bytes, half);
    const std::string_view channel(bytes + half, std::min<std::size_t>(count - half, 256));
    require(redisGlobMatches("*", channel) == !channel.empty());
    redisGlobMatches(pattern, channel);
    return 0;
}
