// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace murmur {

/// A window around one pane, for a second screen. Closing it gives the pane back.
class FloatingPane : public QWidget
{
    Q_OBJECT
public:
    FloatingPane(QWidget* pane, const QString& title, QWidget* window);

Q_SIGNALS:
    /// The pane may be taken out; this window goes afterwards.
    void closed();

protected:
    void closeEvent(QCloseEvent* event) override;
};

} // namespace murmur
