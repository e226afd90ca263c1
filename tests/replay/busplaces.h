// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bus/kafkamock.h"
#include "bus/publisher.h"
#include "cli/murmurprocess.h"
#include "session/session.h"
#include "support/brokers.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <functional>
#include <memory>
#include <utility>

namespace murmur::test {

using namespace Qt::StringLiterals;

/// A broker in a process of its own.
class Server
{
public:
    virtual ~Server() = default;
    /// What went wrong, or nothing.
    virtual QByteArray start() = 0;
    [[nodiscard]] virtual int port() const = 0;
};

class ProgramServer final : public Server
{
public:
    ProgramServer(const QString& program, const QStringList& arguments)
        : m_broker(program, arguments)
    {
    }
    QByteArray start() override { return m_broker.start(); }
    [[nodiscard]] int port() const override { return m_broker.port; }

private:
    Broker m_broker;
};

class KafkaServer final : public Server
{
public:
    QByteArray start() override { return m_mock.start({u"swarm.a:1"_s, u"swarm.b:1"_s}); }
    [[nodiscard]] int port() const override { return m_mock.port(); }
    /// The kinds of requests that came so far.
    QByteArray requests() { return m_mock.command("requests"); }

private:
    KafkaMock m_mock;
};

class NodeServer final : public Server
{
public:
    explicit NodeServer(const QString& script)
        : m_node(QStringLiteral(NODE_DIRECTORY), script, {QString::number(m_port)})
    {
    }
    QByteArray start() override
    {
        for (int i = 0; i < 200 && m_node.state() != QProcess::NotRunning; ++i) {
            if (m_node.canReadLine() && m_node.readLine().startsWith("ready"))
                return {};
            m_node.waitForReadyRead(100);
        }
        return "node: " + m_node.readAll();
    }
    [[nodiscard]] int port() const override { return m_port; }

private:
    const int m_port = freePort();
    NodeProgram m_node;
};

/// The hub stands in the process that records.
class NoServer final : public Server
{
public:
    QByteArray start() override { return {}; }
    [[nodiscard]] int port() const override { return m_port; }

private:
    const int m_port = freePort();
};

using MakeServer = std::function<std::unique_ptr<Server>()>;

/// A program by its name; %1 is its port, %2 a folder of its own.
inline MakeServer programServer(const QString& name, const QStringList& arguments)
{
    return [name, arguments] { return std::make_unique<ProgramServer>(name, arguments); };
}

inline MakeServer natsServer(const QStringList& more = {})
{
    return programServer(u"nats-server"_s,
                         QStringList{u"-a"_s, u"127.0.0.1"_s, u"-p"_s, u"%1"_s} + more);
}

/// With JetStream.
inline MakeServer jetStreamServer()
{
    return natsServer({u"-js"_s, u"-sd"_s, u"%2"_s});
}

inline MakeServer mqttServer()
{
    return programServer(u"mosquitto"_s, {u"-p"_s, u"%1"_s});
}

inline MakeServer redisServer()
{
    return programServer(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                             u"--dir"_s, u"%2"_s, u"--save"_s, u""_s});
}

inline MakeServer kafkaServer()
{
    return [] { return std::make_unique<KafkaServer>(); };
}

struct PlaceOptions
{
    std::function<std::unique_ptr<Server>()> server;
    QString listen; ///< URL; "%1" is the port of the server, "%T" that of a tap before it
    QString send;
    QString isUp = u"attaching changes"_s; ///< the recorder says so once it listens
    QByteArray stream; ///< JetStream: configuration of one for swarm.>, named EVENTS
};

/// A broker and `murmur record` at it.
struct Place
{
    explicit Place(PlaceOptions what)
        : bus(std::move(what))
        , server(bus.server())
    {
    }
    ~Place()
    {
        if (recorder.state() != QProcess::NotRunning) {
            recorder.kill();
            recorder.waitForFinished();
        }
    }
    [[nodiscard]] QString with(const QString& url) const
    {
        QString text = url;
        return text.replace("%1"_L1, QString::number(server->port()))
            .replace("%T"_L1, QString::number(tapPort));
    }
    /// The recorder ends by itself with so many messages. What went wrong, or nothing.
    QByteArray open(int messages, const QStringList& more = {})
    {
        if (const QByteArray problem = start(); !problem.isEmpty())
            return problem;
        return record(messages, more);
    }
    QByteArray start()
    {
        if (const QByteArray problem = server->start(); !problem.isEmpty())
            return problem;
        if (!bus.stream.isEmpty()) {
            if (const QByteArray problem = makeStream(); !problem.isEmpty())
                return problem;
        }
        return {};
    }
    QByteArray record(int messages, const QStringList& more = {})
    {
        recorder.start(QStringLiteral(MURMUR_PROGRAM),
                       QStringList{u"record"_s, with(bus.listen), u"-o"_s, file(),
                                   u"--max-messages"_s, QString::number(messages), u"--for"_s,
                                   u"60s"_s} +
                           more);
        const QByteArray wanted = with(bus.isUp).toUtf8();
        for (int i = 0; i < 200 && recorder.state() != QProcess::NotRunning; ++i) {
            if (said.contains(wanted))
                return {};
            recorder.waitForReadyRead(100);
            said += recorder.readAllStandardError();
        }
        // What was there already may have been all that was wanted.
        if (recorder.state() == QProcess::NotRunning && recorder.exitCode() == 0)
            return {};
        return "murmur record does not say \"" + wanted + "\": " + said;
    }
    std::unique_ptr<Session> close()
    {
        recorder.waitForFinished(70'000);
        auto session = Session::open(file());
        return session ? std::move(*session) : nullptr;
    }
    /// What the server says to a request; NATS.
    QByteArray ask(const QByteArray& subject, const QByteArray& request) const
    {
        auto publisher = createPublisher(QUrl(with(u"nats://127.0.0.1:%1"_s)), {});
        if (!publisher || !(*publisher)->start())
            return "no publisher";
        QByteArray answer;
        QObject::connect(publisher->get(), &Publisher::answered,
                         [&answer](const Answer& got) { answer = got.raw; });
        OutgoingMessage message;
        message.topic = subject;
        message.raw = request;
        message.wantsReply = true;
        (void)QTest::qWaitFor(
            [&] { return (*publisher)->status().state != PublisherStatus::State::Starting; },
            20'000);
        if (!(*publisher)->publish(message))
            return "not published: " + (*publisher)->status().detail.toUtf8();
        (void)QTest::qWaitFor([&] { return !answer.isEmpty(); }, 20'000);
        return answer;
    }
    QByteArray makeStream() const
    {
        QJsonObject config = QJsonDocument::fromJson(bus.stream).object();
        config[u"name"_s] = u"EVENTS"_s;
        config[u"subjects"_s] = QJsonArray{u"swarm.>"_s};
        config[u"storage"_s] = u"memory"_s;
        const QByteArray answer = ask("$JS.API.STREAM.CREATE.EVENTS",
                                      QJsonDocument(config).toJson(QJsonDocument::Compact));
        return answer.contains("\"created\"") ? QByteArray() : "no stream: " + answer;
    }
    [[nodiscard]] QString file() const { return dir.filePath(u"place.murmur"_s); }
    [[nodiscard]] QString sendTo() const { return with(bus.send); }

    PlaceOptions bus;
    std::unique_ptr<Server> server;
    const int tapPort = freePort();
    QTemporaryDir dir;
    QProcess recorder;
    QByteArray said;
};

} // namespace murmur::test
