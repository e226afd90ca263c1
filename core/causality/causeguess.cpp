// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "causality/causeguess.h"

namespace murmur {

namespace {

constexpr std::int64_t kSoon = 500'000'000; // ns

bool isOfItself(Kind kind)
{
    return kind == Kind::Heartbeat || kind == Kind::State || kind == Kind::Marker;
}

} // namespace

Seq CauseGuess::pass(const Message& message)
{
    Seq cause = 0;
    const std::uint32_t sender = index(message.sender);
    if (sender != 0 && sender < m_waiting.size() && !isOfItself(message.kind)) {
        Waiting& waiting = m_waiting[sender];
        if (!message.hasCause && waiting.seq != 0 && message.time >= waiting.time &&
            message.time - waiting.time <= kSoon)
            cause = waiting.seq;
        waiting = {};
    }
    if (message.receivers.size() == 1 && !isOfItself(message.kind)) {
        const std::uint32_t receiver = index(message.receivers.front());
        if (receiver >= m_waiting.size())
            m_waiting.resize(receiver + 1);
        if (receiver != 0 && receiver != sender)
            m_waiting[receiver] = {message.seq, message.time};
    }
    return cause;
}

} // namespace murmur
