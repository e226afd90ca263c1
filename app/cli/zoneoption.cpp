// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "zoneoption.h"

#include "base/typedzone.h"

#include <CLI/CLI.hpp>

#include <string>

namespace murmur::cli {

void addZoneOption(CLI::App& app)
{
    app.add_option_function<std::string>(
        "--tz",
        [](const std::string& name) {
            if (auto status = setTypedZone(QString::fromStdString(name)); !status)
                throw CLI::ValidationError("--tz", status.error().message.toStdString());
        },
        "Time zone of times that you write without one, for example Europe/Berlin (usual: UTC)");
}

} // namespace murmur::cli
