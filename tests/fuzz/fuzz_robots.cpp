// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Whatever a rosbridge or a Foxglove server says: it is read or refused with a reason, and what
// waits for its fragments stays within its limit.

#include "bus/robots/foxgloveframes.h"
#include "bus/robots/rosbridgeframes.h"
#include "parts.h"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

constexpr std::size_t kMaxFragments = 10'000;

void require(bool holds)
{
    if (!holds)
        std::abort();
}

void readRosbridge(std::string_view bytes)
{
    std::string text(bytes);
    text.append(64, '\0');
    murmur::RosbridgeFrames frames;
    const std::string_view view = std::string_view(text).substr(0, bytes.size());
    const auto what = frames.read(view).what;
    const std::string topic = frames.read(view).topic;
    require(frames.read(view).what == what && frames.read(view).topic == topic);
    murmur::rosbridgeTopics(bytes);
    murmur::rosbridgePublishers(bytes);
    murmur::rosbridgeStatus(bytes);
}

// Pieces, each a frame.
void readFragments(std::string_view bytes)
{
    murmur::RosbridgeFragments fragments(kMaxFragments);
    murmur::test::Parts parts(bytes);
    while (!parts.isEmpty()) {
        const std::string_view frame = parts.next();
        const auto taken = fragments.take(frame);
        require(taken.size <= kMaxFragments + frame.size());
        require(taken.reason.empty() || taken.size == 0);
    }
    std::size_t left = 0;
    for (const std::string& one : fragments.abandon())
        left += one.size();
    require(left <= kMaxFragments + bytes.size());
    require(fragments.abandon().empty());
}

void readFoxglove(std::string_view bytes)
{
    const murmur::FoxgloveBinary binary = murmur::readFoxgloveBinary(bytes);
    if (binary.what == murmur::FoxgloveBinary::What::Message)
        require(binary.payload.size() + 13 == bytes.size());
    if (binary.what == murmur::FoxgloveBinary::What::Unreadable)
        require(*binary.reason != '\0');
    const murmur::FoxgloveControl control = murmur::readFoxgloveControl(bytes);
    for (const murmur::FoxgloveChannel& channel : control.channels)
        require(!channel.json.empty());
    require(control.level >= 0 && control.level <= 2);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0)
        return 0;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        readRosbridge(bytes);
        break;
    case 1:
        readFragments(bytes);
        break;
    default:
        readFoxglove(bytes);
        break;
    }
    return 0;
}
