// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/playback.h"

#include "views/base/sharedview.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr nanoseconds kAnyDistance = std::chrono::hours(24) * 36525;
/// How far it is looked for a message at which it pauses, at least, and in time of the person.
constexpr nanoseconds kFar = 1min;
constexpr double kFarPlayed = 10e9;

constexpr std::size_t place(Playback::Unit unit)
{
    return static_cast<std::size_t>(unit);
}

constexpr qint64 kLongWait = 250; // ms

/// Words of saved states.
constexpr std::array kUnitIds{"message", "call", "finding", "conversation"};

} // namespace

Playback::Playback(SharedView* shared)
    : QObject(shared)
    , m_shared(shared)
{
    connect(shared, &SharedView::sessionChanged, this, &Playback::onSessionChanged);
}

Playback::~Playback() = default;

void Playback::onSessionChanged()
{
    m_next.forget();
    m_match.forget();
    m_stepJob.cancel();
    m_stepsLeft = 0;
    m_isLooking = false;
    setLoop(std::nullopt);
}

void Playback::setBackwards(bool isBackwards)
{
    if (std::exchange(m_isBackwards, isBackwards) != isBackwards)
        Q_EMIT changed();
}

void Playback::setLongestIdle(nanoseconds idle)
{
    if (std::exchange(m_longestIdle, idle) != idle)
        Q_EMIT changed();
}

void Playback::setLoop(std::optional<TimeRange> range)
{
    if (range && range->length() < 1us)
        range.reset();
    if (range == m_loop)
        return;
    m_loop = range;
    Q_EMIT changed();
}

void Playback::toggleLoop()
{
    if (m_loop)
        setLoop(std::nullopt);
    else
        setLoop(m_shared->region() ? m_shared->region()->time : m_shared->window());
}

Status Playback::setPauseAt(const QString& condition)
{
    const Session* session = m_shared->session();
    const auto filter = parseFilter(condition, session ? session->seen().time : TimeRange{});
    if (!filter)
        return filter.error();
    if (condition.trimmed() != m_match.condition()) {
        m_match.setCondition(condition.trimmed());
        m_isLooking = false;
        Q_EMIT changed();
    }
    return Done{};
}

void Playback::setUnit(Unit unit)
{
    if (std::exchange(m_unit, unit) == unit)
        return;
    m_stepJob.cancel();
    m_stepsLeft = 0;
    Q_EMIT changed();
}

QString Playback::unitName(Unit unit)
{
    switch (unit) {
    case Unit::Message:
        return tr("message");
    case Unit::Call:
        return tr("call");
    case Unit::Finding:
        return tr("finding");
    case Unit::Conversation:
        return tr("conversation");
    }
    return {};
}

void Playback::setStops(Unit unit, Stops stops)
{
    m_stops[place(unit)] = std::move(stops);
    Q_EMIT changed();
}

bool Playback::has(Unit unit) const
{
    return unit == Unit::Message || unit == Unit::Call || m_stops[place(unit)] != nullptr;
}

/// All that is played.
TimeRange Playback::range() const
{
    const TimeRange all = m_shared->session()->seen().time;
    if (!m_loop)
        return all;
    const TimeRange inside{std::max(all.begin, m_loop->begin), std::min(all.end, m_loop->end)};
    return inside.isEmpty() ? all : inside;
}

TimePoint Playback::startFrom(TimePoint playhead) const
{
    const TimeRange played = range();
    const TimePoint last = std::max(played.begin, played.end - 1ns);
    if (m_isBackwards)
        return playhead > last || playhead <= played.begin ? last : playhead;
    return playhead < played.begin || playhead >= last ? played.begin : playhead;
}

Playback::Move Playback::advance(TimePoint from, nanoseconds by)
{
    const TimeRange whole = range();
    const TimePoint last = std::max(whole.begin, whole.end - 1ns);
    Move move;
    const TimePoint played = m_isBackwards ? from - by : from + by;
    const TimePoint over = overSilence(from, played);
    move.to = upToMatch(from, over, move);
    if (over != played && move.to == over)
        Q_EMIT skipped(m_isBackwards ? played - over : over - played);
    if (m_isBackwards ? move.to > whole.begin : move.to < last)
        return move;
    if (m_loop && !move.pauses) {
        move.to = m_isBackwards ? last : whole.begin;
        return move;
    }
    move.to = std::clamp(move.to, whole.begin, last);
    move.pauses = true;
    return move;
}

/// Of a silence that lies before the playhead no more is played than `m_longestIdle`.
TimePoint Playback::overSilence(TimePoint from, TimePoint to)
{
    if (m_longestIdle <= 0ns)
        return to;
    const auto* known = m_next.at(from, m_isBackwards, kAnyDistance, *m_shared->session(), *this);
    if (!known || known->seq == 0)
        return to;
    const TimePoint behind =
        m_isBackwards ? known->until + m_longestIdle : known->until - m_longestIdle;
    if (m_isBackwards ? behind >= to : behind <= to)
        return to;
    m_match.extend(m_isBackwards ? known->until + 1ns : known->until);
    return behind;
}

TimePoint Playback::upToMatch(TimePoint from, TimePoint to, Move& move)
{
    if (m_match.condition().isEmpty()) {
        setWaiting(false);
        return to;
    }
    const nanoseconds far =
        std::max(kFar, nanoseconds(static_cast<std::int64_t>(m_shared->speed() * kFarPlayed)));
    const auto* known = m_match.at(from, m_isBackwards, far, *m_shared->session(), *this);
    const bool isAtEdge = known && known->seq == 0 && known->until == from;
    setWaiting(known == nullptr || isAtEdge);
    if (!known)
        return from;
    if (m_isBackwards ? to > known->until : to < known->until)
        return to;
    move.found = known->seq;
    move.pauses = known->seq != 0;
    return known->until;
}

