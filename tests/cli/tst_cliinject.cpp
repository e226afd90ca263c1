// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur inject`: what it sends, what it says, and what it does not do unless told.

#include "bus/hubclient.h"
#include "murmurprocess.h"

#include <QEventLoop>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// Runs it with the event loop of the test, in which an agent may answer.
Outcome injected(const QStringList& arguments, const QString& profiles = {})
{
    QProcess process;
    if (!profiles.isEmpty()) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"MURMURSCOPE_PROFILES"_s, profiles);
        process.setProcessEnvironment(environment);
    }
    QEventLoop loop;
    QObject::connect(&process, &QProcess::finished, &loop, &QEventLoop::quit);
    process.start(QStringLiteral(MURMUR_PROGRAM), QStringList{u"inject"_s} + arguments);
    loop.exec();
    return outcomeOf(process);
}

/// An agent on the hub that answers what has a reply address.
class Answering
{
public:
    explicit Answering(quint16 port, QByteArray goal)
        : m_client(QUrl(u"ws://127.0.0.1:%1"_s.arg(port)))
        , m_goal(std::move(goal))
    {
        QObject::connect(&m_client, &HubClient::opened, &m_client, [this] {
            (void)m_client.publish(R"({"op":"subscribe","topics":["plan"]})");
        });
        QObject::connect(&m_client, &HubClient::heard, &m_client, [this](const QByteArray& json) {
            const QJsonObject heard = QJsonDocument::fromJson(json).object();
            if (heard[u"op"_s].toString() == u"subscribed"_s)
                m_isReady = true;
            if (heard[u"op"_s].isString())
                return;
            m_heard.push_back(heard);
            QJsonObject answer{{u"topic"_s, heard[u"reply_to"_s]},
                               {u"correlation_id"_s, heard[u"correlation_id"_s]},
                               {u"kind"_s, u"reply"_s},
                               {u"from"_s, u"planner"_s},
                               {u"payload"_s, QJsonObject{{u"goal"_s, QString::fromUtf8(m_goal)},
                                                          {u"steps"_s, 3}}}};
            (void)m_client.publish(QJsonDocument(answer).toJson(QJsonDocument::Compact));
        });
        m_client.open();
    }
    [[nodiscard]] bool isReady() const { return m_isReady; }
    [[nodiscard]] const std::vector<QJsonObject>& heard() const { return m_heard; }

private:
    HubClient m_client;
    QByteArray m_goal;
    bool m_isReady = false;
    std::vector<QJsonObject> m_heard;
};

} // namespace

