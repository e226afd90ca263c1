// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/otlplines.h"

#include "exchange/jsonwriter.h"
#include "exchange/messagejson.h"

#include <QCryptographicHash>

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

std::string hexDigest(std::string_view text, qsizetype bytes)
{
    return QCryptographicHash::hash({text.data(), static_cast<qsizetype>(text.size())},
                                    QCryptographicHash::Md5)
        .left(bytes)
        .toHex()
        .toStdString();
}

bool isHex(std::string_view text, std::size_t digits)
{
    return text.size() == digits && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos &&
           text.find_first_not_of('0') != text.npos;
}

class OtlpExport final : public ExportFormat
{
public:
    explicit OtlpExport(std::shared_ptr<const Dictionaries> names)
        : m_names(names)
        , m_formatter(std::move(names))
    {
    }

    void begin(std::string& /*out*/) override {}
    void end(std::string& /*out*/) override {}

    void write(std::string& out, const MessageDetail& message) override
    {
        if (message.row.closes != 0 && message.row.latency >= 0)
            writeSpan(out, message);
        else
            writeLog(out, message);
        out += '\n';
    }

private:
    using Key = exchange::MessageKey;

    [[nodiscard]] std::string text(const MessageDetail& message, Key key)
    {
        return exchange::MessageFormatter::plain(m_formatter.value({key, QString(), {}}, message));
    }

    /// The trace's id where it is one of OpenTelemetry; else one that is the same for all messages
    /// of the trace, the conversation, or the call.
    std::string traceOf(const MessageDetail& message)
    {
        for (const Key key : {Key::Trace, Key::Conversation, Key::Correlation}) {
            const std::string id = text(message, key);
            if (key == Key::Trace && isHex(id, 32))
                return id;
            if (!id.empty())
                return hexDigest(id, 16);
        }
        return {};
    }

    static void attribute(JsonWriter& json, std::string_view name, std::string_view value)
    {
        if (value.empty())
            return;
        json.beginObject();
        json.key("key");
        json.text(name);
        json.key("value");
        json.beginObject();
        json.key("stringValue");
        json.text(value);
        json.endObject();
        json.endObject();
    }

    static void nanoseconds(JsonWriter& json, std::string_view name, std::int64_t time)
    {
        json.key(name);
        json.text(std::string_view(std::to_string(std::max<std::int64_t>(0, time))));
    }

    void beginRequest(JsonWriter& json, const MessageRow& row, const char* resources,
                      const char* scopes, const char* records)
    {
        const AgentId sender = m_names->resolved(row.sender);
        const std::string name = m_names->agentName(sender);
        json.beginObject();
        json.key(resources);
        json.beginArray();
        json.beginObject();
        json.key("resource");
        json.beginObject();
        json.key("attributes");
        json.beginArray();
        attribute(json, "service.name", name.empty() ? "unknown" : name);
        attribute(json, "service.namespace", m_names->agentEntry(sender).group());
        json.endArray();
        json.endObject();
        json.key(scopes);
        json.beginArray();
        json.beginObject();
        json.key("scope");
        json.beginObject();
        json.key("name");
        json.text(std::string_view("murmurscope"));
        json.endObject();
        json.key(records);
        json.beginArray();
        json.beginObject();
    }

    static void endRequest(JsonWriter& json)
    {
        json.endObject();
        json.endArray();
        json.endObject();
        json.endArray();
        json.endObject();
        json.endArray();
        json.endObject();
    }

    void attributes(JsonWriter& json, const MessageDetail& message)
    {
        const MessageRow& row = message.row;
        json.key("attributes");
        json.beginArray();
        attribute(json, "murmur.seq", std::to_string(row.shownSeq()));
        attribute(json, "murmur.recording", m_names->recordingLabel(row.recording));
        attribute(json, "murmur.kind", kindName(row.kind));
        attribute(json, "murmur.type", m_names->typeName(row.type));
        attribute(json, "murmur.to", text(message, Key::To));
        attribute(json, "messaging.destination.name", text(message, Key::Topic));
        attribute(json, "messaging.message.id", text(message, Key::Id));
        attribute(json, "messaging.message.conversation_id", text(message, Key::Correlation));
        attribute(json, "gen_ai.conversation.id", text(message, Key::Conversation));
        json.endArray();
    }

    void writeSpan(std::string& out, const MessageDetail& message)
    {
        const MessageRow& row = message.row;
        const std::int64_t end = toNs(row.time);
        JsonWriter json(out);
        beginRequest(json, row, "resourceSpans", "scopeSpans", "spans");
        const std::string own =
            std::to_string(row.recording) + ':' + std::to_string(row.shownSeq());
        std::string trace = traceOf(message);
        json.key("traceId");
        json.text(trace.empty() ? std::string_view(trace = hexDigest(own, 16))
                                : std::string_view(trace));
        const std::string span = text(message, Key::Span);
        json.key("spanId");
        json.text(std::string_view(isHex(span, 16) ? span : hexDigest(own, 8)));
        if (const std::string parent = text(message, Key::ParentSpan); isHex(parent, 16)) {
            json.key("parentSpanId");
            json.text(std::string_view(parent));
        }
        const std::string type = m_names->typeName(row.type);
        json.key("name");
        json.text(type.empty() ? std::string_view(kindName(row.kind)) : std::string_view(type));
        json.key("kind");
        json.number(2); // server
        nanoseconds(json, "startTimeUnixNano", end - row.latency);
        nanoseconds(json, "endTimeUnixNano", end);
        attributes(json, message);
        json.key("status");
        json.beginObject();
        json.key("code");
        json.number(row.kind == Kind::Error ? 2 : 1);
        json.endObject();
        endRequest(json);
    }

    void writeLog(std::string& out, const MessageDetail& message)
    {
        const MessageRow& row = message.row;
        JsonWriter json(out);
        beginRequest(json, row, "resourceLogs", "scopeLogs", "logRecords");
        nanoseconds(json, "timeUnixNano", toNs(row.time));
        nanoseconds(json, "observedTimeUnixNano", toNs(row.received));
        json.key("severityNumber");
        json.number(row.kind == Kind::Error ? 17 : 9);
        json.key("severityText");
        json.text(std::string_view(row.kind == Kind::Error ? "ERROR" : "INFO"));
        json.key("body");
        json.beginObject();
        json.key("stringValue");
        json.text(std::string_view(text(message, Key::Payload)));
        json.endObject();
        attributes(json, message);
        if (const std::string trace = traceOf(message); !trace.empty()) {
            json.key("traceId");
            json.text(std::string_view(trace));
            const std::string span = text(message, Key::Span);
            json.key("spanId");
            json.text(isHex(span, 16) ? std::string_view(span) : std::string_view());
        }
        endRequest(json);
    }

    const std::shared_ptr<const Dictionaries> m_names;
    exchange::MessageFormatter m_formatter;
};

} // namespace

std::unique_ptr<ExportFormat> createOtlpExport(std::shared_ptr<const Dictionaries> names,
                                               bool /*hasSeveral*/)
{
    return std::make_unique<OtlpExport>(std::move(names));
}

} // namespace murmur
