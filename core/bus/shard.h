// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>
#include <QString>

namespace murmur {

/// Share `number` of `count` of the traffic. The shares of all numbers are disjoint, and together
/// they are everything: which one a message belongs to follows from its subject alone, by a hash
/// that never changes (XXH3, 64 bits, seed 0), so recorders need not know of each other.
struct Shard
{
    int number = 1; ///< 1 … count
    int count = 1;  ///< 1: everything

    [[nodiscard]] bool isAll() const noexcept { return count <= 1; }
    /// Whether a message is ours. One without a subject is told by its bytes.
    [[nodiscard]] bool takes(QByteArrayView topic, QByteArrayView raw) const noexcept;
    /// The same for a partition, counted from 0, of a bus that is partitioned.
    [[nodiscard]] bool takesPartition(int partition) const noexcept
    {
        return isAll() || partition % count == number - 1;
    }
    /// "2/8".
    [[nodiscard]] QString text() const;
    static Result<Shard> fromText(QStringView text);
    friend bool operator==(const Shard&, const Shard&) = default;
};

} // namespace murmur
