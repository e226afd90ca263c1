// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/source.h"

#include "recording/reader.h"

namespace murmur {

void Tail::publish(Run run)
{
    const std::lock_guard lock(m_mutex);
    m_last = run->columns.last();
    m_runs.push_back(std::move(run));
}

void Tail::trim(Seq durable)
{
    std::vector<Run> gone; // freed outside the lock
    const std::lock_guard lock(m_mutex);
    const auto keep = std::ranges::find_if(
        m_runs, [durable](const Run& run) { return run->columns.last() > durable; });
    gone.assign(std::make_move_iterator(m_runs.begin()), std::make_move_iterator(keep));
    m_runs.erase(m_runs.begin(), keep);
}

std::vector<Tail::Run> Tail::snapshot() const
{
    const std::lock_guard lock(m_mutex);
    return m_runs;
}

Seq Tail::last() const
{
    const std::lock_guard lock(m_mutex);
    return m_last;
}

ReaderPool::ReaderPool(QString path)
    : ReaderPool(path, [](const QString& file) -> Result<std::unique_ptr<BlockReader>> {
        auto opened = RecordingReader::open(file);
        if (!opened)
            return opened.error();
        return std::unique_ptr<BlockReader>(std::move(*opened));
    })
{
}

ReaderPool::Lease::~Lease()
{
    if (m_reader)
        m_pool->giveBack(std::move(m_reader));
}

Result<ReaderPool::Lease> ReaderPool::lease()
{
    std::unique_ptr<BlockReader> reader;
    QString path;
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return !m_suspended; });
        ++m_out;
        path = m_path;
        if (!m_free.empty()) {
            reader = std::move(m_free.back());
            m_free.pop_back();
        }
    }
    if (!reader) {
        auto opened = m_open(path);
        if (!opened) {
            giveBack(nullptr);
            return opened.error();
        }
        reader = std::move(*opened);
    }
    return Lease(*this, std::move(reader));
}

void ReaderPool::giveBack(std::unique_ptr<BlockReader> reader)
{
    {
        const std::lock_guard lock(m_mutex);
        --m_out;
        if (reader)
            m_free.push_back(std::move(reader));
    }
    m_changed.notify_all();
}

void ReaderPool::suspend()
{
    std::unique_lock lock(m_mutex);
    m_suspended = true;
    m_changed.wait(lock, [this] { return m_out == 0; });
    m_free.clear();
}

void ReaderPool::resume()
{
    {
        const std::lock_guard lock(m_mutex);
        m_suspended = false;
    }
    m_changed.notify_all();
}

void ReaderPool::moveTo(const QString& path)
{
    const std::lock_guard lock(m_mutex);
    m_path = path;
}

QString ReaderPool::path() const
{
    const std::lock_guard lock(m_mutex);
    return m_path;
}

SourceView::SourceView(std::vector<Tail::Run> tail, ReaderPool::Lease lease,
                       std::shared_ptr<const Dictionaries> names)
    : m_tail(std::move(tail))
    , m_lease(std::move(lease))
    , m_snapshot(m_lease->snapshot())
    , m_names(std::move(names))
    , m_durable(m_lease->last())
    , m_first(m_lease->first())
{
}

Result<SourceView> SourceView::of(const Source& source)
{
    std::vector<Tail::Run> tail;
    if (source.tail)
        tail = source.tail->snapshot();
    auto lease = source.pool->lease();
    if (!lease)
        return lease.error();
    return SourceView(std::move(tail), std::move(*lease), source.names);
}

void SourceView::refresh()
{
    m_snapshot.reset();
    m_snapshot = m_lease->snapshot();
    m_first = m_lease->first();
}

Seq SourceView::last() const
{
    return m_tail.empty() ? m_durable : std::max(m_durable, m_tail.back()->columns.last());
}

} // namespace murmur
