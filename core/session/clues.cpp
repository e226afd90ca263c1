// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/clues.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kLongestPasted = 64 * 1024;
constexpr qsizetype kLongestId = 256;
constexpr std::size_t kMostClues = 40;
constexpr int kMostDays = 400;
constexpr int kDeepestClue = 8;

struct ZoneName
{
    const char* name;
    int minutes;
};
/// The names that stand in logs and that no time zone database has, or has otherwise.
constexpr std::array kZoneNames{
    ZoneName{"UTC", 0},    ZoneName{"GMT", 0},    ZoneName{"WET", 0},    ZoneName{"WEST", 60},
    ZoneName{"BST", 60},   ZoneName{"CET", 60},   ZoneName{"CEST", 120}, ZoneName{"EET", 120},
    ZoneName{"EEST", 180}, ZoneName{"MSK", 180},  ZoneName{"IST", 330},  ZoneName{"JST", 540},
    ZoneName{"KST", 540},  ZoneName{"AEST", 600}, ZoneName{"AEDT", 660}, ZoneName{"NZST", 720},
    ZoneName{"NZDT", 780}, ZoneName{"EST", -300}, ZoneName{"EDT", -240}, ZoneName{"CST", -360},
    ZoneName{"CDT", -300}, ZoneName{"MST", -420}, ZoneName{"MDT", -360}, ZoneName{"PST", -480},
    ZoneName{"PDT", -420}};

/// How a time may be written, with what stands behind it: 1 date, 2 time of the day, 3 zone.
const QRegularExpression& timeForm()
{
    static const QRegularExpression form(
        u"(?<![\\w:.])(?:(\\d{4}-\\d{2}-\\d{2})[Tt "
        u"])?(\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?)"
        u"(?:\\s?(Z\\b|[+-]\\d{2}:?\\d{2}\\b|[A-Z]{3,4}\\b|[A-Z][A-Za-z]+/[A-Za-z_]+))?(?![\\w:])"_s);
    return form;
}

/// Nanoseconds of the day; -1: none.
std::int64_t ofDay(const QString& text)
{
    // Through the reader of dates, so that there is one of them.
    const QString padded = text.indexOf(u':') == 1 ? u'0' + text : text;
    const std::string iso = (u"1970-01-01T"_s + padded + u'Z').toStdString();
    const std::int64_t ns = timeFromWire(std::string_view(iso));
    return ns == kNoTime ? -1 : ns;
}

int offsetOf(const QTimeZone& zone, TimePoint at)
{
    return zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(toNs(at) / 1'000'000, Qt::UTC));
}

bool isNearSession(TimePoint t, TimeRange session)
{
    return session.begin - std::chrono::seconds(1) <= t &&
           t <= session.end + std::chrono::seconds(1);
}

/// Members that say which message, call or conversation it is.
bool isIdName(QString name)
{
    static const QStringList whole{
        u"trace"_s,   u"correlation"_s, u"conversation"_s, u"thread"_s, u"run"_s,
        u"span"_s,    u"uuid"_s,        u"guid"_s,         u"key"_s,    u"request"_s,
        u"replyto"_s, u"inreplyto"_s,   u"traceparent"_s,  u"task"_s,   u"ticket"_s};
    name = name.toLower().remove(u'_').remove(u'-').remove(u'.');
    return name.endsWith(u"id"_s) || whole.contains(name);
}

bool isTimeName(const QString& name)
{
    static const QRegularExpression form(
        u"\\A(?:.*(?:time|timestamp|date|_at|At)|ts|at|t|sent|received|created|when|@timestamp)\\z"_s,
        QRegularExpression::CaseInsensitiveOption);
    return form.match(name).hasMatch();
}

class ClueFinder
{
public:
    explicit ClueFinder(const ClueContext& context)
        : m_context(context)
    {
    }

    void readWhole(const QString& text);
    void readJson(const QJsonValue& value, const QString& name, int depth);
    void readMembers(const QString& text);
    void readTimes(const QString& text);
    void readTokens(const QString& text);
    bool readEpoch(const QString& text, const QString& name);
    std::vector<Clue> take();

private:
    void add(Clue clue);
    void addId(const QString& value, const QString& name);
    void addTime(const QRegularExpressionMatch& match);

    const ClueContext& m_context;
    std::vector<Clue> m_clues;
};

void ClueFinder::add(Clue clue)
{
    const bool isKnown = std::ranges::any_of(m_clues, [&](const Clue& one) {
        return one.is == clue.is &&
               (clue.is == Clue::Is::Time ? one.time == clue.time : one.text == clue.text);
    });
    if (!isKnown && m_clues.size() < kMostClues)
        m_clues.push_back(std::move(clue));
}

