// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/message.h"
#include "base/time.h"
#include "query/filter.h"
#include "recording/blockcodec.h"
#include "recording/columns.h"
#include "recording/dictionaries.h"

#include <QString>
#include <QStringList>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// Messages from text, one a line: `key=value key=value | payload`. Keys are those of the filter
/// language, `label.site` and the like, and `header.x`. The day is 2026-05-21.
class TestMessages
{
public:
    explicit TestMessages(const QString& text)
    {
        m_columns.first = 1;
        m_names.connection("listen://127.0.0.1:7777", "hub");
        const QStringList lines = text.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        for (const QString& line : lines)
            add(line);
    }

    [[nodiscard]] const Columns& columns() const { return m_columns; }
    [[nodiscard]] const Dictionaries& names() const { return m_names; }
    [[nodiscard]] Dictionaries& names() { return m_names; }
    [[nodiscard]] TimeRange session() const
    {
        if (m_columns.time.empty())
            return {fromNs(timeFromWire(std::string_view("2026-05-21T10:00:00Z"))),
                    fromNs(timeFromWire(std::string_view("2026-05-21T11:00:00Z")))};
        return {fromNs(std::ranges::min(m_columns.time)),
                fromNs(std::ranges::max(m_columns.time) + 1)};
    }

    /// What a reader leaves when it loads these columns only.
    void keepOnly(std::uint32_t wanted)
    {
        Columns& c = m_columns;
        const auto drop = [wanted](std::uint32_t set, auto&... columns) {
            if ((wanted & set) == 0)
                (columns.clear(), ...);
        };
        drop(TimeColumns, c.received);
        drop(SentColumns, c.sent);
        drop(PlaceColumns, c.connection, c.topic);
        drop(SizeColumns, c.rawSize, c.headerSize);
        drop(FlagColumns, c.flags);
        drop(ActorColumns, c.sender, c.audience, c.kind);
        drop(TypeColumns, c.type);
        drop(PayloadColumns, c.payloadOffset, c.payloadSize);
        drop(SequenceColumns, c.sequence);
        drop(CallColumns, c.closes, c.latency);
        for (IdColumn& id : c.ids)
            drop(IdColumns, id.hash, id.text);
    }

    /// Rows that were asked for their bytes by the last `matching`.
    [[nodiscard]] std::size_t fetched() const { return m_fetched; }

    /// "1 3": the Seqs that match. Without bytes when the filter says that it needs none.
    [[nodiscard]] QString matching(const FilterPtr& filter) const
    {
        Source source(*this);
        std::vector<std::uint8_t> keep(m_columns.size(), 1);
        if (filter)
            filter->evaluate(m_columns, m_names, filter->needsPayload() ? &source : nullptr, keep);
        m_fetched = source.rows;
        QStringList seqs;
        for (std::size_t row = 0; row < keep.size(); ++row) {
            if (keep[row] != 0)
                seqs << QString::number(m_columns.first + static_cast<Seq>(row));
        }
        return seqs.join(QLatin1Char(' '));
    }

    /// The matching Seqs of an expression, or its error.
    [[nodiscard]] QString matching(QStringView expression) const
    {
        const auto filter = parseFilter(expression, session());
        return filter ? matching(*filter) : filter.error().message;
    }

private:
    struct Source final : PayloadSource
    {
        explicit Source(const TestMessages& of)
            : messages(of)
        {
        }
        // Its own copy, overwritten by each call: whoever keeps a view too long sees garbage.
        std::string_view give(std::string bytes)
        {
            std::ranges::fill(buffer, '#');
            buffer = std::move(bytes);
            return buffer;
        }
        std::string_view raw(std::size_t row) override
        {
            ++rows;
            return give(messages.m_raw[row]);
        }
        std::string_view headers(std::size_t row) override
        {
            ++rows;
            return give(messages.m_headers[row]);
        }
        const TestMessages& messages;
        std::string buffer;
        std::size_t rows = 0;
    };

