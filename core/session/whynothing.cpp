// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/whynothing.h"

#include "bus/connection.h"

#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kNamed = 6;
/// Lines of several connections; a pane has room for no more.
constexpr std::size_t kTold = 3;

QString named(const QStringList& names)
{
    QString text = names.first(std::min(names.size(), kNamed)).join(u", "_s);
    if (names.size() > kNamed)
        text += u" and %1 more"_s.arg(names.size() - kNamed);
    return text;
}

} // namespace

QString whyNothingComes(const ConnectionInfo& connection)
{
    // Here nobody publishes anywhere: others send to us.
    if (const QUrl url(connection.url); url.scheme() == "otlp"_L1 && url.port() > 0)
        return u"Nothing has come yet. Spans and logs come from agents that are started with "
               "OTEL_EXPORTER_OTLP_ENDPOINT=http://%1 and OTEL_EXPORTER_OTLP_PROTOCOL="
               "http/protobuf."_s.arg(url.authority(QUrl::FullyEncoded));
    QString text = connection.subscribed.isEmpty()
                       ? u"Nothing has come yet."_s
                       : u"Nothing has come yet on %1."_s.arg(named(connection.subscribed));
    if (!connection.unmatched.isEmpty()) {
        text += u" The bus also has %1, which no pattern of this connection takes."_s.arg(
            named(connection.unmatched));
    } else if (!connection.subscribed.isEmpty() && connection.denied.isEmpty()) {
        text += u" Either nobody publishes there, or the names are others, or this user may not "
                "read them."_s;
    }
    if (!connection.denied.isEmpty())
        text += u" Not permitted: %1."_s.arg(named(connection.denied));
    return text;
}

QString whyNothingComes(const std::vector<ConnectionInfo>& connections)
{
    using Bus = ConnectionStatus::State;
    std::vector<const ConnectionInfo*> silent;
    for (const ConnectionInfo& connection : connections) {
        if (connection.state == Bus::Retrying ||
            (connection.state == Bus::Up && !connection.subscribed.isEmpty()))
            silent.push_back(&connection);
    }
    std::ranges::stable_sort(silent, std::greater{}, [](const ConnectionInfo* connection) {
        return !connection->unmatched.isEmpty() || !connection->denied.isEmpty();
    });
    QStringList lines;
    for (std::size_t i = 0; i < std::min(silent.size(), kTold); ++i) {
        const ConnectionInfo& one = *silent[i];
        const bool isUp = one.state == Bus::Up;
        const QString said = isUp ? whyNothingComes(one) : one.detail;
        lines << (isUp && connections.size() == 1 ? said : beforeColon(one.url) + u": "_s + said);
    }
    if (silent.size() == kTold + 1)
        lines << u"One more connection is silent, too."_s;
    else if (silent.size() > kTold)
        lines << u"%1 more connections are silent, too."_s.arg(silent.size() - kTold);
    return lines.join(u'\n');
}

} // namespace murmur
