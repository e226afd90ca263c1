// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/missingfinal.h"

#include "findings/keytable.h"
#include "findings/scene.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace murmur {

namespace {

constexpr const char* kId = "missing-final";
constexpr Parameter kWait{"wait", 10, Unit::Seconds, "pause in a stream that is never told"};
constexpr Parameter kTimes{"times", 5, Unit::Factor, "and that many times its usual pause"};
constexpr Parameter kEnded{
    "ended", 3, Unit::Count,
    "streams of that agent that must have ended before it is known to end them"};
constexpr std::array kParameters{kWait, kTimes, kEnded};
constexpr std::size_t kMostStreams = 20'000;

/// Keys that end a stream when they are true, and those that do when they hold a text.
constexpr std::array<std::string_view, 4> kTrueAtEnd{"\"done\"", "\"is_final\"", "\"final\"",
                                                     "\"last\""};
constexpr std::array<std::string_view, 2> kTextAtEnd{"\"finish_reason\"", "\"stop_reason\""};
constexpr std::string_view kDone = "[DONE]"; ///< of server-sent events

/// Whether one of those keys ends with it, before its quotation mark.
constexpr bool isLastLetter(char c) noexcept
{
    constexpr std::uint32_t kLast =
        1u << ('e' & 31) | 1u << ('l' & 31) | 1u << ('n' & 31) | 1u << ('t' & 31);
    return c >= 'a' && c <= 'z' && (kLast >> (c & 31) & 1) != 0;
}

class MissingFinal final : public Detector
{
public:
    explicit MissingFinal(const Settings& settings)
        : m_wait(settings.time(kId, kWait))
        , m_times(settings.of(kId, kTimes))
        , m_ended(static_cast<std::int64_t>(settings.of(kId, kEnded)))
    {
    }

    [[nodiscard]] bool expects() const override { return true; }
    void expect(const Heard& message, const Scene& /*scene*/) override
    {
        if (message.kind == Kind::Chunk || streams(message.sender))
            m_streams.fetch(keyOf(message));
    }

    void hear(const Heard& message, const Scene& /*scene*/, Findings& /*findings*/) override
    {
        if (message.kind != Kind::Chunk && !streams(message.sender))
            return;
        const std::uint64_t key = keyOf(message);
        if (key == 0)
            return;
        if (message.kind != Kind::Chunk) {
            // Whatever else it says in the same matter means that it is through.
            if (Stream* const stream = m_streams.find(key)) {
                ++m_endings[index(message.sender)];
                remove(key, *stream);
            }
            return;
        }
        if (isEnd(message.payload)) {
            ++m_endings[index(message.sender)];
            if (Stream* const stream = m_streams.find(key))
                remove(key, *stream);
            return;
        }
        if (m_streams.size() >= kMostStreams && !m_streams.contains(key)) {
            ++m_forgotten;
            return;
        }
        Stream& stream = *m_streams.add(key).first;
        if (stream.chunks++ == 0) {
            if (index(message.sender) >= m_openOf.size())
                m_openOf.resize(index(message.sender) + 1);
            ++m_openOf[index(message.sender)];
            stream.first = message.seq;
            stream.start = message.time;
            stream.sender = message.sender;
            stream.topic = message.topic;
            stream.connection = message.connection;
            stream.conversation = message.matter();
        }
        stream.last = message.seq;
        stream.time = std::max(stream.time, message.time);
    }

    void pulse(std::int64_t now, Scene& scene, Findings& findings) override
    {
        // In the order of their first message, whatever the table's order is.
        std::vector<std::pair<Seq, std::uint64_t>> over;
        m_streams.forEach([&](std::uint64_t key, const Stream& stream) {
            const std::int64_t usual =
                stream.chunks < 2 ? 0 : (stream.time - stream.start) / (stream.chunks - 1);
            if (now - stream.time >
                std::max(m_wait, static_cast<std::int64_t>(m_times * static_cast<double>(usual))))
                over.emplace_back(stream.first, key);
        });
        std::ranges::sort(over);
        for (const auto& [first, key] : over) {
            const Stream stream = *m_streams.find(key);
            remove(key, stream);
            if (m_endings[index(stream.sender)] >= m_ended)
                tell(stream, now, scene, findings);
        }
    }

