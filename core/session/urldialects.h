// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "dialect/dialectrules.h"

#include <QUrl>

#include <vector>

namespace murmur {

/// The dialects that the item `dialect` of a URL names, as of dialectRules. WrongUse names the URL.
Result<std::vector<DialectRule>> dialectsOfUrl(const QUrl& url);

} // namespace murmur
