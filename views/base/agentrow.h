// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/health.h"

#include <vector>

namespace murmur {

/// What lists, walls and maps show of one agent.
struct AgentRow
{
    AgentId agent{};
    QString name;
    QString group;
    QString was; ///< names it was recorded under, when people call it otherwise
    Health health = Health::Unseen;
    double rate = 0;          ///< messages sent per second of the window
    nanoseconds p99{-1};      ///< of the calls it answered in the window; -1: none
    std::int64_t errors = 0;  ///< in the window
    std::int64_t open = 0;    ///< its requests without an answer
    std::int64_t owed = 0;    ///< requests to it without an answer: its mailbox
    Seq last = 0;             ///< its last message before the playhead
    QString status;           ///< "waiting for router, 2.1 s"
    QString drift;            ///< "▲ battery above, ↓ version behind"; empty: all is in line
    std::vector<float> spark; ///< its traffic over the window, 0…1
    friend bool operator==(const AgentRow&, const AgentRow&) = default;
};

/// Everything that is known, as one sentence: "robot-7: silent, 0 messages/s, silent for 40 s".
QString agentSentence(const AgentRow& row);

/// "robot-9" before "robot-10": digits compare as numbers.
bool nameLess(const QString& left, const QString& right);

} // namespace murmur
