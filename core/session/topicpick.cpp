// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/topicpick.h"

#include <QUrlQuery>

#include <algorithm>
#include <map>
#include <memory>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// Topics by their segments. A node whose topics are all chosen, and more than one, is one pattern.
struct Node
{
    std::map<QString, std::unique_ptr<Node>> below; ///< by the segment with its separator in front
    int chosen = 0;                                 ///< topics here and below
    int refused = 0;
    bool isChosen = false; ///< a topic ends here
    bool isRefused = false;
};

bool isSeparator(QChar c)
{
    return c == u'.' || c == u'/' || c == u':';
}

/// "a.b:c" is "a", ".b", ":c"; a leading separator belongs to the first.
QStringList segmentsOf(const QString& topic)
{
    QStringList segments;
    qsizetype begin = 0;
    for (qsizetype i = 1; i <= topic.size(); ++i) {
        if (i == topic.size() || isSeparator(topic[i])) {
            segments << topic.mid(begin, i - begin);
            begin = i;
        }
    }
    return segments;
}

void insert(Node& root, const TopicWish& wish)
{
    Node* node = &root;
    const auto count = [&wish](Node& at) { ++(wish.isChosen ? at.chosen : at.refused); };
    count(*node);
    for (const QString& segment : segmentsOf(wish.topic)) {
        std::unique_ptr<Node>& next = node->below[segment];
        if (!next)
            next = std::make_unique<Node>();
        node = next.get();
        count(*node);
    }
    (wish.isChosen ? node->isChosen : node->isRefused) = true;
}

enum class Language {
    Redis,
    Nats,
    Mqtt,
    Kafka,
    Rules ///< of the hub, of robots and of IntakeRules: TopicPattern
};

Language languageOf(const QString& scheme)
{
    if (scheme.startsWith("redis"_L1))
        return Language::Redis;
    if (scheme == "nats"_L1 || scheme == "tls"_L1)
        return Language::Nats;
    if (scheme.startsWith("mqtt"_L1))
        return Language::Mqtt;
    return scheme == "kafka"_L1 ? Language::Kafka : Language::Rules;
}

/// All below `prefix`, whose children begin with `separator`.
QString patternBelow(const QString& prefix, QChar separator, Language language)
{
    switch (language) {
    case Language::Redis:
    case Language::Kafka:
        return prefix + separator + u'*';
    case Language::Nats:
        return prefix + separator + u'>';
    case Language::Mqtt:
        return prefix + separator + u'#';
    case Language::Rules:
        return prefix + separator + u'>';
    }
    return {};
}

/// Whether this bus knows `separator` as one. The others know globs, in which nothing separates.
bool divides(QChar separator, Language language)
{
    switch (language) {
    case Language::Redis:
    case Language::Kafka:
        return true;
    case Language::Nats:
        return separator == u'.';
    case Language::Mqtt:
        return separator == u'/';
    case Language::Rules:
        return separator == u'.' || separator == u'/';
    }
    return false;
}

void fold(const Node& node, const QString& prefix, Language language, QStringList& out)
{
    if (node.chosen == 0)
        return;
    if (node.isChosen)
        out << prefix;
    std::map<QChar, std::pair<int, int>> bySeparator; // chosen, refused below it
    for (const auto& [segment, child] : node.below) {
        auto& [chosen, refused] = bySeparator[segment.front()];
        chosen += child->chosen;
        refused += child->refused;
    }
    for (const auto& [segment, child] : node.below) {
        const auto& [chosen, refused] = bySeparator[segment.front()];
        const bool isOne = !prefix.isEmpty() && isSeparator(segment.front()) && refused == 0 &&
                           chosen > 1 && divides(segment.front(), language) &&
                           // "fleet/#" of MQTT takes "fleet" too.
                           !(language == Language::Mqtt && node.isRefused);
        if (!isOne) {
            fold(*child, prefix + segment, language, out);
            continue;
        }
        const QString pattern = patternBelow(prefix, segment.front(), language);
        if (!out.contains(pattern))
            out << pattern;
    }
}

QStringList folded(const std::vector<TopicWish>& wishes, Language language)
{
    Node root;
    for (const TopicWish& wish : wishes)
        insert(root, wish);
    QStringList out;
    fold(root, {}, language, out);
    return out;
}

/// The name of a family has "*" for what differs, and a list in a URL is divided by commas: both
/// are asked for by what stands for anything in the language of the bus.
QString asPattern(QString topic, Language language)
{
    if (language == Language::Redis)
        return topic.replace(u',', u'?');
    const auto isOdd = [](const QString& level) {
        return level.contains(u'*') || level.contains(u',');
    };
    if (!isOdd(topic) || language == Language::Kafka || language == Language::Rules)
        return topic.replace(u',', u'*');
    const QChar separator = language == Language::Mqtt ? u'/' : u'.';
    QStringList levels = topic.split(separator);
    for (QString& level : levels) {
        if (isOdd(level))
            level = language == Language::Mqtt ? u"+"_s : u"*"_s;
    }
    return levels.join(separator);
}

