// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/crewscenario.h"

namespace murmur {

namespace {

class CrewScenario final : public Scenario
{
public:
    void shape(SwarmShape& shape) const override
    {
        shape = SwarmShape();
        shape.modelRuns = 300;
        shape.graphRuns = 60;
        shape.crewRuns = 60;
    }
    std::vector<TruthEntry> truth() const override { return {}; }
};

} // namespace

std::unique_ptr<Scenario> createCrewScenario()
{
    return std::make_unique<CrewScenario>();
}

} // namespace murmur
