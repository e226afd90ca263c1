// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "causality/clocks.h"
#include "views/base/latestjob.h"

#include <QObject>
#include <QTimer>

#include <memory>

namespace murmur {

class ClockPass;
class SharedView;

/// How far the agents' clocks are off in the session that a window shows, found out in the
/// background and followed while it grows. There is one for all views of a window, made when the
/// first one asks.
class ClockFollower : public QObject
{
    Q_OBJECT
public:
    static ClockFollower* of(SharedView* shared);

    /// Null while nothing is known yet.
    [[nodiscard]] ClocksPtr clocks() const { return m_clocks; }
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy(); }

Q_SIGNALS:
    void changed();

private:
    explicit ClockFollower(SharedView* shared);
    void restart();
    void look();

    SharedView* m_shared; // the parent
    std::shared_ptr<ClockPass> m_pass;
    ClocksPtr m_clocks;
    QTimer m_soon;
    LatestJob m_job;
};

} // namespace murmur
