// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/clues.h"
#include "session/session.h"

#include <QFuture>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

namespace murmur {

/// A place in a session that a pasted text means.
struct FoundPlace
{
    QString what;           ///< "trace 4bf9…", "message 8812", "02:14 CET"
    Seq message = 0;        ///< the first of them, or the one nearest to a time that stood beside
    TimePoint time;         ///< of that message, or the time itself
    std::int64_t count = 0; ///< messages; 0: it is only a time
    bool hasMore = false;   ///< than were counted
    QString condition;      ///< the filter that finds all of them; empty of a time or one message
    QString agent;          ///< where it is one
};

struct Whereabouts
{
    std::vector<FoundPlace> places; ///< what is most exact first
    QStringList tried;              ///< what was looked for, in words
    QStringList outside;            ///< of these the times that are read, but are not in it
};

struct WhereaboutsRequest
{
    QString text;
    QTimeZone zone = QTimeZone::utc(); ///< of times that name none
    std::int64_t most = 100'000;       ///< messages counted of one id
    std::function<void(std::int64_t done, std::int64_t total)> progress;
    std::stop_token stop;
};

/// Where in the session what a person pasted is to be found. Nothing found is no error.
Result<Whereabouts> whereaboutsJob(const Source& source, const WhereaboutsRequest& request);
QFuture<Result<Whereabouts>> whereaboutsOf(Session& session, WhereaboutsRequest request);

/// "trace 4bf9…: 312 messages", "02:14 CET is 01:14:00.000 UTC".
QString placeText(const FoundPlace& place);
/// Why there is no place: "02:14 CET = 01:14 UTC is outside of 13:59–14:00", "Nothing found. Tried:
/// trace 4bf9…"; empty where the text held nothing to look for.
QString nothingText(const Whereabouts& found);

} // namespace murmur
