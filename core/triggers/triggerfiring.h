// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "findings/finding.h"
#include "session/session.h"

#include <QByteArray>
#include <QString>

#include <optional>
#include <utility>
#include <vector>

namespace murmur {

/// That a trigger fired, and by what. A value; may cross threads.
struct TriggerFiring
{
    QString trigger;         ///< its name
    QString when;            ///< its condition
    std::int64_t number = 0; ///< of this trigger, from 1
    std::int64_t time = 0;   ///< ns, on the session's axis: of the message, or when it was found
    Seq seq = 0;             ///< the message, or the first that shows the finding; 0: none
    nanoseconds late{0};     ///< between hearing it and this, where that is known
    std::optional<MessageDetail> message;
    QByteArray messageJson; ///< as `query --json` writes it; empty: none
    std::optional<Finding> finding;
    QString sentence; ///< what happened: "request from planner to robot-7 on tasks", or the finding

    /// One object, for programs.
    [[nodiscard]] QByteArray toJson() const;
    /// The same as names and values of an environment.
    [[nodiscard]] std::vector<std::pair<QString, QString>> environment() const;
};

/// What happened, in words.
QString sentenceOf(const MessageDetail& message, const Dictionaries& names);

} // namespace murmur
