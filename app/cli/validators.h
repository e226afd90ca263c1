// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <string>

namespace murmur::cli {

/// CLI11's own answers with the limits of a double.
inline CLI::Validator positiveWhole()
{
    return CLI::Validator(
        [](const std::string& text) {
            std::int64_t value = 0;
            const char* end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, value);
            return error == std::errc{} && stop == end && value > 0
                       ? std::string()
                       : "expected a whole number above 0, found \"" + text + '"';
        },
        "ABOVE 0");
}

/// CLI::Range lets "nan" pass: it is neither below nor above.
inline CLI::Validator numberWithin(double least, double most)
{
    return CLI::Validator(
        [least, most](const std::string& text) {
            double value = 0;
            return CLI::detail::lexical_cast(text, value) && value >= least && value <= most
                       ? std::string()
                       : "expected a number from " + CLI::detail::to_string(least) + " to " +
                             CLI::detail::to_string(most) + ", found \"" + text + '"';
        },
        "");
}

} // namespace murmur::cli
