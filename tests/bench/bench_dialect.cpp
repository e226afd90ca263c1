// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How many messages one core interprets with all dialects, beside what simdjson alone needs to walk
// over the top level of the same bytes in the same run: plain JSON of about 350 bytes, systems on
// topics of their own, and all of them on one topic, where no choice can be kept.

#include "dialect/dialect.h"
#include "dialect/dialectrules.h"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace murmur;

namespace {

constexpr std::size_t kMessages = 2'000;
constexpr int kRounds = 200;

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

/// What systems say, a message each.
constexpr std::string_view kSystems[] = {
    R"({"specversion":"1.0","id":"42","source":"/agents/planner","type":"com.acme.task.requested","time":"2026-08-21T10:00:00Z","subject":"worker-3","correlationid":"c-1","causationid":"41","sequence":"000042","traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","datacontenttype":"application/json","data":{"task":"t7"}})",
    R"({"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"search","arguments":{"q":"where are the pallets of order 8812"},"_meta":{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01","progressToken":5}}})",
    R"({"jsonrpc":"2.0","id":"r1","result":{"statusUpdate":{"taskId":"task-1","contextId":"ctx-1","status":{"state":"TASK_STATE_WORKING","timestamp":"2026-05-21T10:17:00Z"}}}})",
    R"({"op":"publish","topic":"/robot7/pose","msg":{"header":{"stamp":{"sec":1779358620,"nanosec":44000000},"frame_id":"robot7/base_link"},"pose":{"position":{"x":1.5,"y":2.5,"z":0},"orientation":{"x":0,"y":0,"z":0,"w":1}}}})",
    R"({"type":"event","event_id":"ev-4","seq":4,"method":"tasks","params":{"namespace":["research:7a"],"timestamp":1779358620070,"data":{"id":"t-9","name":"agent","input":{"messages":["where are the pallets"]},"triggers":["x"]}}})",
    R"({"event":"on_tool_end","name":"search","run_id":"r3","parent_ids":["r1","r2"],"tags":[],"metadata":{"thread_id":"th1","langgraph_node":"tools","langgraph_step":4},"data":{"input":{"q":"x"},"output":"found them in bay 12"}})",
    R"({"type":"tool_usage_finished","timestamp":"2026-08-21T10:00:01.250Z","event_id":"e9","parent_event_id":"e3","previous_event_id":"e8","started_event_id":"e8","emission_sequence":9,"agent_id":"a1","agent_role":"Researcher","task_id":"t1","tool_name":"search","tool_args":{"q":"x"},"run_attempts":0,"from_cache":false,"output":"found"})",
    R"({"type":"Message","sender":"planner/1","receiver":"worker/3","kind":"MessageKind.DIRECT","delivery_stage":"DeliveryStage.SEND","payload":"{\"n\":1}"})",
    R"({"__dnotifier":"dnotifier.remoteAgent","op":"invoke","correlationId":"c-3","agentName":"summarise","input":{"doc":"d7"},"state":{"lang":"en"},"trace":{"executionId":"exec_1","workflowId":"w","parentStepId":"step_1"},"replyTo":"planner"})",
    R"(42/tasks,12["task:assign",{"to":"worker-3","from":"planner","task":"t7","goal":{"x":1.5,"y":2.5}}])",
    R"({"type":"io.nats.micro.v1.ping_response","name":"Planner","id":"VMKS6MHK5","version":"0.0.1","metadata":{}})",
};

/// As many of systems as of plain JSON.
Messages mixedWith(const Messages& plain)
{
    Messages mixed;
    for (std::size_t i = 0; i < kMessages; ++i) {
        const auto [begin, size] = plain.spans[i];
        const std::string_view text = i % 2 == 0 ? std::string_view(plain.bytes).substr(begin, size)
                                                 : kSystems[i / 2 % std::size(kSystems)];
        mixed.spans.emplace_back(mixed.bytes.size(), text.size());
        mixed.bytes += text;
    }
    mixed.bytes.append(kPadding, ' ');
    return mixed;
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

    if (fields == 0)
        return 1;
    std::printf("bare simdjson %.2f million/s\n", bare / 1e6);
    const auto report = [bare](const char* what, const Messages& all, std::uint32_t topics,
                               const std::vector<DialectRule>& rules = {}) {
        std::size_t undecodable = 0;
        DialectChooser chooser;
        chooser.use(rules);
        Interpretation out;
        const double ours = bestRate([&] {
            std::uint32_t topic = 0;
            for (const auto& [begin, size] : all.spans) {
                chooser.interpret(1, ++topic % topics,
                                  {.topic = "t",
                                   .raw = {all.bytes.data() + begin, size},
                                   .headers = {},
                                   .peer = {},
                                   .flags = 0},
                                  out);
                undecodable += out.undecodable.empty() ? 0 : 1;
            }
        });
        std::printf("%-36s %4.0f bytes a message: %.2f million/s, %.2f of bare simdjson\n", what,
                    static_cast<double>(all.bytes.size()) / kMessages, ours / 1e6, ours / bare);
        return undecodable == 0;
    };
    // 44 is a multiple of both 4 and twice the number of systems: each topic has one speaker.
    const Messages mixed = mixedWith(messages);
    const std::vector<DialectRule> json{{"*", "json", {}, {}}};
    UserDialect own;
    own.name = "own";
    own[DialectField::Sender].resize(1);
    own[DialectField::Sender][0].what = "payload.owner";
    own[DialectField::Crew].resize(1);
    own[DialectField::Crew][0].what = "topic";
    own[DialectField::Crew][0].match = R"((\w+)\.)";
    const std::vector<DialectRule> user{{"*", "own", std::make_shared<const UserDialect>(own), {}}};
    const bool good = report("plain JSON", messages, 44) &&
                      report("plain JSON that is known to be that", messages, 44, json) &&
                      report("plain JSON by a user dialect", messages, 44, user) &&
                      report("systems and plain, own topics", mixed, 44) &&
                      report("systems and plain, one topic", mixed, 1);
    return good ? 0 : 1;
}
