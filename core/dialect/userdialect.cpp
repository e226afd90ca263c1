// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/userdialect.h"

#include "dialect/boundedregex.h"
#include "dialect/dialect.h"
#include "dialect/topictemplate.h"

#include <algorithm>
#include <charconv>
#include <ranges>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::array<std::string_view, kDialectFieldCount> kFieldNames{
    "sender",  "receivers",   "kind",         "type",     "msg_id",  "correlation", "trace",
    "span",    "parent_span", "conversation", "reply_to", "parents", "sequence",    "time",
    "payload", "state",       "site",         "crew",     "role",    "tenant"};

constexpr std::size_t kMostSources = 16;
constexpr std::size_t kMostMeanings = 1024;
constexpr std::size_t kMostTopics = 256;
constexpr std::size_t kMostText = 1024;
constexpr std::size_t kDeepestPath = 16;
constexpr int kMostSegments = 64;

QString shownText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

Error wrongDialect(const QString& what)
{
    return {ErrorCode::WrongUse, what};
}

bool isNameOfDialect(std::string_view name)
{
    return std::ranges::any_of(dialects(), [name](const auto& entry) { return entry.id == name; });
}

QString problemOfPath(std::string_view path)
{
    const char divider = path.find('>') == std::string_view::npos ? '.' : '>';
    if (path.starts_with('>'))
        path.remove_prefix(1);
    std::size_t depth = 1;
    for (const char c : path)
        depth += c == divider ? 1 : 0;
    const std::string twice{divider, divider};
    if (path.empty() || path.front() == divider || path.back() == divider ||
        path.find(twice) != std::string_view::npos)
        return u"a name in the path is empty; write names with dots between them, as in "
               "payload.agent, or with > where a name holds a dot"_s;
    if (depth > kDeepestPath)
        return u"the path is deeper than %1 names"_s.arg(kDeepestPath);
    return {};
}

QString problemOfSource(DialectField field, const FieldSource& source)
{
    using From = FieldSource::From;
    if (source.what.size() > kMostText || source.match.size() > kMostText)
        return u"a text is longer than %1 characters"_s.arg(kMostText);
    if (source.map.size() > kMostMeanings)
        return u"\"map\" has more than %1 entries"_s.arg(kMostMeanings);
    const bool isWhole = field == DialectField::Payload || field == DialectField::State;
    if (isWhole && (source.from != From::Path || !source.match.empty() || !source.map.empty()))
        return u"it is a part of the message, so only a path can name it"_s;
    if (!source.take.empty() && source.from != From::Topic)
        return u"\"take\" names a part of \"topic\", which is not there"_s;
    if (!source.split.empty() && field != DialectField::Receivers && field != DialectField::Parents)
        return u"\"split\" is for receivers and parents, of which there may be several"_s;
    if (!source.match.empty()) {
        if (const QString problem = BoundedRegex(source.match).problem(); !problem.isEmpty())
            return u"\"match\" is no regular expression that can be used: %1"_s.arg(problem);
    }
    switch (source.from) {
    case From::Path:
        return problemOfPath(source.what);
    case From::Header:
        return source.what.empty() ? u"\"header\" needs the name of a header"_s : QString();
    case From::Topic: {
        QString problem;
        const TopicTemplate parsed(source.what, source.take, problem);
        return problem.isEmpty() ? problem
                                 : u"the topic \"%1\": %2"_s.arg(shownText(source.what), problem);
    }
    case From::Segment: {
        int number = 0;
        const auto [end, error] =
            std::from_chars(source.what.data(), source.what.data() + source.what.size(), number);
        return error != std::errc() || end != source.what.data() + source.what.size() ||
                       number == 0 || number > kMostSegments || number < -kMostSegments
                   ? u"\"segment\" is the number of a part of the topic: 1 is the first, -1 the "
                     "last"_s
                   : QString();
    }
    case From::Raw:
        return source.match.empty() ? u"\"raw\" needs \"match\", which finds the value in it"_s
                                    : QString();
    case From::Text:
        return source.what.empty() ? u"\"text\" is empty"_s : QString();
    case From::Connection:
    case From::Peer:
        return {};
    }
    return {};
}

} // namespace

std::string_view dialectFieldName(DialectField field) noexcept
{
    return kFieldNames[static_cast<std::size_t>(field)];
}

std::optional<DialectField> dialectFieldFromName(std::string_view name) noexcept
{
    const auto found = std::ranges::find(kFieldNames, name);
    if (found == kFieldNames.end())
        return std::nullopt;
    return static_cast<DialectField>(found - kFieldNames.begin());
}

QString FieldSource::described() const
{
    const QString text = shownText(what);
    QString where;
    switch (from) {
    case From::Path:
        where = text;
        break;
    case From::Header:
        where = u"header %1"_s.arg(text);
        break;
    case From::Topic:
        where = u"{%1} of the topic %2"_s.arg(shownText(take), text);
        if (take.empty())
            where = u"topic %1"_s.arg(text);
        break;
    case From::Segment:
        where = text.startsWith(u'-') ? u"topic segment %1 from the end"_s.arg(text.mid(1))
                                      : u"topic segment %1"_s.arg(text);
        break;
    case From::Connection:
        where = u"the connection"_s;
        break;
    case From::Peer:
        where = u"the socket or login"_s;
        break;
    case From::Raw:
        where = u"the text of the message"_s;
        break;
    case From::Text:
        where = u"always \"%1\""_s.arg(text);
        break;
    }
    return match.empty() ? where : u"%1, what matches /%2/"_s.arg(where, shownText(match));
}

Status UserDialect::validate() const
{
    if (name.empty() || name.size() > 64 || name.find_first_of("/\\,=*?<>") != std::string::npos ||
        name.front() == '.')
        return wrongDialect(
            u"the name \"%1\" cannot be that of a file; write 1 to 64 characters, none of them "
            "/ \\ , = * ? < >"_s.arg(shownText(name)));
    if (isNameOfDialect(name) || name == "auto" || name == "none")
        return wrongDialect(
            u"\"%1\" is a name that is taken; choose another"_s.arg(shownText(name)));
    if (base != "auto" && base != "none" && !isNameOfDialect(base)) {
        QStringList known{u"auto"_s, u"none"_s};
        for (const DialectEntry& entry : dialects())
            known << QLatin1StringView(entry.id);
        return wrongDialect(u"\"base\" is \"%1\", which is no dialect; write one of %2"_s.arg(
            shownText(base), known.join(u", "_s)));
    }
    if (topics.size() > kMostTopics)
        return wrongDialect(u"there are more than %1 topics"_s.arg(kMostTopics));
    for (const std::string& topic : topics) {
        if (topic.empty() || topic.size() > kMostText)
            return wrongDialect(u"a topic is empty or longer than %1 characters"_s.arg(kMostText));
    }
    for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
        const auto field = static_cast<DialectField>(i);
        if (fields[i].size() > kMostSources)
            return wrongDialect(u"fields>%1: there are more than %2 places"_s.arg(
                shownText(dialectFieldName(field)), QString::number(kMostSources)));
        for (const FieldSource& source : fields[i]) {
            if (const QString problem = problemOfSource(field, source); !problem.isEmpty())
                return wrongDialect(
                    u"fields>%1: %2"_s.arg(shownText(dialectFieldName(field)), problem));
        }
    }
    return Done{};
}

} // namespace murmur
