// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/envelope.h"

#include "views/base/names.h"
#include "views/base/numbers.h"
#include "views/base/shownzone.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Envelope)
};

QString fromStd(const std::string& text)
{
    return QString::fromStdString(text);
}

QString idName(IdField field)
{
    switch (field) {
    case IdField::Message:
        return Tr::tr("id");
    case IdField::Correlation:
        return Tr::tr("correlation");
    case IdField::Trace:
        return Tr::tr("trace");
    case IdField::Span:
        return Tr::tr("span");
    case IdField::ParentSpan:
        return Tr::tr("parent span");
    case IdField::Conversation:
        return Tr::tr("conversation");
    case IdField::ReplyTo:
        return Tr::tr("reply to");
    }
    return {};
}

/// "5 ms before it was received"; a sender's clock may be ahead of ours.
QString sentDifference(nanoseconds underway)
{
    return underway >= nanoseconds(0)
               ? Tr::tr("%1 before it was received").arg(durationText(underway))
               : Tr::tr("%1 after it was received, by the sender's clock")
                     .arg(durationText(-underway));
}

QString connectionText(const Dictionaries& names, ConnectionId id)
{
    const ConnectionEntry entry = names.connectionEntry(id);
    const QString name = fromStd(entry.name);
    const QString url = fromStd(entry.url);
    return name.isEmpty() || name == url ? url : u"%1  %2"_s.arg(name, url);
}

} // namespace

std::vector<EnvelopeField> envelopeFields(const MessageDetail& detail, const Dictionaries& names,
                                          const ClocksPtr& clocks)
{
    std::vector<EnvelopeField> fields;
    const auto add = [&](const QString& name, const QString& value, bool isBad = false) {
        if (!value.isEmpty())
            fields.push_back({name, value, isBad});
    };
    const MessageRow& row = detail.row;
    add(Tr::tr("seq"), seqText(names, row));
    add(Tr::tr("time"), isoTime(row.time));
    if (row.received != row.time)
        add(Tr::tr("received"), isoTime(row.received));
    if (row.sent != kNoTime)
        add(Tr::tr("sent"), u"%1  %2"_s.arg(isoTime(fromNs(row.sent)),
                                            sentDifference(row.received - fromNs(row.sent))));
    if (clocks) {
        const auto aligned = clocks->aligned(names.resolved(row.sender), toNs(row.time), row.sent);
        if (aligned)
            add(Tr::tr("aligned"),
                Tr::tr("%1 ± %2, %3 before it was heard")
                    .arg(isoTime(fromNs(aligned->time)), durationText(nanoseconds(aligned->error)),
                         durationText(row.time - fromNs(aligned->time))));
        if (const AgentClock* clock = clocks->of(names.resolved(row.sender)))
            add(Tr::tr("sender's clock"), clockText(*clock));
    }
    add(Tr::tr("connection"), connectionText(names, row.connection));
    add(Tr::tr("topic"), fromStd(names.topicName(row.topic)));
    add(Tr::tr("topic as said"), QString::fromUtf8(detail.topicName));
    add(Tr::tr("kind"), QString::fromStdString(std::string(kindName(row.kind))),
        row.kind == Kind::Error);
    add(Tr::tr("type"), fromStd(names.typeName(row.type)));
    add(Tr::tr("from"), agentText(names, row.sender));
    const AgentEntry sender = names.agentEntry(row.sender);
    QStringList labels;
    for (std::size_t i = 0; i < kLabelCount; ++i) {
        if (!sender.labels[i].empty())
            labels << u"%1 %2"_s.arg(
                QString::fromStdString(std::string(labelName(static_cast<Label>(i)))),
                fromStd(sender.labels[i]));
    }
    add(Tr::tr("labels"), labels.join(u", "_s));
    QStringList receivers;
    for (const AgentId receiver : names.receivers(row.audience))
        receivers << agentText(names, receiver);
    add(Tr::tr("to"), receivers.join(u", "_s));
    if (receivers.isEmpty() && index(row.answerer) != 0)
        add(Tr::tr("to, inferred"),
            Tr::tr("%1, which answered").arg(agentText(names, row.answerer)));
    for (std::size_t i = 0; i < kIdFieldCount; ++i)
        add(idName(static_cast<IdField>(i)), QString::fromUtf8(detail.ids[i]));
    if (row.sequence != kNoTime)
        add(Tr::tr("sequence"), numberText(row.sequence));
    // The other message is among the causes or the effects, with the name that people write.
    const auto named = [&](Seq seq, const std::vector<MessageDetail::Cause>& among) {
        const auto found =
            std::ranges::find(among, seq, [](const auto& edge) { return edge.row.seq; });
        return Tr::tr("message %1")
            .arg(found == among.end() ? numberText(seq) : seqText(names, found->row));
    };
    if (row.closes != 0)
        add(Tr::tr("answers"), named(row.closes, detail.causes));
    if (row.answeredBy != 0)
        add(Tr::tr("answered by"), named(row.answeredBy, detail.effects));
    if (row.latency >= 0)
        add(Tr::tr("latency"), durationText(nanoseconds(row.latency)));
    add(Tr::tr("size"),
        Tr::tr("%1 (%2 bytes, payload %3)")
            .arg(bytesText(row.size), numberText(row.size), numberText(detail.payloadSize)));
    QStringList flags;
    for (const FlagName& flag : flagNames()) {
        if ((row.flags & flag.flag) != 0)
            flags << QString::fromUtf8(flag.name.data(), static_cast<qsizetype>(flag.name.size()));
    }
    add(Tr::tr("flags"), flags.join(u", "_s),
        (row.flags & (Flag::Undecoded | Flag::Truncated | Flag::Withheld)) != 0);
    for (const auto& [name, value] : detail.headers)
        add(Tr::tr("header %1").arg(fromStd(name)), fromStd(value));
    return fields;
}

