// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/orderedmessages.h"
#include "replay/player.h"
#include "replay/preparation.h"

#include <QObject>
#include <QThread>

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace murmur {

/// All that is to be known of a replay onto a bus.
struct ReplayOptions
{
    ReplaySelection selection;
    ReplayChanges changes;
    PlayerOptions player;
    int repeats = 1;          ///< how often the whole is sent
    nanoseconds repeatGap{0}; ///< between the last and the first again
    QByteArray job;           ///< its id: written on every message
    std::uint64_t skip = 0;   ///< places that were settled before
};

/// The guards of a replay of this session to that bus; what was heard there is known from the
/// names.
std::shared_ptr<const Guards> replayGuards(const Source& source, GuardWish wish);
/// Where the messages of a session were heard.
std::vector<QUrl> replaySources(const Dictionaries& names);

/// What a replay would do. Nothing is opened for it but the recording.
struct ReplayForecast
{
    ReplayTally tally;       ///< of all rounds
    nanoseconds duration{0}; ///< from the first to the last; 0: as fast as the bus takes them
    std::int64_t peak = 0;   ///< messages in the fullest second
    std::int64_t clamped = 0;
    std::int64_t unreadable = 0;
    std::int64_t capped = 0; ///< that the limit of the total leaves out
};
using ReplayProgress = std::function<void(std::int64_t done, std::int64_t total)>;
Result<ReplayForecast> foreseeReplay(std::shared_ptr<const Source> source,
                                     const ReplayOptions& options,
                                     std::shared_ptr<const Guards> guards,
                                     const PublisherTraits& traits, const ReplayProgress& progress,
                                     const std::stop_token& stop);

/// Sends the chosen messages: one thread reads ahead and prepares, another one sends at the right
/// moments. Lives in the thread that made it. What may be sent is asked before: Guards::mayStart.
class ReplayRun : public QObject
{
    Q_OBJECT
public:
    ReplayRun(std::shared_ptr<const Source> source, ReplayOptions options,
              std::shared_ptr<const Guards> guards, ReplayPlayer::MakePublisher make);
    ~ReplayRun() override;

    /// WrongUse, Unsupported: nothing was begun.
    Status start();
    void pause() { m_player->pause(); }
    void resume() { m_player->resume(); }
    void step(int messages = 1) { m_player->step(messages); }
    void cancel() { m_player->cancel(); }
    void setPace(const ReplayPace& pace) { m_player->setPace(pace); }

    /// What became of those that were come to.
    [[nodiscard]] ReplayTally tally() const;
    [[nodiscard]] const ReplayOptions& options() const { return m_options; }

Q_SIGNALS:
    void progressed(const murmur::ReplayReport& report);
    void outcomes(const std::vector<murmur::ReplayOutcome>& outcomes);
    void ended(const murmur::ReplayReport& report);

private:
    void read(const PublisherTraits& traits, const std::stop_token& stop);
    Status readOnce(Preparation& preparation, const std::stop_token& stop, std::uint64_t& place,
                    std::int64_t& shift);

    const std::shared_ptr<const Source> m_source;
    const ReplayOptions m_options;
    const std::shared_ptr<const Guards> m_guards;
    const ReplayPlayer::MakePublisher m_make;
    const std::shared_ptr<ReplayQueue> m_queue = std::make_shared<ReplayQueue>();
    void reach(std::uint64_t place);

    mutable std::mutex m_mutex;
    ReplayTally m_tally;
    std::deque<std::pair<std::uint64_t, ReplayTally>> m_ahead; ///< read, but not come to
    std::uint64_t m_reached = 0;                               ///< of the object's own thread
    QThread m_thread;                                          // joined in the destructor
    ReplayPlayer* m_player = nullptr;                          // deleted with the thread
    std::jthread m_reader;
};

} // namespace murmur
