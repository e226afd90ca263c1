// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/findingslook.h"

#include "session/findingsboard.h"
#include "session/findingsstore.h"
#include "session/source.h"

namespace murmur {

Result<FindingsReport>
FindingsLook::look(const Source& source,
                   const std::function<void(std::int64_t, std::int64_t)>& progress,
                   const std::stop_token& stop)
{
    if (source.findings && source.findings->isKeeping()) {
        const auto latest = source.findings->latest();
        return latest ? *latest : FindingsReport();
    }
    if (!m_isAsked && !source.set) {
        auto lease = source.pool->lease();
        if (!lease)
            return lease.error();
        const auto snapshot = (*lease)->snapshot();
        if (auto kept = keptFindings(**lease, *source.names))
            m_kept = std::make_unique<FindingsReport>(std::move(*kept));
        m_isAsked = true;
    }
    if (m_kept)
        return *m_kept;
    if (!m_pass)
        m_pass = std::make_unique<FindingsPass>(DetectorChoice());
    if (auto status = m_pass->advance(source, progress, stop); !status)
        return status.error();
    return m_pass->report();
}

} // namespace murmur
