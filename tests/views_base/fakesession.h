// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/naming.h"
#include "session/session.h"

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace murmur {

/// What a Session of the views' tests holds. The tests link these definitions of Session's
/// functions in place of the real ones, so that they decide what is recorded, when it grows, and
/// when an answer arrives.
struct FakeRecording
{
    std::shared_ptr<Dictionaries> names = std::make_shared<Dictionaries>();
    std::vector<Mark> marks; ///< by time; Seq is the place, from 1
    std::vector<Gap> gaps;
    std::vector<Lag> lags; ///< by time
    StateSlice state;
    Naming naming;
    Status namingFails = Done{}; ///< what keeping a naming answers
    bool isLive = false;

    /// True: answers wait until release().
    bool holdsAnswers = false;
    std::deque<std::function<void()>> waiting;
    int marksAsked = 0;
    int tilesAsked = 0;
    std::vector<AgentId> lanesAsked; ///< of the last request for lanes of some agents

    AgentId agent(std::string_view name, std::string_view site = {});
    Seq say(std::int64_t ns, AgentId sender, Kind kind = Kind::Event,
            std::vector<AgentId> receivers = {}, Seq closes = 0);
    void release();
    [[nodiscard]] Extent extent() const;
};

std::shared_ptr<Session> sessionOf(std::shared_ptr<FakeRecording> recording);
/// Tells the session's followers that its recording has grown.
void announce(Session& session);

} // namespace murmur
