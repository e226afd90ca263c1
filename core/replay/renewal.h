// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/replayitem.h"

#include <QByteArray>

#include <span>
#include <string>
#include <string_view>

namespace murmur {

/// Gives messages other ids: each id becomes the same other one wherever it stands in one job, so
/// that answers, traces and conversations still belong together, and another one in the next job. A
/// pure function of job and id: nothing is kept, however many there are. A UUID becomes a UUID, a
/// number of hexadecimal digits one as long; of others the old text stays readable.
class IdRenewal
{
public:
    explicit IdRenewal(QByteArray job);

    [[nodiscard]] std::string fresh(std::string_view id) const;
    /// Wherever one of `ids` stands as a text of the JSON, in a header, in traceparent, as key or
    /// correlation. False when the bytes are no JSON: then they are as they were.
    bool apply(OutgoingMessage& message, std::span<const QByteArray> ids) const;

private:
    QByteArray m_job;
    std::string m_suffix;
};

/// What becomes of the times that messages state.
enum class ReplayTimes : std::uint8_t {
    Keep,
    Now,   ///< the sender's time is when it goes out
    Shift, ///< as far from when it goes out as it was from when it was heard
};

/// Where the bytes and headers state the time `sent`, ns.
std::vector<TimePatch> findTimes(const OutgoingMessage& message, std::int64_t sent);
/// Writes `time` there, in the form that it had.
void applyTimes(OutgoingMessage& message, const std::vector<TimePatch>& times, std::int64_t time);

} // namespace murmur
