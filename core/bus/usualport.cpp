// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/usualport.h"

#include <algorithm>
#include <array>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

struct UsualPort
{
    QLatin1StringView scheme;
    int port;
};
constexpr std::array kUsualPorts{
    UsualPort{"redis"_L1, 6379},    UsualPort{"rediss"_L1, 6379}, UsualPort{"nats"_L1, 4222},
    UsualPort{"tls"_L1, 4222},      UsualPort{"mqtt"_L1, 1883},   UsualPort{"mqtts"_L1, 8883},
    UsualPort{"kafka"_L1, 9092},    UsualPort{"ws"_L1, 80},       UsualPort{"wss"_L1, 443},
    UsualPort{"otlp"_L1, 4318},     UsualPort{"tap"_L1, 9000},    UsualPort{"rosbridge"_L1, 9090},
    UsualPort{"foxglove"_L1, 8765}, UsualPort{"listen"_L1, 7777},
};

} // namespace

int usualPort(const QString& scheme)
{
    const auto row = std::ranges::find_if(kUsualPorts, [&scheme](const UsualPort& usual) {
        return scheme.compare(usual.scheme, Qt::CaseInsensitive) == 0;
    });
    return row == kUsualPorts.end() ? 0 : row->port;
}

} // namespace murmur
