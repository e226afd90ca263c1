// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "views/base/latestjob.h"
#include "views/base/markerboard.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace murmur {

class SharedView;

/// Finds the markers of the session that a window shows in the background, follows it while it
/// grows, and keeps those that people set. One for a window.
class MarkerFollower : public QObject
{
    Q_OBJECT
public:
    explicit MarkerFollower(SharedView* shared); ///< owned by `shared`

    [[nodiscard]] bool isSettled() const { return !m_job.isBusy() && !m_change.isBusy(); }

    /// Keeps one beside the recording; a failure is told by failed().
    void add(const Marker& marker);
    /// Only those that a person put there can be removed.
    void remove(const Marker& marker);

Q_SIGNALS:
    void failed(const murmur::Error& error);

private:
    void restart();
    void look();
    void apply(const Marker& marker, bool adds);

    SharedView* m_shared; // the parent
    std::shared_ptr<MarkerPass> m_pass;
    MarkerBoard* m_board; // the window's
    QTimer m_soon;
    LatestJob m_job;
    LatestJob m_change;
};

} // namespace murmur
