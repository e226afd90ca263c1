// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/arming.h"

#include "bus/connection.h"
#include "bus/endpoint.h"
#include "bus/writepermission.h"

#include <algorithm>
#include <chrono>

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace murmur {

Environment environmentOf(const QUrl& target, const std::vector<Profile>& profiles)
{
    Environment said = Environment::None;
    for (const Profile& profile : profilesNaming({target}, profiles))
        said = std::max(said, profile.environment);
    if (said == Environment::None)
        said = isOnThisMachine(target) ? Environment::Dev : Environment::Production;
    // What may be another name of the target makes it more careful, never less.
    for (const Profile& profile : profilesThatMayName({target}, profiles))
        said = std::max(said, profile.environment);
    return said;
}

Environment environmentOf(const QUrl& target)
{
    // Another file of profiles can make it more careful than the person's own, not less.
    std::vector<Profile> profiles;
    for (const QString& path : {Profiles::personsPath(), Profiles::usualPath()}) {
        const auto read = Profiles::load(path);
        if (!read)
            return Environment::Production;
        profiles.insert(profiles.end(), read->all().begin(), read->all().end());
    }
    return environmentOf(target, profiles);
}

nanoseconds armedFor(Environment environment)
{
    switch (environment) {
    case Environment::Dev:
        return 0ns;
    case Environment::Staging:
        return 30min;
    case Environment::None:
    case Environment::Production:
        break;
    }
    return 5min;
}

Status Arming::arm(const QUrl& target, Environment environment, nanoseconds now)
{
    disarm();
    if (auto allowed = mayWrite(target); !allowed)
        return allowed;
    take(target, environment, now);
    return Done{};
}

Status Arming::arm(const QUrl& target, Environment environment, nanoseconds now,
                   const std::vector<Profile>& profiles)
{
    disarm();
    if (auto allowed = mayWrite(target, profiles); !allowed)
        return allowed;
    take(target, environment, now);
    return Done{};
}

void Arming::take(const QUrl& target, Environment environment, nanoseconds now)
{
    m_target = target;
    m_environment = environment;
    const nanoseconds length = armedFor(environment);
    m_until = length == 0ns ? 0ns : now + length;
    m_isArmed = true;
}

void Arming::disarm()
{
    m_isArmed = false;
}

void Arming::lost(const QUrl& url)
{
    if (mayBeSameBus(url, m_target))
        disarm();
}

bool Arming::isArmed(nanoseconds now) const
{
    return m_isArmed && (m_until == 0ns || now < m_until);
}

nanoseconds Arming::left(nanoseconds now) const
{
    return isArmed(now) && m_until != 0ns ? m_until - now : 0ns;
}

Status Arming::mayPublish(const QUrl& url, nanoseconds now) const
{
    if (!m_isArmed) {
        return Error{
            ErrorCode::WrongUse,
            u"Nothing is sent to %1: it is observed only. Arm it first."_s.arg(shownUrl(url))};
    }
    if (!isArmed(now)) {
        return Error{ErrorCode::WrongUse,
                     u"Nothing is sent to %1: it disarmed itself after %2. Arm it again."_s.arg(
                         shownUrl(url), durationText(armedFor(m_environment)))};
    }
    if (!isSameBus(url, m_target)) {
        return Error{ErrorCode::WrongUse,
                     u"Nothing is sent to %1: what is armed is %2. Arm this one."_s.arg(
                         shownUrl(url), shownUrl(m_target))};
    }
    return Done{};
}

nanoseconds steadyNow() noexcept
{
    return std::chrono::steady_clock::now().time_since_epoch();
}

} // namespace murmur
