// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever a server says: its answer to the handshake and its frames are read the same whether they
// come at once or in pieces, and no more than the limit is held.

#include "bus/websocket/serverframes.h"
#include "bus/websocket/upgrade.h"

#include <algorithm>
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
    murmur::ServerFrames frames(kMaxMessage);
    std::string out;
    std::string rest;
    while (!bytes.empty()) {
        const std::size_t count = std::min(step, bytes.size());
        rest += bytes.substr(0, count);
        bytes.remove_prefix(count);
        const std::size_t size = rest.size();
        rest.append(murmur::ServerFrames::kPadding, '\0');
        std::string_view view(rest.data(), size);
        for (;;) {
            const murmur::ServerFrames::Event event = frames.next(view);
            if (event == murmur::ServerFrames::Event::NeedMore)
                break;
            require(frames.payload().size() <= kMaxMessage);
            out += static_cast<char>('0' + static_cast<int>(event));
            out += frames.payload();
            out += '\n';
            if (event == murmur::ServerFrames::Event::Broken) {
                require(!frames.reason().empty());
                require(frames.next(view) == event);
                return out;
            }
        }
        require(view.size() <= murmur::ServerFrames::kGatherFrom + 16);
        rest = std::string(view);
    }
    return out + frames.abandon(rest);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::string whole = read(bytes, std::max<std::size_t>(1, bytes.size()));
    require(whole == read(bytes, 1 + data[0] % 64));

    std::string_view head = bytes;
    murmur::UpgradeAnswer answer;
    if (murmur::readUpgrade(head, answer) == murmur::UpgradeRead::Answered) {
        require(answer.status >= 100 && answer.status <= 999 && head.size() < bytes.size());
        const std::string text(bytes.substr(0, bytes.size() - head.size() - 1));
        std::string_view part = text;
        murmur::UpgradeAnswer half;
        require(murmur::readUpgrade(part, half) == murmur::UpgradeRead::NeedMore);
    }
    return 0;
}
