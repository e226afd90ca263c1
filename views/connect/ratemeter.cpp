// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/ratemeter.h"

namespace murmur {

void RateMeter::note(std::int64_t counter, nanoseconds now)
{
    if (!m_samples.empty() && (counter < m_samples.back().second || now < m_samples.back().first))
        m_samples.clear();
    m_samples.emplace_back(now, counter);
    // One sample older than the window stays: the difference then spans the whole window.
    while (m_samples.size() > 2 && now - m_samples[1].first >= std::chrono::seconds(2))
        m_samples.pop_front();
}

double RateMeter::perSecond() const
{
    if (m_samples.size() < 2)
        return 0;
    const std::chrono::duration<double> span = m_samples.back().first - m_samples.front().first;
    if (span.count() <= 0)
        return 0;
    return static_cast<double>(m_samples.back().second - m_samples.front().second) / span.count();
}

} // namespace murmur
