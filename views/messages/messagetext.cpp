// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/messagetext.h"

#include "views/messages/jsonindex.h"
#include "views/messages/messagemodel.h"

#include <QStringDecoder>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QString fromView(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString quoted(const QString& text)
{
    QString out(u'"');
    for (const QChar c : text) {
        if (c == u'"' || c == u'\\')
            out += u'\\', out += c;
        else if (c == u'\n')
            out += u"\\n"_s;
        else if (c == u'\r')
            out += u"\\r"_s;
        else if (c == u'\t')
            out += u"\\t"_s;
        else if (c < u' ')
            out += u"\\u%1"_s.arg(c.unicode(), 4, 16, QChar(u'0'));
        else
            out += c;
    }
    return out + u'"';
}

QString quoted(const std::string& text)
{
    return quoted(QString::fromStdString(text));
}

QString timeOrNull(std::int64_t ns)
{
    return ns == kNoTime ? u"null"_s : quoted(isoTime(fromNs(ns)));
}

QStringList cellsOf(const MessageModel& model, const MessageRow& row)
{
    QStringList cells{isoTime(row.time)};
    for (const auto column : {MessageModel::KindWord, MessageModel::From, MessageModel::To,
                              MessageModel::Topic, MessageModel::Latency, MessageModel::Payload})
        cells << model.text(row, column);
    cells[1] = fromView(kindName(row.kind)); // the glyph is for eyes
    return cells;
}

} // namespace

QStringList rowHeadings()
{
    return {u"time"_s, u"kind"_s, u"from"_s, u"to"_s, u"topic"_s, u"latency"_s, u"payload"_s};
}

QString rowsAsCsv(const MessageModel& model, const std::vector<MessageRow>& rows)
{
    const auto line = [](QStringList cells) {
        for (QString& cell : cells) {
            if (!cell.isEmpty() && u"=+-@"_s.contains(cell.front()))
                cell.prepend(u'\'');
            if (cell.contains(u'"') || cell.contains(u',') || cell.contains(u'\n') ||
                cell.contains(u'\r'))
                cell = u'"' + cell.replace(u'"', u"\"\""_s) + u'"';
        }
        return cells.join(u',') + u"\r\n"_s;
    };
    QString text = line(rowHeadings());
    for (const MessageRow& row : rows)
        text += line(cellsOf(model, row));
    return text;
}

QString rowsAsMarkdown(const MessageModel& model, const std::vector<MessageRow>& rows)
{
    const auto line = [](QStringList cells) {
        for (QString& cell : cells)
            cell.replace(u'\\', u"\\\\"_s).replace(u'|', u"\\|"_s).replace(u'\n', u' ');
        return u"| "_s + cells.join(u" | "_s) + u" |\n"_s;
    };
    QString text = line(rowHeadings());
    text += u"|"_s + u" --- |"_s.repeated(rowHeadings().size()) + u'\n';
    for (const MessageRow& row : rows) {
        QStringList cells = cellsOf(model, row);
        // What is code is shown as it is; a backtick would end it.
        if (!cells.last().isEmpty())
            cells.last() = u'`' + cells.last().replace(u'`', u'\'') + u'`';
        text += line(cells);
    }
    return text;
}

QString rowAsText(const MessageModel& model, const MessageRow& row)
{
    QStringList cells = cellsOf(model, row);
    for (QString& cell : cells)
        cell.replace(u'\t', u' ');
    return cells.join(u'\t');
}

QString rowAsJson(const Dictionaries& names, const MessageRow& row, qsizetype payloadLimit)
{
    QStringList receivers;
    for (const AgentId receiver : names.receivers(row.audience))
        receivers << quoted(names.agentName(receiver));
    QStringList flags;
    for (const FlagName& flag : flagNames()) {
        if ((row.flags & flag.flag) != 0)
            flags << quoted(fromView(flag.name));
    }
    QStringList fields{
        u"\"seq\":%1"_s.arg(row.shownSeq()),
        u"\"time\":"_s + quoted(isoTime(row.time)),
        u"\"received\":"_s + quoted(isoTime(row.received)),
        u"\"sent\":"_s + timeOrNull(row.sent),
        u"\"connection\":"_s + quoted(names.connectionEntry(row.connection).url),
        u"\"topic\":"_s + quoted(names.topicName(row.topic)),
        u"\"kind\":"_s + quoted(fromView(kindName(row.kind))),
        u"\"type\":"_s + quoted(names.typeName(row.type)),
        u"\"from\":"_s + quoted(names.agentName(row.sender)),
        u"\"to\":["_s + receivers.join(u',') + u']',
        u"\"sequence\":"_s + (row.sequence == kNoTime ? u"null"_s : QString::number(row.sequence)),
        u"\"latency_ms\":"_s +
            (row.latency < 0 ? u"null"_s
                             : QString::number(static_cast<double>(row.latency) / 1e6, 'g', 12)),
        u"\"size\":%1"_s.arg(row.size),
        u"\"flags\":["_s + flags.join(u',') + u']'};
    if (const std::string recording = names.recordingLabel(row.recording); !recording.empty())
        fields.prepend(u"\"recording\":"_s + quoted(recording));
    QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decode(row.preview);
    if (decode.hasError())
        fields << u"\"payload\":"_s + quoted(QString::fromLatin1(row.preview.toBase64()))
               << u"\"payload_encoding\":\"base64\""_s;
    else if (const auto json = JsonIndex::parse(row.preview))
        fields << u"\"payload\":"_s + QString::fromUtf8(json->compact());
    else
        fields << u"\"payload\":"_s + quoted(text);
    if (row.preview.size() >= payloadLimit)
        fields << u"\"payload_cut\":true"_s;
    return u'{' + fields.join(u',') + u'}';
}

} // namespace murmur
