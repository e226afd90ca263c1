// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QUrl>

#include <vector>

namespace murmur {

struct Profile;

/// Whether anything may ever be sent to the bus at `url`. Whatever publishes, replays or injects
/// asks here first, and there is no other way to be allowed: no option and no variable. A bus is
/// forbidden when a profile of this person says *never write* and names its host and port, however
/// it was attached; and while the profiles cannot be read, all are.
Status mayWrite(const QUrl& url);
/// The same for these profiles.
Status mayWrite(const QUrl& url, const std::vector<Profile>& profiles);
/// The profiles that name the host and port of one of `urls`, in their order.
std::vector<Profile> profilesNaming(const std::vector<QUrl>& urls,
                                    const std::vector<Profile>& profiles);
/// Those that may name them, by what mayBeSameBus says: to be careful, never to permit.
std::vector<Profile> profilesThatMayName(const std::vector<QUrl>& urls,
                                         const std::vector<Profile>& profiles);

} // namespace murmur
