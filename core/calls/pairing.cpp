// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "calls/pairing.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::size_t kMaxOpen = 200'000;
/// Answered calls are kept for second answers only while there is room.
constexpr std::size_t kKeepAnswered = 50'000;
constexpr std::int64_t kMaxAge =
    std::int64_t(24) * 3'600'000'000'000; // ns: an answer after hours is still an answer
/// Answers that wait for a request that comes after them.
constexpr std::size_t kMaxOrphans = 20'000;
constexpr std::size_t kMaxOrphansOfOne = 8;
/// By how much an answer may lie before its request: more is taken for an answer to something that
/// was never heard. More is allowed where the senders' clocks say that it was sent after.
constexpr std::int64_t kMaxSkew = 1'000'000'000;       // ns
constexpr std::int64_t kMaxSkewSent = 300'000'000'000; // ns

/// Keys of different meaning must not meet.
constexpr std::uint64_t asAddress(std::uint64_t hash)
{
    return hash ^ 0x5bd1'e995'7b93'11a7ull;
}

bool answers(Kind kind)
{
    return kind == Kind::Reply || kind == Kind::Error;
}

} // namespace

CallPairing::Match CallPairing::pass(const Message& message)
{
    Match match;
    const auto close = [&](std::uint64_t key, bool needsOtherSide) {
        if (key == 0 || match.request != 0)
            return;
        const auto found = m_open.find(key);
        if (found == m_open.end() || (needsOtherSide && !isFromOtherSide(found->second, message)))
            return;
        Open& open = found->second;
        if (!open.isRequest && !answers(message.kind))
            return;
        match.isReply = true;
        match.request = open.seq;
        match.latency = std::max<std::int64_t>(0, message.time - open.time);
        if (++open.answers == 1)
            m_answered.emplace_back(key, open.seq);
    };
    // Many requests of one client may share an address: then the correlation tells them apart.
    const auto closeByAddress = [&] {
        const auto found = m_open.find(asAddress(message.topic));
        if (found == m_open.end() || (message.correlation != 0 && found->second.correlation != 0 &&
                                      message.correlation != found->second.correlation))
            return;
        close(found->first, true);
    };
    switch (message.kind) {
    case Kind::Reply:
    case Kind::Error:
        close(message.correlation, false);
        closeByAddress();
        if (match.request == 0)
            keepOrphan(message);
        break;
    case Kind::Event:
        // Without a word for its kind, the same correlation from the other side is an answer.
        close(message.correlation, true);
        closeByAddress();
        break;
    case Kind::Request:
    case Kind::Command:
        if (const std::uint64_t key = message.correlation != 0 ? message.correlation : message.id;
            key != 0) {
            remember(key, message);
            adoptOrphans(key, message, match);
        }
        if (message.replyTo != 0)
            remember(asAddress(message.replyTo), message);
        forgetOld(message.time);
        break;
    case Kind::State:
    case Kind::Heartbeat:
    case Kind::Chunk:
    case Kind::Control:
    case Kind::Marker:
        break;
    }
    return match;
}

bool CallPairing::isFromOtherSide(const Open& open, const Message& message)
{
    return open.sender != message.sender || (open.replyTo != 0 && open.replyTo == message.topic);
}

void CallPairing::remember(std::uint64_t key, const Message& message)
{
    // A request sent again under the same correlation is a retry of the call that is open: the
    // first one keeps it.
    const auto [at, added] = m_open.try_emplace(key);
    if (!added && at->second.answers == 0)
        return;
    at->second = {message.seq,
                  message.time,
                  message.sender,
                  message.kind == Kind::Request,
                  0,
                  message.correlation != 0 ? message.correlation : message.id,
                  message.replyTo != message.topic ? message.replyTo : 0};
    m_order.emplace_back(key, message.seq);
}

void CallPairing::keepOrphan(const Message& answer)
{
    if (answer.correlation == 0)
        return;
    std::vector<Orphan>& orphans = m_orphans[answer.correlation];
    if (orphans.size() >= kMaxOrphansOfOne)
        orphans.erase(orphans.begin());
    orphans.push_back({answer.seq, answer.time, answer.sent, answer.sender});
    m_orphanOrder.emplace_back(answer.correlation, answer.seq);
    while (m_orphanOrder.size() > kMaxOrphans) {
        const auto [key, seq] = m_orphanOrder.front();
        if (const auto found = m_orphans.find(key); found != m_orphans.end()) {
            std::erase_if(found->second,
                          [seq = seq](const Orphan& orphan) { return orphan.seq == seq; });
            if (found->second.empty())
                m_orphans.erase(found);
        }
        m_orphanOrder.pop_front();
    }
}

bool CallPairing::mayAnswer(const Orphan& orphan, const Message& request)
{
    if (orphan.time >= request.time)
        return true;
    const std::int64_t skew = request.time - orphan.time;
    if (orphan.sent == kNoTime || request.sent == kNoTime)
        return skew <= kMaxSkew;
    return skew <= kMaxSkewSent && orphan.sent >= request.sent;
}

void CallPairing::adoptOrphans(std::uint64_t key, const Message& request, Match& match)
{
    const auto found = m_orphans.find(key);
    if (found == m_orphans.end())
        return;
    const std::vector<Orphan> orphans = std::move(found->second);
    m_orphans.erase(found);
    const auto open = m_open.find(key);
    if (request.kind != Kind::Request || open == m_open.end() || open->second.seq != request.seq)
        return;
    for (const Orphan& orphan : orphans) {
        if (!mayAnswer(orphan, request))
            continue;
        match.early.push_back({orphan.seq, orphan.time, orphan.sender,
                               std::max<std::int64_t>(0, orphan.time - request.time)});
        if (++open->second.answers == 1)
            m_answered.emplace_back(key, request.seq);
    }
}

void CallPairing::forgetOld(std::int64_t now)
{
    while (m_open.size() > kKeepAnswered && !m_answered.empty()) {
        const auto [key, seq] = m_answered.front();
        const auto found = m_open.find(key);
        if (found != m_open.end() && found->second.seq == seq)
            m_open.erase(found);
        m_answered.pop_front();
    }
    while (!m_order.empty()) {
        const auto [key, seq] = m_order.front();
        const auto found = m_open.find(key);
        const bool stale = found == m_open.end() || found->second.seq != seq;
        if (!stale && m_open.size() <= kMaxOpen && found->second.time >= now - kMaxAge)
            return;
        if (!stale) {
            m_forgotten += found->second.answers == 0 ? 1 : 0;
            m_open.erase(found);
        }
        m_order.pop_front();
    }
}

} // namespace murmur
