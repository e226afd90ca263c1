// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/whereabouts.h"

#include "query/messagefield.h"
#include "session/jobs.h"

#include <QDateTime>
#include <QLocale>
#include <QtConcurrent>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct IdWord
{
    IdField field;
    const char* name;
};
/// Those first by which messages are found without a look into all.
constexpr std::array kIdWords{
    IdWord{IdField::Message, "id"},
    IdWord{IdField::Trace, "trace"},
    IdWord{IdField::Conversation, "conversation"},
    IdWord{IdField::Correlation, "correlation"},
    IdWord{IdField::Span, "span"},
    IdWord{IdField::ParentSpan, "parent_span"},
    IdWord{IdField::ReplyTo, "reply_to"},
};
constexpr std::size_t kFoundFast = 4;
constexpr std::int64_t kMostByText = 1000;
constexpr std::size_t kMostByTextClues = 4;

QString shortId(const QString& id)
{
    return id.size() > 40 ? id.left(24) + u'…' + id.right(8) : id;
}

/// The member's name says more than that it is some id.
QString wordAndId(const QString& word, const QString& id)
{
    return word == u"id"_s ? u"id %1"_s.arg(shortId(id)) : word + u' ' + shortId(id);
}

/// "02:14", "02:14:09"; with the date where that says more.
QString momentText(TimePoint t, const QTimeZone& zone, bool withDate)
{
    const QDateTime at =
        QDateTime::fromMSecsSinceEpoch(toNs(t) / 1'000'000, Qt::UTC).toTimeZone(zone);
    return at.toString((withDate ? u"yyyy-MM-dd "_s : QString()) +
                       (at.time().second() == 0 ? u"HH:mm"_s : u"HH:mm:ss"_s));
}

/// "02:14 CET = 01:14 UTC is outside of 13:59–14:00".
QString outsideText(const Clue& clue, TimeRange all, const QTimeZone& zone)
{
    const auto dateOf = [&](TimePoint t) { return momentText(t, zone, true).left(10); };
    const bool withDate =
        dateOf(all.begin) != dateOf(all.end) || dateOf(clue.time) != dateOf(all.begin);
    const QString own = momentText(clue.time, zone, withDate);
    const QString utc = momentText(clue.time, QTimeZone::utc(), withDate) + u" UTC"_s;
    const QString read = clue.text == own ? own : clue.text + u" = "_s + utc;
    QString to = momentText(all.end, zone, withDate);
    if (withDate && dateOf(all.begin) == dateOf(all.end))
        to = momentText(all.end, zone, false);
    return u"%1 is outside of %2–%3"_s.arg(read, momentText(all.begin, zone, withDate), to);
}

class PlaceFinder
{
public:
    PlaceFinder(const Source& source, const WhereaboutsRequest& request)
        : m_source(source)
        , m_request(request)
    {
    }

    Result<Whereabouts> find();

private:
    Status takeTime(const Clue& clue);
    Status takeNumber(const Clue& clue);
    Status takeId(const Clue& clue);
    Status takeIds(const Clue& clue, std::size_t from, std::size_t to);
    Status takeName(const Clue& clue);
    Status takeText(const Clue& clue);
    Result<MatchList> search(const QString& condition, std::int64_t most);
    Result<std::optional<MessageDetail>> message(Seq seq);
    /// Of several messages the one that is nearest to a time which stood beside the id.
    Result<Seq> nearest(const std::vector<Seq>& seqs);
    Status add(FoundPlace place, const MatchList& found);

    const Source& m_source;
    const WhereaboutsRequest& m_request;
    TimeRange m_all;
    std::optional<TimePoint> m_beside;
    Whereabouts m_found;
};

Result<MatchList> PlaceFinder::search(const QString& condition, std::int64_t most)
{
    auto filter = parseFilter(condition, m_all);
    if (!filter)
        return filter.error();
    MatchRequest request;
    request.filter = *filter;
    request.limit = most;
    request.progress = m_request.progress;
    request.stop = m_request.stop;
    return searchJob(m_source, request);
}

Result<std::optional<MessageDetail>> PlaceFinder::message(Seq seq)
{
    RowRequest one;
    one.seqs = {seq};
    one.stop = m_request.stop;
    auto messages = messagesJob(m_source, one);
    if (!messages)
        return messages.error();
    if (messages->empty())
        return std::optional<MessageDetail>();
    return std::optional(std::move(messages->front()));
}

