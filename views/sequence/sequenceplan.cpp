// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/sequence/sequenceplan.h"

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

constexpr double kTop = 22;
constexpr double kBottom = 30;
constexpr double kMostRows = 3;    ///< of a pause
constexpr double kFoldedFrom = 10; ///< rows that a pause would have that is folded

bool isNextChunk(const SequenceMessage& a, const SequenceMessage& b)
{
    return a.kind == Kind::Chunk && b.kind == Kind::Chunk && a.from == b.from && a.to == b.to &&
           a.type == b.type && a.topic == b.topic;
}

/// ns that a row usually stands for.
double usualPause(const Sequence& sequence)
{
    std::vector<std::int64_t> pauses;
    for (std::size_t i = 1; i < sequence.messages.size(); ++i) {
        const std::int64_t pause =
            sequence.messages[i].received - sequence.messages[i - 1].received;
        if (pause > 0)
            pauses.push_back(pause);
    }
    if (pauses.empty())
        return 1e6;
    const auto middle = pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2);
    std::nth_element(pauses.begin(), middle, pauses.end());
    return static_cast<double>(*middle);
}

} // namespace

SequencePlan::SequencePlan(const Sequence& sequence, double zoom)
{
    m_row = std::clamp(kRow * std::min(1.0, zoom), 5.0, kRow);
    const double perPixel = usualPause(sequence) / (kRow * std::max(zoom, 1e-3));
    const double most = kRow * kMostRows * std::max(1.0, zoom);
    double y = kTop;
    std::int64_t before = sequence.start;
    if (!sequence.messages.empty())
        m_anchors.push_back({sequence.start, y});
    std::size_t runBegin = 0;
    for (std::size_t i = 0; i < sequence.messages.size(); ++i) {
        const SequenceMessage& message = sequence.messages[i];
        const bool isRun = i > 0 && isNextChunk(sequence.messages[i - 1], message);
        runBegin = isRun ? runBegin : i;
        m_runs.push_back(isRun ? 0 : 1);
        m_runs[runBegin] += isRun ? 1 : 0;
        const auto pause = static_cast<double>(message.received - before);
        double room = pause / perPixel;
        if (isRun) {
            room = std::min(room, kRun);
        } else if (room > most / kMostRows * kFoldedFrom && !m_received.empty()) {
            room = std::max(kFold, m_row);
            m_folds.push_back({y + room / 2, before, message.received});
        }
        y += m_received.empty() ? std::min(room, most)
             : isRun            ? std::max(room, std::min(kRun, m_row))
                                : std::clamp(room, m_row, most);
        m_received.push_back(y);
        // Of messages of one moment the last one says where that moment ends.
        if (m_anchors.back().time == message.received && m_received.size() > 1)
            m_anchors.back().y = y;
        else
            m_anchors.push_back({message.received, y});
        before = message.received;
    }
    if (sequence.end > before && !m_anchors.empty())
        m_anchors.push_back(
            {sequence.end,
             y + std::min(static_cast<double>(sequence.end - before) / perPixel, most)});
    m_height = (m_anchors.empty() ? y : m_anchors.back().y) + kBottom;
    for (std::size_t i = 0; i < m_received.size(); ++i) {
        const SequenceMessage& message = sequence.messages[i];
        m_sent.push_back(message.sent >= message.received
                             ? m_received[i]
                             : std::min(m_received[i], yAt(message.sent)));
    }
    m_reach.resize(m_sent.size());
    double reach = m_height;
    for (std::size_t i = m_sent.size(); i-- > 0;)
        m_reach[i] = reach = std::min(reach, m_sent[i]);
}

double SequencePlan::received(int message) const
{
    return m_received[static_cast<std::size_t>(message)];
}

double SequencePlan::sent(int message) const
{
    return m_sent[static_cast<std::size_t>(message)];
}

double SequencePlan::yAt(std::int64_t time) const
{
    if (m_anchors.empty())
        return 0;
    const auto after = std::ranges::upper_bound(m_anchors, time, {}, &Anchor::time);
    if (after == m_anchors.begin())
        return m_anchors.front().y;
    if (after == m_anchors.end())
        return m_anchors.back().y;
    const Anchor& low = *(after - 1);
    const double share =
        static_cast<double>(time - low.time) / static_cast<double>(after->time - low.time);
    return low.y + share * (after->y - low.y);
}

std::int64_t SequencePlan::timeAt(double y) const
{
    if (m_anchors.empty())
        return 0;
    const auto after = std::ranges::upper_bound(m_anchors, y, {}, &Anchor::y);
    if (after == m_anchors.begin())
        return m_anchors.front().time;
    if (after == m_anchors.end())
        return m_anchors.back().time;
    const Anchor& low = *(after - 1);
    const double share = (y - low.y) / (after->y - low.y);
    return low.time +
           static_cast<std::int64_t>(share * static_cast<double>(after->time - low.time));
}

std::pair<int, int> SequencePlan::visible(double top, double bottom) const
{
    const auto first = std::ranges::lower_bound(m_received, top - m_row);
    // Who is behind the last that ends in the picture may have begun in it.
    const auto last = std::ranges::upper_bound(m_reach, bottom + m_row);
    return {static_cast<int>(first - m_received.begin()),
            std::max(static_cast<int>(first - m_received.begin()),
                     static_cast<int>(last - m_reach.begin()))};
}

int SequencePlan::nearest(double y) const
{
    if (m_received.empty())
        return -1;
    const auto after = std::ranges::lower_bound(m_received, y);
    if (after == m_received.begin())
        return 0;
    if (after == m_received.end() || y - *(after - 1) < *after - y)
        return static_cast<int>(after - m_received.begin()) - 1;
    return static_cast<int>(after - m_received.begin());
}

} // namespace murmur
