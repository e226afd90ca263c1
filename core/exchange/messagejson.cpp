// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/messagejson.h"

#include "exchange/jsonwriter.h"
#include "llm/callreader.h"
#include "llm/prices.h"
#include "query/fields.h"
#include "query/rowcontext.h"
#include "session/decodedpayload.h"

#include <QStringList>

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::string_view_literals;

namespace murmur::exchange {

namespace {

struct KeyName
{
    std::string_view name;
    MessageKey key;
};

constexpr std::array kKeys = std::to_array<KeyName>({
    {"seq", MessageKey::Seq},
    {"id", MessageKey::Id},
    {"time", MessageKey::Time},
    {"received", MessageKey::Received},
    {"sent", MessageKey::Sent},
    {"connection", MessageKey::Connection},
    {"topic", MessageKey::Topic},
    {"kind", MessageKey::Kind},
    {"type", MessageKey::Type},
    {"from", MessageKey::From},
    {"to", MessageKey::To},
    {"group", MessageKey::Group},
    {"correlation", MessageKey::Correlation},
    {"trace", MessageKey::Trace},
    {"conversation", MessageKey::Conversation},
    {"sequence", MessageKey::Sequence},
    {"latency_ms", MessageKey::LatencyMs},
    {"size", MessageKey::Size},
    {"flags", MessageKey::Flags},
    {"headers", MessageKey::Headers},
    {"payload", MessageKey::Payload},
    // Those above make a JSON line; those below can be asked for.
    {"sender", MessageKey::From},
    {"receivers", MessageKey::To},
    {"group_name", MessageKey::Group},
    {"msg_id", MessageKey::Id},
    {"latency", MessageKey::LatencyMs},
    {"latency_ns", MessageKey::LatencyNs},
    {"site", MessageKey::Site},
    {"crew", MessageKey::Crew},
    {"role", MessageKey::Role},
    {"tenant", MessageKey::Tenant},
    {"span", MessageKey::Span},
    {"parent_span", MessageKey::ParentSpan},
    {"model", MessageKey::Model},
    {"tokens_in", MessageKey::TokensIn},
    {"tokens_out", MessageKey::TokensOut},
    {"tokens_cached", MessageKey::TokensCached},
    {"cost", MessageKey::Cost},
    {"finish", MessageKey::Finish},
    {"reply_to", MessageKey::ReplyTo},
    {"recording", MessageKey::Recording},
    {"aligned", MessageKey::Aligned},
    {"aligned_error_ns", MessageKey::AlignedErrorNs},
    {"inferred_to", MessageKey::InferredTo},
});
constexpr std::size_t kLineKeys = 21;

QString latin1(std::string_view text)
{
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

FieldValue text(std::string value)
{
    if (value.empty())
        return {};
    return {FieldValue::Is::Text, std::move(value), {}, false};
}

FieldValue json(std::string value)
{
    return {FieldValue::Is::Json, std::move(value), {}, false};
}

FieldValue idValue(const MessageDetail& message, IdField field)
{
    const QByteArray& id = message.ids[static_cast<std::size_t>(field)];
    return text(std::string(id.constData(), static_cast<std::size_t>(id.size())));
}

FieldValue timeValue(std::int64_t ns)
{
    return ns == kNoTime ? FieldValue{} : text(isoTimeUtf8(ns));
}

/// 1234567 ns as "1.234567": exact, without a detour through floating point.
std::string milliseconds(std::int64_t ns)
{
    std::string out = std::to_string(ns / 1'000'000);
    std::string fraction = std::to_string(1'000'000 + ns % 1'000'000).substr(1);
    while (!fraction.empty() && fraction.back() == '0')
        fraction.pop_back();
    return fraction.empty() ? out : out + '.' + fraction;
}

FieldValue latencyValue(const MessageRow& row, MessageKey key)
{
    // Only the closer of a call has a latency of its own, whatever else is known of the row.
    if (row.closes == 0 || row.latency < 0)
        return {};
    return json(key == MessageKey::LatencyNs ? std::to_string(row.latency)
                                             : milliseconds(row.latency));
}

FieldValue headersValue(const HeaderList& headers)
{
    std::string out;
    JsonWriter writer(out);
    writer.beginObject();
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const std::string& name = headers[i].first;
        const auto isSame = [&](const auto& header) { return header.first == name; };
        if (std::any_of(headers.begin(), headers.begin() + static_cast<std::ptrdiff_t>(i), isSame))
            continue; // said already, as one of several
        writer.key(name);
        if (std::ranges::count_if(headers, isSame) == 1) {
            writer.text(headers[i].second);
            continue;
        }
        writer.beginArray();
        for (const auto& header : headers) {
            if (isSame(header))
                writer.text(header.second);
        }
        writer.endArray();
    }
    writer.endObject();
    return json(std::move(out));
}

FieldValue flagsValue(Flags flags)
{
    FieldValue value{FieldValue::Is::List, {}, {}, false};
    for (const FlagName& flag : flagNames()) {
        if ((flags & flag.flag) != 0)
            value.items.emplace_back(flag.name);
    }
    return value;
}

/// "payload.items[0].name" as "/items/0/name"; empty when malformed.
std::string pointerOf(QStringView path)
{
    std::string pointer;
    const QStringView members = path.mid(7);
    if (members.isEmpty() || (members.front() != u'.' && members.front() != u'['))
        return {};
    QString step;
    for (const QChar c : members) {
        if (c == u'.' || c == u'[')
            pointer += '/';
        else if (c == u'~')
            pointer += "~0";
        else if (c == u'/')
            pointer += "~1";
        else if (c != u']')
            pointer += QString(c).toStdString();
    }
    return pointer.ends_with('/') ? std::string() : pointer;
}

} // namespace

bool MessageColumn::needsDetail() const noexcept
{
    switch (key) {
    case MessageKey::Id:
    case MessageKey::InferredTo: // the answer is looked for with whole messages only
    case MessageKey::Correlation:
    case MessageKey::Trace:
    case MessageKey::Conversation:
    case MessageKey::Headers:
    case MessageKey::Payload:
    case MessageKey::PayloadMember:
    case MessageKey::Span:
    case MessageKey::ParentSpan:
    case MessageKey::Model:
    case MessageKey::TokensIn:
    case MessageKey::TokensOut:
    case MessageKey::TokensCached:
    case MessageKey::Cost:
    case MessageKey::Finish:
    case MessageKey::ReplyTo:
        return true;
    default:
        return false;
    }
}

bool MessageColumn::isNumber() const noexcept
{
    return key == MessageKey::Seq || key == MessageKey::Sequence || key == MessageKey::LatencyMs ||
           key == MessageKey::LatencyNs || key == MessageKey::Size || key == MessageKey::TokensIn ||
           key == MessageKey::TokensOut || key == MessageKey::TokensCached ||
           key == MessageKey::Cost || key == MessageKey::AlignedErrorNs;
}

std::vector<MessageColumn> allColumns()
{
    std::vector<MessageColumn> columns;
    for (std::size_t i = 0; i < kLineKeys; ++i)
        columns.push_back({kKeys[i].key, latin1(kKeys[i].name), {}});
    return columns;
}

Result<std::vector<MessageColumn>> columnsFromText(QStringView given)
{
    std::vector<MessageColumn> columns;
    for (const QStringView part : given.split(u',')) {
        const QString name = part.trimmed().toString();
        const auto found = std::ranges::find_if(
            kKeys, [&](const KeyName& key) { return name == latin1(key.name); });
        if (found != kKeys.end()) {
            columns.push_back({found->key, name, {}});
            continue;
        }
        if (name.startsWith(u"payload"_s)) {
            if (std::string pointer = pointerOf(name); !pointer.empty()) {
                columns.push_back({MessageKey::PayloadMember, name, std::move(pointer)});
                continue;
            }
        }
        std::vector<std::string_view> names;
        QStringList all;
        for (const KeyName& key : kKeys) {
            names.push_back(key.name);
            all << latin1(key.name);
        }
        const QString near = nearest(name, names);
        return Error{ErrorCode::WrongUse,
                     near.isEmpty()
                         ? u"\"%1\" is not a column; there are %2 and payload.name."_s.arg(
                               name, all.join(u", "_s))
                         : u"\"%1\" is not a column; did you mean \"%2\"?"_s.arg(name, near)};
    }
    return columns;
}

bool asksForRecording(const std::vector<MessageColumn>& columns)
{
    return std::ranges::find(columns, MessageKey::Recording, &MessageColumn::key) != columns.end();
}

struct MessageFormatter::Parser
{
    simdjson::dom::parser parser;
    std::string padded; // simdjson reads past the end of its input
    CallReader calls;
    std::optional<ModelCall> call; // of message `callOf`
    Seq callOf = 0;
    std::optional<PriceTable> prices;
};

MessageFormatter::MessageFormatter(std::shared_ptr<const Dictionaries> names, std::string recording)
    : m_names(std::move(names))
    , m_recording(std::move(recording))
    , m_parser(std::make_unique<Parser>())
{
}

MessageFormatter::~MessageFormatter() = default;
MessageFormatter::MessageFormatter(MessageFormatter&&) noexcept = default;

std::string MessageFormatter::recordingOf(const MessageRow& row) const
{
    return m_recording.empty() ? m_names->recordingLabel(row.recording) : m_recording;
}

FieldValue MessageFormatter::senderLabel(const MessageRow& row, Label label) const
{
    const AgentEntry entry = m_names->agentEntry(m_names->resolved(row.sender));
    return text(entry.labels[static_cast<std::size_t>(label)]);
}

FieldValue MessageFormatter::payloadValue(const MessageDetail& message, const std::string& pointer)
{
    const QByteArray bytes = message.payload();
    const std::string_view given(bytes.constData(), static_cast<std::size_t>(bytes.size()));
    if (given.empty() || m_names->codecs().isPlain({given, codecTopic(message, *m_names), {}}))
        return plainPayload(given, pointer);
    const Decoded decoded = decodedPayload(message, *m_names);
    const bool isRead =
        (decoded.is == Decoded::Is::Json || decoded.is == Decoded::Is::Text) && !decoded.isGuess;
    FieldValue field = plainPayload(isRead ? std::string_view(decoded.value) : given, pointer);
    if (isRead && !decoded.isSame && pointer.empty())
        field.codec = decoded.codec;
    return field;
}

FieldValue MessageFormatter::plainPayload(std::string_view payload, const std::string& pointer)
{
    if (payload.empty())
        return {};
    std::string& padded = m_parser->padded;
    padded.resize(payload.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(padded.data(), payload.data(), payload.size());
    simdjson::dom::element root;
    const bool isJson =
        m_parser->parser.parse(padded.data(), payload.size(), false).get(root) == simdjson::SUCCESS;
    if (!pointer.empty()) {
        simdjson::dom::element member;
        if (!isJson || root.at_pointer(pointer).get(member) != simdjson::SUCCESS ||
            member.is_null())
            return {};
        std::string_view string;
        if (member.get(string) == simdjson::SUCCESS)
            return {FieldValue::Is::Text, std::string(string), {}, false};
        return json(simdjson::minify(member));
    }
    if (isJson) {
        // Minified from the bytes, not from the parsed values, so that numbers stay as sent.
        std::string line(payload.size() + simdjson::SIMDJSON_PADDING, '\0');
        std::size_t length = 0;
        if (simdjson::minify(padded.data(), payload.size(), line.data(), length) ==
            simdjson::SUCCESS) {
            line.resize(length);
            return json(std::move(line));
        }
    }
    if (isUtf8(payload))
        return {FieldValue::Is::Text, std::string(payload), {}, false};
    const QByteArray base64 =
        QByteArray::fromRawData(payload.data(), static_cast<qsizetype>(payload.size())).toBase64();
    return {FieldValue::Is::Text, base64.toStdString(), {}, true};
}

FieldValue MessageFormatter::inferredValue(const MessageRow& row) const
{
    if (index(row.audience) != 0 || row.answeredBy == 0 || index(row.answerer) == 0)
        return {};
    return text(m_names->agentName(m_names->resolved(row.answerer)));
}

/// What a call to a model took. The call of a message is read once, however many ask for it.
FieldValue MessageFormatter::modelValue(const MessageDetail& message, MessageKey key)
{
    Parser& known = *m_parser;
    if (known.callOf != message.row.seq) {
        known.callOf = message.row.seq;
        const std::string_view raw(message.raw.constData(),
                                   static_cast<std::size_t>(message.raw.size()));
        const auto begin = std::clamp<qsizetype>(message.payloadOffset, 0, message.raw.size());
        const auto size = std::clamp<qsizetype>(message.payloadSize, 0, message.raw.size() - begin);
        known.call = known.calls.read(
            raw, raw.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(size)),
            message.row.kind);
    }
    if (!known.call)
        return {};
    const ModelUsage& usage = known.call->usage;
    const auto count = [](const std::optional<std::int64_t>& number) {
        return number ? json(std::to_string(*number)) : FieldValue{};
    };
    switch (key) {
    case MessageKey::Model:
        return text(known.call->model);
    case MessageKey::Finish:
        return text(known.call->finish);
    case MessageKey::TokensIn:
        return count(usage.in);
    case MessageKey::TokensOut:
        return count(usage.out);
    case MessageKey::TokensCached:
        return count(usage.cached);
    default:
        break;
    }
    if (!known.prices)
        known.prices = PriceTable::loadOrShipped();
    const auto cost = known.prices->cost(known.call->model, usage);
    return cost ? json(QByteArray::number(*cost, 'g', 12).toStdString()) : FieldValue{};
}

FieldValue MessageFormatter::value(const MessageColumn& column, const MessageDetail& message)
{
    const MessageRow& row = message.row;
    switch (column.key) {
    case MessageKey::Seq:
        return json(std::to_string(row.shownSeq()));
    case MessageKey::Id:
        return idValue(message, IdField::Message);
    case MessageKey::Time:
        return timeValue(toNs(row.time));
    case MessageKey::Received:
        return timeValue(toNs(row.received));
    case MessageKey::Sent:
        return timeValue(row.sent);
    case MessageKey::Connection:
        return text(m_names->connectionEntry(row.connection).url);
    case MessageKey::Topic:
        // What was said, also where the lists show one name for many.
        return text(message.topicName.isEmpty() ? m_names->topicName(row.topic)
                                                : message.topicName.toStdString());
    case MessageKey::Kind:
        return text(std::string(kindName(row.kind)));
    case MessageKey::Type:
        return text(m_names->typeName(row.type));
    case MessageKey::From:
        return text(m_names->agentName(m_names->resolved(row.sender)));
    case MessageKey::To: {
        FieldValue value{FieldValue::Is::List, {}, {}, false};
        for (const AgentId agent : m_names->receivers(row.audience))
            value.items.push_back(m_names->agentName(m_names->resolved(agent)));
        return value;
    }
    case MessageKey::InferredTo:
        return inferredValue(row);
    case MessageKey::Group:
        return text(m_names->agentEntry(m_names->resolved(row.sender)).group());
    case MessageKey::Correlation:
        return idValue(message, IdField::Correlation);
    case MessageKey::Trace:
        return idValue(message, IdField::Trace);
    case MessageKey::Conversation:
        return idValue(message, IdField::Conversation);
    case MessageKey::Sequence:
        return row.sequence == kNoTime ? FieldValue{} : json(std::to_string(row.sequence));
    case MessageKey::LatencyMs:
    case MessageKey::LatencyNs:
        return latencyValue(row, column.key);
    case MessageKey::Size:
        return json(std::to_string(row.size));
    case MessageKey::Flags:
        return flagsValue(row.flags);
    case MessageKey::Headers:
        return headersValue(message.headers);
    case MessageKey::Payload:
    case MessageKey::PayloadMember:
        return payloadValue(message, column.pointer);
    case MessageKey::Site:
        return senderLabel(row, Label::Site);
    case MessageKey::Crew:
        return senderLabel(row, Label::Crew);
    case MessageKey::Role:
        return senderLabel(row, Label::Role);
    case MessageKey::Tenant:
        return senderLabel(row, Label::Tenant);
    case MessageKey::Span:
        return idValue(message, IdField::Span);
    case MessageKey::ParentSpan:
        return idValue(message, IdField::ParentSpan);
    case MessageKey::Model:
    case MessageKey::TokensIn:
    case MessageKey::TokensOut:
    case MessageKey::TokensCached:
    case MessageKey::Cost:
    case MessageKey::Finish:
        return modelValue(message, column.key);
    case MessageKey::ReplyTo:
        return idValue(message, IdField::ReplyTo);
    case MessageKey::Aligned:
    case MessageKey::AlignedErrorNs:
        return alignedValue(message.row, column.key);
    case MessageKey::Recording:
        return text(recordingOf(message.row));
    }
    return {};
}

FieldValue MessageFormatter::alignedValue(const MessageRow& row, MessageKey key) const
{
    if (!m_clocks)
        return {};
    const auto aligned = m_clocks->aligned(m_names->resolved(row.sender), toNs(row.time), row.sent);
    if (!aligned)
        return {};
    return key == MessageKey::Aligned ? timeValue(aligned->time)
                                      : json(std::to_string(aligned->error));
}

bool asksForClocks(const std::vector<MessageColumn>& columns)
{
    return std::ranges::any_of(columns, [](const MessageColumn& column) {
        return column.key == MessageKey::Aligned || column.key == MessageKey::AlignedErrorNs;
    });
}

std::string MessageFormatter::recordingInFront(const std::vector<MessageColumn>& columns,
                                               const MessageRow& row) const
{
    return asksForRecording(columns) ? std::string() : recordingOf(row);
}

void MessageFormatter::appendJson(std::string& out, const std::vector<MessageColumn>& columns,
                                  const MessageDetail& message)
{
    JsonWriter writer(out);
    writer.beginObject();
    if (const std::string recording = recordingInFront(columns, message.row); !recording.empty()) {
        writer.key("recording");
        writer.text(recording);
    }
    for (const MessageColumn& column : columns) {
        const FieldValue field = value(column, message);
        writer.key(column.title.toStdString());
        switch (field.is) {
        case FieldValue::Is::None:
            writer.null();
            break;
        case FieldValue::Is::Text:
            writer.text(field.text);
            break;
        case FieldValue::Is::Json:
            writer.raw(field.text);
            break;
        case FieldValue::Is::List:
            writer.beginArray();
            for (const std::string& item : field.items)
                writer.text(item);
            writer.endArray();
            break;
        }
        if (column.key == MessageKey::To) {
            // Beside what is stated, never in its place.
            if (const FieldValue inferred = inferredValue(message.row); !inferred.text.empty()) {
                writer.key("inferred_to");
                writer.text(inferred.text);
            }
        }
        if (field.isBase64) {
            writer.key("payload_encoding");
            writer.text("base64"sv);
        }
        if (!field.codec.empty()) {
            writer.key("payload_codec");
            writer.text(field.codec);
        }
    }
    writer.endObject();
    out += '\n';
}

void MessageFormatter::appendCsv(std::string& out, const std::vector<MessageColumn>& columns,
                                 const MessageDetail& message)
{
    bool isFirst = true;
    const auto field = [&](std::string_view text) {
        if (!isFirst)
            out += ',';
        isFirst = false;
        murmur::appendCsv(out, text);
    };
    if (const std::string recording = recordingInFront(columns, message.row); !recording.empty())
        field(recording);
    for (const MessageColumn& column : columns)
        field(plain(value(column, message)));
    out += '\n';
}

std::string MessageFormatter::plain(const FieldValue& value)
{
    if (value.is != FieldValue::Is::List)
        return value.text;
    std::string out;
    for (const std::string& item : value.items) {
        if (!out.empty())
            out += ',';
        out += item;
    }
    return out;
}

} // namespace murmur::exchange