void ClueFinder::addId(const QString& value, const QString& name)
{
    // 00-<trace>-<span>-01: both of them are told.
    static const QRegularExpression parent(
        u"\\A[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\\z"_s);
    if (const auto match = parent.match(value); match.hasMatch()) {
        add({Clue::Is::Id, match.captured(2), u"span"_s, {}});
        add({Clue::Is::Id, match.captured(1), u"trace"_s, {}});
        return;
    }
    if (!value.isEmpty() && value.size() <= kLongestId)
        add({Clue::Is::Id, value, name, {}});
}

/// A number of seconds, ms, µs or ns since 1970, by its size.
bool ClueFinder::readEpoch(const QString& text, const QString& name)
{
    static const QRegularExpression form(u"\\A(\\d{9,19})(?:\\.(\\d{1,9}))?\\z"_s);
    const auto match = form.match(text);
    if (!match.hasMatch())
        return false;
    const std::int64_t whole = match.captured(1).toLongLong();
    std::int64_t ns = timeFromWire(whole);
    if (ns == kNoTime)
        return false;
    if (const QString fraction = match.captured(2); !fraction.isEmpty()) {
        // A fraction of what the number counts.
        const std::int64_t unit = ns / std::max<std::int64_t>(1, whole);
        double part = fraction.toDouble();
        for (qsizetype i = 0; i < fraction.size(); ++i)
            part /= 10;
        ns += static_cast<std::int64_t>(part * static_cast<double>(unit));
    }
    if (!isNearSession(fromNs(ns), m_context.session))
        return false;
    add({Clue::Is::Time, text, name, fromNs(ns)});
    return true;
}

void ClueFinder::addTime(const QRegularExpressionMatch& match)
{
    const std::int64_t rest = ofDay(match.captured(2));
    if (rest < 0)
        return;
    const QString zone = match.captured(3);
    const auto inUtc = [&](TimePoint local) -> std::optional<TimePoint> {
        if (zone.isEmpty())
            return local - std::chrono::seconds(offsetOf(m_context.zone, local));
        const auto offset = zoneOffset(zone, local);
        return offset ? std::optional(local - std::chrono::seconds(*offset)) : std::nullopt;
    };
    if (const QString date = match.captured(1); !date.isEmpty()) {
        const std::string day = date.toStdString();
        const std::int64_t begin = timeFromWire(std::string_view(day));
        if (begin == kNoTime)
            return;
        if (const auto time = inUtc(fromNs(begin + rest)))
            add({Clue::Is::Time, match.captured(0).trimmed(), {}, *time});
        return;
    }
    // Of a time of the day each day is tried, the ones around for the sake of zones.
    const auto first =
        std::chrono::floor<std::chrono::days>(m_context.session.begin) - std::chrono::days(1);
    const auto last = std::min(std::chrono::floor<std::chrono::days>(m_context.session.end) +
                                   std::chrono::days(1),
                               first + std::chrono::days(kMostDays));
    const auto dateOf = [&](TimePoint t) {
        return std::chrono::floor<std::chrono::days>(
            t + std::chrono::seconds(offsetOf(m_context.zone, t)));
    };
    bool isInside = false;
    std::optional<TimePoint> ofFirstDay;
    for (auto day = first; day <= last; day += std::chrono::days(1)) {
        const auto time = inUtc(TimePoint(day) + nanoseconds(rest));
        if (!time)
            continue;
        if (isNearSession(*time, m_context.session)) {
            isInside = true;
            add({Clue::Is::Time, match.captured(0).trimmed(), {}, *time});
        } else if (!ofFirstDay && dateOf(*time) == dateOf(m_context.session.begin)) {
            ofFirstDay = time;
        }
    }
    // What was read is told, also where nothing of the session lies there.
    if (!isInside && ofFirstDay)
        add({Clue::Is::Time, match.captured(0).trimmed(), {}, *ofFirstDay});
}

void ClueFinder::readTimes(const QString& text)
{
    for (auto all = timeForm().globalMatch(text); all.hasNext();)
        addTime(all.next());
}

void ClueFinder::readJson(const QJsonValue& value, const QString& name, int depth)
{
    if (depth > kDeepestClue)
        return;
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            readJson(it.value(), it.key(), depth + 1);
    } else if (value.isArray()) {
        for (const QJsonValue& item : value.toArray())
            readJson(item, name, depth + 1);
    } else if (value.isString() || value.isDouble()) {
        const QString text =
            value.isString() ? value.toString() : QString::number(value.toInteger());
        if (isTimeName(name) && (readEpoch(text, name) || timeForm().match(text).hasMatch()))
            readTimes(text);
        else if (isIdName(name))
            addId(text, name);
    }
}

