// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/outputdiff.h"
#include "replayarguments.h"
#include "session/recorder.h"

#include <QObject>
#include <QTemporaryDir>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <vector>

namespace murmur::cli {

/// An agent that lives on the bus is told what it was told in the recording, and what it says is
/// held against what it had said. It is heard by a recorder of its own, attached like any other
/// observer.
class UnderTest : public QObject
{
    Q_OBJECT
public:
    UnderTest(const ReplayArguments& wish, const ReadWish& read, Session& session);
    ~UnderTest() override;

    /// Which inputs are sent unless the person says so with --where or --seq.
    static std::string usualInputs(const std::string& agent);

    /// Reads what was recorded. NotFound: nobody spoke to this agent, or it said nothing.
    Status prepare();
    /// Attaches beside the agent and waits until it hears. Unreachable.
    Status listen();
    /// Notes which inputs are sent: only what was said to those is missed. Before it starts.
    void follow(ReplayRun& run);
    /// Lets each input wait for the outputs that lay before it in the recording.
    void drive(ReplayRun& run);
    /// Waits until the agent has said what it has to say, compares and tells; the exit code.
    int finish();

private:
    void look();
    void goOn();
    void settle();
    void wait(std::chrono::milliseconds time);
    [[nodiscard]] Result<std::vector<AgentOutput>> outputs(Session& session, TimeRange time) const;
    Status readInputs();
    Status readCalls();
    void noteOwners();
    [[nodiscard]] std::int64_t asked() const;
    [[nodiscard]] Status assignLiving(Session& session, std::vector<AgentOutput>& living) const;
    [[nodiscard]] QUrl observed() const;
    [[nodiscard]] int tell(const OutputComparison& comparison) const;
    Status writeJunit(const OutputComparison& comparison) const;

    const ReplayArguments& m_wish;
    const ReadWish& m_read;
    Session& m_session;
    OutputRules m_rules;
    AskedCalls m_asked;                             ///< as recorded
    std::map<Seq, std::vector<QByteArray>> m_calls; ///< all that it was told, and their ids
    std::set<Seq> m_sent;                           ///< of those, as recorded
    std::vector<AgentOutput> m_recorded;
    std::vector<Seq> m_owners;                      ///< to which input each was said; 0: to none
    std::unordered_map<Seq, std::int64_t> m_before; ///< outputs before the input behind this one
    QTemporaryDir m_dir;
    std::unique_ptr<Recorder> m_recorder;
    std::unique_ptr<Session> m_living;
    ReplayRun* m_run = nullptr;
    Seq m_lookedAt = 0;
    std::int64_t m_heard = 0;
    std::int64_t m_awaited = 0;
    bool m_isLooking = false;
    bool m_isStepDue = false;
    std::chrono::steady_clock::time_point m_since;
};

} // namespace murmur::cli
