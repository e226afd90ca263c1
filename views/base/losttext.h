// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/gap.h"
#include "views/base/numbers.h"

#include <QCoreApplication>

#include <algorithm>

namespace murmur {

/// "17 lost by us", "at least 17 lost by us", "an unknown number lost by us": said the same
/// wherever it is said.
inline QString lostByUsText(std::int64_t lost, LostIs lostIs)
{
    if (lostIs == LostIs::Exact)
        return QCoreApplication::translate("Lost", "%1 lost by us").arg(numberText(lost));
    if (lost > 0)
        return QCoreApplication::translate("Lost", "at least %1 lost by us").arg(numberText(lost));
    return QCoreApplication::translate("Lost", "an unknown number lost by us");
}

/// How much is known of the number of all of them together: gaps or connections.
template<typename Range>
LostIs leastKnown(const Range& all)
{
    LostIs lostIs = LostIs::Exact;
    for (const auto& one : all)
        lostIs = std::max(lostIs, one.lostIs);
    return lostIs;
}

} // namespace murmur
