// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/knowledge.h"
#include "views/base/latestjob.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace murmur {

class SharedView;

/// What the agent that is shown could have known at the playhead, found out in the background once
/// the playhead rests.
class KnowledgeFollower : public QObject
{
    Q_OBJECT
public:
    explicit KnowledgeFollower(SharedView* shared, QObject* parent = nullptr);

    void ask(AgentId agent, TimePoint at); ///< 0: of nobody
    /// Null until it is known.
    [[nodiscard]] const Knowledge* knowledge() const { return m_known ? &*m_known : nullptr; }
    /// Rich text with links ("seq:8812"), a line each of the first ones; `asLinks` false: plain.
    [[nodiscard]] QString text(bool asLinks) const;
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy() && !m_soon.isActive(); }

Q_SIGNALS:
    void changed();

private:
    void look();

    SharedView* m_shared;
    AgentId m_agent{};
    TimePoint m_at;
    std::optional<Knowledge> m_known;
    QTimer m_soon;
    LatestJob m_job;
};

} // namespace murmur
