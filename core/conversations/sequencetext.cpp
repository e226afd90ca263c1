// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/sequencetext.h"

#include "base/time.h"
#include "conversations/conversationtext.h"

#include <QStringList>

#include <algorithm>
#include <map>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kArrowsOfOne = 8; ///< of one message to many

/// A semicolon ends a line of Mermaid, a number sign begins a code, a word `end` a block.
QString forMermaid(QString text)
{
    for (QChar& c : text) {
        if (c < u' ' || c == QChar(0x2028) || c == QChar(0x2029))
            c = u' ';
    }
    text.replace(u'#', u"#35;"_s).replace(u';', u"#59;"_s);
    text.replace(u"#35#59;"_s, u"#35;"_s);
    text.replace(u'<', u"#lt;"_s).replace(u'>', u"#gt;"_s);
    if (text.compare("end"_L1, Qt::CaseInsensitive) == 0)
        text = u'"' + text + u'"';
    return text.size() > 120 ? text.left(119) + u'…' : text;
}

class MermaidWriter
{
public:
    MermaidWriter(const Sequence& sequence, const ConversationTree& tree, const Dictionaries& names)
        : m_sequence(sequence)
        , m_tree(tree)
        , m_names(names)
    {
    }

    QString write(const QString& title, std::size_t most)
    {
        const std::size_t shown = std::min(most, m_sequence.messages.size());
        for (std::size_t i = 0; i < shown;) {
            const SequenceRegion* region = regionAt(static_cast<int>(i), static_cast<int>(shown));
            if (region == nullptr) {
                message(m_sequence.messages[i++], u"    "_s);
                continue;
            }
            parallel(*region);
            i = static_cast<std::size_t>(region->last) + 1;
        }
        QString head = u"sequenceDiagram\n"_s;
        if (!title.isEmpty())
            head += u"    accTitle: %1\n"_s.arg(forMermaid(title));
        for (std::size_t i = 0; i < m_sequence.columns.size(); ++i) {
            if (m_used.contains(static_cast<int>(i)))
                head += u"    participant a%1 as %2\n"_s.arg(i + 1).arg(
                    forMermaid(columnTitle(m_sequence.columns[i], m_names)));
        }
        for (const auto& [topic, id] : m_topics)
            head += u"    participant %1 as %2\n"_s.arg(id, topic);
        if (shown < m_sequence.messages.size() && !m_used.empty())
            m_body += u"    Note over a%1: %2 more messages\n"_s.arg(m_used.begin()->first + 1)
                          .arg(m_sequence.messages.size() - shown);
        return head + m_body;
    }

private:
    /// The outermost region that begins with this message and whose messages can stand apart.
    [[nodiscard]] const SequenceRegion* regionAt(int first, int shown) const
    {
        const auto found = std::ranges::find_if(m_sequence.regions, [&](const auto& region) {
            return region.first == first && region.last < shown && region.last > region.first;
        });
        return found == m_sequence.regions.end() ? nullptr : &*found;
    }

    [[nodiscard]] int branchOf(const SequenceMessage& message, const SequenceRegion& region) const
    {
        for (int step = m_tree.stepOf(message.seq); step >= 0;
             step = m_tree.steps[static_cast<std::size_t>(step)].parent) {
            const auto found = std::ranges::find(region.steps, step);
            if (found != region.steps.end())
                return static_cast<int>(found - region.steps.begin());
        }
        return -1;
    }

    void parallel(const SequenceRegion& region)
    {
        std::map<int, std::vector<const SequenceMessage*>> branches;
        for (int i = region.first; i <= region.last; ++i) {
            const SequenceMessage& one = m_sequence.messages[static_cast<std::size_t>(i)];
            branches[branchOf(one, region)].push_back(&one);
        }
        if (branches.size() < 2) {
            for (const auto& [branch, messages] : branches)
                for (const SequenceMessage* one : messages)
                    message(*one, u"    "_s);
            return;
        }
        QString word = u"    par "_s;
        for (const auto& [branch, messages] : branches) {
            const QString name =
                branch < 0 ? u"meanwhile"_s
                           : stepTitle(m_tree.steps[static_cast<std::size_t>(
                                           region.steps[static_cast<std::size_t>(branch)])],
                                       m_names);
            m_body += word + forMermaid(name) + u'\n';
            for (const SequenceMessage* one : messages)
                message(*one, u"        "_s);
            word = u"    and "_s;
        }
        m_body += u"    end\n"_s;
    }

