// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recorderthread.h"

#include <QDir>
#include <QFileInfo>

namespace murmur {

using namespace Qt::StringLiterals;

RecorderThread::RecorderThread(RecorderOptions options, QObject* parent)
    : QObject(parent)
    , m_options(std::move(options))
    , m_worker(new QObject)
{
    m_worker->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    m_thread.setObjectName(u"recorder"_s);
    m_thread.start();
}

RecorderThread::~RecorderThread()
{
    QMetaObject::invokeMethod(
        m_worker,
        [this] {
            m_own.reset();
            // Asked for from outside, the thread could end before it gets here.
            QThread::currentThread()->quit();
        },
        Qt::QueuedConnection);
    m_thread.wait();
}

void RecorderThread::start()
{
    QMetaObject::invokeMethod(
        m_worker, [this] { open(); }, Qt::QueuedConnection);
}

void RecorderThread::open()
{
    QDir().mkpath(QFileInfo(m_options.path).absolutePath());
    m_own = std::make_unique<Recorder>(m_options);
    Recorder* recorder = m_own.get();
    connect(recorder, &Recorder::statusChanged, m_worker, [this, recorder] {
        report([this, status = recorder->status()]() mutable { setStatus(std::move(status)); });
    });
    connect(recorder, &Recorder::ended, m_worker, [this](const QString& sentence) {
        report([this, sentence] { Q_EMIT ended(sentence); });
        stop();
    });
    const Status result = recorder->start();
    if (!result) {
        m_own.reset();
        report([this, error = result.error()] { Q_EMIT startFailed(error); });
        return;
    }
    report([this, recorder, status = recorder->status()]() mutable {
        m_recorder = recorder;
        setStatus(std::move(status));
        Q_EMIT started();
    });
}

void RecorderThread::attach(const QUrl& url, const ConnectionOptions& options)
{
    QMetaObject::invokeMethod(
        m_worker,
        [this, url, options] {
            if (!m_own)
                return;
            const auto result = m_own->attach(url, options);
            if (!result)
                report([this, error = result.error()] { Q_EMIT attachFailed(error); });
        },
        Qt::QueuedConnection);
}

void RecorderThread::apply(const ConnectionWish& wish)
{
    QMetaObject::invokeMethod(
        m_worker,
        [this, wish] {
            if (!m_own)
                return;
            const Status result = m_own->apply(wish);
            if (!result)
                report([this, error = result.error()] { Q_EMIT attachFailed(error); });
        },
        Qt::QueuedConnection);
}

void RecorderThread::stop()
{
    QMetaObject::invokeMethod(
        m_worker,
        [this] {
            QString problem;
            RecorderStatus status;
            if (m_own) {
                const Status result = m_own->stop();
                if (!result)
                    problem = result.error().message;
                status = m_own->status();
            }
            report([this, problem, status]() mutable {
                setStatus(std::move(status));
                Q_EMIT stopped(problem);
            });
        },
        Qt::QueuedConnection);
}

void RecorderThread::setStatus(RecorderStatus status)
{
    m_status = std::move(status);
    Q_EMIT statusChanged();
}

} // namespace murmur
