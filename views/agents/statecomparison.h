// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"
#include "views/base/latestjob.h"

#include <QObject>
#include <QString>

#include <optional>

namespace murmur {

class SharedView;

/// With what the state that is shown is compared: with the same agent at another moment, or with
/// another agent at the same one.
class StateComparison : public QObject
{
    Q_OBJECT
public:
    enum class With { Nothing, Moment, Agent };
    explicit StateComparison(SharedView* shared, QObject* parent = nullptr);

    void clear();
    void withMoment(TimePoint moment);
    void withAgent(AgentId agent);
    /// Asks for the other side of what is shown now.
    void ask(AgentId shown, TimePoint at);

    [[nodiscard]] With with() const { return m_with; }
    [[nodiscard]] AgentId otherAgent() const { return m_agent; }
    /// "10:17:29.044", "robot-8"; empty: nothing.
    [[nodiscard]] QString title() const;
    /// Null until it is known. An agent that had said nothing has an empty state.
    [[nodiscard]] const AgentState* other() const { return m_other ? &*m_other : nullptr; }
    [[nodiscard]] bool isSettled() const { return !m_job.isBusy(); }

Q_SIGNALS:
    void chosen();  ///< another one is compared with
    void changed(); ///< the other side is known

private:
    SharedView* m_shared;
    With m_with = With::Nothing;
    TimePoint m_moment;
    AgentId m_agent{};
    std::optional<AgentState> m_other;
    LatestJob m_job;
};

} // namespace murmur
