// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/resource.h>

namespace murmur {

/// From now on this thread runs when others leave it time: about a tenth of a processor that
/// somebody else wants too, all of it otherwise. It cannot be taken back.
inline void giveWay()
{
    constexpr int kNiceness = 10;
    setpriority(PRIO_PROCESS, 0, kNiceness); // on Linux of the calling thread alone
}

} // namespace murmur
