// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/gap.h"

namespace murmur {

std::string_view lostIsName(LostIs lostIs) noexcept
{
    switch (lostIs) {
    case LostIs::Exact:
        return "exact";
    case LostIs::AtLeast:
        return "at_least";
    case LostIs::Unknown:
        return "unknown";
    }
    return "unknown";
}

bool isOurs(const Gap& gap) noexcept
{
    return gap.cause == "client-drop" || gap.cause == "disk-full" || gap.cause == kDamaged ||
           gap.cause == kCutOff;
}

} // namespace murmur