void addItems(QUrlQuery& query, const QString& item, const QStringList& values)
{
    QStringList plain;
    for (const QString& value : values)
        plain << QString::fromLatin1(QUrl::toPercentEncoding(value, "/:*>$@!()"));
    if (!plain.isEmpty())
        query.addQueryItem(item, plain.join(u','));
}

/// The URL without items that name topics.
QUrlQuery bareQuery(const QUrl& url)
{
    QUrlQuery query(url);
    for (const char* item : {"pattern", "channel", "stream", "subject", "topic"})
        query.removeAllQueryItems(QString::fromLatin1(item));
    return query;
}

QUrl withQuery(QUrl url, const QUrlQuery& query)
{
    url.setFragment({});
    url.setQuery(query.isEmpty() ? QString() : query.toString(QUrl::FullyEncoded));
    return url;
}

std::vector<TopicWish> ofItems(const std::vector<TopicWish>& wishes,
                               std::initializer_list<QLatin1StringView> items)
{
    std::vector<TopicWish> some;
    for (const TopicWish& wish : wishes) {
        const auto isItem = [&](QLatin1StringView item) { return wish.item == item; };
        if (std::any_of(items.begin(), items.end(), isItem))
            some.push_back(wish);
    }
    return some;
}

bool hasChosen(const std::vector<TopicWish>& wishes)
{
    return std::ranges::any_of(wishes, &TopicWish::isChosen);
}

QStringList namesOf(const std::vector<TopicWish>& wishes)
{
    QStringList names;
    for (const TopicWish& wish : wishes) {
        if (wish.isChosen)
            names << wish.topic;
    }
    return names;
}

/// What is not wanted, as rules.
QStringList excluded(std::vector<TopicWish> wishes)
{
    for (TopicWish& wish : wishes)
        wish.isChosen = !wish.isChosen;
    return folded(wishes, Language::Rules);
}

class Picker
{
public:
    Picker(const QUrl& url, const std::vector<TopicWish>& wishes, bool takesNew)
        : m_url(url)
        , m_wishes(wishes)
        , m_takesNew(takesNew)
        , m_entry(surveyOf(url))
        , m_language(languageOf(url.scheme()))
    {
    }

    PickedTopics picked()
    {
        const QString item = m_entry == nullptr ? QString() : QString::fromLatin1(m_entry->item);
        if (item.isEmpty()) {
            m_picked.urls = {m_url};
            m_picked.exclude = excluded(m_wishes);
            return m_picked;
        }
        QUrlQuery query = bareQuery(m_url);
        const std::vector<TopicWish> live =
            ofItems(m_wishes, {"pattern"_L1, "channel"_L1, "subject"_L1, "topic"_L1});
        const std::vector<TopicWish> streams = ofItems(m_wishes, {"stream"_L1});
        addLive(query, item, live);
        if (m_language != Language::Nats)
            addStreams(query, streams);
        if (!m_picked.patterns.isEmpty())
            m_picked.urls.push_back(withQuery(m_url, query));
        if (m_language == Language::Nats && hasChosen(streams)) {
            query = bareQuery(m_url);
            addStreams(query, streams);
            m_picked.urls.push_back(withQuery(m_url, query));
        }
        return m_picked;
    }

private:
    void addLive(QUrlQuery& query, const QString& item, const std::vector<TopicWish>& live)
    {
        // Nothing is known: then it is everything.
        if (!hasChosen(live) && !m_wishes.empty())
            return;
        const bool isAll = std::ranges::all_of(live, &TopicWish::isChosen);
        if (m_takesNew || m_wishes.empty() || (isAll && live.size() > 1)) {
            addItems(query, item, {QString::fromLatin1(m_entry->widest)});
            m_picked.patterns << QString::fromLatin1(m_entry->widest);
            m_picked.exclude = excluded(live);
            return;
        }
        QStringList patterns;
        QStringList names;
        for (const QString& text : folded(live, m_language)) {
            const QString pattern = asPattern(text, m_language);
            if (patterns.contains(pattern))
                continue;
            // A channel by its name needs no pattern.
            const bool isName = m_language == Language::Redis && !pattern.contains(u'*') &&
                                !pattern.contains(u'?') && !pattern.contains(u'[');
            (isName ? names : patterns) << pattern;
        }
        addItems(query, item, patterns);
        addItems(query, u"channel"_s, names);
        m_picked.patterns << patterns << names;
    }
    void addStreams(QUrlQuery& query, const std::vector<TopicWish>& streams)
    {
        const QStringList names = namesOf(streams);
        addItems(query, u"stream"_s, names);
        for (const QString& name : names)
            m_picked.patterns << u"stream "_s + name;
    }

    const QUrl& m_url;
    const std::vector<TopicWish>& m_wishes;
    const bool m_takesNew;
    const SurveyEntry* const m_entry;
    const Language m_language;
    PickedTopics m_picked;
};

} // namespace

QStringList foldedTopics(const std::vector<TopicWish>& wishes, const QString& scheme)
{
    return folded(wishes, languageOf(scheme));
}

PickedTopics pickTopics(const QUrl& url, const std::vector<TopicWish>& wishes, bool takesNew)
{
    if (!wishes.empty() && !hasChosen(wishes))
        return {};
    return Picker(url, wishes, takesNew).picked();
}

} // namespace murmur
