// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace murmur {

/// Cuts a stream of bytes into its lines, whatever pieces it comes in. Empty lines are left out; of
/// a line that is longer than `most` the beginning is kept.
class LineCutter
{
public:
    static constexpr std::size_t kMost = std::size_t(64) << 20;
    static constexpr std::size_t kKept = std::size_t(64) << 10;

    /// Lines end with `separator`; one of '\n' may have a '\r' before it.
    explicit LineCutter(char separator, std::size_t most = kMost, std::size_t kept = kKept)
        : m_separator(separator)
        , m_most(most)
        , m_kept(kept)
    {
    }

    /// Views are valid during the call.
    using Take = std::function<void(std::string_view line, bool isTruncated)>;
    void feed(std::string_view bytes, const Take& take);
    /// The input is over: what is there is a line too.
    void finish(const Take& take);
    [[nodiscard]] bool isInsideLine() const { return m_isTruncated || !m_begun.empty(); }
    /// Of the whole line that is given to `take`, during that call.
    [[nodiscard]] std::size_t size() const { return m_size; }

private:
    void add(std::string_view part);
    void end(std::string_view line, bool isTruncated, const Take& take) const;

    const char m_separator;
    const std::size_t m_most;
    const std::size_t m_kept;
    std::string m_begun;    ///< of a line whose end has not come
    std::size_t m_size = 0; ///< of that line, also what is not kept of it
    bool m_isTruncated = false;
};

} // namespace murmur
