// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/hubsettings.h"

namespace murmur {

struct ConnectionOptions;

/// What an `otlp://` URL asks for. A receiver is a hub in who may talk to it: `admit` holds.
struct OtlpSettings
{
    static constexpr quint16 kDefaultPort = 4318;

    HubSettings hub; ///< address, port, token, clients, patience; `maxFrame`: of a body
    /// A connection that has been used and is silent is kept so long: exporters that find theirs
    /// closed lose what they are just sending.
    std::chrono::milliseconds idle = std::chrono::minutes(15);
};

/// WrongUse tells what is wrong with the URL.
Result<OtlpSettings> otlpSettingsFromUrl(const QUrl& url, const ConnectionOptions& options);

} // namespace murmur
