// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever comes: the reader neither crashes nor holds more than its limit, and reads the same
// whether the bytes come at once or in pieces.

#include "bus/websocketreader.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

constexpr std::size_t kMaxMessage = 100'000;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

std::string read(std::string_view bytes, std::size_t step)
{
    murmur::WebSocketReader reader(kMaxMessage);
    std::string out;
    std::string rest;
    while (!bytes.empty()) {
        const std::size_t count = std::min(step, bytes.size());
        rest += bytes.substr(0, count);
        bytes.remove_prefix(count);
        const std::size_t size = rest.size();
        rest.append(murmur::WebSocketReader::kPadding, '\0');
        std::span<char> view(rest.data(), size);
        for (;;) {
            const murmur::WebSocketReader::Event event = reader.next(view);
            if (event == murmur::WebSocketReader::Event::NeedMore)
                break;
            require(reader.payload().size() <= kMaxMessage);
            out += static_cast<char>('0' + static_cast<int>(event));
            out += reader.payload();
            out += '\n';
            if (event >= murmur::WebSocketReader::Event::TooLarge) {
                require(!reader.reason().empty());
                require(reader.next(view) == event);
                return out;
            }
        }
        require(reader.unfinished().size() <= kMaxMessage);
        rest = std::string(view.data(), view.size());
    }
    return out + reader.abandon(rest);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = read(bytes, bytes.size());
    require(whole == read(bytes, 1 + data[0] % 64));
    return 0;
}
