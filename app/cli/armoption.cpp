// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "armoption.h"

#include "replay/guards.h"

#include <CLI/CLI.hpp>

using namespace Qt::StringLiterals;

namespace murmur::cli {

Status ArmOption::arm(Arming& arming, const QUrl& target) const
{
    const Environment environment = environmentOf(target);
    const QString typed = said == "true" ? QString() : QString::fromStdString(said);
    if (const auto allowed = mayBeArmed(target, environment, typed); !allowed)
        return Error{allowed.error().code,
                     u"%1 Here that is --arm=%2"_s.arg(allowed.error().message, target.host())};
    return arming.arm(target, environment, steadyNow());
}

void addArm(CLI::App& app, ArmOption& option, const std::string& description)
{
    app.add_flag("--arm", option.said, description + "; --arm=HOST where it is production");
}

} // namespace murmur::cli
