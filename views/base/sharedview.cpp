// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/base/sharedview.h"

#include "session/naming.h"
#include "views/base/playback.h"

#include <QPointer>
#include <QTimer>
#include <QUndoCommand>
#include <QUndoStack>

#include <algorithm>
#include <cmath>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr nanoseconds kLiveLength = 15s;
constexpr nanoseconds kLongestLive = 10min;
constexpr nanoseconds kShortest = 1us;
constexpr nanoseconds kLongest = std::chrono::hours(24) * 36525;
constexpr auto kTick = 16ms;
constexpr auto kGrowth = 50ms;
// During replay the window moves once the playhead has come this far into it.
constexpr double kReplayShare = 0.7;

nanoseconds share(nanoseconds length, double part)
{
    return nanoseconds(std::llround(static_cast<double>(length.count()) * part));
}

/// The live window: its end follows the newest message. A session shorter than the window fills it
/// from the left.
TimeRange following(TimeRange session, nanoseconds length)
{
    const TimePoint begin = std::max(session.end - length, session.begin);
    return {begin, begin + length};
}

TimeRange sane(TimeRange window)
{
    window.end = window.begin + std::clamp(window.length(), kShortest, kLongest);
    return window;
}

nanoseconds steadyNow()
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace

struct SharedView::Private
{
    Clock clock;
    QTimer ticker;
    QTimer growth;
    nanoseconds lastTick{0};
    Extent followed;                 ///< what the window was last moved to, in Live
    bool playheadMovedSince = false; ///< the playhead left the selected message
    quint64 stepGeneration = 0;
    Seq stepTarget = 0; ///< where a step that is still on its way will arrive
    QUndoStack undo;
    Playback* playback = nullptr; ///< our child
};

namespace {

/// One naming instead of another.
class NamingCommand : public QUndoCommand
{
public:
    NamingCommand(SharedView& shared, Naming before, Naming after, const QString& what)
        : QUndoCommand(what)
        , m_shared(shared)
        , m_before(std::move(before))
        , m_after(std::move(after))
    {
    }
    void undo() override { set(m_before); }
    void redo() override { set(m_after); }

private:
    void set(const Naming& naming)
    {
        if (Session* session = m_shared.session()) {
            session->setNaming(naming).then(&m_shared, [shared = &m_shared](const Status& status) {
                if (!status)
                    Q_EMIT shared->namesNotKept(status.error());
            });
        }
    }

    SharedView& m_shared;
    Naming m_before;
    Naming m_after;
};

/// One filter instead of another.
class FilterCommand : public QUndoCommand
{
public:
    FilterCommand(SharedView& shared, FilterPtr before, FilterPtr after, const QString& what)
        : QUndoCommand(what)
        , m_shared(shared)
        , m_before(std::move(before))
        , m_after(std::move(after))
    {
    }
    void undo() override { m_shared.setFilter(m_before); }
    void redo() override { m_shared.setFilter(m_after); }

private:
    SharedView& m_shared;
    FilterPtr m_before;
    FilterPtr m_after;
};

} // namespace

QString Region::filterText() const
{
    const QString within =
        u"time >= %1 and time < %2"_s.arg(isoTime(time.begin), isoTime(time.end));
    return condition.isEmpty() ? within : u"(%1) and %2"_s.arg(condition, within);
}

SharedView::SharedView(QObject* parent)
    : SharedView(steadyNow, parent)
{
}

SharedView::SharedView(Clock clock, QObject* parent)
    : QObject(parent)
    , d(std::make_unique<Private>())
    , m_window{TimePoint{}, TimePoint{} + kLiveLength}
{
    d->clock = std::move(clock);
    d->playback = new Playback(this);
    d->ticker.setTimerType(Qt::PreciseTimer);
    d->ticker.setInterval(kTick);
    connect(&d->ticker, &QTimer::timeout, this, &SharedView::tick);
    d->growth.setSingleShot(true);
    d->growth.setInterval(kGrowth);
    connect(&d->growth, &QTimer::timeout, this, [this] {
        if (!m_session)
            return;
        // The first messages of a session that was opened empty give the window its place.
        if (m_mode == Mode::Paused && d->followed.last == 0 && m_session->seen().last > 0) {
            d->followed = m_session->seen();
            moveWindow(sane(d->followed.time));
            movePlayhead(newest());
        }
        Q_EMIT dataGrew();
    });
}

