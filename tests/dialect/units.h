// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/dialect.h"
#include "dialect/suggestion.h"

#include <memory>
#include <string>

namespace murmur::test {

/// What units say on a bus that names nobody: who it is stands in the body, and in the topic in 9
/// of 10; on a second connection one says "pong".
inline std::shared_ptr<const MessageSample> unitsTalking(int count = 400)
{
    auto sample = std::make_shared<MessageSample>();
    sample->total = count + 40;
    sample->connections = {{1, "hall", "mqtt://hall"}, {2, "yard", "mqtt://yard"}};
    for (int i = 0; i < count + 40; ++i) {
        MessageSample::Message message;
        message.seq = i + 1;
        message.connection = i < count ? 1 : 2;
        const std::string unit = "unit-" + std::to_string(i % 8);
        message.topic = i % 10 == 9 ? "hall" : "hall/" + unit + "/do";
        message.raw = i < count
                          ? R"({"body":{"unit":")" + unit + R"(","verb":")" +
                                (i % 2 == 0 ? "job.requested" : "job.completed") + R"(","job":"j)" +
                                std::to_string(i / 2) + R"("},"n":)" + std::to_string(i) + "}"
                          : "pong";
        message.raw.append(kPadding, ' ');
        sample->messages.push_back(std::move(message));
    }
    return sample;
}

} // namespace murmur::test
