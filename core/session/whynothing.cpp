// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/whynothing.h"

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qsizetype kNamed = 6;

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

} // namespace murmur
