// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "demo/fault.h"
#include "demo/scenario.h"

#include <utility>

namespace murmur {

/// A swarm in which something goes wrong at its time: a scenario of the table in one row.
class FaultScenario final : public Scenario
{
public:
    struct Planned
    {
        std::unique_ptr<Fault> (*create)(const FaultPlan& plan, std::uint64_t seed);
        FaultPlan plan;
    };
    using Shape = void (*)(SwarmShape& shape);

    explicit FaultScenario(std::vector<Planned> planned, Shape change = nullptr)
        : m_planned(std::move(planned))
        , m_change(change)
    {
    }
    void shape(SwarmShape& shape) const override
    {
        shape = SwarmShape();
        if (m_change != nullptr)
            m_change(shape);
    }
    void addFaults(std::vector<std::unique_ptr<Fault>>& faults, std::uint64_t seed) const override
    {
        for (const Planned& planned : m_planned)
            faults.push_back(planned.create(planned.plan, seed));
    }
    [[nodiscard]] std::vector<TruthEntry> truth() const override { return {}; }

private:
    std::vector<Planned> m_planned;
    Shape m_change;
};

} // namespace murmur
