// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/robotsettings.h"

#include "bus/websocket/websocketsettings.h"

#include <QUrlQuery>

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

bool isGlob(const TopicPattern& pattern)
{
    return pattern.text().find_first_of("*>#") != std::string::npos;
}

} // namespace

bool TopicChoice::takes(std::string_view topic) const noexcept
{
    return m_patterns.empty() || std::ranges::any_of(m_patterns, [&](const TopicPattern& pattern) {
               return pattern.matches(topic);
           });
}

std::vector<std::string> TopicChoice::names() const
{
    std::vector<std::string> names;
    for (const TopicPattern& pattern : m_patterns) {
        if (!isGlob(pattern))
            names.push_back(pattern.text());
    }
    return names;
}

bool TopicChoice::hasGlobs() const
{
    return m_patterns.empty() || std::ranges::any_of(m_patterns, isGlob);
}

QStringList TopicChoice::texts() const
{
    QStringList texts;
    for (const TopicPattern& pattern : m_patterns)
        texts << QString::fromStdString(pattern.text());
    return texts;
}

RobotSettings robotSettings(UrlReader& url, std::uint16_t usualPort,
                            const ConnectionOptions& options)
{
    RobotSettings settings;
    FeedOptions& feed = settings.feed;
    const QUrlQuery query(url.url());
    const bool isTls = url.flag(u"tls"_s);
    for (const QString& item : {u"ca"_s, u"cert"_s, u"key"_s, u"server-name"_s, u"insecure"_s}) {
        if (!isTls && query.hasQueryItem(item))
            url.refuse(u"%1 is for an encrypted connection: add tls=1"_s.arg(item));
    }
    feed.tls = url.tls(isTls, options.keyPassword);
    feed.target.setScheme(feed.tls.isOn ? u"wss"_s : u"ws"_s);
    feed.target.setHost(url.host());
    feed.target.setPort(url.port(usualPort));
    feed.target.setPath(url.url().path(QUrl::FullyEncoded), QUrl::TolerantMode);
    feed.ping = std::chrono::duration_cast<std::chrono::milliseconds>(
        url.duration(u"ping"_s, 100ms, 1h, 20s));
    feed.maxMessage = static_cast<std::size_t>(
        url.bytes(u"max-message"_s, 1024, std::int64_t(1) << 30, std::int64_t(64) << 20));
    if (url.url().hasFragment()) {
        url.refuse(u"what stands behind # is not sent to anybody; as the end of a pattern write > "
                   "for it"_s);
    }
    std::vector<TopicPattern> patterns;
    for (const QString& text : url.list(u"topic"_s)) {
        auto pattern = TopicPattern::fromText(text.trimmed().toStdString());
        if (pattern)
            patterns.push_back(std::move(*pattern));
        else
            url.refuse(u"topic: %1"_s.arg(pattern.error().message));
    }
    settings.topics = TopicChoice(std::move(patterns));
    ConnectionOptions given = options;
    given.token = secretOr(options.token, "MURMURSCOPE_TOKEN");
    given.password = secretOr(options.password, "MURMURSCOPE_PASSWORD");
    addCredentials(feed, url, given);
    return settings;
}

} // namespace murmur
