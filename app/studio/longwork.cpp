// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "longwork.h"

#include "mainwindow.h"
#include "progressdialog.h"
#include "recordingfiles.h"
#include "studiosession.h"
#include "windowgroup.h"

#include <algorithm>

namespace murmur {

using namespace std::chrono_literals;

LongWork::LongWork(MainWindow& window, QObject* parent)
    : QObject(parent)
    , m_window(window)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(400ms);
    connect(&m_patience, &QTimer::timeout, this, &LongWork::show);
    const StudioSession* session = window.session();
    connect(session, &StudioSession::workBegan, this, [this](const QString& title) {
        m_title = title;
        m_patience.start();
    });
    connect(session, &StudioSession::workEnded, this, [this] {
        m_patience.stop();
        if (m_dialog)
            m_dialog->finish();
    });
}

void LongWork::show()
{
    // Of several windows one tells it.
    const auto windows = m_window.group()->windows();
    const auto first =
        std::ranges::find_if(windows, [](const MainWindow* one) { return one->isVisible(); });
    if (m_window.isUnattended() || first == windows.end() || *first != &m_window)
        return;
    m_dialog = new ProgressDialog(m_title, &m_window);
    connect(m_dialog, &ProgressDialog::cancelRequested, m_window.session(),
            &StudioSession::cancelWork);
    auto* timer = new QTimer(m_dialog);
    connect(timer, &QTimer::timeout, m_dialog, [this] {
        if (const auto work = m_window.session()->work())
            m_dialog->setProgress(work->done, work->total);
    });
    timer->start(100ms);
    m_dialog->open();
}

} // namespace murmur
