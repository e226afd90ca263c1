// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/replayrun.h"

#include <algorithm>

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
    Preparation preparation(options.changes, std::move(guards), traits, source->names, options.job);
    auto messages = OrderedMessages::open(source, options.selection, stop);
    if (!messages)
        return messages.error();
    ReplayForecast forecast;
    ReplayClock clock(options.player.pace);
    clock.start(nanoseconds(0));
    FullestSecond seconds;
    nanoseconds last{0};
    for (std::uint64_t place = 1;; ++place) {
        auto item = (*messages)->next();
        if (!item)
            return item.error();
        if (!item->has_value())
            break;
        if (place % kTallyEvery == 0 && progress)
            progress((*messages)->looked(), (*messages)->all());
        if (place <= options.skip)
            continue;
        const auto made = preparation.prepare(std::move(**item));
        if (!made)
            continue;
        last = clock.due(made->time);
        clock.take(made->time);
        seconds.add(last.count());
    }
    forecast.tally = preparation.tally();
    // Each round is like the first one.
    const auto rounds = static_cast<std::int64_t>(std::max(1, options.repeats));
    forecast.duration = last * rounds + options.repeatGap * (rounds - 1);
    forecast.peak = seconds.most();
    forecast.clamped = (*messages)->clamped();
    forecast.unreadable = (*messages)->unreadable();
    forecast.capped =
        std::max<std::int64_t>(0, forecast.tally.messages * rounds - options.player.caps.total);
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
    connect(m_player, &ReplayPlayer::progressed, this, &ReplayRun::progressed);
    connect(m_player, &ReplayPlayer::outcomes, this, &ReplayRun::outcomes);
    connect(m_player, &ReplayPlayer::ended, this, &ReplayRun::ended);
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
        m_tally = preparation.tally();
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
        if (place % kTallyEvery == 0) {
            const std::lock_guard lock(m_mutex);
            m_tally = preparation.tally();
        }
        if (!made)
            continue;
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
