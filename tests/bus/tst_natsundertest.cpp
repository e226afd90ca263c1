// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur replay --under-test` where answers go to inboxes: those of the recording are gone, the
// living agent answers to ours, and still each answer belongs to its question.

#include "cli/murmurprocess.h"
#include "natstestbed.h"

#include <QFile>
#include <QTemporaryDir>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

class TestNatsUnderTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void answersBelongToTheirQuestions()
    {
        constexpr int kQuestions = 4;
        QTemporaryDir dir;
        const QString file = dir.filePath(u"said.murmur"_s);
        {
            NatsServer server;
            QCOMPARE(server.run(), QByteArray());
            QProcess recorder;
            recorder.start(QStringLiteral(MURMUR_PROGRAM),
                           {u"record"_s, server.url(), u"-o"_s, file});
            QByteArray said;
            for (int i = 0; i < 100 && !said.contains("Attached to"); ++i) {
                recorder.waitForReadyRead(100);
                said += recorder.readAllStandardError();
            }
            QVERIFY2(said.contains("Attached to"), said.constData());
            QTest::qWait(300);
            NatsClient swarm(server.url());
            QCOMPARE(swarm.run({u"planner"_s, u"plan"_s}), QByteArray("ok"));
            QCOMPARE(swarm.run({u"boss"_s, u"plan"_s, QString::number(kQuestions)}),
                     QByteArray("ok"));
            QTest::qWait(300);
            ::kill(static_cast<pid_t>(recorder.processId()), SIGINT);
            QCOMPARE(outcomeOf(recorder).code, 0);
        }
        NatsServer server;
        QCOMPARE(server.run(), QByteArray());
        NatsClient agent(server.url());
        QCOMPARE(agent.run({u"planner"_s, u"plan"_s}), QByteArray("ok"));
        const QString junit = dir.filePath(u"junit.xml"_s);
        const Outcome outcome = murmur::murmur(
            {u"replay"_s, file, u"--to"_s, server.url(), u"--under-test"_s, u"planner"_s,
             u"--slower"_s, u"0"_s, u"--junit"_s, junit, u"--arm"_s, u"--json"_s});
        QVERIFY2(outcome.code == 0, QByteArray(outcome.err + outcome.out).constData());
        const QJsonObject end = outcome.objects().back();
        QCOMPARE(end[u"recorded"].toInt(), kQuestions);
        QCOMPARE(end[u"living"].toInt(), kQuestions);
        QCOMPARE(end[u"same"].toInt(), kQuestions);
        QFile result(junit);
        QVERIFY(result.open(QIODevice::ReadOnly));
        QCOMPARE(result.readAll().count("<testcase "), kQuestions);
    }
};

QTEST_GUILESS_MAIN(TestNatsUnderTest)
#include "tst_natsundertest.moc"
