// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/listening.h"

#include "base/time.h"
#include "bus/connection.h"

#include <QUrlQuery>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMostPatterns = 8;
constexpr double kCoverage = 0.95;
constexpr int kMostLevels = 16;
const QString kStreamPrefix = u"stream "_s;

/// How a bus writes what it listens to.
struct Grammar
{
    const char* scheme;
    const char* exact;   ///< the item for a name
    const char* pattern; ///< the item for a pattern; null: none
    const char* all;     ///< takes everything
    const char* separators;
    const char* tail; ///< all below a level
    bool tailTakesLevel = false;
};

constexpr std::array kGrammars{
    Grammar{"redis", "channel", "pattern", "*", ".:/", "*"},
    Grammar{"rediss", "channel", "pattern", "*", ".:/", "*"},
    Grammar{"nats", "subject", "subject", ">", ".", ">"},
    Grammar{"tls", "subject", "subject", ">", ".", ">"},
    Grammar{"mqtt", "topic", "topic", "#", "/", "#", true},
    Grammar{"mqtts", "topic", "topic", "#", "/", "#", true},
    Grammar{"kafka", "topic", nullptr, "*", "", ""},
    Grammar{"rosbridge", "topic", nullptr, "", "", ""},
    Grammar{"foxglove", "topic", nullptr, "", "", ""},
};

const Grammar* grammarOf(const QString& scheme)
{
    const auto found = std::ranges::find_if(kGrammars, [&](const Grammar& grammar) {
        return scheme.compare(QLatin1StringView(grammar.scheme), Qt::CaseInsensitive) == 0;
    });
    return found == kGrammars.end() ? nullptr : &*found;
}

QString itemOf(const QUrl& url, const QString& name)
{
    return QUrlQuery(url).queryItemValue(name, QUrl::FullyDecoded);
}

bool isStreamName(const QString& name)
{
    return name.startsWith(kStreamPrefix);
}

void add(QUrlQuery& query, const QString& item, const QString& name)
{
    query.addQueryItem(item, QString::fromLatin1(QUrl::toPercentEncoding(name, "/*>:$")));
}

QUrl with(const QUrl& given, const QUrlQuery& query)
{
    QUrl url = withHashInQuery(given);
    url.setQuery(query.isEmpty() ? QString() : query.query(QUrl::FullyEncoded), QUrl::StrictMode);
    return url;
}

Result<const Grammar*> grammarFor(const QUrl& url, const QStringList& names)
{
    const Grammar* const grammar = grammarOf(url.scheme());
    if (grammar == nullptr) {
        return Error{
            ErrorCode::WrongUse,
            u"What a %1:// connection listens to does not stand in its URL."_s.arg(url.scheme())};
    }
    for (const QString& name : names) {
        if (name.isEmpty() || name.contains(u',')) {
            return Error{ErrorCode::WrongUse,
                         u"“%1” cannot be named in a URL, where commas divide names."_s.arg(name)};
        }
    }
    return grammar;
}

void removeChoice(QUrlQuery& query, const Grammar& grammar)
{
    query.removeAllQueryItems(QLatin1StringView(grammar.exact));
    if (grammar.pattern != nullptr)
        query.removeAllQueryItems(QLatin1StringView(grammar.pattern));
}

void addNames(QUrlQuery& query, const Grammar& grammar, const QStringList& names)
{
    for (const QString& name : names) {
        if (isStreamName(name))
            add(query, u"stream"_s, name.mid(kStreamPrefix.size()));
        else
            add(query, QLatin1StringView(grammar.exact), name);
    }
}

/// One level of names and what is below it.
struct Level
{
    QByteArray text; ///< from the start of the name, without the separator behind it
    char separator = 0;
    std::int64_t own = 0; ///< messages on the name that ends here
    std::int64_t all = 0;
    std::map<QByteArray, std::unique_ptr<Level>> below;
};

void plant(Level& root, const TopicCount& topic, const char* separators)
{
    const auto& [name, count] = topic;
    Level* level = &root;
    level->all += count;
    qsizetype begin = 0;
    for (int depth = 0; depth < kMostLevels; ++depth) {
        qsizetype end = begin;
        while (end < name.size() && std::strchr(separators, name[end]) == nullptr)
            ++end;
        auto& next = level->below[name.mid(begin, end - begin)];
        if (!next)
            next = std::make_unique<Level>();
        next->text = name.left(end);
        next->all += count;
        level = next.get();
        if (end >= name.size()) {
            level->own += count;
            return;
        }
        level->separator = name[end];
        begin = end + 1;
    }
}

/// Splitting it gives families again: below a family of single names it would list these, and what
/// is added tomorrow would be missed.
bool canSplit(const Level& level, bool isRoot)
{
    if (level.below.empty() || (!isRoot && level.own > 0))
        return false;
    return isRoot || std::ranges::none_of(level.below, [](const auto& below) {
               return below.second->below.empty();
           });
}

std::size_t costOf(const Level& level, const Grammar& grammar)
{
    return level.own > 0 && !level.below.empty() && !grammar.tailTakesLevel ? 2 : 1;
}

QByteArray escaped(const QByteArray& text, const Grammar& grammar)
{
    if (qstrcmp(grammar.exact, "channel") != 0)
        return text;
    QByteArray safe;
    for (const char c : text) {
        if (std::strchr("*?[]\\", c) != nullptr)
            safe += '\\';
        safe += c;
    }
    return safe;
}