/// A moment of it is no news.
void Playback::setWaiting(bool waits)
{
    if (!waits)
        m_waiting.invalidate();
    else if (!m_waiting.isValid())
        m_waiting.start();
    const bool isLong = waits && m_waiting.hasExpired(kLongWait);
    if (std::exchange(m_isLooking, isLong) != isLong)
        Q_EMIT changed();
}

bool Playback::isLooking() const
{
    return m_isLooking && m_shared->mode() == SharedView::Mode::Replay;
}

void Playback::step(int direction)
{
    if (!m_shared->session() || direction == 0 || m_shared->session()->seen().last == 0)
        return;
    if (m_unit == Unit::Message || !has(m_unit)) {
        m_shared->step(direction);
        return;
    }
    m_shared->pause();
    const bool isOnItsWay = m_stepJob.isBusy();
    m_stepsLeft = std::clamp(m_stepsLeft + direction, -1000, 1000);
    if (!isOnItsWay)
        goOn();
}

void Playback::goOn()
{
    if (m_stepsLeft == 0)
        return;
    const int direction = m_stepsLeft > 0 ? 1 : -1;
    if (m_unit == Unit::Call)
        stepToCall(direction);
    else
        stepToStop(direction);
}

/// A call begins with its request. What stands at the same moment is told apart by its number.
void Playback::stepToCall(int direction)
{
    const QString now = isoTime(m_shared->playhead());
    const Seq seq = m_shared->selectedMessage();
    const QString sign = direction > 0 ? u">"_s : u"<"_s;
    QString where = u"time %1 %2"_s.arg(sign, now);
    if (seq != 0)
        where = u"(%1 or (time == %2 and seq %3 %4))"_s.arg(where, now, sign).arg(seq);
    Session* session = m_shared->session();
    const auto filter = parseFilter(u"kind == request and %1"_s.arg(where), session->seen().time);
    if (!filter)
        return endStep();
    MatchRequest request;
    request.filter = *filter;
    request.limit = 1;
    request.newestFirst = direction < 0;
    m_stepJob.start(
        this,
        [session, request](std::stop_token stop) mutable {
            request.stop = std::move(stop);
            return session->search(request);
        },
        [this, session](const Result<MatchList>& matches) {
            if (!matches || matches->seqs.empty())
                return endStep();
            RowRequest row;
            row.first = matches->seqs.front();
            row.count = 1;
            m_stepJob.start(
                this, [session, row](std::stop_token) { return session->rows(row); },
                [this](const Result<std::vector<MessageRow>>& rows) {
                    if (!rows || rows->empty())
                        return endStep();
                    stepTo({rows->front().time, rows->front().seq});
                });
        });
}

void Playback::stepToStop(int direction)
{
    m_stepJob.start(
        this, [this](std::stop_token stop) { return m_stops[place(m_unit)](std::move(stop)); },
        [this, direction](const Result<std::vector<Stop>>& stops) {
            if (!stops)
                return endStep();
            const TimePoint now = m_shared->playhead();
            const Stop* best = nullptr;
            for (const Stop& stop : *stops) {
                const bool isThere = direction > 0 ? stop.time > now : stop.time < now;
                if (isThere &&
                    (!best || (direction > 0 ? stop.time < best->time : stop.time >= best->time)))
                    best = &stop;
            }
            if (best)
                stepTo(*best);
            else
                endStep();
        });
}

void Playback::stepTo(const Stop& stop)
{
    m_shared->setPlayhead(stop.time);
    if (stop.seq != 0)
        m_shared->selectMessage(stop.seq);
    m_stepsLeft -= m_stepsLeft > 0 ? 1 : -1;
    goOn();
}

void Playback::endStep()
{
    m_stepsLeft = 0;
    Q_EMIT nothingMore();
}

QString Playback::summary() const
{
    QStringList parts;
    if (m_isBackwards)
        parts << tr("backwards");
    if (m_longestIdle > 0ns)
        parts << tr("silences of %1 at most").arg(durationText(m_longestIdle));
    if (m_loop)
        parts << tr("loop of %1").arg(durationText(m_loop->length()));
    if (!pauseAt().isEmpty())
        parts << tr("pauses at %1").arg(pauseAt());
    return parts.join(tr(", "));
}

QByteArray Playback::saveState() const
{
    const QJsonObject json{{u"backwards"_s, m_isBackwards},
                           {u"idle_ns"_s, QString::number(m_longestIdle.count())},
                           {u"pause_at"_s, pauseAt()},
                           {u"unit"_s, QLatin1StringView(kUnitIds[place(m_unit)])},
                           {u"speed"_s, m_shared->speed()}};
    return QJsonDocument(json).toJson(QJsonDocument::Compact);
}

void Playback::restoreState(const QByteArray& state)
{
    const QJsonObject json = QJsonDocument::fromJson(state).object();
    if (json.isEmpty())
        return;
    setBackwards(json[u"backwards"].toBool());
    setLongestIdle(nanoseconds(std::max(qint64(0), json[u"idle_ns"].toString().toLongLong())));
    (void)setPauseAt(json[u"pause_at"].toString());
    for (const Unit unit : kUnits) {
        if (json[u"unit"].toString() == QLatin1StringView(kUnitIds[place(unit)]))
            setUnit(unit);
    }
    if (const double speed = json[u"speed"].toDouble(); speed > 0)
        m_shared->setSpeed(speed);
}

} // namespace murmur
