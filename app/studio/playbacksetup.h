// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace murmur {

class MainWindow;

/// Tells the replay in the window where findings and conversations begin.
class PlaybackSetup : public QObject
{
    Q_OBJECT
public:
    explicit PlaybackSetup(MainWindow& window, QObject* parent = nullptr);

private:
    void offerFindings();
    void offerConversations();

    MainWindow& m_window;
};

} // namespace murmur
