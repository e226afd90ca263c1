// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QObject>
#include <QPointer>
#include <QStringList>

#include <cstdint>
#include <functional>
#include <stop_token>

namespace murmur {

class MainWindow;
class ProgressDialog;

/// Import and export from the window: asks for files, works in a thread of its own behind a dialog
/// that shows how far it is and can cancel, and opens what was imported.
class Exchanging : public QObject
{
    Q_OBJECT
public:
    Exchanging(MainWindow& window, QString recordingsFolder, QObject* parent);
    ~Exchanging() override;

    void askForImport();
    /// Into a new recording in our folder, which is then opened.
    void import(const QStringList& files);
    void askForExport();
    void exportTo(const QString& file, bool isFiltered);
    [[nodiscard]] bool isRunning() const { return !m_dialog.isNull(); }
    /// All of them are files that are imported, not opened.
    [[nodiscard]] static bool takes(const QStringList& files);

private:
    using Progress = std::function<void(std::int64_t done, std::int64_t total)>;
    /// `done` gets the sentence that tells what became, in this thread.
    void run(const QString& title,
             std::function<Result<QString>(const Progress& progress, std::stop_token stop)> work,
             std::function<void(const QString& sentence)> done);
    void askWhereToExport(bool isFiltered);

    MainWindow& m_window;
    const QString m_recordingsFolder;
    std::stop_source m_stop;
    QPointer<ProgressDialog> m_dialog;
};

} // namespace murmur
