// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "demo/demorandom.h"
#include "demo/roster.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace murmur {

/// 128 random bits.
struct DemoId
{
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

/// Writes one message after the other as JSON into the same text. Each agent's style decides how
/// the keys are called; what they mean is the same.
class Talk
{
public:
    explicit Talk(std::int64_t epoch)
        : m_epoch(epoch)
    {
    }

    /// From now on messages take their time between an agent and whoever hears them, about as long
    /// as within one machine: they are sent that much before they are heard.
    void takeTime(std::uint64_t seed) { m_ways.emplace(seed); }

    /// Begins a message of `agent` at `now` (ns since the start). Crews do not state the kind, they
    /// let `type` tell it.
    void begin(DemoAgent& agent, std::int64_t now, std::string_view topic, Kind kind,
               std::string_view type);
    void to(std::string_view name);
    void toMany(const std::vector<DemoAgent>& agents, const std::vector<std::uint32_t>& receivers,
                std::size_t limit);
    void replyTo(const DemoAgent& agent);
    void correlation(const DemoId& id);
    void trace(const DemoId& id);
    void conversation(std::string_view word, std::uint64_t number);
    /// The message that caused this one.
    void cause(const DemoAgent& agent, std::uint64_t sequence);
    /// A whole error object, beside the payload.
    void error(std::string_view code, std::string_view text);

    void beginPayload();
    Talk& number(std::string_view name, std::int64_t value);
    /// `value` thousandths as a decimal number.
    Talk& thousandths(std::string_view name, std::int64_t value);
    Talk& text(std::string_view name, std::string_view value); ///< `value` needs no escapes
    Talk& raw(std::string_view json); ///< in its own words, commas included
    Talk& object(std::string_view name);
    Talk& endObject();
    void end();

    [[nodiscard]] std::string_view topic() const noexcept { return m_topic; }
    [[nodiscard]] std::string_view json() const noexcept { return m_json; }
    /// The message that was said last, to be put into other words.
    [[nodiscard]] std::string& words() noexcept { return m_json; }
    [[nodiscard]] std::string_view from() const noexcept { return m_from; }
    [[nodiscard]] Kind kind() const noexcept { return m_kind; }
    [[nodiscard]] std::uint32_t group() const noexcept { return m_group; }
    [[nodiscard]] std::string_view type() const noexcept { return m_type; }
    /// Who says it; null before the first.
    [[nodiscard]] DemoAgent* agent() const noexcept { return m_agent; }

private:
    void key(std::string_view name);
    void appendNumber(std::int64_t value);
    void appendHex(std::uint64_t value, int digits);

    std::int64_t m_epoch;
    std::optional<DemoRandom> m_ways;
    std::string m_topic;
    std::string m_json;
    std::string_view m_from;
    std::string_view m_type; ///< words of the program
    DemoAgent* m_agent = nullptr;
    Kind m_kind = Kind::Event;
    Style m_style = Style::Warehouse;
    std::uint32_t m_group = 0;
    bool m_hasPayload = false;
    bool m_isFirstField = false;
};

} // namespace murmur
