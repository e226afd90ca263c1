// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How many messages of about 350 bytes one core interprets, beside what simdjson alone needs to
// walk over the top level of the same bytes in the same run.

#include "dialect/dialect.h"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace murmur;

namespace {

constexpr std::size_t kMessages = 2'000;
constexpr int kRounds = 300;

struct Messages
{
    std::string bytes;
    std::vector<std::pair<std::size_t, std::size_t>> spans;
};

Messages makeMessages()
{
    Messages messages;
    for (std::size_t i = 0; i < kMessages; ++i) {
        const std::string n = std::to_string(10'000 + i);
        const std::string head = R"(","from":"robot-)" + n +
                                 R"(","site":"berlin","role":"robot","id":"m-)" + n +
                                 R"(","seq":)" + n + R"(,"ts":17478226490)" + n +
                                 R"(,"trace_id":"4bf92f3577b34da6a3ce929d0e0)" + n + R"(",)";
        std::string text;
        switch (i % 4) {
        case 0:
            text =
                R"({"topic":"state.robot.)" + n + head +
                R"("kind":"state","payload":{"battery":71.5,"pose":{"x":12.25,"y":3.5,"heading":1.57},"task":8812,"owner":"planner-01","epoch":17,"note":"on the way to bay 12 with two pallets"}})";
            break;
        case 1:
            text =
                R"({"topic":"swarm.cmd.assign)" + head +
                R"("to":["robot-07","robot-11"],"type":"task.assign","correlation_id":"7d9f6c1e-1f4b-4a53-9d0e-0000000)" +
                n +
                R"(","payload":{"task":8812,"goal":{"x":1.5,"y":2.5},"priority":3,"deadline_ms":20000}})";
            break;
        case 2:
            text =
                R"({"topic":"vision.detect)" + head +
                R"("type":"detect.result","in_reply_to":"7d9f6c1e-1f4b-4a53-9d0e-0000000)" + n +
                R"(","payload":{"objects":[{"label":"pallet","score":0.97,"box":[12,40,118,220]},{"label":"person","score":0.88,"box":[300,20,380,260]}]}})";
            break;
        default:
            text =
                R"({"topic":"crew.refunds.stream)" + head +
                R"("kind":"chunk","conversation_id":"run-)" + n + R"(","payload":{"index":)" + n +
                R"(,"delta":"the customer has returned both boxes and asks for the money","model":"gpt-4o-mini"}})";
            break;
        }
        messages.spans.emplace_back(messages.bytes.size(), text.size());
        messages.bytes += text;
    }
    messages.bytes.append(kPadding, ' ');
    return messages;
}

/// Best of the rounds in messages a second: other work on the machine only ever slows a round.
template<typename Round>
double bestRate(Round round)
{
    double best = 0;
    for (int i = 0; i < kRounds; ++i) {
        const auto start = std::chrono::steady_clock::now();
        round();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        best = std::max(best, static_cast<double>(kMessages) / took.count());
    }
    return best;
}

} // namespace

int main()
{
    const Messages messages = makeMessages();
    std::size_t fields = 0;
    simdjson::ondemand::parser parser;
    const double bare = bestRate([&] {
        for (const auto& [begin, size] : messages.spans) {
            simdjson::ondemand::document document;
            simdjson::ondemand::object object;
            if (parser.iterate(messages.bytes.data() + begin, size, size + kPadding)
                    .get(document) ||
                document.get_object().get(object))
                std::abort();
            for (auto field : object)
                fields += field.error() ? 0 : 1;
        }
    });

    std::size_t senders = 0;
    DialectChooser chooser;
    Interpretation out;
    const double ours = bestRate([&] {
        std::uint32_t topic = 0;
        for (const auto& [begin, size] : messages.spans) {
            chooser.interpret(1, ++topic % 64,
                              {.topic = "t",
                               .raw = {messages.bytes.data() + begin, size},
                               .headers = {},
                               .peer = {},
                               .flags = 0},
                              out);
            senders += out.sender.empty() ? 0 : 1;
        }
    });
    if (senders != kMessages * kRounds || fields == 0)
        return 1;
    std::printf("messages of %.0f bytes: %.2f million/s interpreted, %.2f million/s bare simdjson, "
                "ratio %.2f\n",
                static_cast<double>(messages.bytes.size()) / kMessages, ours / 1e6, bare / 1e6,
                ours / bare);
    return 0;
}
