// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/urldialects.h"

#include "bus/connection.h"

#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace murmur {

Result<std::vector<DialectRule>> dialectsOfUrl(const QUrl& url)
{
    const QStringList named = QUrlQuery(url).allQueryItemValues(u"dialect"_s, QUrl::FullyDecoded);
    auto rules = dialectRules(named.join(u',').toStdString());
    if (!rules)
        return Error{ErrorCode::WrongUse, u"%1: %2"_s.arg(shownUrl(url), rules.error().message)};
    return rules;
}

} // namespace murmur
