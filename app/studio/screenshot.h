// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "base/time.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <functional>

class QWidget;

namespace murmur {

/// Waits until what is shown stands still, then takes it: the same for a picture of the window and
/// for views rendered to files. Gives up waiting after half a minute and takes what is there.
class WhenSettled : public QObject
{
    Q_OBJECT
public:
    WhenSettled(std::function<bool()> isSettled, std::function<void()> then, QObject* parent);
    /// Starts to look after `delay`.
    void start(nanoseconds delay);

private:
    void look();

    std::function<bool()> m_isSettled;
    std::function<void()> m_then;
    QTimer m_timer;
    QElapsedTimer m_since;
    int m_quietLooks = 0;
};

/// Writes what `widget` shows as PNG. Errors: Unwritable.
Status grabToFile(QWidget* widget, const QString& path);
/// Writes what `widget` shows; the ending of `path` chooses PNG, SVG or PDF.
Status writePicture(QWidget* widget, const QString& path);

} // namespace murmur
