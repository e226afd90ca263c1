// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "causality/clocks.h"
#include "session/session.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur::exchange {

/// The keys of a message as `query --json` and `export` write them.
enum class MessageKey : std::uint8_t {
    Seq,
    Id,
    Time,
    Received,
    Sent,
    Connection,
    Topic,
    Kind,
    Type,
    From,
    To,
    InferredTo, ///< who answered where no receiver is stated
    Group,
    Correlation,
    Trace,
    Conversation,
    Sequence,
    LatencyMs,
    LatencyNs,
    Size,
    Flags,
    Headers,
    Payload,
    PayloadMember, ///< payload.<path>
    Site,
    Crew,
    Role,
    Tenant,
    Span,
    ParentSpan,
    Model, ///< of a call to a model, as are the five that follow
    TokensIn,
    TokensOut,
    TokensCached,
    Cost,
    Finish,
    ReplyTo,
    Aligned,        ///< when it was sent, by our clock; needs setClocks()
    AlignedErrorNs, ///< by how much that may be wrong
    Recording,      ///< asked for by name; else it stands in front where there are several
};

/// One thing to print of each message.
struct MessageColumn
{
    MessageKey key{};
    QString title;       ///< as the person wrote it
    std::string pointer; ///< JSON pointer of a payload member
    /// Not in a MessageRow: the whole message has to be read.
    [[nodiscard]] bool needsDetail() const noexcept;
    [[nodiscard]] bool isNumber() const noexcept;
};

/// All keys of a JSON line, in their order.
std::vector<MessageColumn> allColumns();
/// "time,from,payload.task.id"; an unknown name is WrongUse and names what there is.
Result<std::vector<MessageColumn>> columnsFromText(QStringView text);

/// Whether one of them needs the clocks of the agents.
bool asksForClocks(const std::vector<MessageColumn>& columns);

/// Whether `recording` is one of them.
bool asksForRecording(const std::vector<MessageColumn>& columns);

/// A value before it is written in some form.
struct FieldValue
{
    enum class Is : std::uint8_t { None, Text, Json, List };
    Is is = Is::None;
    std::string text;               ///< Text: UTF-8; Json: one line
    std::vector<std::string> items; ///< List
    bool isBase64 = false;          ///< Text that stands for bytes
    std::string codec = {};         ///< that read a payload which was not written so: "msgpack"
};

/// Turns messages into values, JSON lines and CSV lines. Keeps a parser, so one per thread.
class MessageFormatter
{
public:
    /// `recording` is added to JSON and CSV lines; when it is empty, the message's own is where the
    /// session has several.
    explicit MessageFormatter(std::shared_ptr<const Dictionaries> names,
                              std::string recording = {});
    ~MessageFormatter();
    MessageFormatter(MessageFormatter&&) noexcept;

    /// By which `aligned` is told.
    void setClocks(ClocksPtr clocks) { m_clocks = std::move(clocks); }

    [[nodiscard]] FieldValue value(const MessageColumn& column, const MessageDetail& message);
    /// With a newline. An object of all columns gets `payload_encoding` or `payload_codec`
    /// where they are needed.
    void appendJson(std::string& out, const std::vector<MessageColumn>& columns,
                    const MessageDetail& message);
    void appendCsv(std::string& out, const std::vector<MessageColumn>& columns,
                   const MessageDetail& message);
    /// Plain text of a value, for tables and CSV: lists with commas, none empty.
    [[nodiscard]] static std::string plain(const FieldValue& value);
    /// The label of the message's recording; empty where there is one only.
    [[nodiscard]] std::string recordingOf(const MessageRow& row) const;

private:
    struct Parser;
    [[nodiscard]] FieldValue inferredValue(const MessageRow& row) const;
    [[nodiscard]] FieldValue modelValue(const MessageDetail& message, MessageKey key);
    [[nodiscard]] FieldValue payloadValue(const MessageDetail& message, const std::string& pointer);
    /// Of JSON, text or bytes as they are.
    [[nodiscard]] FieldValue plainPayload(std::string_view payload, const std::string& pointer);
    /// recordingOf(), but empty where it is asked for as a column.
    [[nodiscard]] std::string recordingInFront(const std::vector<MessageColumn>& columns,
                                               const MessageRow& row) const;
    [[nodiscard]] FieldValue alignedValue(const MessageRow& row, MessageKey key) const;
    [[nodiscard]] FieldValue senderLabel(const MessageRow& row, Label label) const;

    std::shared_ptr<const Dictionaries> m_names;
    std::string m_recording;
    ClocksPtr m_clocks;
    std::unique_ptr<Parser> m_parser;
};

} // namespace murmur::exchange
