// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/findingspass.h"
#include "session/source.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace murmur {

class FindingsBoard;

/// Looks for what goes wrong while a recording is made: a thread of low priority, over what is on
/// disk, so that a stored finding and one that is found afterwards are the same. Waits while the
/// recorder has much to do. The writer takes from it what is to be stored.
class FindingsWatch
{
public:
    struct News
    {
        std::shared_ptr<const FindingsReport> report; ///< of this file
        bool isWhole = false; ///< nothing is missing, and a look at the whole would find the same
    };

    /// `source`: the file alone. `mayWork` is asked from the thread that looks.
    FindingsWatch(Source source, std::shared_ptr<FindingsBoard> board,
                  std::function<bool()> mayWork);
    ~FindingsWatch();

    /// What was found since the last call; nothing when nothing has changed.
    [[nodiscard]] News take();
    /// Looks at what is on disk to its end, for as long as `most`, and at nothing after that: the
    /// file may be closed.
    [[nodiscard]] News finish(std::chrono::milliseconds most);
    /// After finish(): with the next file, from its beginning.
    void beginAnew();

private:
    enum class Mode { Watching, Finishing, Finished, Over };

    void run();
    /// False when it has to wait.
    bool look();
    void publish();
    [[nodiscard]] bool isWorthAnotherLook() const;

    const Source m_source;
    const std::shared_ptr<FindingsBoard> m_board;
    const std::function<bool()> m_mayWork;
    std::unique_ptr<FindingsPass> m_pass;           // the thread's
    std::shared_ptr<const FindingsReport> m_before; ///< of the files before; the thread's
    std::mutex m_mutex;                             // guards what follows
    std::condition_variable m_changed;
    Mode m_mode = Mode::Watching;
    std::stop_source m_stop;
    News m_news;
    bool m_hasNews = false;
    std::thread m_thread; // joined by the destructor
};

} // namespace murmur
