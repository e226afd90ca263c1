// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/streamledger.h"

#include <algorithm>
#include <utility>

namespace murmur {

std::optional<StreamLedger::Loss> StreamLedger::begin(StreamId last, const StreamInfo& info,
                                                      bool fromOldest)
{
    // What comes later than all there is follows all there is.
    m_last = std::min(last, info.lastUsed);
    m_number.reset();
    m_open.reset();
    if (!info.exists) {
        m_number = 0;
        return std::nullopt;
    }
    if (!info.added)
        return look(info, false);
    const bool readsAll = info.length == 0 || info.first > m_last;
    const std::uint64_t gone = *info.added > info.length ? *info.added - info.length : 0;
    // In the middle of a stream nobody knows the number, until all of it is read.
    if (m_last == info.lastUsed)
        m_number = info.added;
    else if (readsAll)
        m_number = gone;
    const bool isCut = readsAll && gone > 0 && !fromOldest && m_last < info.lastUsed;
    const auto later = look(info, false);
    if (later)
        return later;
    return isCut ? std::optional(Loss{0, LostIs::Unknown}) : std::nullopt;
}

std::optional<StreamLedger::Loss> StreamLedger::look(const StreamInfo& info, bool afterOutage)
{
    const bool isNew = !info.exists || info.lastUsed < m_last ||
                       (m_number && info.added && *info.added < *m_number);
    if (isNew)
        return restart(info, afterOutage);
    // Without numbers only this is certain: an entry that we knew of is gone.
    const bool isOneGone = m_open && !info.added && m_open->lastUsed > m_last &&
                           (info.length == 0 || info.first > m_open->lastUsed);
    m_open = Snapshot{info.added, info.lastUsed};
    if (m_last >= info.lastUsed)
        return settle();
    return isOneGone ? std::optional(Loss{1, LostIs::AtLeast}) : std::nullopt;
}

std::optional<StreamLedger::Loss> StreamLedger::restart(const StreamInfo& info, bool afterOutage)
{
    const bool isLoss = m_open ? m_open->lastUsed > m_last : afterOutage && m_last != StreamId{};
    m_open.reset();
    if (!info.exists) {
        m_last = {};
        m_number = 0;
    } else if (info.lastUsed < m_last && afterOutage) {
        // Most likely restored from an older state, of which we have read everything.
        m_last = info.lastUsed;
        m_number = info.added;
    } else {
        if (info.lastUsed < m_last)
            m_last = {};
        m_number.reset();
        if (info.added && (m_last == StreamId{} || info.length == 0 || info.first > m_last))
            m_number = 0;
        m_open = Snapshot{info.added, info.lastUsed};
    }
    if (isLoss)
        return Loss{0, LostIs::Unknown, true};
    return std::nullopt;
}

std::optional<StreamLedger::Loss> StreamLedger::read(StreamId id)
{
    std::optional<Loss> loss;
    if (m_open && id > m_open->lastUsed)
        loss = settle();
    m_last = id;
    if (m_number)
        ++*m_number;
    if (m_open && id == m_open->lastUsed)
        loss = settle();
    return loss;
}

std::optional<StreamLedger::Loss> StreamLedger::readAll()
{
    return m_open ? settle() : std::nullopt;
}

std::optional<StreamLedger::Loss> StreamLedger::settle()
{
    const Snapshot snapshot = *std::exchange(m_open, std::nullopt);
    if (!snapshot.added)
        return std::nullopt;
    const auto before = std::exchange(m_number, snapshot.added);
    if (!before || *snapshot.added <= *before)
        return std::nullopt;
    return Loss{static_cast<std::int64_t>(*snapshot.added - *before), LostIs::Exact};
}

} // namespace murmur
