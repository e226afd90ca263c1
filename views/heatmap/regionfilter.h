// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/sharedview.h"

namespace murmur {

/// Shows the messages of the region only; once is enough.
inline void narrowToRegion(SharedView& shared)
{
    const auto& region = shared.region();
    if (!region)
        return;
    const QString text = region->filterText();
    if (shared.filter() && shared.filter()->text().contains(text))
        return;
    (void)shared.narrow(text);
}

} // namespace murmur
