// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/markers.h"

#include <QObject>

class QMenu;

namespace murmur {

class MainWindow;
class MarkerFollower;

/// Markers of the window: "mark this moment", the menu that goes to one of them, and taking back
/// what a person put there.
class Marking : public QObject
{
    Q_OBJECT
public:
    Marking(MainWindow& window, QObject* parent);

    /// Asks for a text and marks the moment of the playhead.
    void markHere();
    /// A menu of all markers, filled whenever it opens.
    void follow(QMenu* menu);
    [[nodiscard]] MarkerFollower* follower() const { return m_follower; }

private:
    void fill(QMenu* menu);

    MainWindow& m_window;
    MarkerFollower* m_follower;
};

} // namespace murmur
