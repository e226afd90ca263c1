// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/kind.h"
#include "base/message.h"
#include "base/result.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

class MessageShape;
struct DialectRule;

/// What a dialect gets to see of one message. Views are valid during the call only.
struct MessageView
{
    std::string_view topic;
    std::string_view raw;     ///< followed by at least kPadding readable bytes
    std::string_view headers; ///< as of `headersToBytes`; may be empty
    std::string_view peer;
    Flags flags = 0;
    const MessageShape* shape = nullptr; ///< looked at once for several dialects; may be null
    std::string_view connection = {};    ///< its name, where it is known
};
/// simdjson reads past the end of its input; whoever calls a dialect provides this much room behind
/// `raw`.
inline constexpr std::size_t kPadding = 64;

/// What a dialect made of one message. Texts are views into the message, into `scratch`, which
/// lives until `clear`, or words of the program's own tables.
struct Interpretation
{
    std::string_view topic; ///< empty: the bus's topic holds
    std::string_view sender;
    std::vector<std::string_view> receivers;
    Kind kind = Kind::Event;
    std::string_view type;
    std::array<std::string_view, kIdFieldCount> ids;
    std::vector<std::string_view> parents; ///< message ids of stated causes
    std::array<std::string_view, kLabelCount> labels;
    std::int64_t sent = kNoTime;
    std::int64_t sequence = kNoTime;
    std::string_view payload; ///< inside raw; data() null: raw itself
    bool isErrorReply = false;
    struct KeyValue
    {
        std::string_view key;
        std::string_view value; ///< JSON text inside raw
    };
    std::vector<KeyValue> state;
    std::string_view undecodable; ///< reason; empty: decoded

    std::deque<std::string> scratch; ///< unescaped texts that are not in raw

    void clear();
    std::string_view keep(std::string text) { return scratch.emplace_back(std::move(text)); }
};

/// How one family of systems writes its messages. Not thread safe: each interpreter has its own
/// (parsers are reused). `interpret` is bounded by the message's size, never throws and never fails
/// the run: what it cannot read it marks undecodable.
class Dialect
{
public:
    virtual ~Dialect() = default;
    [[nodiscard]] virtual const char* id() const noexcept = 0;
    /// 0 … 1: how sure this dialect is that the message is its own.
    [[nodiscard]] virtual double confidence(const MessageView& message) = 0;
    virtual void interpret(const MessageView& message, Interpretation& out) = 0;
};

/// One row per dialect, in the order of detection.
struct DialectEntry
{
    const char* id;
    const char* description;
    std::unique_ptr<Dialect> (*create)();
};
std::span<const DialectEntry> dialects() noexcept;

/// Picks the dialect per (connection, topic), caches the choice and checks again when a message
/// does not decode.
class DialectChooser
{
public:
    DialectChooser();
    ~DialectChooser();
    DialectChooser(const DialectChooser&) = delete;
    DialectChooser& operator=(const DialectChooser&) = delete;
    /// Forces dialects, those of a person too, as of dialectRules: "json" for all messages,
    /// "robots/*=rosbridge" for the topics of a glob; several by commas, the first that fits holds.
    Status force(std::string_view rules);
    /// The first rule that fits a topic holds. Forgets what was found out about topics.
    void use(std::vector<DialectRule> rules);
    [[nodiscard]] const std::vector<DialectRule>& rules() const;
    /// The dialect that a rule names for a topic; empty: none does.
    [[nodiscard]] std::string named(std::uint32_t connection, std::string_view topic) const;
    /// How sure each dialect is, in the order of the registry.
    std::vector<double> confidences(const MessageView& message);
    void interpret(std::uint32_t connection, std::uint32_t topic, const MessageView& message,
                   Interpretation& out);

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The kind that a word tells ("task_completed" → Reply), by its last known token; Event when none
/// does.
Kind kindFromWords(std::string_view words) noexcept;
/// The same with "no word known" told apart.
std::optional<Kind> kindFromWordsIfKnown(std::string_view words) noexcept;

} // namespace murmur
