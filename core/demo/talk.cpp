// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/talk.h"

#include "base/time.h"
#include "demo/democlocks.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace murmur {

namespace {

/// The time that a message takes within one machine, ns.
std::int64_t wayOf(DemoRandom& random)
{
    constexpr std::int64_t kShortest = 80'000;
    constexpr std::int64_t kLongest = 1'500'000; // less than anybody takes to answer
    return std::min(kShortest + random.delay({200'000, 120, 0}), kLongest);
}

std::int64_t clockErrorOf(const DemoAgent& agent, std::int64_t now)
{
    const ClockTruth clock{
        {}, agent.clockError, agent.clockDrift, agent.clockStepAt, agent.clockStep};
    return clock.offsetAt(now);
}

} // namespace

void Talk::appendNumber(std::int64_t value)
{
    std::array<char, 24> digits{};
    const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    m_json.append(digits.data(), result.ptr);
}

void Talk::appendHex(std::uint64_t value, int digits)
{
    static constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, 16> text{};
    for (int i = digits - 1; i >= 0; --i) {
        text[static_cast<std::size_t>(i)] = kDigits[value & 15];
        value >>= 4;
    }
    m_json.append(text.data(), static_cast<std::size_t>(digits));
}

void Talk::begin(DemoAgent& agent, std::int64_t now, std::string_view topic, Kind kind,
                 std::string_view type)
{
    m_topic.assign(topic);
    m_kind = kind;
    m_from = agent.name;
    m_type = type;
    m_agent = &agent;
    m_style = agent.style;
    m_group = agent.group;
    m_hasPayload = false;
    const std::int64_t sent = now - (m_ways ? wayOf(*m_ways) : 0);
    const std::int64_t clock = m_epoch + sent + clockErrorOf(agent, sent);
    ++agent.sequence;

    m_json.assign("{\"topic\":\"");
    m_json.append(topic);
    m_json += '"';
    m_json.append(agent.head);
    appendNumber(static_cast<std::int64_t>(agent.sequence));
    switch (m_style) {
    case Style::Warehouse:
        m_json.append("\",\"seq\":");
        appendNumber(static_cast<std::int64_t>(agent.sequence));
        m_json.append(",\"ts\":");
        appendNumber(clock / 1000);
        m_json.append(",\"kind\":\"");
        m_json.append(kindName(kind));
        m_json.append("\",\"type\":\"");
        break;
    case Style::Crew:
        m_json.append("\",\"emission_sequence\":");
        appendNumber(static_cast<std::int64_t>(agent.sequence));
        m_json.append(",\"timestamp\":\"");
        m_json.append(isoTimeUtf8(clock), 0, 26); // microseconds, without a zone: UTC
        m_json.append("\",\"type\":\"");
        break;
    case Style::Graph:
        m_json.append("\",\"seq\":");
        appendNumber(static_cast<std::int64_t>(agent.sequence));
        m_json.append(",\"created_at\":");
        appendNumber(clock / 1'000'000);
        m_json.append(",\"kind\":\"");
        m_json.append(kindName(kind));
        m_json.append("\",\"event\":\"");
        break;
    }
    m_json.append(type);
    m_json += '"';
}

void Talk::to(std::string_view name)
{
    m_json.append(m_style == Style::Crew ? ",\"recipient\":\"" : ",\"to\":\"");
    m_json.append(name);
    m_json += '"';
}

void Talk::toMany(const std::vector<DemoAgent>& agents, const std::vector<std::uint32_t>& receivers,
                  std::size_t limit)
{
    m_json.append(",\"to\":[");
    const std::size_t count = std::min(receivers.size(), limit);
    for (std::size_t i = 0; i < count; ++i) {
        m_json.append(i == 0 ? "\"" : ",\"");
        m_json.append(agents[receivers[i]].name);
        m_json += '"';
    }
    m_json += ']';
}

void Talk::replyTo(const DemoAgent& agent)
{
    m_json.append(",\"reply_to\":\"_INBOX.");
    m_json.append(agent.name);
    m_json += '"';
}

void Talk::correlation(const DemoId& id)
{
    m_json.append(m_style == Style::Crew ? ",\"call_id\":\"" : ",\"correlation_id\":\"");
    // RFC 9562: version 4, variant 10.
    const std::uint64_t high = (id.high & ~0xf000ull) | 0x4000ull;
    const std::uint64_t low = (id.low & ~(3ull << 62)) | (2ull << 62);
    appendHex(high >> 32, 8);
    m_json += '-';
    appendHex(high >> 16, 4);
    m_json += '-';
    appendHex(high, 4);
    m_json += '-';
    appendHex(low >> 48, 4);
    m_json += '-';
    appendHex(low, 12);
    m_json += '"';
}

void Talk::trace(const DemoId& id)
{
    m_json.append(",\"trace_id\":\"");
    appendHex(id.high, 16);
    appendHex(id.low, 16);
    m_json += '"';
}

void Talk::conversation(std::string_view word, std::uint64_t number)
{
    switch (m_style) {
    case Style::Warehouse:
        m_json.append(",\"conversation_id\":\"");
        break;
    case Style::Crew:
        m_json.append(",\"session_id\":\"");
        break;
    case Style::Graph:
        m_json.append(",\"thread_id\":\"");
        break;
    }
    m_json.append(word);
    m_json += '-';
    appendNumber(static_cast<std::int64_t>(number));
    m_json += '"';
}

void Talk::cause(const DemoAgent& agent, std::uint64_t sequence)
{
    m_json.append(m_style == Style::Crew ? ",\"parent_event_id\":\"" : ",\"causation_id\":\"");
    m_json.append(agent.name);
    m_json += ':';
    appendNumber(static_cast<std::int64_t>(sequence));
    m_json += '"';
}

void Talk::error(std::string_view code, std::string_view text)
{
    m_json.append(",\"error\":{\"code\":\"");
    m_json.append(code);
    m_json.append("\",\"message\":\"");
    m_json.append(text);
    m_json.append("\",\"retryable\":true}");
}

void Talk::beginPayload()
{
    m_json.append(m_style == Style::Graph ? ",\"data\":{" : ",\"payload\":{");
    m_hasPayload = true;
    m_isFirstField = true;
}

void Talk::key(std::string_view name)
{
    m_json.append(m_isFirstField ? "\"" : ",\"");
    m_isFirstField = false;
    m_json.append(name);
    m_json.append("\":");
}

Talk& Talk::number(std::string_view name, std::int64_t value)
{
    key(name);
    appendNumber(value);
    return *this;
}

Talk& Talk::thousandths(std::string_view name, std::int64_t value)
{
    key(name);
    if (value < 0) {
        m_json += '-';
        value = -value;
    }
    appendNumber(value / 1000);
    const auto rest = static_cast<int>(value % 1000);
    m_json += '.';
    m_json += static_cast<char>('0' + rest / 100);
    m_json += static_cast<char>('0' + rest / 10 % 10);
    m_json += static_cast<char>('0' + rest % 10);
    return *this;
}

Talk& Talk::text(std::string_view name, std::string_view value)
{
    key(name);
    m_json += '"';
    m_json.append(value);
    m_json += '"';
    return *this;
}

Talk& Talk::raw(std::string_view json)
{
    if (!m_isFirstField)
        m_json += ',';
    m_isFirstField = false;
    m_json.append(json);
    return *this;
}

Talk& Talk::object(std::string_view name)
{
    key(name);
    m_json += '{';
    m_isFirstField = true;
    return *this;
}

Talk& Talk::endObject()
{
    m_json += '}';
    m_isFirstField = false;
    return *this;
}

void Talk::end()
{
    m_json.append(m_hasPayload ? "}}" : "}");
}

} // namespace murmur
