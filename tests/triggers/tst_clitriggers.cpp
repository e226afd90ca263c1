// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `murmur record --on … --do …` and `murmur trigger`, as a person runs them.

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliTriggers : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;

private Q_SLOTS:
    void initTestCase() { qputenv("XDG_CONFIG_HOME", m_dir.path().toUtf8()); }

    void actionsBelongToTheConditionBeforeThem()
    {
        const QString file = m_dir.filePath(u"both.murmur"_s);
        const QString ran = m_dir.filePath(u"ran"_s);
        Recording hub(file,
                      {u"--on"_s, u"kind == error"_s, u"--as"_s, u"errors"_s, u"--at-most"_s,
                       u"once"_s, u"--do"_s, u"keep:1h,0s"_s, u"--do"_s,
                       u"run:/bin/sh -c \"cat > '%1'\""_s.arg(ran), u"--on"_s, u"topic == tasks"_s,
                       u"--at-most"_s, u"2/1h"_s, u"--allow-run"_s, u"--json"_s});
        const quint16 port = hub.port();
        QVERIFY(port != 0);
        for (int i = 0; i < 4; ++i)
            post(port, R"({"topic":"tasks","from":"a","payload":{"n":1}})");
        post(port, R"({"topic":"e","from":"b","kind":"error","payload":{"why":"no"}})");
        QVERIFY(hub.says("trigger “errors” fired at"));
        QVERIFY(hub.says("trigger “errors”: kept 5 messages as"));
        QVERIFY(hub.says("trigger “errors”: ran /bin/sh"));
        post(port, R"({"topic":"e","from":"b","kind":"error","payload":{"why":"again"}})");
        hub.signal(SIGINT);
        const Outcome outcome = hub.outcome();
        QCOMPARE(outcome.code, 0);
        QVERIFY2(outcome.err.contains("trigger “errors” fired once"), outcome.err.constData());
        QVERIFY2(outcome.err.contains("trigger “topic == tasks” fired 2 times, 2 more matched"),
                 outcome.err.constData());
        const QJsonArray triggers = outcome.objects().at(0)[u"triggers"_s].toArray();
        QCOMPARE(triggers.size(), 2);
        QCOMPARE(triggers[0][u"name"].toString(), u"errors"_s);
        QCOMPARE(triggers[1][u"held"].toInt(), 2);

        QFile facts(ran);
        QVERIFY(facts.open(QIODevice::ReadOnly));
        const QJsonObject fact = QJsonDocument::fromJson(facts.readAll()).object();
        QCOMPARE(fact[u"message"][u"payload"][u"why"].toString(), u"no"_s);

        const QStringList kept = QDir(m_dir.path()).entryList({u"both-errors-*.murmur"_s});
        QCOMPARE(kept.size(), 1);
        const QString part = m_dir.filePath(kept[0]);
        QCOMPARE(murmur::murmur({u"verify"_s, part}).code, 0);
        const auto info = murmur::murmur({u"info"_s, part, u"--json"_s}).objects();
        QCOMPARE(info.at(0)[u"messages"_s].toInt(), 5);

        // What fired is found again.
        int marked = 0;
        for (const QJsonObject& note : murmur::murmur({u"note"_s, file, u"--json"_s}).objects())
            marked += note[u"trigger"_s].toString() == u"errors" ? 1 : 0;
        QCOMPARE(marked, 1);

        // And the same look afterwards says the same.
        const auto dry = murmur::murmur({u"trigger"_s, file, u"--on"_s, u"topic == tasks"_s,
                                         u"--at-most"_s, u"2/1h"_s, u"--json"_s});
        QCOMPARE(dry.code, 0);
        QCOMPARE(dry.objects().size(), std::size_t(2));
        QCOMPARE(dry.objects()[1][u"seq"_s].toInt(), 2);
        const auto text = murmur::murmur(
            {u"trigger"_s, file, u"--on"_s, u"topic == tasks"_s, u"--at-most"_s, u"2/1h"_s});
        QVERIFY2(text.out.contains("would have fired 2 times; 2 more"), text.out.constData());
    }

    void whatIsWrongIsSaidBeforeAnythingBegins()
    {
        const QString file = m_dir.filePath(u"never.murmur"_s);
        const auto refused = [&](const QStringList& more, const char* what) {
            const Outcome outcome = murmur::murmur(
                QStringList{u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s, file} + more);
            return outcome.code == 2 && outcome.err.contains(what) && !QFile::exists(file)
                       ? QByteArray()
                       : QByteArray::number(outcome.code) + ' ' + outcome.err;
        };
        QCOMPARE(refused({u"--on"_s, u"latency >"_s}, "olumn"), QByteArray());
        QCOMPARE(refused({u"--on"_s, u"finding:nothing"_s}, "retry-storm"), QByteArray());
        QCOMPARE(refused({u"--do"_s, u"mark"_s, u"--on"_s, u"kind == error"_s}, "--on"),
                 QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--do"_s, u"run:ls"_s}, "--allow-run"), QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--do"_s, u"webhook:http://example.org"_s},
                         "--allow-webhook"),
                 QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--do"_s, u"freeze"_s}, "window"), QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--do"_s, u"sing"_s}, "keep"), QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--at-most"_s, u"often"_s}, "5/1m"), QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--on"_s, u"a"_s}, "--as"), QByteArray());
        QCOMPARE(refused({u"--on"_s, u"a"_s, u"--arm"_s}, "--arm is for triggers that do inject"),
                 QByteArray());
        QCOMPARE(refused({u"--allow-run"_s}, "--allow-run is for"), QByteArray());
        // What can never work, too.
        const QStringList on{u"--on"_s, u"a"_s, u"--do"_s};
        QCOMPARE(
            refused(on + QStringList{u"run:no-such-program"_s, u"--allow-run"_s}, "cannot be run"),
            QByteArray());
        QCOMPARE(refused(on + QStringList{u"keep:1s,1s:/proc/x.murmur"_s}, "no folder"),
                 QByteArray());
        QCOMPARE(refused(on + QStringList{u"inject:alerts {}"_s}, "with --arm"), QByteArray());
        QCOMPARE(refused(on + QStringList{u"inject:shop.payment {}"_s, u"--arm"_s}, "taken back"),
                 QByteArray());
        QCOMPARE(refused(on + QStringList{u"webhook:http://user:pw@127.0.0.1/"_s}, "password"),
                 QByteArray());
        QCOMPARE(murmur::murmur({u"trigger"_s, file}).code, 2);
    }

    void armedItIsSent()
    {
        const QStringList triggers{u"--on"_s, u"from == a"_s, u"--do"_s,
                                   u"inject:alerts {\"from\":\"a\"}"_s};
        const QString armed = m_dir.filePath(u"armed.murmur"_s);
        Recording hub(armed, triggers + QStringList{u"--arm"_s});
        post(hub.port(), R"({"topic":"tasks","from":"a"})");
        QVERIFY(hub.says("sent to"));
        hub.signal(SIGINT);
        QCOMPARE(hub.outcome().code, 0);
        const auto sent = murmur::murmur({u"query"_s, armed, u"flags == injected"_s, u"--json"_s});
        QCOMPARE(sent.objects().size(), std::size_t(1));
        QCOMPARE(sent.objects()[0][u"topic"_s].toString(), u"alerts"_s);
    }

    void aFindingSetsItOffAndEndsARecording()
    {
        const QString file = m_dir.filePath(u"storm.murmur"_s);
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--agents"_s, u"20"_s, u"--rate"_s,
                                 u"200"_s, u"--for"_s, u"60s"_s, u"--fault"_s,
                                 u"retry-storm@10s-40s"_s, u"-o"_s, file})
                     .code,
                 0);
        const auto findings =
            murmur::murmur({u"findings"_s, file, u"--only"_s, u"retry-storm"_s, u"--json"_s})
                .objects();
        QVERIFY(!findings.empty());
        const auto dry = murmur::murmur({u"trigger"_s, file, u"--on"_s, u"finding:retry-storm"_s,
                                         u"--at-most"_s, u"1000/1h"_s, u"--json"_s})
                             .objects();
        QCOMPARE(dry.size(), findings.size());
        QCOMPARE(dry[0][u"finding"_s][u"summary"].toString(), findings[0][u"summary"_s].toString());

        // The same while it is recorded.
        const QString live = m_dir.filePath(u"live.murmur"_s);
        const Outcome outcome = murmur::murmur(
            {u"record"_s, u"demo://?agents=20&rate=400&fault=retry-storm@1s-20s"_s, u"-o"_s, live,
             u"--until"_s, u"finding:retry-storm"_s, u"--for"_s, u"25s"_s, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        QVERIFY2(outcome.objects().at(0)[u"ended"_s].toString().startsWith(u"found: "_s),
                 outcome.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestCliTriggers)
#include "tst_clitriggers.moc"
