// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/retry.h"

#include <QRandomGenerator>

#include <algorithm>

namespace murmur {

std::chrono::milliseconds Backoff::next()
{
    const auto base = m_wait.count();
    m_wait = std::min(kMost, 2 * m_wait);
    const auto spread = static_cast<int>(base / 4);
    return std::chrono::milliseconds(base +
                                     QRandomGenerator::global()->bounded(-spread, spread + 1));
}

void Outage::end(const ConnectionContext& context, std::int64_t now, bool isFilled,
                 const std::string& topic)
{
    if (m_from != 0 && !isFilled && context.sink != nullptr)
        context.sink->note(Gap{context.id, topic, "reconnect", m_from, now, 0, LostIs::Unknown});
    m_from = 0;
}

} // namespace murmur