void write(const Level& level, const Grammar& grammar, QStringList& patterns)
{
    const QByteArray text = escaped(level.text, grammar);
    if (level.below.empty() || (level.own > 0 && !grammar.tailTakesLevel))
        patterns << QString::fromUtf8(text);
    if (!level.below.empty())
        patterns << QString::fromUtf8(text + level.separator + grammar.tail);
}

/// The levels that cover all there is, taken apart as far as that gives few enough. The fewest that
/// hold the share that is wanted stay.
std::vector<const Level*> families(const Level& root, const Grammar& grammar)
{
    const auto wanted =
        static_cast<std::int64_t>(std::ceil(kCoverage * static_cast<double>(root.all)));
    const auto fitting =
        [&](std::vector<const Level*> levels) -> std::optional<std::vector<const Level*>> {
        std::ranges::stable_sort(levels, std::greater{}, &Level::all);
        std::size_t cost = 0;
        std::int64_t covered = 0;
        std::vector<const Level*> kept;
        for (const Level* const level : levels) {
            cost += costOf(*level, grammar);
            if (cost > kMostPatterns)
                break;
            covered += level->all;
            kept.push_back(level);
        }
        if (covered < wanted)
            return std::nullopt;
        return kept;
    };
    std::vector<const Level*> levels{&root};
    bool isSplit = true;
    while (isSplit) {
        isSplit = false;
        for (std::size_t i = 0; i < levels.size() && !isSplit; ++i) {
            if (!canSplit(*levels[i], levels[i] == &root))
                continue;
            std::vector<const Level*> finer = levels;
            finer.erase(finer.begin() + static_cast<std::ptrdiff_t>(i));
            for (const auto& [name, below] : levels[i]->below)
                finer.push_back(below.get());
            if (auto kept = fitting(std::move(finer))) {
                levels = std::move(*kept);
                isSplit = true;
            }
        }
    }
    return levels;
}

} // namespace

bool readsWindow(const QUrl& url)
{
    const QString to = itemOf(url, u"to"_s);
    return grammarOf(url.scheme()) != nullptr && !to.isEmpty() && to != "never"_L1;
}

bool readsPast(const QUrl& url)
{
    const QString from = itemOf(url, u"from"_s);
    return grammarOf(url.scheme()) != nullptr && !from.isEmpty() && from != "now"_L1 &&
           from != "new"_L1;
}

bool isWidenedBeside(const QUrl& url, const QStringList& names)
{
    return url.scheme() == "kafka"_L1 || readsWindow(url) || readsPast(url) ||
           std::ranges::any_of(names, isStreamName);
}

Result<QUrl> widenedUrl(const QUrl& url, const QStringList& names)
{
    const auto grammar = grammarFor(url, names);
    if (!grammar)
        return grammar.error();
    QUrlQuery query(withHashInQuery(url));
    addNames(query, **grammar, names);
    return with(url, query);
}

Result<QUrl> besideUrl(const QUrl& url, const QStringList& names)
{
    const auto grammar = grammarFor(url, names);
    if (!grammar)
        return grammar.error();
    QUrlQuery query(withHashInQuery(url));
    removeChoice(query, **grammar);
    query.removeAllQueryItems(u"stream"_s);
    addNames(query, **grammar, names);
    return with(url, query);
}

Result<QUrl> narrowedUrl(const QUrl& url, const QStringList& patterns)
{
    const auto grammar = grammarFor(url, patterns);
    if (!grammar)
        return grammar.error();
    if ((*grammar)->pattern == nullptr || patterns.isEmpty())
        return Error{ErrorCode::WrongUse, u"This bus knows no patterns to listen to."_s};
    QUrlQuery query(withHashInQuery(url));
    removeChoice(query, **grammar);
    for (const QString& pattern : patterns)
        add(query, QLatin1StringView((*grammar)->pattern), pattern);
    return with(url, query);
}

QUrl resumedUrl(const QUrl& url, std::int64_t stated)
{
    QUrlQuery query(withHashInQuery(url));
    query.removeAllQueryItems(u"from"_s);
    query.addQueryItem(u"from"_s, isoTime(fromNs(stated + 1)));
    return with(url, query);
}

bool listensToAll(const QUrl& url, const QStringList& subscribed)
{
    const Grammar* const grammar = grammarOf(url.scheme());
    return grammar != nullptr && grammar->pattern != nullptr &&
           subscribed.contains(QLatin1StringView(grammar->all));
}

QString everythingOn(const QUrl& url)
{
    const Grammar* const grammar = grammarOf(url.scheme());
    return grammar != nullptr && grammar->pattern != nullptr ? QString::fromLatin1(grammar->all)
                                                             : QString();
}

QStringList narrowerPatterns(const QString& scheme, const std::vector<TopicCount>& topics)
{
    const Grammar* const grammar = grammarOf(scheme);
    if (grammar == nullptr || grammar->pattern == nullptr)
        return {};
    Level root;
    for (const TopicCount& topic : topics) {
        // A name that no URL can hold counts among those that are not covered.
        if (topic.first.isEmpty() || topic.first.contains(','))
            root.all += topic.second;
        else
            plant(root, topic, grammar->separators);
    }
    const auto levels = families(root, *grammar);
    if (levels.empty() || levels.front() == &root)
        return {};
    QStringList patterns;
    for (const Level* const level : levels)
        write(*level, *grammar, patterns);
    patterns.sort();
    return patterns;
}

} // namespace murmur
