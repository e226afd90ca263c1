// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redismonitor.h"

#include "base/message.h"
#include "base/time.h"

#include <optional>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kMaxLine = std::size_t(64) << 20;

int hexOf(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A quoted argument as MONITOR writes it; moves `at` behind it. Nothing when it is none.
std::optional<QByteArray> argumentAt(const QByteArray& line, qsizetype& at)
{
    while (at < line.size() && line[at] == ' ')
        ++at;
    if (at >= line.size() || line[at] != '"')
        return std::nullopt;
    ++at;
    QByteArray text;
    while (at < line.size()) {
        const char c = line[at++];
        if (c == '"')
            return text;
        if (c != '\\') {
            text += c;
            continue;
        }
        if (at >= line.size())
            return std::nullopt;
        const char escape = line[at++];
        switch (escape) {
        case 'n':
            text += '\n';
            break;
        case 'r':
            text += '\r';
            break;
        case 't':
            text += '\t';
            break;
        case 'a':
            text += '\a';
            break;
        case 'b':
            text += '\b';
            break;
        case 'x': {
            const int high = at + 1 < line.size() ? hexOf(line[at]) : -1;
            const int low = high >= 0 ? hexOf(line[at + 1]) : -1;
            if (low < 0)
                return std::nullopt;
            text += static_cast<char>(16 * high + low);
            at += 2;
            break;
        }
        default:
            text += escape;
        }
    }
    return std::nullopt;
}

// "1339518083.107412" in ns.
std::optional<std::int64_t> timeOf(QByteArrayView text)
{
    const qsizetype dot = text.indexOf('.');
    bool isNumber = false;
    const qlonglong seconds = text.first(std::max<qsizetype>(dot, 0)).toLongLong(&isNumber);
    bool isFraction = false;
    const qlonglong micros = text.sliced(dot + 1).toLongLong(&isFraction);
    if (!isNumber || !isFraction || dot + 7 != text.size() || micros < 0 || seconds < 0 ||
        seconds > 9'000'000'000) {
        return std::nullopt;
    }
    return (seconds * 1'000'000 + micros) * 1000;
}

} // namespace

bool readMonitorLine(const QByteArray& line, HeardMessage& message)
{
    const qsizetype open = line.indexOf(" [");
    const qsizetype close = line.indexOf("] ", open);
    if (open < 0 || close < 0)
        return false;
    const auto time = timeOf(QByteArrayView(line).first(open));
    const QByteArray client = line.mid(open + 2, close - open - 2);
    const qsizetype space = client.indexOf(' ');
    qsizetype at = close + 2;
    const qsizetype commandAt = at;
    const auto command = argumentAt(line, at);
    if (!time || space < 0 || !command)
        return false;
    const QByteArray name = command->toLower();
    const std::string headers =
        headersToBytes({{"redis-command", name.toStdString()},
                        {"redis-database", client.left(space).toStdString()},
                        {"redis-time", isoTimeUtf8(*time)}});
    message.headers = QByteArray(headers.data(), static_cast<qsizetype>(headers.size()));
    message.peer = client.mid(space + 1);
    if (name == "publish" || name == "spublish") {
        const auto channel = argumentAt(line, at);
        const auto payload = argumentAt(line, at);
        if (channel && payload) {
            message.topic = *channel;
            message.raw = *payload;
            return true;
        }
    }
    message.topic = "monitor." + name;
    message.raw = line.mid(commandAt);
    return true;
}

RedisMonitor::RedisMonitor(const RedisSettings& settings, RedisInbox& inbox)
    : RedisLink(settings, inbox)
{
    maxLine = kMaxLine;
    m_end.setSingleShot(true);
    m_end.setInterval(std::chrono::ceil<std::chrono::milliseconds>(settings.monitorFor));
    connect(&m_end, &QTimer::timeout, this,
            [this] { endAfter(durationText(this->settings().monitorFor)); });
}

void RedisMonitor::attach()
{
    send({"MONITOR"});
}

void RedisMonitor::count(std::size_t bytes)
{
    m_bytes += static_cast<std::int64_t>(bytes);
}

void RedisMonitor::hear(RespValue& value, std::int64_t now)
{
    if (state() == State::Ended)
        return;
    if (value.isError()) {
        refuse(value.text, u"use MONITOR"_s);
        return;
    }
    if (state() != State::Up && value.text == "OK") {
        outage().end(inbox().context(), now);
        if (!m_end.isActive())
            m_end.start();
        setUp(u"Watching all commands of %1."_s.arg(address().text()));
        return;
    }
    HeardMessage message;
    message.connection = inbox().context().id;
    message.received = now;
    if (!readMonitorLine(value.text, message)) {
        message.raw = value.text;
        message.undecodable = "not a line of MONITOR";
    }
    inbox().add(std::move(message));
    if (m_bytes >= settings().monitorMax)
        endAfter(bytesText(settings().monitorMax));
}

void RedisMonitor::endAfter(const QString& limit)
{
    m_end.stop();
    end(u"Stopped watching the commands of %1 after %2, as agreed; MONITOR slows the server. "
        "monitor-for= and monitor-max= set the limits."_s.arg(address().text(), limit));
}

} // namespace murmur
