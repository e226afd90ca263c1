// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/redis/redissurvey.h"

#include "bus/redis/redissettings.h"
#include "bus/redis/respreader.h"

#include <QElapsedTimer>
#include <QSslConfiguration>
#include <QSslSocket>

#include <algorithm>
#include <array>
#include <set>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr qint64 kAskPatience = 3000; // ms, for one answer
constexpr qint64 kScanPatience = 1500;
constexpr int kScanRounds = 200;
constexpr std::size_t kMostStreams = 500;
constexpr std::size_t kMostChannels = 10'000;

class RedisAsker final : public BusAsker
{
public:
    RedisAsker(const QUrl& url, const ConnectionOptions& options)
        : m_settings(redisSettingsFromUrl(url, options))
    {
    }

    Result<BusFacts> look(const std::stop_token& stop) override
    {
        if (!m_settings)
            return m_settings.error();
        m_stop = stop;
        m_trouble.clear();
        const bool isFirst = m_socket == nullptr;
        if (isFirst && !logIn())
            return Error{ErrorCode::Unreachable, m_trouble};
        if (isFirst)
            m_facts = askAll();
        askStreams(isFirst);
        return m_facts;
    }

private:
    bool logIn();
    BusFacts askAll();
    void findStreams();
    void askStreams(bool isFirst);
    void takeEntries(const RespValue& entries, SurveyedTopic& topic);
    void send(const QByteArrayList& words);
    [[nodiscard]] RespValue answer();
    RespValue ask(const QByteArrayList& words)
    {
        send(words);
        return answer();
    }
    /// An answer that is an error is a note.
    bool isGiven(const RespValue& value, const QString& what);

    Result<RedisSettings> m_settings;
    std::unique_ptr<QSslSocket> m_socket;
    RespReader m_reader;
    std::stop_token m_stop;
    BusFacts m_facts;
    QString m_trouble;
};

bool RedisAsker::logIn()
{
    m_socket = std::make_unique<QSslSocket>();
    if (m_settings->tls.isOn) {
        auto configuration = sslConfiguration(m_settings->tls);
        if (!configuration) {
            m_trouble = configuration.error().message;
            return false;
        }
        m_socket->setSslConfiguration(*configuration);
        const QString& name = m_settings->tls.serverName;
        m_socket->connectToHostEncrypted(m_settings->host, m_settings->port,
                                         name.isEmpty() ? m_settings->host : name);
        m_socket->waitForEncrypted(kAskPatience);
    } else {
        m_socket->connectToHost(m_settings->host, m_settings->port);
        m_socket->waitForConnected(kAskPatience);
    }
    if (!m_settings->user.isEmpty())
        (void)ask({"AUTH", m_settings->user, m_settings->password});
    else if (!m_settings->password.isEmpty())
        (void)ask({"AUTH", m_settings->password});
    (void)ask({"CLIENT", "SETNAME", "murmurscope"});
    (void)ask({"CLIENT", "NO-TOUCH", "ON"});
    if (m_settings->database != 0)
        (void)ask({"SELECT", QByteArray::number(m_settings->database)});
    if (m_socket->state() == QAbstractSocket::ConnectedState)
        return true;
    m_trouble = u"Redis at %1:%2 does not say what there is: %3."_s.arg(m_settings->host)
                    .arg(m_settings->port)
                    .arg(m_socket->errorString());
    return false;
}

void RedisAsker::send(const QByteArrayList& words)
{
    QByteArray bytes = '*' + QByteArray::number(words.size()) + "\r\n";
    for (const QByteArray& word : words)
        bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
    m_socket->write(bytes);
}

RespValue RedisAsker::answer()
{
    QElapsedTimer time;
    time.start();
    RespValue value;
    while (!m_stop.stop_requested()) {
        const auto outcome = m_reader.next(value);
        if (outcome == RespReader::Outcome::Value)
            return value;
        if (outcome != RespReader::Outcome::NeedMore || time.hasExpired(kAskPatience) ||
            m_socket->state() != QAbstractSocket::ConnectedState)
            break;
        if (m_socket->bytesAvailable() == 0 && !m_socket->waitForReadyRead(100))
            continue;
        std::array<char, RespReader::kPiece> piece;
        const qint64 got = m_socket->read(piece.data(), static_cast<qint64>(piece.size()));
        if (got > 0)
            m_reader.feed(piece.data(), static_cast<std::size_t>(got));
    }
    return {};
}

