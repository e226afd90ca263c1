// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "dialect/userdialect.h"

#include <QString>

#include <vector>

namespace murmur {

/// A dialect to begin with.
struct DialectTemplate
{
    QString title;
    UserDialect dialect;
};
std::vector<DialectTemplate> dialectTemplates();

} // namespace murmur
