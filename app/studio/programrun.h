// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "programdialog.h"

#include <QObject>
#include <QPointer>
#include <QProcess>
#include <QTemporaryDir>
#include <QUrl>

#include <memory>

namespace murmur {

class MainWindow;

/// Runs a program under observation from the window: a hub and an OTLP receiver are attached, the
/// program is started with their addresses, and the recording ends with it.
class ProgramRun : public QObject
{
    Q_OBJECT
public:
    ProgramRun(MainWindow& window, QObject* parent);
    /// A program that still runs is asked to end.
    ~ProgramRun() override;

    void ask();
    void run(const ProgramWish& wish);
    [[nodiscard]] bool isRunning() const { return m_isWaiting || m_process != nullptr; }
    [[nodiscard]] ProgramWindow* shown() const { return m_shown; }

private:
    void startWhenListening();
    void start(const QUrl& hub, const QUrl& otlp);
    void finish(const QString& sentence);
    [[nodiscard]] std::int64_t received(const QUrl& url) const;

    MainWindow& m_window;
    ProgramWish m_wish;
    QUrl m_hub;
    QUrl m_otlp;
    std::unique_ptr<QTemporaryDir> m_notes;
    QProcess* m_process = nullptr;
    QPointer<ProgramWindow> m_shown;
    bool m_isWaiting = false; // until hub and receiver listen
    bool m_endsRecording = false;
};

} // namespace murmur
