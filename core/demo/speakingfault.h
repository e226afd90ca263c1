// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"

namespace murmur {

/// Has a rhythm of its own: speaks at `m_due`, as long as the fault lasts.
class SpeakingFault : public Fault
{
public:
    SpeakingFault(const FaultPlan& plan, std::uint64_t seed)
        : Fault(plan, seed)
        , m_due(plan.start)
    {
    }
    void meet(const Roster& roster) override { m_roster = &roster; }
    [[nodiscard]] std::int64_t due() const override { return m_due < plan().end ? m_due : kNever; }

protected:
    [[nodiscard]] const Roster& roster() const { return *m_roster; }
    void next(std::int64_t time) { m_due = time; }
    DemoId newId() { return {random().bits(), random().bits()}; }
    std::uint32_t anyRobot()
    {
        return m_roster->allRobots[random().below(m_roster->allRobots.size())];
    }

private:
    const Roster* m_roster = nullptr;
    std::int64_t m_due;
};

} // namespace murmur
