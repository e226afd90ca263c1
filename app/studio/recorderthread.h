// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/recorder.h"
#include "session/session.h"

#include <QObject>
#include <QThread>

#include <memory>

namespace murmur {

/// A recorder in a thread of its own, so that creating the file, attaching and closing in order
/// never stop the window. All calls return at once.
class RecorderThread : public QObject
{
    Q_OBJECT
public:
    explicit RecorderThread(RecorderOptions options, QObject* parent = nullptr);
    /// Stops the recording in order and waits for it.
    ~RecorderThread() override;

    void start();
    void attach(const QUrl& url, const ConnectionOptions& options = {});
    /// What goes wrong is told with `attachFailed`.
    void apply(const ConnectionWish& wish);
    void stop();

    /// For Session::follow; null before `started`.
    [[nodiscard]] Recorder* recorder() const { return m_recorder; }
    [[nodiscard]] const RecorderStatus& status() const { return m_status; }
    [[nodiscard]] const RecorderOptions& options() const { return m_options; }

Q_SIGNALS:
    void started();
    void startFailed(const murmur::Error& error);
    void attachFailed(const murmur::Error& error);
    void statusChanged();
    /// The recording ends by itself; `stopped` follows when the file is closed in order.
    void ended(const QString& sentence);
    /// `problem` is empty when the file was closed in order.
    void stopped(const QString& problem);

private:
    /// Runs `done` in the thread of this object.
    template<typename Function>
    void report(Function done)
    {
        QMetaObject::invokeMethod(this, std::move(done), Qt::QueuedConnection);
    }
    void open();
    void setStatus(RecorderStatus status);

    const RecorderOptions m_options;
    QThread m_thread;                // joined in the destructor
    QObject* m_worker;               // lives in m_thread, deleted when it ends
    std::unique_ptr<Recorder> m_own; // touched in m_thread only
    Recorder* m_recorder = nullptr;
    RecorderStatus m_status;
};

} // namespace murmur
