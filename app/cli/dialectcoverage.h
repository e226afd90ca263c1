// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace murmur::cli {

struct CoverageOptions
{
    std::string file;
    std::string dialect;
    std::string output;
    std::optional<std::uint32_t> connection;
    int messages = 20'000;
    bool json = false;
};

/// `murmur dialect coverage`: of how many messages sender, receivers … are known.
int showCoverage(const CoverageOptions& options);
/// `murmur dialect suggest`: where they may stand.
int showSuggestions(const CoverageOptions& options);

} // namespace murmur::cli
