// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "recording/ringlimit.h"

#include <QString>

#include <cstddef>
#include <cstdint>

namespace murmur {

/// Where a recording, or a file of it, ends. 0: no limit.
struct RecordingLimits
{
    std::int64_t maxBytes = 0;   ///< the recording ends at or below it, WAL included
    RingLimit ring;              ///< only the last stretch is kept
    std::int64_t splitBytes = 0; ///< the next file begins at or below it
    nanoseconds splitLength{0};  ///< the next file begins after so long

    [[nodiscard]] bool isSplit() const { return splitBytes > 0 || splitLength.count() > 0; }
    /// The ring of one file. Of a split recording whole files go instead.
    [[nodiscard]] RingLimit ringOfFile() const { return isSplit() ? RingLimit{} : ring; }

    /// WrongUse when they make no sense, alone or together.
    [[nodiscard]] Status check() const;
    /// The smallest limit in bytes; 0 when there is none.
    [[nodiscard]] std::int64_t fileBytes() const;
    /// Messages that may wait for one commit, in bytes: a small part of the limit.
    [[nodiscard]] std::size_t commitBytes() const;
    /// The WAL that is left alone, in bytes.
    [[nodiscard]] std::int64_t walBytes() const;
    /// Whether a file of `bytesOnDisk`, to which closing adds `closing`, must not take `more`.
    [[nodiscard]] bool isFull(std::int64_t limit, std::int64_t bytesOnDisk, std::int64_t closing,
                              std::int64_t more) const;
};

/// "night.murmur", "night-002.murmur", "night-003.murmur" …
QString partPath(const QString& path, int part);

} // namespace murmur
