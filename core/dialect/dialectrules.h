// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "dialect/userdialect.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// The messages of some topics are read by a dialect that was named by hand.
struct DialectRule
{
    std::string glob = "*"; ///< of topics
    std::string dialect;    ///< id of ours, or name of a user dialect
    std::shared_ptr<const UserDialect> user;
    std::optional<std::uint32_t> connection; ///< of this one only
};

/// "json", "robots/*=rosbridge", "fleet/*=warehouse", "./fleet.dialect.json", joined by commas.
/// Names are those of our dialects, of `kept` (which a recording brings along), and of the person's
/// directory, in this order. A user dialect without a glob holds for its own topics. Errors:
/// NotFound names the known ones; what the file of a user dialect is found wrong with.
Result<std::vector<DialectRule>> dialectRules(std::string_view text,
                                              const std::vector<DialectRule>& kept = {});

/// The rules with user dialects, as a recording keeps them; empty when there is none.
std::string keptRules(const std::vector<DialectRule>& rules);
/// What cannot be read is left out.
std::vector<DialectRule> rulesKept(std::string_view json);

} // namespace murmur
