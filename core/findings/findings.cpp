// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "findings/findings.h"

#include <algorithm>

namespace murmur {

namespace {

constexpr std::uint64_t kIdBits = (std::uint64_t(1) << 40) - 1;

/// Of what is known when a finding is first told, and does not change any more.
std::uint64_t idOf(std::string_view detector, std::uint64_t key, std::int64_t seen)
{
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char letter : detector)
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
    for (const std::uint64_t value : {key, static_cast<std::uint64_t>(seen)}) {
        hash = (hash ^ value) * 0xff51afd7ed558ccd;
        hash ^= hash >> 32;
    }
    return hash & kIdBits;
}

} // namespace

Finding& Findings::grow(std::string_view detector, std::uint64_t key, std::int64_t time,
                        std::int64_t rest)
{
    const auto [at, isNew] = m_growing.try_emplace({detector, key});
    if (isNew) {
        if (m_all.size() >= kMost) {
            m_growing.erase(at);
            ++m_uncounted;
            m_spill = Finding();
            m_spill.detector = detector;
            m_spill.start = m_spill.end = time;
            return m_spill;
        }
        Finding& finding = m_all.emplace_back();
        finding.detector = detector;
        finding.start = finding.end = time;
        finding.seen = std::max(m_now, time);
        finding.id = idOf(detector, key, finding.seen);
        while (!m_ids.insert(finding.id).second)
            finding.id = (finding.id + 1) & kIdBits;
        at->second = {&finding, rest};
    }
    return *at->second.finding;
}

Finding* Findings::growing(std::string_view detector, std::uint64_t key)
{
    const auto at = m_growing.find({detector, key});
    return at == m_growing.end() ? nullptr : at->second.finding;
}

void Findings::close(std::string_view detector, std::uint64_t key)
{
    const auto at = m_growing.find({detector, key});
    if (at == m_growing.end())
        return;
    at->second.finding->isOpen = false;
    m_growing.erase(at);
}

void Findings::advance(std::int64_t now)
{
    m_now = std::max(m_now, now);
    std::erase_if(m_growing, [&](const auto& entry) {
        const Growing& growing = entry.second;
        const bool isOver = growing.finding->end < m_now - growing.rest;
        growing.finding->isOpen = !isOver;
        return isOver;
    });
}

} // namespace murmur
