// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "bus/profile.h"

#include <QUrl>

#include <vector>

namespace murmur {

/// What a mistake at this bus would cost: the most careful of what the profiles that name it say;
/// dev on this machine when none does; production anywhere else until somebody says otherwise.
Environment environmentOf(const QUrl& target, const std::vector<Profile>& profiles);
/// The same with the profiles of this person; production while they cannot be read.
Environment environmentOf(const QUrl& target);

/// How long it stays armed; zero: until it is disarmed (the window closes, the command ends).
nanoseconds armedFor(Environment environment);

/// Observe only, until a person arms one bus; then that one and no other, for a while. Times are of
/// a clock that never goes back. Value; belongs to one thread.
class Arming
{
public:
    /// Arms `target` and disarms what was armed. Asks mayWrite first: what is never written to
    /// cannot be armed.
    Status arm(const QUrl& target, Environment environment, nanoseconds now);
    Status arm(const QUrl& target, Environment environment, nanoseconds now,
               const std::vector<Profile>& profiles);
    void disarm();
    /// A connection went down. Disarms when it is that of the target: who comes back after an
    /// outage is not who was armed.
    void lost(const QUrl& url);

    /// Something is armed.
    [[nodiscard]] bool isArmed(nanoseconds now) const;
    [[nodiscard]] const QUrl& target() const { return m_target; }
    [[nodiscard]] Environment environment() const { return m_environment; }
    /// Until it disarms itself; zero: not armed, or no such time.
    [[nodiscard]] nanoseconds left(nanoseconds now) const;
    /// Whether something may be sent to `url` now; the sentence says what to do.
    [[nodiscard]] Status mayPublish(const QUrl& url, nanoseconds now) const;

private:
    void take(const QUrl& target, Environment environment, nanoseconds now);

    QUrl m_target;
    Environment m_environment = Environment::None;
    nanoseconds m_until{0}; ///< zero: for ever
    bool m_isArmed = false;
};

/// Now, on the clock of Arming and SendCaps.
nanoseconds steadyNow() noexcept;

} // namespace murmur
