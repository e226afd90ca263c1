// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/timeline/timelinetext.h"

#include "llm/prices.h"

#include "views/base/numbers.h"
#include "views/base/shownzone.h"
#include "views/base/theme.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Timeline)
};

QString nameOf(const Dictionaries& names, AgentId agent)
{
    const QString name = QString::fromStdString(names.agentName(agent));
    return name.isEmpty() ? Tr::tr("unknown") : name;
}

} // namespace

QString kindWord(Kind kind)
{
    const std::string_view name = kindName(kind);
    return QString::fromLatin1(name.data(), static_cast<qsizetype>(name.size()));
}

QString weightText(std::int64_t count, LaneKey::Weight weight)
{
    switch (weight) {
    case LaneKey::Weight::Messages:
        break;
    case LaneKey::Weight::TokensIn:
        return Tr::tr("%1 tokens in").arg(numberText(count));
    case LaneKey::Weight::TokensOut:
        return Tr::tr("%1 tokens out").arg(numberText(count));
    case LaneKey::Weight::Cost:
        return costText(static_cast<double>(count) / 1e6);
    }
    return countText(count, Tr::tr("1 message"), Tr::tr("%1 messages"));
}

QString laneSentence(const QString& label, std::int64_t messages, std::int64_t errors,
                     TimeRange window, LaneKey::Weight weight)
{
    const int digits = window.length() < std::chrono::seconds(10) ? 3 : 0;
    const QString from = shownClock(window.begin, digits);
    const QString to = shownClock(window.end, digits);
    if (messages == 0)
        return weight == LaneKey::Weight::Messages
                   ? Tr::tr("%1: silent between %2 and %3").arg(label, from, to)
                   : Tr::tr("%1: nothing between %2 and %3").arg(label, from, to);
    const QString said = weightText(messages, weight);
    QString sentence = Tr::tr("%1: %2 between %3 and %4").arg(label, said, from, to);
    if (errors > 0) {
        const QString failed = countText(errors, Tr::tr("1 error"), Tr::tr("%1 errors"));
        sentence = Tr::tr("%1, %2").arg(sentence, failed);
    }
    return sentence;
}

QString silenceSentence(const AgentState& state)
{
    const QString since = shownClock(fromNs(state.lastSent));
    if (state.usualGap <= 0)
        return Tr::tr("silent since %1").arg(since);
    return Tr::tr("silent since %1 · a message every %2 until then")
        .arg(since, durationText(nanoseconds(state.usualGap)));
}

QString gapSentence(const Gap& gap, const Dictionaries& names, bool namesBus)
{
    QString lost;
    switch (gap.lostIs) {
    case LostIs::Exact:
        lost = Tr::tr("%1 lost by us").arg(numberText(gap.count));
        break;
    case LostIs::AtLeast:
        lost = Tr::tr("at least %1 lost by us").arg(numberText(gap.count));
        break;
    case LostIs::Unknown:
        lost = Tr::tr("an unknown number lost by us");
        break;
    }
    const ConnectionEntry connection = names.connectionEntry(gap.connection);
    const QString where =
        QString::fromStdString(connection.name.empty() ? connection.url : connection.name);
    const QString cause = QString::fromStdString(gap.cause);
    QStringList parts{lost};
    for (const QString& part : {cause, namesBus ? where : QString()}) {
        if (!part.isEmpty())
            parts << part;
    }
    return parts.join(u" · "_s);
}

QString markSentence(const Mark& mark, const Dictionaries& names,
                     std::span<const AgentId> receivers)
{
    const QString from = nameOf(names, mark.sender);
    QString who = from;
    if (receivers.size() == 1)
        who = Tr::tr("%1 → %2").arg(from, nameOf(names, receivers.front()));
    else if (receivers.size() > 1)
        who = Tr::tr("%1 → %2 agents").arg(from, numberText(static_cast<qint64>(receivers.size())));
    return laneMarkSentence(mark, who, names);
}

QString laneMarkSentence(const Mark& mark, const QString& lane, const Dictionaries& names)
{
    QStringList facts{QString::fromStdString(names.topicName(mark.topic)),
                      shownClock(fromNs(mark.time))};
    if (mark.latency >= 0)
        facts << Tr::tr("answered in %1").arg(durationText(nanoseconds(mark.latency)));
    if ((mark.flags & Flag::Injected) != 0)
        facts << Tr::tr("sent by us");
    if ((mark.flags & Flag::Replayed) != 0)
        facts << Tr::tr("replayed by us");
    if ((mark.flags & Flag::Withheld) != 0)
        facts << Tr::tr("content left out by choice");
    if ((mark.flags & Flag::Redacted) != 0)
        facts << Tr::tr("secrets overwritten");
    facts.removeAll(QString());
    return u"%1 %2  %3\n%4"_s.arg(QString(kindGlyph(mark.kind)), kindWord(mark.kind), lane,
                                  facts.join(u" · "_s));
}

} // namespace murmur
