// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "demo/warehousescenario.h"

namespace murmur {

namespace {

class WarehouseScenario final : public Scenario
{
public:
    void shape(SwarmShape& shape) const override { shape = SwarmShape(); }
    std::vector<TruthEntry> truth() const override { return {}; }
};

} // namespace

std::unique_ptr<Scenario> createWarehouseScenario()
{
    return std::make_unique<WarehouseScenario>();
}

} // namespace murmur
