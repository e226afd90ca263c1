// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "recording/reader.h"
#include "session/recorderprivate.h"
#include "session/rehearing.h"

#include <QString>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace murmur {

/// What the interpreter's thread does: turns what the buses heard into runs for the writer, in the
/// order of arrival.
///
/// When the queue of the buses is three quarters full, messages are handed on unread, which costs a
/// fraction; the file is then the queue. What is stored unread is read from there, block by block
/// and in Seq order, as soon as there is time, and from then on all is as before: one order of
/// reading, so one result. A recording that ends behind is read to its end first.
class InterpretLoop
{
public:
    using AnnounceEnd = std::function<void(const QString& sentence, bool isFailure)>;

    InterpretLoop(Recorder::Private& recorder, AnnounceEnd announceEnd);

    /// Until the queue of the buses is closed and empty; closes the queue of runs.
    void run();

private:
    using Clock = std::chrono::steady_clock;
    enum class Progress { Read, Waiting, Done };

    void learnDialects();
    void take(HeardMessage& message);
    void learnSecrets();
    /// Leaves out of the run what follows the message that ends the recording.
    void endAtMatch();
    void publish();
    void newRun(std::size_t rows, std::size_t bytes);
    Progress catchUp();
    bool read(const BlockRef& block);
    void closeUnread();
    void noteUnread();

    Recorder::Private& d;
    AnnounceEnd m_announceEnd;
    std::shared_ptr<Chunk> m_run;
    bool m_isOver = false; ///< a limit ended the recording
    Seq m_last = 0;

    bool m_hasGivenWay = false;
    bool m_isBehind = false;
    bool m_isBlind = false; ///< the file cannot be read: what is unread stays so
    Seq m_nextUnread = 0;
    std::unique_ptr<RecordingReader> m_reader; ///< while behind
    std::unique_ptr<Rehearing> m_stored;
    Clock::time_point m_nextClose{};
    Clock::time_point m_nextPublish{};
};

} // namespace murmur
