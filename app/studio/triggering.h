// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include <functional>

namespace murmur {

class ComposerView;
class MainWindow;
class TriggersView;

/// Triggers in the window: made of the filter or of a finding, and sending only to what is armed.
class Triggering : public QObject
{
    Q_OBJECT
public:
    Triggering(MainWindow& window, QObject* parent);

    void open();
    /// A new trigger that waits for what the filter keeps.
    void makeOfFilter();
    [[nodiscard]] TriggersView* view() const { return m_view; }

private:
    void make(const QString& when);
    void shareConnections();

    MainWindow& m_window;
    TriggersView* m_view;
    ComposerView* m_composer;
};

} // namespace murmur
