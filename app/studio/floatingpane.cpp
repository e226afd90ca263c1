// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "floatingpane.h"

#include <QAction>
#include <QCloseEvent>
#include <QMainWindow>
#include <QMenuBar>
#include <QVBoxLayout>

namespace murmur {

using namespace Qt::StringLiterals;

FloatingPane::FloatingPane(QWidget* pane, const QString& title, QWidget* window)
    : QWidget(window, Qt::Window)
{
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("%1 — Murmurscope").arg(title));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(pane);
    pane->show();
    // The shortcuts of the menus hold here, too.
    if (const auto* home = qobject_cast<QMainWindow*>(window))
        for (QAction* menu : home->menuBar()->actions())
            addAction(menu);
}

void FloatingPane::closeEvent(QCloseEvent* event)
{
    event->accept();
    Q_EMIT closed();
}

} // namespace murmur