/// "trace_id": "4bf9…", trace_id=4bf9…, id: 7 – in what is no whole JSON.
void ClueFinder::readMembers(const QString& text)
{
    static const QRegularExpression form(
        u"[\"']?([A-Za-z_@][\\w.@-]{0,63})[\"']?\\s*[=:]\\s*(?:\"([^\"]{1,256})\"|'([^']{1,256})'|([^\\s\"',;{}\\[\\]()]{1,256}))"_s);
    // A value may be the name of the next: "planner-1: run_id=r7".
    for (auto match = form.match(text); match.hasMatch();
         match = form.match(text, match.capturedEnd(1))) {
        const QString name = match.captured(1);
        const QString value = match.captured(2) + match.captured(3) + match.captured(4);
        if (isTimeName(name) && readEpoch(value, name))
            continue;
        if (isIdName(name))
            addId(value, name);
    }
}

/// What looks like an id by itself: a UUID, a long hexadecimal number, "ticket-40017".
void ClueFinder::readTokens(const QString& text)
{
    static const QRegularExpression form(
        u"(?<![\\w-])(?:[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}|[0-9a-f]{2}-[0-9a-f]{"
        u"32}-[0-9a-f]{16}-[0-9a-f]{2}"
        u"|[0-9a-fA-F]{12,64}|[A-Za-z][A-Za-z0-9]*(?:[-_:./#][A-Za-z0-9]+)*[-_:./#]?\\d+)(?![\\w-])"_s);
    for (auto all = form.globalMatch(text); all.hasNext();)
        addId(all.next().captured(0), {});
    static const QRegularExpression number(u"(?<![\\w.:-])\\d{9,19}(?:\\.\\d{1,9})?(?![\\w:-])"_s);
    for (auto all = number.globalMatch(text); all.hasNext();) {
        const QString found = all.next().captured(0);
        if (!readEpoch(found, {}))
            addId(found, {});
    }
}

/// A text that is one word, or a time.
void ClueFinder::readWhole(const QString& text)
{
    static const QRegularExpression number(u"\\A(?:[^\\s:]+:)?\\d{1,18}\\z"_s);
    static const QRegularExpression relative(u"\\A[+-]\\s?\\d"_s);
    if (relative.match(text).hasMatch()) {
        if (const auto time = timeFromText(text, m_context.session))
            add({Clue::Is::Time, text, {}, *time});
        return;
    }
    const auto match = timeForm().match(text);
    if (match.hasMatch() && match.capturedLength(0) == text.size()) {
        addTime(match);
        return;
    }
    if (number.match(text).hasMatch()) {
        readEpoch(text, {});
        add({Clue::Is::Number, text, {}, {}});
    } else {
        readEpoch(text, {});
    }
    addId(text, {});
}

std::vector<Clue> ClueFinder::take()
{
    return std::move(m_clues);
}

QString withoutQuotes(QString text)
{
    text = text.trimmed();
    while (text.endsWith(u',') || text.endsWith(u';'))
        text.chop(1);
    for (const QChar quote : {u'"', u'\'', u'`'}) {
        if (text.size() > 1 && text.startsWith(quote) && text.endsWith(quote) &&
            text.count(quote) == 2)
            return text.mid(1, text.size() - 2);
    }
    return text;
}

} // namespace

std::optional<int> zoneOffset(QStringView zone, TimePoint at)
{
    if (zone == u"Z")
        return 0;
    if (zone.startsWith(u'+') || zone.startsWith(u'-')) {
        const QString digits = zone.mid(1).toString().remove(u':');
        if (digits.size() != 4)
            return {};
        const int minutes = digits.left(2).toInt() * 60 + digits.mid(2).toInt();
        return (zone.front() == u'-' ? -60 : 60) * minutes;
    }
    for (const ZoneName& known : kZoneNames) {
        if (zone == QLatin1StringView(known.name))
            return known.minutes * 60;
    }
    const QTimeZone found(zone.toLatin1());
    if (!found.isValid())
        return {};
    return offsetOf(found, at);
}

std::vector<Clue> cluesIn(QStringView pasted, const ClueContext& context)
{
    const QString text = withoutQuotes(pasted.left(kLongestPasted).toString());
    ClueFinder finder(context);
    if (text.isEmpty())
        return {};
    for (const QString& json : {text, u'{' + text + u'}'}) {
        const QJsonDocument document = QJsonDocument::fromJson(json.toUtf8());
        if (document.isObject() || document.isArray()) {
            finder.readJson(document.isObject() ? QJsonValue(document.object())
                                                : QJsonValue(document.array()),
                            {}, 0);
            return finder.take();
        }
    }
    const bool isOneWord = std::ranges::none_of(text, [](QChar c) { return c.isSpace(); });
    const auto time = timeForm().match(text);
    if ((isOneWord && !text.contains(u'=')) || text.startsWith(u'+') || text.startsWith(u'-') ||
        (time.hasMatch() && time.capturedLength(0) == text.size())) {
        finder.readWhole(text);
        return finder.take();
    }
    finder.readMembers(text);
    finder.readTimes(text);
    finder.readTokens(text);
    return finder.take();
}

} // namespace murmur
