// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "keptnote.h"
#include "session/recorder.h"
#include "views/connect/attachedit.h"

#include <QDialog>
#include <QUrl>

#include <functional>

namespace murmur {

/// Asked when a recording runs and something else is wanted: keep it, throw it away, or go on.
class StopQuestion : public QDialog
{
    Q_OBJECT
public:
    StopQuestion(const RecorderStatus& status, const QString& path, const QString& keepText,
                 QWidget* parent);

Q_SIGNALS:
    void keepChosen();
    void discardChosen();
};

/// The last word about a recording before the window goes.
class KeptNote : public QDialog
{
    Q_OBJECT
public:
    KeptNote(const Kept& kept, const QString& problem, QWidget* parent);
};

/// Where the URL of one more bus is asked for.
class AttachDialog : public QDialog
{
    Q_OBJECT
public:
    AttachDialog(const QStringList& recentUrls, bool isRecording, QWidget* parent);
    void setText(const QString& text);

Q_SIGNALS:
    void attachRequested(const murmur::AttachWish& wish);
    void linkRequested(const QString& link);

private:
    AttachEdit* m_edit = nullptr;
};

/// Never calls `then` without a path.
void askForRecordings(QWidget* parent, const QString& folder,
                      std::function<void(const QStringList&)> then);
void askWhereToSave(QWidget* parent, const QString& folder, const QString& name,
                    std::function<void(const QString&)> then);

} // namespace murmur
