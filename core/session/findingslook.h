// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/findingspass.h"

namespace murmur {

/// What went wrong in a session, by the usual thresholds, in the cheapest way: what the recorder of
/// this process finds, or what is kept in the recording, or by a look of its own, which goes on
/// piece by piece when the recording grows. All give the same. One thread at a time.
class FindingsLook
{
public:
    /// Errors: Unreadable; Cancelled, after which it may go on.
    Result<FindingsReport>
    look(const Source& source,
         const std::function<void(std::int64_t passed, std::int64_t messages)>& progress,
         const std::stop_token& stop);

private:
    std::unique_ptr<FindingsPass> m_pass;
    std::unique_ptr<FindingsReport> m_kept;
    bool m_isAsked = false; ///< whether the recording keeps some
};

} // namespace murmur
