// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A closed recording is read again while it is looked at.

#include "session/dialectjobs.h"
#include "studiosession.h"
#include "views/base/sharedview.h"

#include <utility>

namespace murmur {

void StudioSession::reread(const RereadOptions& options)
{
    if (m_state != State::Reading || m_paths.size() != 1) {
        Q_EMIT rereadFailed(
            {ErrorCode::WrongUse,
             m_paths.size() > 1
                 ? tr("Several recordings are open. Open the one alone that is to be read again.")
                 : tr("Only a recording that has ended can be read again.")});
        return;
    }
    endReread();
    m_reread = new RereadJob(m_path, options, this);
    connect(m_reread, &RereadJob::progressed, this,
            [this](const QString&, qint64 done, qint64 total) {
                Q_EMIT rereadProgressed(done, total);
            });
    connect(m_reread, &RereadJob::finished, this, [this](const RereadReport& report) {
        std::exchange(m_reread, nullptr)->deleteLater();
        Q_EMIT rereadDone(report);
        reload();
    });
    connect(m_reread, &RereadJob::failed, this, [this](const Error& error) {
        std::exchange(m_reread, nullptr)->deleteLater();
        Q_EMIT rereadFailed(error);
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
    if (m_state != State::Reading || m_paths.size() != 1)
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
    open(m_path);
}

} // namespace murmur