Result<Seq> PlaceFinder::nearest(const std::vector<Seq>& seqs)
{
    if (!m_beside || seqs.size() == 1)
        return seqs.front();
    const auto around = seqAtJob(m_source, *m_beside);
    if (!around)
        return around.error();
    const auto after = std::ranges::lower_bound(seqs, *around);
    if (after == seqs.begin())
        return seqs.front();
    if (after == seqs.end())
        return seqs.back();
    const auto before = message(*(after - 1));
    const auto behind = message(*after);
    if (!before || !behind)
        return before ? behind.error() : before.error();
    const bool isBefore =
        *before && (!*behind || *m_beside - (*before)->row.time < (*behind)->row.time - *m_beside);
    return isBefore ? *(after - 1) : *after;
}

Status PlaceFinder::add(FoundPlace place, const MatchList& found)
{
    const auto seq = nearest(found.seqs);
    if (!seq)
        return seq.error();
    const auto detail = message(*seq);
    if (!detail)
        return detail.error();
    if (!*detail)
        return Done{}; // its block is damaged
    place.message = *seq;
    place.time = (*detail)->row.time;
    place.count = static_cast<std::int64_t>(found.seqs.size());
    place.hasMore = !found.isComplete;
    m_found.places.push_back(std::move(place));
    return Done{};
}

Status PlaceFinder::takeTime(const Clue& clue)
{
    if (clue.time < m_all.begin - std::chrono::seconds(1) ||
        clue.time > m_all.end + std::chrono::seconds(1)) {
        m_found.outside << outsideText(clue, m_all, m_request.zone);
        m_found.tried << m_found.outside.back();
        return Done{};
    }
    m_found.tried << u"the time %1 (%2)"_s.arg(clue.text, isoTime(clue.time));
    FoundPlace place;
    place.what = clue.text;
    place.time = clue.time;
    m_found.places.push_back(std::move(place));
    return Done{};
}

Status PlaceFinder::takeNumber(const Clue& clue)
{
    m_found.tried << u"message %1"_s.arg(clue.text);
    const auto seq = seqNamedJob(m_source, clue.text);
    if (!seq)
        return seq.error().code == ErrorCode::Unreadable ? Status(seq.error()) : Status(Done{});
    const auto detail = message(*seq);
    if (!detail)
        return detail.error();
    if (!*detail)
        return Done{};
    FoundPlace place;
    place.what = u"message %1"_s.arg(clue.text);
    place.message = *seq;
    place.time = (*detail)->row.time;
    place.count = 1;
    m_found.places.push_back(std::move(place));
    return Done{};
}

Status PlaceFinder::takeIds(const Clue& clue, std::size_t from, std::size_t to)
{
    QStringList any;
    for (std::size_t i = from; i < to; ++i)
        any << QLatin1StringView(kIdWords[i].name) + u" == "_s + filterText(clue.text);
    const auto found = search(any.join(u" or "_s), m_request.most);
    if (!found)
        return found.error();
    if (found->seqs.empty())
        return Done{};
    // What kind of id it is, the first message says.
    const auto first = message(found->seqs.front());
    if (!first)
        return first.error();
    const QByteArray id = clue.text.toUtf8();
    FoundPlace place;
    place.what = wordAndId(u"id"_s, clue.text);
    place.condition = any.join(u" or "_s);
    for (std::size_t i = from; i < to && *first; ++i) {
        if ((*first)->ids[static_cast<std::size_t>(kIdWords[i].field)] != id)
            continue;
        place.what = wordAndId(QLatin1StringView(kIdWords[i].name), clue.text);
        // Where that finds all of them, it is the shorter filter.
        const auto alone = search(any[static_cast<qsizetype>(i - from)], m_request.most);
        if (!alone)
            return alone.error();
        if (alone->seqs == found->seqs)
            place.condition = any[static_cast<qsizetype>(i - from)];
        break;
    }
    if (found->seqs.size() == 1)
        place.condition.clear(); // its number is enough
    return add(std::move(place), *found);
}

Status PlaceFinder::takeName(const Clue& clue)
{
    const AgentId agent = m_source.names->findAgent(clue.text.toStdString());
    const bool isAgent = index(agent) != 0;
    if (!isAgent && index(m_source.names->findTopic(clue.text.toStdString())) == 0)
        return Done{};
    const QString condition = (isAgent ? u"agent == "_s : u"topic == "_s) + filterText(clue.text);
    const auto found = search(condition, m_request.most);
    if (!found)
        return found.error();
    if (found->seqs.empty())
        return Done{};
    FoundPlace place;
    place.what = (isAgent ? u"agent %1"_s : u"topic %1"_s).arg(shortId(clue.text));
    place.condition = condition;
    place.agent = isAgent ? clue.text : QString();
    return add(std::move(place), *found);
}