class TestCliInject : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_folder.isValid());
        qputenv("XDG_CONFIG_HOME", m_folder.path().toUtf8());
    }

    void nothingIsSentUnlessArmed()
    {
        const QString file = m_folder.filePath(u"dry.murmur"_s);
        Recording hub(file);
        const QString url = u"listen://127.0.0.1:%1"_s.arg(hub.port());
        const QStringList message{u"--to"_s,      url,
                                  u"--topic"_s,   u"tasks"_s,
                                  u"--payload"_s, u"{\"goal\":\"{{counter}}\"}"_s};
        const Outcome unarmed = injected(message);
        QCOMPARE(unarmed.code, 2);
        QVERIFY2(unarmed.err.contains("--arm"), unarmed.err.constData());
        QVERIFY2(unarmed.out.contains(R"("goal":"1")"), unarmed.out.constData());
        const Outcome dry = injected(message + QStringList{u"--dry-run"_s, u"--arm"_s});
        QCOMPARE(dry.code, 0);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        QCOMPARE(messagesOf(file), 0);
    }

    void whatIsSentIsMarkedAndRecordedSo()
    {
        const QString file = m_folder.filePath(u"sent.murmur"_s);
        Recording hub(file);
        const Outcome sent =
            injected({u"--to"_s, u"listen://127.0.0.1:%1"_s.arg(hub.port()), u"--topic"_s,
                      u"tasks"_s, u"--payload"_s, u"{\"from\":\"me\",\"n\":{{counter}}}"_s,
                      u"--repeat"_s, u"3"_s, u"--rate"_s, u"1000"_s, u"--arm"_s, u"--json"_s});
        QCOMPARE(sent.code, 0);
        const auto lines = sent.objects();
        QCOMPARE(lines.size(), std::size_t(4));
        QCOMPARE(lines[3][u"sent"_s].toInt(), 3);
        QCOMPARE(lines[3][u"mark"_s].toString(), u"payload"_s);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        const auto marked =
            murmur::murmur({u"query"_s, file, u"topic == tasks"_s, u"--json"_s}).objects();
        QCOMPARE(marked.size(), std::size_t(3));
        for (std::size_t i = 0; i < marked.size(); ++i) {
            QCOMPARE(marked[i][u"flags"_s].toArray(), QJsonArray{u"injected"_s});
            QCOMPARE(marked[i][u"topic"_s].toString(), u"tasks"_s);
            QVERIFY(
                QJsonDocument(marked[i]).toJson().contains(lines[3][u"id"_s].toString().toUtf8()));
        }
    }

    void aRequestIsAnsweredAndTheAnswerComparedWithTheRecordedOne()
    {
        const QString file = m_folder.filePath(u"asked.murmur"_s);
        {
            Recording hub(file);
            const quint16 port = hub.port();
            post(port, R"({"topic":"plan","from":"me","to":"planner","kind":"request","id":"m-1",)"
                       R"("payload":{"ask":"A"}})");
            post(port, R"({"topic":"plan.reply","from":"planner","to":"me","kind":"reply",)"
                       R"("correlation_id":"m-1","payload":{"goal":"A-14","steps":3}})");
            hub.signal(SIGINT);
            QCOMPARE(hub.outcome().code, 0);
        }
        const QString second = m_folder.filePath(u"again.murmur"_s);
        Recording hub(second);
        const quint16 port = hub.port();
        Answering planner(port, "B-02");
        QTRY_VERIFY(planner.isReady());
        const Outcome asked = injected({u"--to"_s, u"listen://127.0.0.1:%1"_s.arg(port),
                                        u"--from"_s, file, u"1"_s, u"--set"_s, u"payload.ask=B"_s,
                                        u"--expect-reply"_s, u"5s"_s, u"--arm"_s, u"--json"_s});
        QVERIFY2(asked.code == 0, asked.err.constData());
        QCOMPARE(planner.heard().size(), std::size_t(1));
        QCOMPARE(planner.heard()[0][u"payload"_s].toObject()[u"ask"_s].toString(), u"B"_s);
        QCOMPARE(planner.heard()[0][u"x-murmurscope-original-seq"_s].toString(), u"1"_s);
        const auto lines = asked.objects();
        QCOMPARE(lines.size(), std::size_t(3));
        const auto answered = std::ranges::find_if(lines, [](const QJsonObject& line) {
            return line[u"event"_s].toString() == u"answered"_s;
        });
        QVERIFY(answered != lines.end());
        QVERIFY((*answered)[u"latency_ms"_s].toDouble() > 0);
        bool isGoalNamed = false;
        for (const QJsonValue& difference : (*answered)[u"differences"_s].toArray()) {
            const QJsonObject one = difference.toObject();
            QVERIFY(one[u"path"_s].toString() != u"payload.steps"_s);
            if (one[u"path"_s].toString() != u"payload.goal"_s)
                continue;
            isGoalNamed = true;
            QCOMPARE(one[u"recorded"_s].toString(), u"\"A-14\""_s);
            QCOMPARE(one[u"received"_s].toString(), u"\"B-02\""_s);
            QVERIFY(!one[u"volatile"_s].toBool());
        }
        QVERIFY(isGoalNamed);
    }

    void aSequenceGoesOutInOrderWithWhatWasAnswered()
    {
        const QString file = m_folder.filePath(u"rescue.murmur"_s);
        const QString sequence = writtenSequence(u"rescue.json"_s, R"({"sequence":[
            {"topic":"plan","payload":{"from":"me","ask":"A"},"expect_reply":"5s"},
            {"topic":"tasks","payload":"{'from':'me','goal':'{{reply.payload.goal}}'}",
             "after_reply":true,"pause":"20ms"},
            {"topic":"done","payload":{"from":"me"}}]})");
        Recording hub(file);
        const QString url = u"listen://127.0.0.1:%1"_s.arg(hub.port());
        const QStringList words{u"--to"_s, url, u"--sequence"_s, sequence, u"--json"_s};
        const Outcome dry = injected(words + QStringList{u"--dry-run"_s});
        QVERIFY2(dry.code == 0, dry.err.constData());
        QCOMPARE(dry.objects().size(), std::size_t(3));
        QVERIFY(dry.out.contains("{{reply.payload.goal}}"));
        Answering planner(hub.port(), "B-02");
        QTRY_VERIFY(planner.isReady());
        const Outcome sent = injected(words + QStringList{u"--arm"_s});
        QVERIFY2(sent.code == 0, sent.err.constData());
        QCOMPARE(sent.objects().back()[u"sent"_s].toInt(), 3);
        QCOMPARE(sent.objects().back()[u"answered"_s].toInt(), 1);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        const auto heard = murmur::murmur({u"query"_s, file, u"injected"_s, u"--json"_s}).objects();
        QCOMPARE(heard.size(), std::size_t(3));
        QCOMPARE(heard[0][u"topic"_s].toString(), u"plan"_s);
        QCOMPARE(heard[1][u"topic"_s].toString(), u"tasks"_s);
        QCOMPARE(heard[2][u"topic"_s].toString(), u"done"_s);
        QVERIFY(QJsonDocument(heard[1]).toJson().contains("B-02"));
    }

    void aSequenceWithoutItsAnswerEnds()
    {
        const QString sequence = writtenSequence(u"silent.json"_s, R"({"sequence":[
            {"topic":"plan","payload":"{}","expect_reply":"100ms"},
            {"topic":"tasks","payload":"{}","after_reply":true}]})");
        const QString file = m_folder.filePath(u"silence.murmur"_s);
        Recording hub(file);
        const QStringList words{u"--to"_s, u"listen://127.0.0.1:%1"_s.arg(hub.port()),
                                u"--sequence"_s, sequence};
        const Outcome sent = injected(words + QStringList{u"--arm"_s});
        QCOMPARE(sent.code, 1);
        QVERIFY2(sent.err.contains("Message 1 had no answer"), sent.err.constData());
        const Outcome mixed = injected(words + QStringList{u"--topic"_s, u"a"_s, u"--arm"_s});
        QCOMPARE(mixed.code, 2);
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        QCOMPARE(messagesOf(file), 1);
    }

    void silenceIsSaid()
    {
        Recording hub(m_folder.filePath(u"silent.murmur"_s));
        const Outcome asked = injected({u"--to"_s, u"listen://127.0.0.1:%1"_s.arg(hub.port()),
                                        u"--topic"_s, u"plan"_s, u"--payload"_s, u"{}"_s,
                                        u"--expect-reply"_s, u"200ms"_s, u"--arm"_s});
        QCOMPARE(asked.code, 1);
        QVERIFY2(asked.err.contains("no answer"), asked.err.constData());
    }

    /// It stands there before it is sent, as a replay does.
    void elsewhereItIsShownBeforeItIsSent()
    {
        Recording hub(m_folder.filePath(u"shown.murmur"_s));
        const QString url = u"listen://127.0.0.1:%1"_s.arg(hub.port());
        const QString profiles = m_folder.filePath(u"shown.json"_s);
        const QStringList message{u"--to"_s, url, u"--topic"_s, u"plan"_s, u"--payload"_s, u"{}"_s};
        const Outcome dev = injected(message + QStringList{u"--arm"_s}, profiles);
        QCOMPARE(dev.code, 0);
        QVERIFY2(!dev.err.contains("topic    plan"), dev.err.constData());
        for (const auto& [environment, arm] : {std::pair{u"staging"_s, u"--arm"_s},
                                               std::pair{u"production"_s, u"--arm=127.0.0.1"_s}}) {
            QCOMPARE(murmurWith(profiles, {u"profile"_s, u"add"_s, u"p"_s, url, u"--environment"_s,
                                           environment, u"--replace"_s}),
                     0);
            const Outcome sent = injected(message + QStringList{arm, u"--json"_s}, profiles);
            QVERIFY2(sent.code == 0, sent.err.constData());
            QVERIFY2(sent.err.contains("topic    plan"), sent.err.constData());
            QVERIFY(sent.err.contains(environment.toUtf8()));
            QCOMPARE(sent.objects().front()[u"event"].toString(), u"sent"_s);
        }
    }

    void whatCannotBeSentIsSaid_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char* name, const QStringList& arguments, int code,
                            const char* says) {
            QTest::newRow(name) << arguments << code << QByteArray(says);
        };
        const QStringList nats{u"--to"_s, u"nats://127.0.0.1:1"_s, u"--payload"_s, u"x"_s};
        row("the bus's own topic", nats + QStringList{u"--topic"_s, u"$SYS.a"_s, u"--arm"_s}, 2,
            "topic of the bus itself");
        row("also dry", nats + QStringList{u"--topic"_s, u"_INBOX.a"_s, u"--dry-run"_s}, 2,
            "topic of the bus itself");
        row("no topic", nats + QStringList{u"--arm"_s}, 2, "Name a topic");
        row("nobody there", nats + QStringList{u"--topic"_s, u"a"_s, u"--arm"_s}, 4, "127.0.0.1:1");
        row("never to write",
            {u"--to"_s, u"nats://127.0.0.1:4"_s, u"--topic"_s, u"a"_s, u"--payload"_s, u"x"_s,
             u"--arm"_s},
            2, "never write");
        row("a bus that takes nothing",
            {u"--to"_s, u"otlp://127.0.0.1:4318"_s, u"--topic"_s, u"a"_s, u"--payload"_s, u"x"_s,
             u"--arm"_s},
            2, "otlp");
        row("nothing to send", {u"--to"_s, u"nats://h"_s, u"--topic"_s, u"a"_s}, 2, "--payload");
        row("an unknown variable",
            {u"--to"_s, u"nats://127.0.0.1:1"_s, u"--topic"_s, u"a"_s, u"--payload"_s, u"{{uid}}"_s,
             u"--dry-run"_s},
            2, "uuid");
        for (const char* const rate : {"nan", "inf"})
            row(rate,
                nats + QStringList{u"--topic"_s, u"a"_s, u"--repeat"_s, u"3"_s, u"--rate"_s,
                                   QString::fromLatin1(rate), u"--dry-run"_s},
                2, "expected a number");
        row("effects, twice",
            nats + QStringList{u"--topic"_s, u"payments"_s, u"--repeat"_s, u"2"_s, u"--dry-run"_s},
            2, "Send it alone and once");
        row("a mark of one's own",
            nats + QStringList{u"--topic"_s, u"a"_s, u"--header"_s, u"x-murmurscope-replay="_s,
                               u"--dry-run"_s},
            2, "leave it out");
        row("a header without a value",
            nats + QStringList{u"--topic"_s, u"a"_s, u"--header"_s, u"x"_s}, 2, "NAME=VALUE");
    }
    void whatCannotBeSentIsSaid()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, says);
        const QString profiles = m_folder.filePath(u"profiles.json"_s);
        QCOMPARE(murmurWith(profiles, {u"profile"_s, u"add"_s, u"p"_s, u"nats://127.0.0.1:4"_s,
                                       u"--never-write"_s, u"--replace"_s}),
                 0);
        const Outcome refused = injected(arguments, profiles);
        QVERIFY2(refused.err.contains(says), refused.err.constData());
        QCOMPARE(refused.code, code);
    }

private:
    /// Single quotes within its texts stand for escaped double ones.
    QString writtenSequence(const QString& name, QByteArray json) const
    {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(json.replace('\'', "\\\"")) < 0)
            qWarning("cannot write");
        return file.fileName();
    }
    static int murmurWith(const QString& profiles, const QStringList& arguments)
    {
        qputenv("MURMURSCOPE_PROFILES", profiles.toUtf8());
        const Outcome outcome = murmur::murmur(arguments);
        qunsetenv("MURMURSCOPE_PROFILES");
        if (outcome.code != 0)
            qWarning("%s", outcome.err.constData());
        return outcome.code;
    }
    static int messagesOf(const QString& file)
    {
        return murmur::murmur({u"info"_s, file, u"--json"_s})
            .objects()
            .at(0)[u"messages"_s]
            .toInt();
    }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestCliInject)
#include "tst_cliinject.moc"
