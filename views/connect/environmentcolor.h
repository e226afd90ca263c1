// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/profile.h"

#include <QColor>
#include <QString>

namespace murmur {

/// The colour of a profile: its own, or that of its environment. Never used without the word.
QColor profileColor(const Profile& profile);
QColor environmentColor(Environment environment);
/// Of the profiles that name a bus, the gravest; invalid when none has an environment or a colour.
QColor colorOfBus(const QUrl& url, const std::vector<Profile>& profiles);
/// "Production"; for none "No environment".
QString environmentWord(Environment environment);

} // namespace murmur