    void missed(std::int64_t from, std::int64_t to) override
    {
        m_streams.forEach([&](std::uint64_t, Stream& stream) { stream.time += to - from; });
    }

    [[nodiscard]] std::int64_t forgotten() const override { return m_forgotten; }

private:
    struct Stream
    {
        Seq first = 0;
        Seq last = 0;
        std::int64_t start = 0;
        std::int64_t time = 0;
        std::int64_t chunks = 0;
        AgentId sender{};
        TopicId topic{};
        ConnectionId connection{};
        std::string conversation;
    };

    [[nodiscard]] bool streams(AgentId agent) const
    {
        return index(agent) < m_openOf.size() && m_openOf[index(agent)] > 0;
    }
    void remove(std::uint64_t key, const Stream& stream)
    {
        --m_openOf[index(stream.sender)];
        m_streams.erase(key);
    }

    static std::uint64_t keyOf(const Heard& message)
    {
        const std::uint64_t matter = message.matterHash() != 0
                                         ? message.matterHash()
                                         : idHash(message.id(IdField::Correlation));
        return matter == 0 ? 0 : matter ^ (std::uint64_t(index(message.sender)) << 40);
    }
    static bool isEnd(std::string_view payload)
    {
        // What is said in a chunk may be anything; its end stands in its own keys.
        for (std::size_t at = payload.find(':'); at != std::string_view::npos;
             at = payload.find(':', at + 1)) {
            if (at < 2 || payload[at - 1] != '"' || !isLastLetter(payload[at - 2]))
                continue;
            const std::string_view before = payload.substr(0, at);
            const std::string_view behind = payload.substr(at + 1);
            const auto isKey = [&](std::string_view key) { return before.ends_with(key); };
            if (behind.starts_with("true") && std::ranges::any_of(kTrueAtEnd, isKey))
                return true;
            if ((behind.starts_with('"') || behind.starts_with(" \"")) &&
                std::ranges::any_of(kTextAtEnd, isKey))
                return true;
        }
        return payload.size() <= 64 && payload.find(kDone) != std::string_view::npos;
    }

    static void tell(const Stream& stream, std::int64_t now, const Scene& scene, Findings& findings)
    {
        Finding& finding = findings.grow(kId, index(stream.sender), stream.start);
        finding.hasGap = finding.hasGap || scene.hasGap(stream.connection, stream.time, now);
        finding.isExact = !finding.hasGap;
        finding.confidence = finding.hasGap ? 0.4 : 1;
        finding.involve(stream.sender);
        finding.topic = stream.topic;
        ++finding.count;
        finding.add(stream.first, stream.start);
        finding.add(stream.last, stream.time);
        finding.end = std::max(finding.end, now);
        finding.fact("streams", finding.count);
        finding.fact("last_chunks", stream.chunks);
        if (!stream.conversation.empty())
            finding.fact("last_conversation", stream.conversation);
        finding.summary =
            std::to_string(finding.count) + (finding.count == 1 ? " stream of " : " streams of ") +
            scene.name(stream.sender) +
            (finding.count == 1 ? " stopped before its end." : " stopped before their end.");
    }

    std::int64_t m_wait;
    double m_times;
    std::int64_t m_ended;
    KeyTable<Stream> m_streams;          ///< by sender and matter
    std::vector<std::uint32_t> m_openOf; ///< by agent: how many of them
    boost::unordered_flat_map<std::uint32_t, std::int64_t> m_endings; ///< by agent
    std::int64_t m_forgotten = 0;
};

} // namespace

DetectorEntry missingFinal()
{
    return {kId, "streams that stopped before their end", false, kParameters,
            [](const Settings& settings) {
                return std::unique_ptr<Detector>(std::make_unique<MissingFinal>(settings));
            }};
}

} // namespace murmur