Status PlaceFinder::takeId(const Clue& clue)
{
    m_found.tried << (clue.member.isEmpty() ? u"the id or name %1"_s.arg(shortId(clue.text))
                                            : clue.member + u' ' + shortId(clue.text));
    const std::size_t before = m_found.places.size();
    for (const auto& [from, to] :
         {std::pair{std::size_t(0), kFoundFast}, std::pair{kFoundFast, kIdWords.size()}}) {
        if (auto status = takeIds(clue, from, to); !status)
            return status;
        if (m_found.places.size() > before)
            return Done{};
    }
    return takeName(clue);
}

/// What no field says may stand in a payload.
Status PlaceFinder::takeText(const Clue& clue)
{
    const QString condition = filterText(clue.text);
    const auto found = search(condition, kMostByText);
    if (!found)
        return found.error();
    if (found->seqs.empty())
        return Done{};
    FoundPlace place;
    place.what = u"text %1"_s.arg(shortId(clue.text));
    place.condition = condition;
    return add(std::move(place), *found);
}

Result<Whereabouts> PlaceFinder::find()
{
    {
        const auto info = infoJob(m_source);
        if (!info)
            return info.error();
        m_all = info->extent.time;
        if (info->extent.last == 0)
            return Error{ErrorCode::NotFound, u"There is no message yet."_s};
    }
    const std::vector<Clue> clues = cluesIn(m_request.text, {m_all, m_request.zone});
    for (const Clue& clue : clues) {
        if (clue.is == Clue::Is::Time && !m_beside && m_all.begin <= clue.time &&
            clue.time <= m_all.end)
            m_beside = clue.time;
    }
    const auto each = [&](Clue::Is is, Status (PlaceFinder::*take)(const Clue&)) -> Status {
        for (const Clue& clue : clues) {
            if (clue.is != is)
                continue;
            if (auto status = (this->*take)(clue); !status)
                return status;
        }
        return Done{};
    };
    if (auto status = each(Clue::Is::Number, &PlaceFinder::takeNumber); !status)
        return status.error();
    if (auto status = each(Clue::Is::Id, &PlaceFinder::takeId); !status)
        return status.error();
    std::size_t texts = 0;
    for (const Clue& clue : clues) {
        if (clue.is != Clue::Is::Id || !m_found.places.empty() || m_beside ||
            texts++ >= kMostByTextClues)
            continue;
        if (auto status = takeText(clue); !status)
            return status.error();
    }
    // One message is more exact than many.
    std::ranges::stable_sort(m_found.places, [](const FoundPlace& a, const FoundPlace& b) {
        return (a.count == 1) > (b.count == 1);
    });
    if (auto status = each(Clue::Is::Time, &PlaceFinder::takeTime); !status)
        return status.error();
    return std::move(m_found);
}

} // namespace

Result<Whereabouts> whereaboutsJob(const Source& source, const WhereaboutsRequest& request)
{
    return PlaceFinder(source, request).find();
}

QFuture<Result<Whereabouts>> whereaboutsOf(Session& session, WhereaboutsRequest request)
{
    return QtConcurrent::run([source = session.source(), request = std::move(request)] {
        return whereaboutsJob(*source, request);
    });
}

QString placeText(const FoundPlace& place)
{
    if (place.count == 0)
        return u"%1 is %2 UTC"_s.arg(place.what, clockTime(place.time));
    if (place.count == 1)
        return u"%1: 1 message"_s.arg(place.what);
    const QString number = QLocale(QLocale::English).toString(qlonglong(place.count));
    return (place.hasMore ? u"%1: more than %2 messages"_s : u"%1: %2 messages"_s)
        .arg(place.what, number);
}

QString nothingText(const Whereabouts& found)
{
    if (!found.outside.isEmpty() && found.outside.size() == found.tried.size())
        return found.outside.join(u"; "_s);
    return found.tried.isEmpty() ? QString()
                                 : u"Nothing found. Tried: %1"_s.arg(found.tried.join(u", "_s));
}

} // namespace murmur
