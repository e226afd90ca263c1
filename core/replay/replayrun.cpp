// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/replayrun.h"

#include <algorithm>
#include <limits>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::uint64_t kTallyEvery = 1024;
constexpr std::int64_t kSecondNs = 1'000'000'000;

/// Counts the fullest second of moments that never go back.
class FullestSecond
{
public:
    void add(std::int64_t at)
    {
        m_moments.push_back(at);
        while (at - m_moments.front() >= kSecondNs)
            m_moments.pop_front();
        m_most = std::max(m_most, static_cast<std::int64_t>(m_moments.size()));
    }
    [[nodiscard]] std::int64_t most() const { return m_most; }

private:
    std::deque<std::int64_t> m_moments;
    std::int64_t m_most = 0;
};

struct RoundForecast
{
    ReplayTally tally;
    nanoseconds duration{0};
    std::int64_t peak = 0;
    std::int64_t clamped = 0;
    std::int64_t unreadable = 0;
    std::uint64_t places = 0; ///< also of those that are skipped
};

Result<RoundForecast> foreseeRound(const std::shared_ptr<const Source>& source,
                                   const ReplayOptions& options, std::uint64_t skip,
                                   const std::shared_ptr<const Guards>& guards,
                                   const PublisherTraits& traits, const ReplayProgress& progress,
                                   const std::stop_token& stop)
{
    Preparation preparation(options.changes, guards, traits, source->names, options.job);
    auto messages = OrderedMessages::open(source, options.selection, stop);
    if (!messages)
        return messages.error();
    RoundForecast round;
    ReplayClock clock(options.player.pace);
    clock.start(nanoseconds(0));
    FullestSecond seconds;
    for (;;) {
        auto item = (*messages)->next();
        if (!item)
            return item.error();
        if (!item->has_value())
            break;
        ++round.places;
        if (round.places % kTallyEvery == 0 && progress)
            progress((*messages)->looked(), (*messages)->all());
        if (round.places <= skip)
            continue;
        const auto made = preparation.prepare(std::move(**item));
        if (!made)
            continue;
        round.duration = clock.due(made->time);
        clock.take(made->time);
        seconds.add(round.duration.count());
    }
    round.tally = preparation.tally();
    round.peak = seconds.most();
    round.clamped = (*messages)->clamped();
    round.unreadable = (*messages)->unreadable();
    return round;
}

} // namespace

std::vector<QUrl> replaySources(const Dictionaries& names)
{
    std::vector<QUrl> sources;
    for (std::uint32_t id = 1; id < names.counts().connections; ++id) {
        const QUrl url(QString::fromStdString(names.connectionEntry(ConnectionId(id)).url));
        if (std::ranges::find(sources, url) == sources.end())
            sources.push_back(url);
    }
    return sources;
}

std::shared_ptr<const Guards> replayGuards(const Source& source, GuardWish wish)
{
    wish.sources = replaySources(*source.names);
    for (std::uint32_t id = 1; id < source.names->counts().topics; ++id)
        wish.heardTopics.insert(QByteArray::fromStdString(source.names->topicName(TopicId(id))));
    return std::make_shared<const Guards>(std::move(wish));
}

Result<ReplayForecast> foreseeReplay(std::shared_ptr<const Source> source,
                                     const ReplayOptions& options,
                                     std::shared_ptr<const Guards> guards,
                                     const PublisherTraits& traits, const ReplayProgress& progress,
                                     const std::stop_token& stop)
{
    const auto look = [&](std::uint64_t skip) {
        return foreseeRound(source, options, skip, guards, traits, progress, stop);
    };
    const auto rounds = static_cast<std::uint64_t>(std::max(1, options.repeats));
    auto round = look(rounds > 1 ? 0 : options.skip);
    if (!round)
        return round.error();
    ReplayForecast forecast;
    forecast.peak = round->peak;
    forecast.clamped = round->clamped;
    forecast.unreadable = round->unreadable;
    // Each round is like the first one; of the one in which it stopped only the rest is sent.
    const std::uint64_t done = round->places > 0 ? options.skip / round->places : 0;
    const std::uint64_t into = round->places > 0 ? options.skip % round->places : 0;
    std::uint64_t whole = rounds - std::min(rounds, done);
    if (rounds > 1 && into > 0 && whole > 0) {
        const auto rest = look(into);
        if (!rest)
            return rest.error();
        --whole;
        forecast.tally.add(rest->tally);
        forecast.duration = rest->duration;
        if (whole > 0)
            forecast.duration += options.repeatGap;
    } else if (rounds == 1) {
        whole = 1; // what was settled is left out already
    }
    if (whole > 0) {
        const auto times = static_cast<std::int64_t>(whole);
        forecast.tally.add(round->tally, times);
        forecast.duration += round->duration * times + options.repeatGap * (times - 1);
    }
    forecast.capped =
        std::max<std::int64_t>(0, forecast.tally.messages - options.player.caps.total);
    return forecast;
}