SharedView::~SharedView() = default;

void SharedView::setNaming(const Naming& naming, const QString& what)
{
    if (m_session && naming != m_session->naming())
        d->undo.push(new NamingCommand(*this, m_session->naming(), naming, what));
}

QUndoStack* SharedView::undoStack() const
{
    return &d->undo;
}

void SharedView::setSession(std::shared_ptr<Session> session)
{
    if (session == m_session)
        return;
    if (m_session)
        m_session->disconnect(this);
    d->growth.stop();
    d->undo.clear();
    ++d->stepGeneration;
    d->stepTarget = 0;
    m_session = std::move(session);
    d->followed = m_session ? m_session->seen() : Extent{};
    m_message = 0;
    m_agent = {};
    m_filter.reset();
    m_region.reset();
    if (m_session) {
        connect(m_session.get(), &Session::grew, this, [this] {
            if (!d->growth.isActive())
                d->growth.start();
        });
        connect(m_session.get(), &Session::namesChanged, this, [this] {
            Q_EMIT namesChanged();
            Q_EMIT dataGrew(); // what is shown names agents
        });
        connect(m_session.get(), &Session::recordingEnded, this, [this] {
            if (m_mode == Mode::Live) {
                followNewest();
                setMode(Mode::Paused);
            }
            if (!d->growth.isActive())
                d->growth.start();
        });
    }
    const bool isLive = m_session && m_session->isLive();
    if (d->followed.last == 0)
        m_window = {TimePoint{}, TimePoint{} + kLiveLength};
    else if (isLive)
        m_window = following(d->followed.time, kLiveLength);
    else
        m_window = sane(d->followed.time);
    m_playhead = newest();
    // Views learn of the session first: what they ask for after the other signals is of the new
    // one.
    m_mode = isLive ? Mode::Live : Mode::Paused;
    runTicker();
    Q_EMIT sessionChanged();
    Q_EMIT filterChanged();
    Q_EMIT regionChanged();
    Q_EMIT messageSelected();
    Q_EMIT agentSelected();
    Q_EMIT windowChanged();
    Q_EMIT playheadChanged();
    Q_EMIT modeChanged();
}

nanoseconds SharedView::behindLive() const
{
    if (!m_session || m_session->seen().last == 0)
        return nanoseconds(0);
    return std::max(nanoseconds(0), newest() - m_playhead);
}

void SharedView::setWindow(TimeRange window)
{
    window = sane(window);
    if (window == m_window)
        return;
    const TimePoint inside = std::clamp(m_playhead, window.begin, window.end - nanoseconds(1));
    // A replay goes on as long as its playhead can still be seen.
    if (m_mode == Mode::Live || inside != m_playhead)
        setMode(Mode::Paused);
    d->playheadMovedSince = d->playheadMovedSince || inside != m_playhead;
    moveWindow(window);
    movePlayhead(inside);
}

void SharedView::setPlayhead(TimePoint t)
{
    if (m_session && m_session->seen().last > 0) {
        const TimeRange all = m_session->seen().time;
        t = std::clamp(t, all.begin, std::max(all.begin, all.end - nanoseconds(1)));
    }
    if (m_mode == Mode::Live)
        setMode(Mode::Paused);
    d->playheadMovedSince = true;
    reveal(t);
    movePlayhead(t);
}

void SharedView::selectMessage(Seq seq)
{
    d->playheadMovedSince = false;
    if (seq == m_message)
        return;
    m_message = seq;
    Q_EMIT messageSelected();
}

void SharedView::selectAgent(AgentId agent)
{
    if (agent == m_agent)
        return;
    m_agent = agent;
    Q_EMIT agentSelected();
}

