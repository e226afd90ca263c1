// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/historyprobe.h"
#include "views/connect/attachedit.h"

#include <QObject>

#include <functional>

class QWidget;

namespace murmur {

/// Before a window of the past is read it is asked what it holds: a small one is read at once, of a
/// large one it is said first and asked whether to read it.
class HistoryGate : public QObject
{
    Q_OBJECT
public:
    explicit HistoryGate(QWidget* window);

    /// Calls `go` now when nothing of the past is asked for, else once the bus has answered and
    /// nothing speaks against it. A later call takes the place of one that waits.
    void pass(const AttachWish& wish, std::function<void()> go);

Q_SIGNALS:
    /// A sentence for the person who waits.
    void noted(const QString& sentence);
    /// The URLs are to be changed, for example to a shorter stretch.
    void narrowRequested(const QStringList& urls);

private:
    void judge(const HistoryExpectation& expectation);

    QWidget* m_window;
    std::unique_ptr<HistoryProbe> m_probe;
    AttachWish m_wish;
    std::function<void()> m_go;
};

} // namespace murmur
