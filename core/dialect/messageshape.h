// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>

namespace murmur {

struct MessageView;

/// Keys at the top level of a message by which systems are told apart.
enum class Sign : std::uint8_t {
    Action,
    AppId,
    ArtifactUpdate,
    Capabilities,
    Channel,
    Channels,
    ChannelIds,
    Checkpoint,
    Config,
    ContextId,
    Correlation, ///< correlationId
    Data,
    DeliveryStage,
    Dnotifier, ///< __dnotifier
    EmissionSequence,
    Event,
    EventData,
    EventId,
    Events,
    ExecutionId,
    Id,
    Input,
    JsonRpc,
    Kind,
    Level,
    LogRecord,
    Message,
    Metadata,
    Method,
    Msg,
    Name,
    Namespace,
    Next,
    Ns,
    Op,
    Params,
    ParentIds,
    Payload,
    Receiver,
    RequestId,
    Resource,
    Result,
    RunId,
    Sender,
    Seq,
    Service,
    Skills,
    Source,
    SpecVersion,
    Span,
    StatusUpdate,
    Step,
    Subscriptions,
    Task,
    Timestamp,
    Topic,
    Triggers,
    Type,
    Values,
    Count,
};
inline constexpr std::size_t kSignCount = static_cast<std::size_t>(Sign::Count);
static_assert(kSignCount <= 64);

/// What a glance at a message tells: its form and the keys of its top level (of a list: of its
/// first element). Taken once for all dialects that are asked whether a message is theirs.
class MessageShape
{
public:
    enum class Form : std::uint8_t { Other, Object, List };

    MessageShape();
    ~MessageShape();
    MessageShape(const MessageShape&) = delete;
    MessageShape& operator=(const MessageShape&) = delete;

    /// Valid as long as the message is.
    void look(const MessageView& message);

    [[nodiscard]] Form form() const { return m_form; }
    [[nodiscard]] bool has(Sign sign) const { return (m_signs >> static_cast<int>(sign) & 1) != 0; }
    [[nodiscard]] bool has(std::initializer_list<Sign> all) const
    {
        for (const Sign sign : all) {
            if (!has(sign))
                return false;
        }
        return true;
    }
    /// The value of a sign that is a text or number, as it stands in the message, without quotes.
    [[nodiscard]] std::string_view text(Sign sign) const
    {
        return has(sign) ? m_texts[static_cast<std::size_t>(sign)] : std::string_view();
    }
    /// Whether the value of a sign is a text.
    [[nodiscard]] bool isText(Sign sign) const
    {
        const std::string_view value = text(sign);
        return value.data() != nullptr && value.data()[-1] == '"';
    }

private:
    struct Parser;
    std::unique_ptr<Parser> m_parser;
    std::array<std::string_view, kSignCount> m_texts;
    std::uint64_t m_signs = 0;
    Form m_form = Form::Other;
};

} // namespace murmur
