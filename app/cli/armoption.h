// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "replay/arming.h"

#include <QString>

#include <string>

namespace CLI {
class App;
}

namespace murmur::cli {

/// What was said of arming: `--arm`, or `--arm=HOST` where a mistake costs so much that the host is
/// named.
struct ArmOption
{
    std::string said;

    [[nodiscard]] bool isGiven() const { return !said.empty() && said != "false"; }
    /// WrongUse says what is to be written.
    Status arm(Arming& arming, const QUrl& target) const;
};

void addArm(CLI::App& app, ArmOption& option, const std::string& description);

} // namespace murmur::cli
