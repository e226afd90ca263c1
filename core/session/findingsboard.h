// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/findingspass.h"

#include <QByteArray>

#include <memory>
#include <mutex>
#include <utility>

namespace murmur {

/// Where the recorder of this process says what it finds, and hears what people make of it. Thread
/// safe.
class FindingsBoard
{
public:
    void publish(std::shared_ptr<const FindingsReport> report)
    {
        const std::lock_guard lock(m_mutex);
        m_report = std::move(report);
    }
    /// Null before the first look.
    [[nodiscard]] std::shared_ptr<const FindingsReport> latest() const
    {
        const std::lock_guard lock(m_mutex);
        return m_report;
    }
    /// Whether the recorder is at work; once it is not, the file tells.
    [[nodiscard]] bool isKeeping() const
    {
        const std::lock_guard lock(m_mutex);
        return m_isKeeping;
    }
    void setKeeping(bool isKeeping)
    {
        const std::lock_guard lock(m_mutex);
        m_isKeeping = isKeeping;
    }
    /// JSON, kept in the recording while it is written.
    void setJudgements(QByteArray json)
    {
        const std::lock_guard lock(m_mutex);
        m_judgements = std::move(json);
        ++m_revision;
    }
    /// With how often they were changed.
    [[nodiscard]] std::pair<QByteArray, int> judgements() const
    {
        const std::lock_guard lock(m_mutex);
        return {m_judgements, m_revision};
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const FindingsReport> m_report;
    QByteArray m_judgements;
    int m_revision = 0;
    bool m_isKeeping = false;
};

} // namespace murmur