QString omissionText(const MessageDetail& detail)
{
    const auto header = [&](std::string_view wanted) {
        const auto found =
            std::ranges::find(detail.headers, wanted, &std::pair<std::string, std::string>::first);
        return found == detail.headers.end() ? QString() : fromStd(found->second);
    };
    const Flags flags = detail.row.flags;
    if ((flags & Flag::Withheld) != 0) {
        const QString rule = header("murmur-withheld");
        const qlonglong size = header("murmur-length").toLongLong();
        if (rule.isEmpty())
            return Tr::tr("▲ The content was left out by choice.");
        return Tr::tr("▲ The content, %1, was left out by choice: %2.").arg(bytesText(size), rule);
    }
    if ((flags & Flag::Truncated) != 0)
        return Tr::tr("▲ Too large to keep whole: only its beginning was recorded.");
    if ((flags & Flag::Redacted) != 0)
        return Tr::tr("✱ Secrets in it were overwritten with * before anything was recorded.");
    return {};
}

QString briefText(const MessageDetail& detail, const Dictionaries& names, const ClocksPtr& clocks)
{
    const MessageRow& row = detail.row;
    QStringList parts{shownClock(row.time)};
    const auto aligned = clocks
                             ? clocks->aligned(names.resolved(row.sender), toNs(row.time), row.sent)
                             : std::nullopt;
    if (aligned) {
        parts << Tr::tr("sent %1 before ± %2")
                     .arg(durationText(row.time - fromNs(aligned->time)),
                          durationText(nanoseconds(aligned->error)));
    } else if (row.sent != kNoTime) {
        const nanoseconds underway = row.received - fromNs(row.sent);
        parts << (underway >= nanoseconds(0)
                      ? Tr::tr("sent %1 before").arg(durationText(underway))
                      : Tr::tr("sent %1 later by its clock").arg(durationText(-underway)));
    }
    const ConnectionEntry connection = names.connectionEntry(row.connection);
    if (!connection.name.empty())
        parts << fromStd(connection.name);
    parts << bytesText(row.size);
    if (row.latency >= 0)
        parts << (row.closes != 0
                      ? Tr::tr("answered after %1").arg(durationText(nanoseconds(row.latency)))
                      : Tr::tr("its answer took %1").arg(durationText(nanoseconds(row.latency))));
    if ((row.flags & Injected) != 0)
        parts << Tr::tr("sent by us");
    if ((row.flags & Replayed) != 0)
        parts << Tr::tr("replayed by us");
    return parts.join(u" · "_s);
}

} // namespace murmur
