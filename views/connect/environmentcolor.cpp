// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "views/connect/environmentcolor.h"

#include "bus/writepermission.h"
#include "views/base/theme.h"

#include <QCoreApplication>

#include <algorithm>

namespace murmur {

namespace {

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(Connect)
};

} // namespace

QColor environmentColor(Environment environment)
{
    const Theme& theme = Theme::current();
    switch (environment) {
    case Environment::None:
        return theme.faint;
    case Environment::Dev:
        return theme.good;
    case Environment::Staging:
        return theme.warning;
    case Environment::Production:
        return theme.bad;
    }
    return theme.faint;
}

QColor profileColor(const Profile& profile)
{
    return profile.color.isEmpty() ? environmentColor(profile.environment) : QColor(profile.color);
}

QColor colorOfBus(const QUrl& url, const std::vector<Profile>& profiles)
{
    const auto named = profilesNaming({url}, profiles);
    const auto gravest = std::ranges::max_element(named, {}, &Profile::environment);
    if (gravest == named.end() ||
        (gravest->environment == Environment::None && gravest->color.isEmpty()))
        return {};
    return profileColor(*gravest);
}

QString environmentWord(Environment environment)
{
    switch (environment) {
    case Environment::None:
        return Tr::tr("No environment");
    case Environment::Dev:
        return Tr::tr("Dev");
    case Environment::Staging:
        return Tr::tr("Staging");
    case Environment::Production:
        return Tr::tr("Production");
    }
    return {};
}

} // namespace murmur