bool RedisAsker::isGiven(const RespValue& value, const QString& what)
{
    if (!value.isError())
        return true;
    m_facts.notes << u"Redis does not tell %1 (%2)."_s.arg(what, QString::fromUtf8(value.text));
    return false;
}

BusFacts RedisAsker::askAll()
{
    m_facts = {};
    const RespValue info = ask({"INFO", "server"});
    for (const QByteArray& line : info.text.split('\n')) {
        if (line.startsWith("redis_version:"))
            m_facts.version = u"Redis "_s + QString::fromUtf8(line.mid(14).trimmed());
    }
    const RespValue channels = ask({"PUBSUB", "CHANNELS"});
    if (isGiven(channels, u"which channels there are"_s)) {
        for (const RespValue& channel : channels.elements) {
            if (m_facts.topics.size() >= kMostChannels)
                break;
            SurveyedTopic topic;
            topic.topic = QString::fromUtf8(channel.text);
            topic.item = u"channel"_s;
            m_facts.topics.push_back(std::move(topic));
        }
    }
    findStreams();
    return m_facts;
}

void RedisAsker::findStreams()
{
    // Named streams are asked for by name; SCAN goes over all keys, so it is bounded.
    std::set<QByteArray> keys(m_settings->streams.begin(), m_settings->streams.end());
    QElapsedTimer time;
    time.start();
    QByteArray cursor = "0";
    int rounds = 0;
    do {
        const RespValue found = ask({"SCAN", cursor, "COUNT", "1000", "TYPE", "stream"});
        if (!isGiven(found, u"which streams there are"_s) || found.elements.size() != 2)
            break;
        cursor = found.elements[0].text;
        for (const RespValue& key : found.elements[1].elements)
            keys.insert(key.text);
        if (++rounds >= kScanRounds || time.hasExpired(kScanPatience)) {
            if (cursor != "0") {
                m_facts.notes << u"There are very many keys; only some of them were looked at for "
                                 "streams."_s;
            }
            break;
        }
    } while (cursor != "0" && keys.size() < kMostStreams && !m_stop.stop_requested());
    for (const QByteArray& key : keys) {
        SurveyedTopic topic;
        topic.topic = QString::fromUtf8(key);
        topic.item = u"stream"_s;
        m_facts.topics.push_back(std::move(topic));
    }
}

void RedisAsker::askStreams(bool isFirst)
{
    // All questions first: one round trip for all streams.
    for (const SurveyedTopic& topic : m_facts.topics) {
        if (topic.item != "stream"_L1)
            continue;
        send({"XINFO", "STREAM", topic.topic.toUtf8()});
        if (isFirst)
            send({"XREVRANGE", topic.topic.toUtf8(), "+", "-", "COUNT", "3"});
    }
    for (SurveyedTopic& topic : m_facts.topics) {
        if (topic.item != "stream"_L1)
            continue;
        const RespValue info = answer();
        for (std::size_t i = 0; i + 1 < info.elements.size(); i += 2) {
            const QByteArray& name = info.elements[i].text;
            if (name == "length")
                topic.stored = info.elements[i + 1].integer;
            else if (name == "entries-added") // since Redis 7
                topic.total = info.elements[i + 1].integer;
        }
        topic.isExact = topic.total.has_value();
        if (isFirst)
            takeEntries(answer(), topic);
    }
}

void RedisAsker::takeEntries(const RespValue& entries, SurveyedTopic& topic)
{
    std::int64_t bytes = 0;
    std::int64_t count = 0;
    for (const RespValue& entry : entries.elements) {
        if (entry.elements.size() != 2)
            continue;
        ++count;
        const auto& fields = entry.elements[1].elements;
        for (std::size_t i = 1; i < fields.size(); i += 2) {
            bytes += fields[i].text.size();
            topic.isBinary = topic.isBinary || looksBinary(fields[i].text);
            if (topic.sample.size() < kSampleBytes && count == 1)
                topic.sample += fields[i - 1].text + '=' + fields[i].text.left(kSampleBytes) + ' ';
        }
    }
    topic.sample = topic.sample.left(kSampleBytes).trimmed();
    if (count > 0)
        topic.size = bytes / count;
}

} // namespace

std::unique_ptr<BusAsker> askRedis(const QUrl& url, const ConnectionOptions& options)
{
    return std::make_unique<RedisAsker>(url, options);
}

} // namespace murmur
