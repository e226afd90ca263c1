// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "commandline.h"
#include "dialecting.h"
#include "dialogs.h"
#include "exchanging.h"
#include "mainwindow.h"
#include "menus.h"
#include "presenting.h"
#include "settings.h"
#include "startplan.h"
#include "statusline.h"
#include "studiosession.h"

#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

namespace murmur {

namespace {

/// The local files that are dragged; empty when there is anything else among them.
QStringList draggedFiles(const QMimeData* data)
{
    QStringList files;
    for (const QUrl& url : data->urls()) {
        if (!url.isLocalFile())
            return {};
        files << url.toLocalFile();
    }
    return files;
}

} // namespace

void MainWindow::openDialog()
{
    askForRecordings(this, m_settings.lastFolder(), [this](const QStringList& paths) {
        m_settings.setLastFolder(QFileInfo(paths.front()).path());
        openFiles(paths);
    });
}

void MainWindow::openFiles(const QStringList& paths, const SessionOptions& options)
{
    if (paths.isEmpty())
        return;
    if (Dialecting::takes(paths)) {
        m_menus->dialects()->openFile(paths.front());
        return;
    }
    if (Presenting::takes(paths)) {
        StudioArguments show;
        show.present = paths.front();
        m_plan->set(show);
        m_plan->applyNow();
        if (m_plan->isPending())
            m_status->say(tr("The show begins as soon as there is something to see: open a "
                             "recording, or attach to a bus."));
        return;
    }
    if (Exchanging::takes(paths)) {
        m_menus->exchanging()->import(paths);
        return;
    }
    whenFree(tr("Keep and open"), [this, paths, options] {
        forgetFailure();
        m_session->open(paths, options);
    });
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (!draggedFiles(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QStringList files = draggedFiles(event->mimeData());
    if (files.isEmpty())
        return;
    event->acceptProposedAction();
    openFiles(files);
}

} // namespace murmur