ReplayRun::ReplayRun(std::shared_ptr<const Source> source, ReplayOptions options,
                     std::shared_ptr<const Guards> guards, ReplayPlayer::MakePublisher make)
    : m_source(std::move(source))
    , m_options(std::move(options))
    , m_guards(std::move(guards))
    , m_make(std::move(make))
    , m_player(new ReplayPlayer(m_options.player, m_queue, m_make))
{
    m_thread.setObjectName(u"replay"_s);
    m_player->moveToThread(&m_thread);
    connect(&m_thread, &QThread::started, m_player, &ReplayPlayer::start);
    connect(&m_thread, &QThread::finished, m_player, &QObject::deleteLater);
    connect(m_player, &ReplayPlayer::progressed, this, [this](const ReplayReport& report) {
        reach(report.position);
        Q_EMIT progressed(report);
    });
    connect(m_player, &ReplayPlayer::outcomes, this, [this](const auto& told) {
        for (const ReplayOutcome& outcome : told)
            m_reached = std::max(m_reached, outcome.number);
        Q_EMIT outcomes(told);
    });
    connect(m_player, &ReplayPlayer::ended, this, [this](const ReplayReport& report) {
        const bool isAll = report.state == ReplayReport::State::Finished;
        reach(isAll ? std::numeric_limits<std::uint64_t>::max() : report.position);
        Q_EMIT ended(report);
    });
}

ReplayRun::~ReplayRun()
{
    m_queue->close();
    m_reader.request_stop();
    if (m_reader.joinable())
        m_reader.join();
    if (!m_thread.isRunning()) {
        if (!m_thread.isFinished())
            delete m_player;
        return;
    }
    m_thread.quit();
    m_thread.wait();
}

Status ReplayRun::start()
{
    if (auto status = m_options.player.pace.check(); !status)
        return status;
    // What it can carry is known before it is attached.
    const auto probe = m_make();
    if (!probe)
        return probe.error();
    m_reader = std::jthread(
        [this, traits = (*probe)->traits()](const std::stop_token& stop) { read(traits, stop); });
    m_thread.start(QThread::TimeCriticalPriority);
    return Done{};
}

/// What was read ahead counts once it was its turn: who cancels is not told of the rest.
void ReplayRun::reach(std::uint64_t place)
{
    m_reached = std::max(m_reached, place);
    const std::lock_guard lock(m_mutex);
    while (!m_ahead.empty() && m_ahead.front().first <= m_reached) {
        m_tally.add(m_ahead.front().second);
        m_ahead.pop_front();
    }
}

ReplayTally ReplayRun::tally() const
{
    const std::lock_guard lock(m_mutex);
    return m_tally;
}

void ReplayRun::read(const PublisherTraits& traits, const std::stop_token& stop)
{
    Preparation preparation(m_options.changes, m_guards, traits, m_source->names, m_options.job);
    std::uint64_t place = 0;
    std::int64_t shift = 0;
    Status status = Done{};
    for (int round = 0; status && round < m_options.repeats; ++round)
        status = readOnce(preparation, stop, place, shift);
    {
        const std::lock_guard lock(m_mutex);
        m_ahead.emplace_back(place, preparation.takeTally());
    }
    m_queue->finish(std::move(status));
}

/// One round. `shift` is added to its times, so that rounds follow each other.
Status ReplayRun::readOnce(Preparation& preparation, const std::stop_token& stop,
                           std::uint64_t& place, std::int64_t& shift)
{
    auto messages = OrderedMessages::open(m_source, m_options.selection, stop);
    if (!messages)
        return messages.error();
    std::int64_t first = kNoTime;
    std::int64_t last = 0;
    for (;;) {
        auto item = (*messages)->next();
        if (!item)
            return item.error();
        if (!item->has_value())
            break;
        last = (*item)->time;
        if (first == kNoTime)
            first = last;
        if (++place <= m_options.skip)
            continue;
        const bool pauses = (*item)->pauses;
        auto made = preparation.prepare(std::move(**item));
        if (!made)
            continue;
        {
            const std::lock_guard lock(m_mutex);
            m_ahead.emplace_back(place, preparation.takeTally());
        }
        made->message.number = place;
        made->pauses = pauses;
        made->time += shift;
        if (!m_queue->put(std::move(*made)))
            return Done{}; // nobody sends any more
    }
    if (first != kNoTime)
        shift += last - first + m_options.repeatGap.count();
    return Done{};
}

} // namespace murmur