void SharedView::setFilter(FilterPtr filter)
{
    if (filter == m_filter)
        return;
    m_filter = std::move(filter);
    Q_EMIT filterChanged();
}

void SharedView::setFilterDims(bool dims)
{
    if (dims == m_filterDims)
        return;
    m_filterDims = dims;
    Q_EMIT filterChanged();
}

Status SharedView::narrow(const QString& condition)
{
    const QString text = m_filter ? u"(%1) and %2"_s.arg(m_filter->text(), condition) : condition;
    const auto filter = parseFilter(text, m_session ? m_session->seen().time : TimeRange{});
    if (!filter)
        return filter.error();
    changeFilter(*filter, tr("only %1").arg(condition));
    return Done{};
}

void SharedView::changeFilter(FilterPtr filter, const QString& what)
{
    if (filter != m_filter)
        d->undo.push(new FilterCommand(*this, m_filter, std::move(filter), what));
}

void SharedView::setLaneKey(const LaneKey& key)
{
    if (key == m_laneKey)
        return;
    m_laneKey = key;
    Q_EMIT laneKeyChanged();
}

void SharedView::setRegion(std::optional<Region> region)
{
    if (region == m_region)
        return;
    m_region = std::move(region);
    Q_EMIT regionChanged();
}

void SharedView::setSlo(nanoseconds slo)
{
    if (slo == m_slo)
        return;
    m_slo = slo;
    Q_EMIT sloChanged();
}

void SharedView::setSilence(const QString& sentence, const QString& action)
{
    if (sentence == m_silence && action == m_silenceAction)
        return;
    m_silence = sentence;
    m_silenceAction = action;
    Q_EMIT silenceChanged();
}

void SharedView::goLive()
{
    if (!m_session)
        return;
    const nanoseconds length =
        m_window.length() > kLongestLive && m_session->isLive() ? kLiveLength : m_window.length();
    m_window.begin = m_window.end - length;
    followNewest();
    setMode(m_session->isLive() ? Mode::Live : Mode::Paused);
    Q_EMIT windowChanged(); // the length may have changed although the end did not
}

void SharedView::pause()
{
    setMode(Mode::Paused);
}

void SharedView::play()
{
    if (!m_session || m_session->seen().last == 0)
        return;
    if (const TimePoint start = d->playback->startFrom(m_playhead); start != m_playhead) {
        reveal(start);
        movePlayhead(start);
    }
    d->lastTick = d->clock();
    setMode(Mode::Replay);
}

void SharedView::setSpeed(double speed)
{
    speed = std::clamp(speed, 0.01, 100.0);
    if (speed == m_speed)
        return;
    m_speed = speed;
    Q_EMIT modeChanged(); // the mode word says the speed
}

void SharedView::step(int direction)
{
    if (!m_session || direction == 0 || m_session->seen().last == 0)
        return;
    setMode(Mode::Paused);
    const quint64 generation = ++d->stepGeneration;
    const auto show = [this, generation](Seq seq) {
        seq = std::clamp<Seq>(seq, 1, m_session->seen().last);
        d->stepTarget = seq;
        RowRequest request;
        request.first = seq;
        request.count = 1;
        m_session->rows(request).then(
            this, [this, generation](const Result<std::vector<MessageRow>>& rows) {
                if (generation != d->stepGeneration)
                    return; // the person has gone on
                d->stepTarget = 0;
                if (!rows || rows->empty())
                    return;
                setPlayhead(rows->front().time);
                selectMessage(rows->front().seq);
            });
    };
    // Keys pressed faster than answers come add up.
    if (d->stepTarget != 0)
        return show(d->stepTarget + direction);
    if (m_message != 0 && !d->playheadMovedSince)
        return show(m_message + direction);
    m_session->seqAt(m_playhead)
        .then(this, [this, generation, direction, show](const Result<Seq>& found) {
            if (generation != d->stepGeneration || !found)
                return;
            // `found` is the first at or after the playhead: forwards that is the next one,
            // unless it is the message that the playhead stands on.
            if (direction < 0)
                return show(*found + direction);
            RowRequest request;
            request.first = *found;
            request.count = 1;
            const Seq seq = *found;
            m_session->rows(request).then(this, [this, generation, direction, seq, show](
                                                    const Result<std::vector<MessageRow>>& rows) {
                if (generation != d->stepGeneration || !rows || rows->empty())
                    return;
                const bool standsOnIt = rows->front().time <= m_playhead && m_message != 0;
                show(standsOnIt ? seq + direction : seq + direction - 1);
            });
        });
}

