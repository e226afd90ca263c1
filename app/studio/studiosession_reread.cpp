// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is open and has ended is read again while it is looked at.

#include "session/dialectjobs.h"
#include "studiosession.h"
#include "views/base/sharedview.h"

#include <utility>

namespace murmur {

void StudioSession::reread(const RereadOptions& options)
{
    if (m_state != State::Reading || !m_session) {
        Q_EMIT rereadFailed(
            {ErrorCode::WrongUse, tr("Only a recording that has ended can be read again.")});
        return;
    }
    startReread(rereadTasks(*m_session, options));
}

void StudioSession::undoReread()
{
    if (m_state == State::Reading)
        startReread(m_undo);
}

void StudioSession::startReread(std::vector<RereadTask> tasks)
{
    endReread();
    const bool isOfSeveral = tasks.size() > 1;
    m_reread = new RereadJob(std::move(tasks), this);
    connect(m_reread, &RereadJob::progressed, this,
            [this, isOfSeveral](const QString& step, qint64 done, qint64 total) {
                Q_EMIT rereadProgressed(isOfSeveral ? step : QString(), done, total);
            });
    const auto end = [this] {
        m_undo = m_reread->undo();
        std::exchange(m_reread, nullptr)->deleteLater();
    };
    connect(m_reread, &RereadJob::finished, this, [this, end](const RereadReport& report) {
        end();
        Q_EMIT rereadDone(report);
        reload();
    });
    connect(m_reread, &RereadJob::failed, this, [this, end](const Error& error) {
        end();
        Q_EMIT rereadFailed(error);
        if (!m_undo.empty())
            reload(); // some were read before it failed
    });
    m_reread->start();
}

void StudioSession::cancelReread()
{
    if (m_reread)
        m_reread->cancel();
}

/// Another recording is wanted: this one stays as it was, and nobody waits for it.
void StudioSession::endReread()
{
    RereadJob* const job = std::exchange(m_reread, nullptr);
    if (!job)
        return;
    job->disconnect(this);
    connect(job, &RereadJob::finished, job, &QObject::deleteLater);
    connect(job, &RereadJob::failed, job, &QObject::deleteLater);
    job->cancel();
}

void StudioSession::reload()
{
    if (m_state != State::Reading)
        return;
    const TimeRange window = m_shared->window();
    const TimePoint playhead = m_shared->playhead();
    const Seq selected = m_shared->selectedMessage();
    const FilterPtr filter = m_shared->filter();
    const quint64 generation = m_generation + 1;
    connect(
        this, &StudioSession::opened, this,
        [=, this, wasMadeHere = m_madeHere] {
            if (generation != m_generation)
                return; // that one was not opened, this is another
            m_madeHere = wasMadeHere;
            m_shared->setFilter(filter);
            m_shared->setWindow(window);
            m_shared->setPlayhead(playhead);
            m_shared->selectMessage(selected);
        },
        Qt::SingleShotConnection);
    open(m_paths, m_options);
}

} // namespace murmur
