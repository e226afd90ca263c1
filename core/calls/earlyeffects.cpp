// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "calls/earlyeffects.h"

namespace murmur {

namespace {

constexpr std::size_t kMaxCauses = 50'000;
constexpr std::size_t kMaxEffects = 16; // of one cause

} // namespace

void EarlyEffects::wait(std::uint64_t cause, const Effect& effect)
{
    if (cause == 0)
        return;
    const auto [at, isNew] = m_effects.try_emplace(cause);
    if (at->second.size() < kMaxEffects)
        at->second.push_back(effect);
    if (!isNew)
        return;
    m_order.push_back(cause);
    if (m_order.size() > kMaxCauses) {
        m_effects.erase(m_order.front());
        m_order.pop_front();
    }
}

std::vector<EarlyEffects::Effect> EarlyEffects::take(std::uint64_t cause)
{
    if (m_effects.empty())
        return {};
    const auto found = m_effects.find(cause);
    if (found == m_effects.end())
        return {};
    std::vector<Effect> effects = std::move(found->second);
    m_effects.erase(found);
    return effects;
}

} // namespace murmur
