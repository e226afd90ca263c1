// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QTimer>

namespace murmur {

class MainWindow;

/// What was open when the program ended without being asked to: noted every few seconds while it
/// runs, by its process, and offered at the next start.
class Resuming : public QObject
{
    Q_OBJECT
public:
    Resuming(MainWindow& window, QObject* parent);
    /// In order: nothing is offered the next time.
    ~Resuming() override;

    /// Offers it in the banner; false when everything ended in order.
    bool offer();
    void note();

private:
    [[nodiscard]] QString key() const;

    MainWindow& m_window;
    QTimer m_timer;
    QString m_noted;
    QString m_offered;  ///< the link
    QString m_sentence; ///< with which it is offered
};

} // namespace murmur
