// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Trying to attach: each URL gets a word and a sentence, the first messages are shown, nothing
// stays.

#include "session/trial.h"

#include <QFile>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestTrial : public QObject
{
    Q_OBJECT

private:
    using Verdict = TrialConnection::Verdict;

    static void post(const QUrl& hub, const QByteArray& body)
    {
        QTcpSocket socket;
        socket.connectToHost(hub.host(), static_cast<quint16>(hub.port()));
        QVERIFY(socket.waitForConnected());
        socket.write("POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: " +
                     QByteArray::number(body.size()) + "\r\n\r\n" + body);
        QVERIFY(socket.waitForReadyRead());
    }
    static QString file(const QTemporaryDir& dir, const char* name, int lines)
    {
        const QString path = dir.filePath(QString::fromUtf8(name));
        QFile out(path);
        if (out.open(QIODevice::WriteOnly)) {
            for (int i = 0; i < lines; ++i)
                out.write("{\"from\":\"a\",\"to\":\"b\",\"topic\":\"t\",\"kind\":\"request\"}"
                          "\n");
        }
        return path;
    }

private Q_SLOTS:
    void theFirstMessagesAreReadAndSecretsOverwritten()
    {
        Trial trial({QUrl(u"listen://127.0.0.1:0"_s)}, {});
        QVERIFY(trial.start());
        QTRY_VERIFY(trial.isDecided());
        const TrialConnection connection = trial.connections().front();
        QCOMPARE(connection.verdict(false), Verdict::Attached);
        QVERIFY(!connection.sentence(false).isEmpty());
        post(connection.status.effectiveUrl, "{\"from\":\"planner\",\"topic\":\"tasks\",\"kind\":"
                                             "\"command\",\"payload\":{\"password\":\"hunter2\"}}");
        QTRY_COMPARE(trial.connections().front().heard, 1);
        const auto messages = trial.takeMessages();
        QCOMPARE(messages.size(), 1u);
        QCOMPARE(messages.front().sender, u"planner"_s);
        QCOMPARE(messages.front().topic, u"tasks"_s);
        QCOMPARE(messages.front().kind, Kind::Command);
        QVERIFY(messages.front().start.contains(u"*******"_s));
        QVERIFY(!messages.front().start.contains(u"hunter2"_s));
        QVERIFY(trial.takeMessages().empty());
    }

    void theDialectOfAUrlReadsIt()
    {
        const QTemporaryDir dir;
        qputenv("MURMURSCOPE_DIALECTS", dir.path().toUtf8());
        QFile dialect(dir.filePath(u"units.dialect.json"_s));
        QVERIFY(dialect.open(QFile::WriteOnly));
        dialect.write(R"({"version":1,"name":"units","fields":{"sender":{"segment":1}}})");
        dialect.close();
        const QString path = file(dir, "said.jsonl", 2);
        Trial trial({QUrl(u"file:"_s + path + u"?dialect=units"_s), QUrl(u"file:"_s + path),
                     QUrl(u"file:"_s + path + u"?dialect=klingon"_s)},
                    {});
        QVERIFY(trial.start());
        QStringList senders[3];
        QTRY_VERIFY([&] {
            for (const TrialMessage& message : trial.takeMessages())
                senders[message.connection] << message.sender;
            return senders[0].size() == 2 && senders[1].size() == 2;
        }());
        QCOMPARE(senders[0], (QStringList{u"t"_s, u"t"_s}));
        QCOMPARE(senders[1], (QStringList{u"a"_s, u"a"_s}));
        const TrialConnection unknown = trial.connections()[2];
        QCOMPARE(unknown.verdict(false), Verdict::Failed);
        QVERIFY2(unknown.sentence(false).contains(u"There is no dialect \"klingon\""_s),
                 qPrintable(unknown.sentence(false)));
    }

    void whatFailsIsToldBesideWhatDoesNot()
    {
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress::LocalHost));
        Trial trial({QUrl(u"listen://127.0.0.1:%1"_s.arg(taken.serverPort())),
                     QUrl(u"nonsense://here"_s), QUrl(u"stdin://"_s),
                     QUrl(u"listen://127.0.0.1:0"_s)},
                    {});
        QVERIFY(trial.start());
        QTRY_VERIFY(trial.isDecided());
        const auto connections = trial.connections();
        for (std::size_t i = 0; i < 3; ++i) {
            QCOMPARE(connections[i].verdict(false), Verdict::Failed);
            QVERIFY(connections[i].sentence(false).endsWith(u'.'));
        }
        QCOMPARE(connections[3].verdict(false), Verdict::Attached);
    }

    void stoppingLetsGoOfPorts()
    {
        Trial first({QUrl(u"listen://127.0.0.1:0"_s)}, {});
        QVERIFY(first.start());
        QTRY_VERIFY(first.isDecided());
        QSignalSpy stopped(&first, &Trial::stopped);
        const QUrl url = first.connections().front().status.effectiveUrl;
        first.stop();
        QVERIFY(stopped.wait());
        Trial second({url}, {});
        QVERIFY(second.start());
        QTRY_VERIFY(second.isDecided());
        QCOMPARE(second.connections().front().verdict(false), Verdict::Attached);
    }

    void manyAreTriedAtOnce()
    {
        constexpr std::size_t kMany = 60;
        Trial trial(std::vector<QUrl>(kMany, QUrl(u"listen://127.0.0.1:0"_s)), {});
        QVERIFY(trial.start());
        QTRY_VERIFY(trial.isDecided());
        for (const TrialConnection& connection : trial.connections())
            QCOMPARE(connection.verdict(false), Verdict::Attached);
        QSignalSpy stopped(&trial, &Trial::stopped);
        trial.stop();
        QVERIFY(stopped.wait());
        // All have let go of their ports.
        for (const TrialConnection& connection : trial.connections()) {
            QTcpServer server;
            QVERIFY(server.listen(QHostAddress::LocalHost,
                                  static_cast<quint16>(connection.status.effectiveUrl.port())));
        }
    }

    void thePastIsNotReadToItsEnd()
    {
        QTemporaryDir dir;
        constexpr int kLines = 200'000;
        QUrl url(u"file:"_s + file(dir, "long.jsonl", kLines));
        Trial trial({url}, {});
        QSignalSpy stopped(&trial, &Trial::stopped);
        QVERIFY(trial.start());
        QVERIFY(stopped.wait());
        const TrialConnection connection = trial.connections().front();
        QCOMPARE(connection.verdict(true), Verdict::Attached);
        QCOMPARE(trial.takeMessages().size(), Trial::kMostMessages);
        QVERIFY(connection.heard < kLines);
    }

    void aWrongRuleIsWrongUse()
    {
        IntakeRules rules;
        rules.payloadLimit = QStringList{u"much"_s};
        Trial trial({QUrl(u"listen://127.0.0.1:0"_s)}, {}, rules);
        const Status started = trial.start();
        QVERIFY(!started);
        QCOMPARE(started.error().code, ErrorCode::WrongUse);
    }
};

QTEST_GUILESS_MAIN(TestTrial)
#include "tst_trial.moc"
