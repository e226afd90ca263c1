// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"

#include <cmath>
#include <cstdio>
#include <queue>
#include <random>
#include <string>
#include <vector>

namespace murmur::bench {

/// Traffic that does not flatter a compressor: every message of about 350 bytes has a random UUID
/// of its own and one of its trace, requests and replies share a third; status ticks, requests
/// answered after a log-normal time, streamed chunks. In simulated time, deterministic.
class Corpus
{
public:
    explicit Corpus(int agents = 64, double rate = 20'000, std::uint64_t seed = 1)
        : m_agents(agents)
        , m_step(1e9 / rate)
        , m_random(seed)
    {
        for (int i = 0; i < agents; ++i)
            m_traces.push_back(uuid());
    }

    /// The next messages, in the order of their time.
    std::vector<HeardMessage> next(std::size_t count, ConnectionId connection)
    {
        std::vector<HeardMessage> batch;
        batch.reserve(count);
        while (batch.size() < count) {
            if (!m_due.empty() && m_due.top().at <= m_now) {
                const Due due = m_due.top();
                m_due.pop();
                batch.push_back(reply(due, connection));
                continue;
            }
            m_now += static_cast<std::int64_t>(m_step * m_exponential(m_random));
            batch.push_back(spontaneous(connection));
        }
        return batch;
    }

private:
    struct Due
    {
        std::int64_t at = 0;
        int from = 0;
        int to = 0;
        std::string correlation;
        std::string trace;
        bool operator<(const Due& other) const { return at > other.at; }
    };

    std::uint64_t below(std::uint64_t bound) { return m_random() % bound; }
    std::string uuid()
    {
        char text[40];
        const std::uint64_t high = m_random();
        const std::uint64_t low = m_random();
        std::snprintf(text, sizeof text, "%08x-%04x-4%03x-%04x-%012llx",
                      static_cast<unsigned>(high >> 32), static_cast<unsigned>(high >> 16 & 0xffff),
                      static_cast<unsigned>(high & 0xfff),
                      static_cast<unsigned>(0x8000 | (low >> 50)),
                      static_cast<unsigned long long>(low & 0xffff'ffff'ffff));
        return text;
    }
    static std::string name(int agent)
    {
        char text[32];
        std::snprintf(text, sizeof text, "%s-%03d", agent % 8 == 0 ? "planner" : "robot", agent);
        return text;
    }
    HeardMessage make(ConnectionId connection, const std::string& topic, std::string&& json)
    {
        HeardMessage message;
        message.connection = connection;
        message.received = m_epoch + m_now + static_cast<std::int64_t>(below(900));
        message.topic = QByteArray::fromStdString(topic);
        message.raw = QByteArray::fromStdString(json);
        return message;
    }
    HeardMessage reply(const Due& due, ConnectionId connection)
    {
        char text[640];
        std::snprintf(
            text, sizeof text,
            R"({"id":"%s","from":"%s","to":"%s","kind":"reply","ts":%lld,"correlation_id":"%s","trace_id":"%s",)"
            R"("payload":{"accepted":true,"cost":%llu.%02llu,"route":[%llu,%llu,%llu],"eta_s":%llu}})",
            uuid().c_str(), name(due.from).c_str(), name(due.to).c_str(),
            static_cast<long long>((m_epoch + m_now) / 1'000'000), due.correlation.c_str(),
            due.trace.c_str(), ull(below(900)), ull(below(100)), ull(below(400)), ull(below(400)),
            ull(below(400)), ull(below(600)));
        return make(connection, "tasks.answer", text);
    }
    HeardMessage spontaneous(ConnectionId connection)
    {
        const int agent = static_cast<int>(below(static_cast<std::uint64_t>(m_agents)));
        const std::uint64_t what = below(10);
        if (below(6) == 0)
            m_traces[static_cast<std::size_t>(agent)] = uuid();
        const std::string& trace = m_traces[static_cast<std::size_t>(agent)];
        char text[900];
        const auto now = static_cast<long long>((m_epoch + m_now) / 1'000'000);
        if (what < 3) {
            Due due;
            due.from = static_cast<int>(below(static_cast<std::uint64_t>(m_agents)));
            due.to = agent;
            due.correlation = uuid();
            due.trace = trace;
            due.at = m_now + static_cast<std::int64_t>(std::exp(m_normal(m_random)) * 8e6);
            std::snprintf(
                text, sizeof text,
                R"({"id":"%s","from":"%s","to":"%s","kind":"request","ts":%lld,"correlation_id":"%s","trace_id":"%s",)"
                R"("payload":{"op":"plan_route","goal":[%llu,%llu],"load_kg":%llu,"deadline_ms":%llu,"priority":"%s"}})",
                uuid().c_str(), name(agent).c_str(), name(due.from).c_str(), now,
                due.correlation.c_str(), trace.c_str(), ull(below(400)), ull(below(400)),
                ull(below(90)), ull(below(9000)), below(2) == 0 ? "normal" : "urgent");
            m_due.push(std::move(due));
            return make(connection, "tasks.plan", text);
        }
        if (what < 8) {
            std::snprintf(
                text, sizeof text,
                R"({"id":"%s","from":"%s","kind":"state","seq":%llu,"ts":%lld,"trace_id":"%s","payload":{"battery":0.%02llu,)"
                R"("pose":{"x":%llu.%03llu,"y":%llu.%03llu,"theta":%llu.%02llu},"speed":%llu.%02llu,"task":"A-%llu","mode":"%s"}})",
                uuid().c_str(), name(agent).c_str(), ull(++m_sequence), now, trace.c_str(),
                ull(below(100)), ull(below(200)), ull(below(1000)), ull(below(200)),
                ull(below(1000)), ull(below(6)), ull(below(100)), ull(below(3)), ull(below(100)),
                ull(below(9000)), below(5) == 0 ? "charging" : "driving");
            return make(connection, "state." + name(agent), text);
        }
        static constexpr const char* kWords[] = {
            "the",   "pallet", "is",   "blocked", "by",     "two",   "carts",  "near", "dock",
            "seven", "please", "wait", "route",   "around", "aisle", "twelve", "then", "report"};
        std::string words;
        for (std::uint64_t n = 8 + below(30); n > 0; --n)
            words += std::string(kWords[below(std::size(kWords))]) + ' ';
        std::snprintf(
            text, sizeof text,
            R"({"id":"%s","from":"%s","to":"%s","kind":"chunk","ts":%lld,"trace_id":"%s","payload":{"index":%llu,"delta":"%s"}})",
            uuid().c_str(), name(agent).c_str(), name(0).c_str(), now, trace.c_str(),
            ull(below(64)), words.c_str());
        return make(connection, "llm.stream", text);
    }
    static unsigned long long ull(std::uint64_t value) { return value; }

    const int m_agents;
    const double m_step;
    std::mt19937_64 m_random;
    std::exponential_distribution<double> m_exponential{1.0};
    std::normal_distribution<double> m_normal{0.0, 1.1};
    std::priority_queue<Due> m_due;
    std::vector<std::string> m_traces;
    std::int64_t m_epoch = 1'779'358'620'000'000'000;
    std::int64_t m_now = 0;
    std::uint64_t m_sequence = 0;
};

} // namespace murmur::bench
