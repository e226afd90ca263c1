// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "bus/topicpattern.h"
#include "bus/urlreader.h"
#include "bus/websocket/websocketfeed.h"

#include <string_view>
#include <vector>

namespace murmur {

/// Topics that nobody asked for, of which the status tells this many.
inline constexpr qsizetype kMaxUnmatched = 100;

inline QString robotText(std::string_view bytes)
{
    return QString::fromUtf8(bytes.data(), static_cast<qsizetype>(bytes.size()));
}

/// The topics that a URL asks for.
class TopicChoice
{
public:
    TopicChoice() = default;
    explicit TopicChoice(std::vector<TopicPattern> patterns)
        : m_patterns(std::move(patterns))
    {
    }
    /// Nothing was asked for: everything that is harmless.
    [[nodiscard]] bool isAll() const noexcept { return m_patterns.empty(); }
    [[nodiscard]] bool takes(std::string_view topic) const noexcept;
    /// Those that name one topic; the others need somebody who says what topics there are.
    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] bool hasGlobs() const;
    [[nodiscard]] QStringList texts() const;

private:
    std::vector<TopicPattern> m_patterns;
};

/// What rosbridge:// and foxglove:// URLs have in common: host, port, path, `topic`, `tls` and the
/// items of TLS, `ping`, `max-message`; who we are.
struct RobotSettings
{
    FeedOptions feed;
    TopicChoice topics;
};
RobotSettings robotSettings(UrlReader& url, std::uint16_t usualPort,
                            const ConnectionOptions& options);

} // namespace murmur