    void add(const QString& line)
    {
        const std::string payload = line.section(QLatin1Char('|'), 1).trimmed().toStdString();
        const QStringList pairs =
            line.section(QLatin1Char('|'), 0, 0).split(QLatin1Char(' '), Qt::SkipEmptyParts);
        const auto value = [&](const char* key) -> std::optional<std::string> {
            const QString start = QLatin1String(key) + QLatin1Char('=');
            for (const QString& pair : pairs) {
                if (pair.startsWith(start))
                    return pair.mid(start.size()).toStdString();
            }
            return {};
        };
        const auto wire = [](const std::string& clock) {
            return timeFromWire(std::string_view("2026-05-21T" + clock + "Z"));
        };
        std::string raw = "<<"; // the payload does not begin at 0
        Columns& c = m_columns;
        for (std::size_t i = 0; i < kIdFieldCount; ++i) {
            static constexpr const char* keys[kIdFieldCount] = {
                "id", "correlation", "trace", "span", "parent_span", "conversation", "reply_to"};
            const std::string text = value(keys[i]).value_or("");
            c.ids[i].hash.push_back(columnHash(text));
            c.ids[i].text.push_back(
                {static_cast<std::uint32_t>(raw.size()), static_cast<std::uint32_t>(text.size())});
            raw += text;
        }
        HeaderList headers;
        for (const QString& pair : pairs) {
            if (pair.startsWith(QLatin1String("header.")))
                headers.emplace_back(pair.mid(7).section(QLatin1Char('='), 0, 0).toStdString(),
                                     pair.section(QLatin1Char('='), 1).toStdString());
        }
        const std::int64_t time = wire(value("time").value_or("10:00:00"));
        c.time.push_back(time);
        c.received.push_back(value("received") ? wire(*value("received")) : time);
        c.sent.push_back(value("sent") ? wire(*value("sent")) : kNoTime);
        c.connection.push_back(1);
        c.topic.push_back(index(m_names.topic(value("topic").value_or(""))));
        c.type.push_back(index(m_names.type(value("type").value_or(""))));
        const AgentId sender = m_names.agent(value("from").value_or(""));
        c.sender.push_back(index(sender));
        std::vector<AgentId> receivers;
        if (const auto to = value("to")) {
            for (const QString& name : QString::fromStdString(*to).split(QLatin1Char(',')))
                receivers.push_back(m_names.agent(name.toStdString()));
        }
        c.audience.push_back(index(m_names.audience(receivers)));
        for (std::size_t i = 0; i < kLabelCount; ++i) {
            const Label label = static_cast<Label>(i);
            const std::string key = "label." + std::string(labelName(label));
            if (const auto text = value(key.c_str()))
                m_names.setLabel(sender, label, *text);
        }
        c.kind.push_back(
            static_cast<std::uint8_t>(kindFromName(value("kind").value_or("event")).value()));
        Flags flags = 0;
        for (const FlagName& flag : flagNames()) {
            for (const QString& name :
                 QString::fromStdString(value("flags").value_or("")).split(QLatin1Char(','))) {
                if (name.toStdString() == flag.name)
                    flags |= flag.flag;
            }
        }
        c.flags.push_back(flags);
        c.sequence.push_back(value("sequence") ? std::stoll(*value("sequence")) : kNoTime);
        c.latency.push_back(
            value("latency")
                ? durationFromText(QString::fromStdString(*value("latency"))).value().count()
                : -1);
        c.closes.push_back(value("latency") ? c.first : 0);
        c.payloadOffset.push_back(static_cast<std::uint32_t>(raw.size()));
        c.payloadSize.push_back(static_cast<std::uint32_t>(payload.size()));
        raw += payload + ">>";
        const std::string headerBytes = headersToBytes(headers);
        c.rawSize.push_back(static_cast<std::uint32_t>(raw.size()));
        c.headerSize.push_back(static_cast<std::uint32_t>(headerBytes.size()));
        m_raw.push_back(raw);
        m_headers.push_back(headerBytes);
    }

    Dictionaries m_names;
    Columns m_columns;
    std::vector<std::string> m_raw;
    std::vector<std::string> m_headers;
    mutable std::size_t m_fetched = 0;
};

} // namespace murmur
