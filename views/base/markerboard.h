// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/markers.h"

#include <QObject>

#include <vector>

namespace murmur {

class SharedView;

/// The markers of the session that a window shows, for all its views. Who asks here only looks;
/// MarkerFollower fills it. There is one in a window, made when the first view asks.
class MarkerBoard : public QObject
{
    Q_OBJECT
public:
    static MarkerBoard* of(SharedView* shared);

    /// By time.
    [[nodiscard]] const std::vector<Marker>& markers() const { return m_markers; }
    void set(std::vector<Marker> markers);

Q_SIGNALS:
    void changed();

private:
    explicit MarkerBoard(SharedView* shared);

    std::vector<Marker> m_markers;
};

} // namespace murmur
