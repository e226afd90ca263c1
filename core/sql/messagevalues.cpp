// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/kind.h"
#include "base/message.h"
#include "codec/codecbook.h"
#include "llm/modelcall.h"
#include "sql/messagetable.h"
#include "sql/sqltext.h"

#include <QByteArray>

#include <algorithm>

namespace murmur {

namespace {

void resultTime(sqlite3_context* result, std::int64_t ns)
{
    if (ns == kNoTime)
        sqlite3_result_null(result);
    else
        sqlite3_result_int64(result, ns);
}

void resultJson(sqlite3_context* result, const std::string& json)
{
    sqlite3_result_text64(result, json.data(), json.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

std::string flagsText(Flags flags)
{
    std::string json = "[";
    for (const FlagName& flag : flagNames()) {
        if ((flags & flag.flag) == 0)
            continue;
        if (json.size() > 1)
            json += ',';
        appendJsonText(json, flag.name);
    }
    return json + ']';
}

std::string parentsText(const Columns& columns, std::size_t row)
{
    std::string json = "[";
    const auto first = std::ranges::lower_bound(columns.causes, row, {}, &CauseEdge::row);
    for (auto edge = first; edge != columns.causes.end() && edge->row == row; ++edge) {
        json += json.size() > 1 ? ",{\"seq\":" : "{\"seq\":";
        json += std::to_string(edge->cause);
        json += ",\"grade\":";
        appendJsonText(json, gradeName(edge->grade));
        json += '}';
    }
    return json + ']';
}

std::string headersText(const HeaderList& headers)
{
    std::string json = "{";
    for (auto header = headers.begin(); header != headers.end(); ++header) {
        const auto isSame = [&](const auto& other) { return other.first == header->first; };
        if (std::any_of(headers.begin(), header, isSame))
            continue; // said already, as one of several
        if (json.size() > 1)
            json += ',';
        appendJsonText(json, header->first);
        json += ':';
        const bool isOne = std::none_of(header + 1, headers.end(), isSame);
        std::string_view separator = isOne ? "" : "[";
        for (const auto& other : headers) {
            if (!isSame(other))
                continue;
            json += separator;
            appendJsonText(json, other.second);
            separator = ",";
        }
        json += isOne ? "" : "]";
    }
    return json + '}';
}

std::string contentTypeOf(const HeaderList& headers)
{
    const auto found = std::ranges::find_if(headers, [](const auto& header) {
        return qstricmp(header.first.c_str(), "content-type") == 0;
    });
    return found == headers.end() ? std::string() : found->second;
}

std::string_view payloadOf(MessageScan& scan)
{
    const Columns& columns = scan.columns();
    const std::size_t row = scan.row();
    if (columns.payloadSize[row] == 0)
        return {};
    const std::string_view raw = scan.raw();
    const std::size_t offset = columns.payloadOffset[row];
    return offset <= raw.size() ? raw.substr(offset, columns.payloadSize[row]) : std::string_view();
}

/// As JSON or text where it is written in another way, else its bytes.
void resultPayload(sqlite3_context* result, MessageScan& scan)
{
    const std::string bytes(payloadOf(scan));
    NameCache& names = scan.recording().names();
    const Columns& columns = scan.columns();
    const std::string& topic = names.topic(columns.topic[scan.row()]);
    if (!bytes.empty() && !names.codecs().isPlain({bytes, topic, {}})) {
        const std::string headers(columns.headerSize[scan.row()] == 0 ? std::string_view()
                                                                      : scan.headers());
        const Decoded decoded = names.codecs().decode({bytes, topic, headers});
        if ((decoded.is == Decoded::Is::Json || decoded.is == Decoded::Is::Text) &&
            !decoded.isGuess)
            return resultBytes(result, decoded.value);
    }
    resultBytes(result, bytes);
}

void resultId(sqlite3_context* result, MessageScan& scan, IdField field)
{
    resultBytes(result,
                scan.text(scan.columns().ids[static_cast<std::size_t>(field)].text[scan.row()]));
}

void resultCount(sqlite3_context* result, const std::optional<std::int64_t>& count)
{
    if (count)
        sqlite3_result_int64(result, *count);
    else
        sqlite3_result_null(result);
}

void resultOfModelCall(sqlite3_context* result, MessageColumn column, MessageScan& scan)
{
    const ModelCall* call = scan.modelCall();
    if (call == nullptr)
        return sqlite3_result_null(result);
    if (column == MessageColumn::Model || column == MessageColumn::Finish)
        return resultBytes(result, column == MessageColumn::Model ? call->model : call->finish);
    if (column == MessageColumn::Cost) {
        const auto cost = scan.costOf(*call);
        return cost ? sqlite3_result_double(result, *cost) : sqlite3_result_null(result);
    }
    resultCount(result, column == MessageColumn::TokensIn    ? call->usage.in
                        : column == MessageColumn::TokensOut ? call->usage.out
                                                             : call->usage.cached);
}

/// Only the closer of a call has a latency of its own, or -1.
std::int64_t latencyOf(const Columns& columns, std::size_t row)
{
    return columns.closes[row] == 0 ? -1 : columns.latency[row];
}

void resultAligned(sqlite3_context* result, MessageColumn column, MessageScan& scan)
{
    const ClocksPtr clocks = scan.clocks();
    const Columns& columns = scan.columns();
    const std::size_t row = scan.row();
    const auto aligned =
        clocks ? clocks->aligned(scan.recording().resolved(AgentId(columns.sender[row])),
                                 columns.time[row], columns.sent[row])
               : std::nullopt;
    if (!aligned)
        return sqlite3_result_null(result);
    sqlite3_result_int64(result, column == MessageColumn::Aligned ? aligned->time : aligned->error);
}

} // namespace

std::uint32_t columnsFor(MessageColumn column) noexcept
{
    switch (column) {
    case MessageColumn::Ordinal:
    case MessageColumn::Recording:
        return 0;
    case MessageColumn::Time:
    case MessageColumn::Received:
        return TimeColumns;
    case MessageColumn::Sent:
        return TimeColumns | SentColumns;
    case MessageColumn::Connection:
    case MessageColumn::Topic:
        return PlaceColumns;
    case MessageColumn::Type:
        return TypeColumns;
    case MessageColumn::Kind:
    case MessageColumn::Sender:
    case MessageColumn::From:
    case MessageColumn::Receivers:
    case MessageColumn::To:
    case MessageColumn::GroupName:
    case MessageColumn::Group:
    case MessageColumn::Site:
    case MessageColumn::Crew:
    case MessageColumn::Role:
    case MessageColumn::Tenant:
        return ActorColumns;
    case MessageColumn::MsgId:
    case MessageColumn::Id:
    case MessageColumn::Correlation:
    case MessageColumn::Trace:
    case MessageColumn::Span:
    case MessageColumn::ParentSpan:
    case MessageColumn::Conversation:
    case MessageColumn::ReplyTo:
        return IdColumns | SizeColumns;
    case MessageColumn::Parents:
        return CauseColumns;
    case MessageColumn::Sequence:
    case MessageColumn::SequenceScope:
        return SequenceColumns;
    case MessageColumn::LatencyNs:
    case MessageColumn::LatencyMs:
    case MessageColumn::Latency:
    case MessageColumn::Closes:
        return CallColumns;
    case MessageColumn::FlagList:
        return FlagColumns;
    case MessageColumn::Size:
    case MessageColumn::ContentType:
    case MessageColumn::Headers:
    case MessageColumn::Raw:
        return SizeColumns;
    case MessageColumn::Payload:
        return SizeColumns | PayloadColumns | PlaceColumns;
    case MessageColumn::Model:
    case MessageColumn::TokensIn:
    case MessageColumn::TokensOut:
    case MessageColumn::TokensCached:
    case MessageColumn::Cost:
    case MessageColumn::Finish:
        return ActorColumns | SizeColumns | PayloadColumns;
    case MessageColumn::Aligned:
    case MessageColumn::AlignedErrorNs:
        return TimeColumns | SentColumns | ActorColumns;
    }
    return 0;
}

void messageValue(sqlite3_context* result, MessageColumn column, MessageScan& scan)
{
    const Columns& columns = scan.columns();
    const std::size_t row = scan.row();
    NameCache& names = scan.recording().names();
    const auto label = [&](Label which) {
        resultName(result,
                   names.agent(columns.sender[row]).labels[static_cast<std::size_t>(which)]);
    };
    switch (column) {
    case MessageColumn::Ordinal:
        return sqlite3_result_int64(result, scan.seq());
    case MessageColumn::Recording:
        return resultName(result, scan.recording().label());
    case MessageColumn::Time:
        return sqlite3_result_int64(result, columns.time[row]);
    case MessageColumn::Received:
        return sqlite3_result_int64(result, columns.received[row]);
    case MessageColumn::Sent:
        return resultTime(result, columns.sent[row]);
    case MessageColumn::Connection:
        return resultName(result, names.connection(columns.connection[row]));
    case MessageColumn::Topic:
        return resultName(result, names.topic(columns.topic[row]));
    case MessageColumn::Kind:
        return resultName(result, kindName(static_cast<Kind>(columns.kind[row])));
    case MessageColumn::Type:
        return resultName(result, names.type(columns.type[row]));
    case MessageColumn::Sender:
    case MessageColumn::From:
        return resultName(result, names.agent(columns.sender[row]).name);
    case MessageColumn::Receivers:
    case MessageColumn::To:
        return resultName(result, names.audience(columns.audience[row]));
    case MessageColumn::GroupName:
    case MessageColumn::Group:
        return resultName(result, names.agent(columns.sender[row]).group);
    case MessageColumn::MsgId:
    case MessageColumn::Id:
        return resultId(result, scan, IdField::Message);
    case MessageColumn::Correlation:
        return resultId(result, scan, IdField::Correlation);
    case MessageColumn::Trace:
        return resultId(result, scan, IdField::Trace);
    case MessageColumn::Span:
        return resultId(result, scan, IdField::Span);
    case MessageColumn::ParentSpan:
        return resultId(result, scan, IdField::ParentSpan);
    case MessageColumn::Conversation:
        return resultId(result, scan, IdField::Conversation);
    case MessageColumn::ReplyTo:
        return resultId(result, scan, IdField::ReplyTo);
    case MessageColumn::Parents:
        return resultJson(result, parentsText(columns, row));
    case MessageColumn::Sequence:
        return resultTime(result, columns.sequence[row]);
    case MessageColumn::SequenceScope:
        return resultName(result, columns.sequence[row] == kNoTime ? "" : "sender");
    case MessageColumn::LatencyNs:
    case MessageColumn::Latency:
    case MessageColumn::LatencyMs: {
        const std::int64_t latency = latencyOf(columns, row);
        if (latency < 0)
            return sqlite3_result_null(result);
        if (column == MessageColumn::LatencyMs)
            return sqlite3_result_double(result, static_cast<double>(latency) / 1e6);
        return sqlite3_result_int64(result, latency);
    }
    case MessageColumn::Closes:
        return columns.closes[row] == 0 ? sqlite3_result_null(result)
                                        : sqlite3_result_int64(result, columns.closes[row]);
    case MessageColumn::Size:
        return sqlite3_result_int64(result,
                                    std::int64_t(columns.rawSize[row]) + columns.headerSize[row]);
    case MessageColumn::FlagList:
        return resultJson(result, flagsText(columns.flags[row]));
    case MessageColumn::ContentType:
        if (columns.headerSize[row] == 0)
            return sqlite3_result_null(result);
        return resultBytes(result, contentTypeOf(headersFromBytes(scan.headers())));
    case MessageColumn::Headers:
        if (columns.headerSize[row] == 0)
            return resultName(result, "{}");
        return resultJson(result, headersText(headersFromBytes(scan.headers())));
    case MessageColumn::Payload:
        return resultPayload(result, scan);
    case MessageColumn::Raw: {
        const std::string_view raw = scan.raw();
        return sqlite3_result_blob64(result, raw.data(), raw.size(), SQLITE_TRANSIENT);
    }
    case MessageColumn::Site:
        return label(Label::Site);
    case MessageColumn::Crew:
        return label(Label::Crew);
    case MessageColumn::Role:
        return label(Label::Role);
    case MessageColumn::Tenant:
        return label(Label::Tenant);
    case MessageColumn::Model:
    case MessageColumn::TokensIn:
    case MessageColumn::TokensOut:
    case MessageColumn::TokensCached:
    case MessageColumn::Cost:
    case MessageColumn::Finish:
        return resultOfModelCall(result, column, scan);
    case MessageColumn::Aligned:
    case MessageColumn::AlignedErrorNs:
        return resultAligned(result, column, scan);
    }
}

} // namespace murmur
