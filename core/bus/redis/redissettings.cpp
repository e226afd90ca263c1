// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redissettings.h"

#include "base/clock.h"
#include "bus/lagwatch.h"
#include "bus/redis/redisglob.h"
#include "bus/redis/streamid.h"
#include "bus/urlreader.h"

#include <algorithm>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace murmur {

namespace {

constexpr std::int64_t kMiB = 1 << 20;
constexpr std::size_t kMaxNames = 10'000;

QByteArrayList namesOf(UrlReader& reader, const QString& item)
{
    QByteArrayList names;
    for (const QString& name : reader.list(item)) {
        if (!names.contains(name.toUtf8()))
            names << name.toUtf8();
    }
    if (static_cast<std::size_t>(names.size()) > kMaxNames)
        reader.refuse(u"%1 lists more than %2 names"_s.arg(item).arg(kMaxNames));
    return names;
}

bool takesEverything(const QByteArray& pattern)
{
    return std::ranges::all_of(pattern, [](char c) { return c == '*'; });
}

// The server sends a message once for the channel and once for each pattern that takes it, so
// what another pattern certainly covers is not asked for.
void leaveOutWhatIsCovered(RedisSettings& settings)
{
    const auto all = std::ranges::find_if(settings.patterns, takesEverything);
    if (all != settings.patterns.end())
        settings.patterns = {*all};
    settings.channels.removeIf([&](const QByteArray& channel) {
        return std::ranges::any_of(settings.patterns, [&](const QByteArray& pattern) {
            return redisGlobMatches(
                {pattern.constData(), static_cast<std::size_t>(pattern.size())},
                {channel.constData(), static_cast<std::size_t>(channel.size())});
        });
    });
}

void checkPlace(UrlReader& reader, const QString& item, const Position& position)
{
    if (position.what == Position::What::Place && !StreamId::fromText(position.place)) {
        reader.refuse(u"%1=@%2 is no id of a stream; one looks like @1526919030474-55"_s.arg(
            item, QString::fromUtf8(position.place)));
    }
}

} // namespace

Result<RedisSettings> redisSettingsFromUrl(const QUrl& url, const ConnectionOptions& options)
{
    UrlReader reader(url, u"Redis"_s, processClock().nowNs());
    RedisSettings settings;
    settings.host = reader.host();
    settings.port = reader.port(6379);
    settings.user = reader.user().toUtf8();
    settings.password = secretOr(options.password, "MURMURSCOPE_PASSWORD");
    settings.tls = reader.tls(url.scheme() == "rediss"_L1, options.keyPassword);

    if (const QString path = url.path().mid(1); !path.isEmpty()) {
        bool ok = false;
        settings.database = path.toInt(&ok);
        if (!ok || settings.database < 0)
            reader.refuse(
                u"the path is the number of the database, as in /2, not “/%1”"_s.arg(path));
    }
    settings.patterns = namesOf(reader, u"pattern"_s);
    settings.channels = namesOf(reader, u"channel"_s);
    settings.streams = namesOf(reader, u"stream"_s);
    settings.from = reader.position(u"from"_s, {});
    settings.to = reader.position(u"to"_s, settings.to);
    settings.watchesLag = lagFromUrl(reader);
    settings.monitor = reader.flag(u"monitor"_s);
    settings.monitorFor = reader.duration(u"monitor-for"_s, 1s, 24h, 60s);
    settings.monitorMax = reader.bytes(u"monitor-max"_s, 1024, 1'048'576 * kMiB, 64 * kMiB);

    checkPlace(reader, u"from"_s, settings.from);
    checkPlace(reader, u"to"_s, settings.to);
    if (settings.from.what == Position::What::Never ||
        settings.to.what == Position::What::Beginning)
        reader.refuse(u"from and to leave nothing to read"_s);
    reader.checkOrder(settings.from, settings.to);
    if (settings.from.what == Position::What::Place && settings.to.what == settings.from.what &&
        StreamId::fromText(settings.to.place, StreamId::kMost) <
            StreamId::fromText(settings.from.place))
        reader.refuse(u"to is before from, so there is nothing to read"_s);
    if (settings.streams.isEmpty() && (settings.readsPast() || settings.isWindow()))
        reader.refuse(u"from and to are for streams (stream=NAME); channels keep nothing"_s);
    if (settings.isWindow() && settings.subscribes())
        reader.refuse(
            u"to ends the reading of streams; channels have no end, attach to them with a "
            "URL of their own"_s);
    if (settings.monitor && (settings.subscribes() || !settings.streams.isEmpty()))
        reader.refuse(u"monitor shows all commands, PUBLISH and XADD among them; it goes without "
                      "pattern, channel and stream"_s);
    if (const Status status = reader.finish(); !status)
        return status.error();

    if (!settings.monitor && !settings.subscribes() && settings.streams.isEmpty()) {
        settings.patterns = {"*"};
        settings.isDefault = true;
    }
    leaveOutWhatIsCovered(settings);
    return settings;
}

} // namespace murmur
