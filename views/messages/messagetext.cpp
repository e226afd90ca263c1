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

} // namespace

QString quotedForFilter(const QString& text)
{
    // Wildcards in a name mean themselves here.
    QString out(u'"');
    for (const QChar c : text) {
        if (c == u'\\' || c == u'"' || c == u'*' || c == u'?')
            out += u'\\';
        out += c;
    }
    return out + u'"';
}

QString rowAsText(const MessageModel& model, const MessageRow& row)
{
    QStringList cells{isoTime(row.time)};
    for (const auto column : {MessageModel::KindWord, MessageModel::From, MessageModel::To,
                              MessageModel::Topic, MessageModel::Latency, MessageModel::Payload})
        cells << model.text(row, column).replace(u'\t', u' ');
    cells[1] = fromView(kindName(row.kind)); // the glyph is for eyes
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
