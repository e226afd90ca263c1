// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "session/session.h"

#include <QElapsedTimer>
#include <QObject>

#include <vector>

namespace murmur {

class SharedView;
class StartPlan;
class StudioSession;

/// The agent that one looks at first: the one with the most errors, without any the one that says
/// the most; 0 when nobody has a name.
AgentId worthALook(const TileSlice& slice);
/// Its last message among `rows`, an error if there is one; else the last of all; 0 for no rows.
Seq worthReading(const std::vector<MessageRow>& rows, AgentId agent);

/// Selects something when a recording was opened, or some seconds after one began, so that the
/// panes that show one agent and one message have something to show. What a person or the command
/// line selects goes before.
class FirstLook : public QObject
{
    Q_OBJECT
public:
    FirstLook(SharedView* shared, StudioSession* session, StartPlan* plan, QObject* parent);

    /// Something is being looked for.
    [[nodiscard]] bool isPending() const { return m_isPending; }

private:
    void begin();
    void onGrew();
    void choose(const TileSlice& slice);
    [[nodiscard]] bool isWanted() const;

    SharedView* m_shared;
    StudioSession* m_session;
    StartPlan* m_plan;
    quint64 m_generation = 0;
    bool m_isPending = false;
    QElapsedTimer m_live; ///< since the first message of a recording that runs
    bool m_hasLooked = false;
};

} // namespace murmur
