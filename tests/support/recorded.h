// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/connection.h"
#include "session/recorder.h"
#include "session/session.h"

#include <QByteArray>
#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <vector>

namespace murmur::tests {

/// 2026-05-21 04:17:00 UTC: the moment at which the tests' recordings begin.
inline const TimePoint kStart = fromNs(1'779'337'020'000'000'000);

/// One message of a test: `after` the start, a topic and the JSON that was said.
struct Said
{
    nanoseconds after{0};
    QByteArray topic;
    QByteArray json;
};

/// Records what is said through a real recorder into a temporary file. Live until `close`, which
/// ends the recording in order and opens the file.
class Recorded
{
public:
    explicit Recorded(const std::vector<Said>& said = {})
    {
        RecorderOptions options;
        options.path = m_dir.filePath(QStringLiteral("test.murmur"));
        m_recorder = std::make_unique<Recorder>(options);
        if (const auto status = m_recorder->start(); !status)
            qFatal("%s", qUtf8Printable(status.error().message));
        m_recorder->setWaitsForRoom(true);
        m_connection = m_recorder->registerConnection(
            QUrl(QStringLiteral("listen://127.0.0.1:7777")), QStringLiteral("hub"));
        auto session = Session::follow(m_recorder.get());
        if (!session)
            qFatal("%s", qUtf8Printable(session.error().message));
        m_session = std::move(*session);
        say(said);
    }
    ~Recorded()
    {
        m_session.reset();
        m_recorder.reset();
    }

    void say(const std::vector<Said>& said)
    {
        std::vector<HeardMessage> batch;
        for (const Said& message : said) {
            HeardMessage heard;
            heard.connection = m_connection;
            heard.received = toNs(kStart + message.after);
            heard.topic = message.topic;
            heard.raw = message.json;
            batch.push_back(std::move(heard));
        }
        m_said += static_cast<Seq>(batch.size());
        if (!batch.empty())
            m_recorder->sink().hear(std::move(batch));
    }
    /// True when all that was said can be seen.
    [[nodiscard]] bool waitForAll() const
    {
        return QTest::qWaitFor([this] { return m_session->seen().last == m_said; }, 10'000);
    }
    [[nodiscard]] std::shared_ptr<Session> session() const { return m_session; }
    [[nodiscard]] QString path() const { return m_recorder->path(); }

    /// Ends the recording; the result reads the finished file.
    std::shared_ptr<Session> close()
    {
        m_session.reset();
        (void)m_recorder->stop();
        auto session = Session::open(m_recorder->path());
        if (!session)
            qFatal("%s", qUtf8Printable(session.error().message));
        m_session = std::move(*session);
        return m_session;
    }

private:
    QTemporaryDir m_dir;
    std::unique_ptr<Recorder> m_recorder;
    std::shared_ptr<Session> m_session;
    ConnectionId m_connection{};
    Seq m_said = 0;
};

inline Said said(std::chrono::milliseconds after, const char* topic, const QByteArray& json)
{
    return {after, topic, json};
}

/// A request and, after `latency`, its reply.
inline std::vector<Said> call(std::chrono::milliseconds after, std::chrono::milliseconds latency,
                              const char* from, const char* to, int id)
{
    const QByteArray number = QByteArray::number(id);
    const auto json = [&](const char* a, const char* b, const char* kind, const QByteArray& ids) {
        return QByteArray("{\"from\":\"") + a + "\",\"to\":\"" + b + "\",\"kind\":\"" + kind +
               "\"," + ids + ",\"payload\":{\"n\":" + number + "}}";
    };
    return {said(after, "calls", json(from, to, "request", "\"id\":\"q" + number + "\"")),
            said(after + latency, "calls",
                 json(to, from, "reply",
                      "\"id\":\"r" + number + "\",\"correlation_id\":\"q" + number + "\""))};
}

} // namespace murmur::tests
