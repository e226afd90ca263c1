// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/injector.h"

#include <QObject>
#include <QThread>
#include <QTimer>

#include <vector>

namespace murmur {

/// Holds what is armed, and sends in a thread of its own. Observe only until `arm`; disarmed by
/// time, by loss, by hand.
class InjectionDesk : public QObject
{
    Q_OBJECT
public:
    explicit InjectionDesk(Injector::MakePublisher make = &createPublisher,
                           QObject* parent = nullptr);
    ~InjectionDesk() override;

    /// Where a mistake costs most, only who types the host arms.
    Status arm(const QUrl& target, const QString& typedHost);
    void disarm();
    /// Disarms what was armed as less than what it is now: a profile may have changed since.
    void holdTo(Environment environment);
    /// A connection of the recording went down.
    void lost(const QUrl& url);
    [[nodiscard]] bool isArmed() const;
    [[nodiscard]] bool isArmedFor(const QUrl& target) const;
    [[nodiscard]] const Arming& arming() const { return m_arming; }
    [[nodiscard]] nanoseconds left() const { return m_arming.left(steadyNow()); }

    /// `happened` and `ended` follow. On a machine of one's own it arms by itself.
    Status send(InjectionRun run);
    /// Nothing more than the message that is under way.
    void stop();
    [[nodiscard]] bool isRunning() const { return m_isRunning; }

    /// As each would go out, the first of those that are repeated, or why not; no writer is opened.
    static Result<std::vector<PreparedInjection>> preview(const InjectionRun& run);

Q_SIGNALS:
    /// Armed, disarmed, or a second less.
    void armingChanged();
    void happened(const murmur::InjectionEvent& event);
    void ended(const murmur::InjectionReport& report);

private:
    void tick();

    QThread m_thread; // joined in the destructor
    Injector* m_injector;
    Arming m_arming;
    QTimer m_ticker;
    QUrl m_target; ///< of the sending under way
    bool m_isRunning = false;
    bool m_wasArmed = false;
};

} // namespace murmur