    QString column(int column)
    {
        m_used.emplace(column, true);
        return u"a%1"_s.arg(column + 1);
    }

    void message(const SequenceMessage& one, const QString& indent)
    {
        const QString arrow = one.kind == Kind::Error                              ? u"--x"_s
                              : one.isUnanswered                                   ? u"-x"_s
                              : one.kind == Kind::Reply || one.kind == Kind::Chunk ? u"-->>"_s
                                                                                   : u"->>"_s;
        const QString from = column(one.from);
        QStringList to;
        for (const int receiver : one.to) {
            if (static_cast<std::size_t>(to.size()) < kArrowsOfOne)
                to << column(receiver);
        }
        if (to.isEmpty()) {
            const QString topic = forMermaid(QString::fromStdString(m_names.topicName(one.topic)));
            to << (topic.isEmpty() ? from
                                   : m_topics.try_emplace(topic, u"t%1"_s.arg(m_topics.size() + 1))
                                         .first->second);
        }
        QString what = forMermaid(messageTitle(one, m_names));
        if (one.latency >= 0)
            what += u" (%1)"_s.arg(durationText(nanoseconds(one.latency)));
        if (one.isUnanswered)
            what += u" (no answer)"_s;
        for (const QString& receiver : to)
            m_body += u"%1%2%3%4: %5 %6\n"_s.arg(indent, from, arrow, receiver,
                                                 QString::number(one.shownSeq), what);
        if (one.to.size() > kArrowsOfOne)
            m_body += u"%1Note over %2: and %3 more agents\n"_s.arg(indent, from)
                          .arg(one.to.size() - kArrowsOfOne);
    }

    const Sequence& m_sequence;
    const ConversationTree& m_tree;
    const Dictionaries& m_names;
    std::map<int, bool> m_used;
    std::map<QString, QString> m_topics;
    QString m_body;
};

} // namespace

QString columnTitle(const SequenceColumn& column, const Dictionaries& names)
{
    return column.folded.empty() ? actorText(column.agent, names)
                                 : u"%1 agents"_s.arg(column.folded.size());
}

QString messageTitle(const SequenceMessage& message, const Dictionaries& names)
{
    for (const std::string& name : {names.typeName(message.type), names.topicName(message.topic)}) {
        if (!name.empty())
            return QString::fromStdString(name);
    }
    const std::string_view kind = kindName(message.kind);
    return QString::fromUtf8(kind.data(), static_cast<qsizetype>(kind.size()));
}

QString messageWay(const Sequence& sequence, const SequenceMessage& message,
                   const Dictionaries& names)
{
    QStringList to;
    for (const int column : message.to) {
        if (to.size() < 3)
            to << columnTitle(sequence.columns[static_cast<std::size_t>(column)], names);
    }
    QString receivers =
        message.to.size() > 3 ? u"%1 agents"_s.arg(message.receivers) : to.join(u", "_s);
    if (message.to.empty())
        receivers = u"topic "_s + QString::fromStdString(names.topicName(message.topic));
    return u"%1 → %2"_s.arg(
        columnTitle(sequence.columns[static_cast<std::size_t>(message.from)], names), receivers);
}

QString messageRemarks(const SequenceMessage& message)
{
    QStringList remarks;
    if (message.kind == Kind::Error)
        remarks << u"error"_s;
    if (message.isUnanswered)
        remarks << u"no answer"_s;
    if (message.latency >= 0)
        remarks << u"answers after %1"_s.arg(durationText(nanoseconds(message.latency)));
    if (message.isSentKnown && message.received > message.sent)
        remarks << u"on its way for %1 ± %2"_s.arg(
            durationText(nanoseconds(message.received - message.sent)),
            durationText(nanoseconds(message.error)));
    if (message.isInferred)
        remarks << u"receiver inferred"_s;
    if (message.isOrderUnknown)
        remarks << u"order against the one before not known"_s;
    return remarks.join(u", "_s);
}

std::string sequenceMermaid(const Sequence& sequence, const ConversationTree& tree,
                            const Dictionaries& names, const QString& title,
                            std::size_t mostMessages)
{
    return MermaidWriter(sequence, tree, names).write(title, mostMessages).toStdString();
}

} // namespace murmur