Playback* SharedView::playback() const
{
    return d->playback;
}

void SharedView::showAll()
{
    if (!m_session || m_session->seen().last == 0)
        return;
    setWindow(m_session->seen().time);
}

TimePoint SharedView::newest() const
{
    if (!m_session || m_session->seen().last == 0)
        return m_window.end - nanoseconds(1);
    const TimeRange all = m_session->seen().time;
    return std::max(all.begin, all.end - nanoseconds(1));
}

void SharedView::setMode(Mode mode)
{
    if (mode == m_mode)
        return;
    m_mode = mode;
    runTicker();
    Q_EMIT modeChanged();
}

void SharedView::runTicker()
{
    if (m_mode == Mode::Paused)
        d->ticker.stop();
    else if (!d->ticker.isActive())
        d->ticker.start();
}

void SharedView::moveWindow(TimeRange window)
{
    if (window == m_window)
        return;
    m_window = window;
    Q_EMIT windowChanged();
}

void SharedView::movePlayhead(TimePoint t)
{
    if (t == m_playhead)
        return;
    m_playhead = t;
    Q_EMIT playheadChanged();
}

void SharedView::reveal(TimePoint t)
{
    if (m_window.contains(t))
        return;
    const nanoseconds length = m_window.length();
    const nanoseconds margin = share(length, 0.1);
    TimePoint begin = t < m_window.begin ? t - margin : t + margin - length;
    // A jump far away lands in the middle, so that what led there and what followed is seen.
    if (t < m_window.begin - length || t > m_window.end + length)
        begin = t - length / 2;
    moveWindow({begin, begin + length});
}

void SharedView::followNewest()
{
    if (!m_session || m_session->seen().last == 0)
        return;
    d->followed = m_session->seen();
    moveWindow(following(d->followed.time, m_window.length()));
    d->playheadMovedSince = true;
    movePlayhead(newest());
}

void SharedView::tick()
{
    if (!m_session)
        return;
    if (m_mode == Mode::Live) {
        followNewest();
        return;
    }
    const nanoseconds now = d->clock();
    const nanoseconds elapsed = now - d->lastTick;
    d->lastTick = now;
    const auto by = nanoseconds(std::llround(static_cast<double>(elapsed.count()) * m_speed));
    const Playback::Move move = d->playback->advance(m_playhead, by);
    d->playheadMovedSince = true;
    scrollWith(move.to);
    movePlayhead(move.to);
    if (move.pauses)
        setMode(Mode::Paused);
    if (move.found != 0)
        selectMessage(move.found);
}

void SharedView::scrollWith(TimePoint playhead)
{
    const auto& loop = d->playback->loop();
    if (!m_window.contains(playhead)) {
        reveal(playhead);
        return;
    }
    // A loop that is seen as a whole is played in a window that stands still.
    if (loop && m_window.begin <= loop->begin && loop->end <= m_window.end)
        return;
    const nanoseconds length = m_window.length();
    const TimeRange data = m_session->seen().time;
    nanoseconds shift{0};
    if (d->playback->isBackwards()) {
        const TimePoint border = m_window.end - share(length, kReplayShare);
        if (playhead < border && m_window.begin > data.begin)
            shift = -std::min(border - playhead, m_window.begin - data.begin);
    } else {
        const TimePoint border = m_window.begin + share(length, kReplayShare);
        if (playhead > border && m_window.end < data.end)
            shift = std::min(playhead - border, data.end - m_window.end);
    }
    moveWindow({m_window.begin + shift, m_window.end + shift});
}

} // namespace murmur
