// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/agentlife.h"
#include "session/drift.h"
#include "views/base/latestjob.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <vector>

namespace murmur {

class SharedView;

/// What is known of all agents at the playhead, but costs more than a look at their state: who
/// restarted, who left, who is out of line. Found out in the background once the playhead rests.
/// There is one for the views of a window, made when the first one asks.
class AgentMoments : public QObject
{
    Q_OBJECT
public:
    static AgentMoments* of(SharedView* shared);

    [[nodiscard]] AgentLife lifeOf(AgentId agent) const { return murmur::lifeOf(m_lives, agent); }
    [[nodiscard]] const std::vector<KeyDrift>& drifts() const { return m_drifts; }
    /// Its keys that are out of line.
    [[nodiscard]] std::vector<KeyDrift> driftsOf(AgentId agent) const;
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy() && !m_soon.isActive(); }

Q_SIGNALS:
    void changed();

private:
    explicit AgentMoments(SharedView* shared);
    void restart();
    void askSoon();
    void ask();

    SharedView* m_shared; // the parent
    AgentLives m_lives;
    std::vector<KeyDrift> m_drifts;
    QTimer m_soon;
    LatestJob m_job;
};

} // namespace murmur
