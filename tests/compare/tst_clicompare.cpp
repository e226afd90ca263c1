// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "twonights.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;

class CliCompareTest : public QObject
{
    Q_OBJECT

    struct Outcome
    {
        int code = -1;
        QByteArray out;
        QByteArray err;
    };
    static Outcome run(const QStringList& arguments)
    {
        QProcess process;
        process.start(QStringLiteral(MURMUR_PROGRAM), arguments);
        if (!process.waitForFinished(30'000))
            return {};
        return {process.exitCode(), process.readAllStandardOutput(),
                process.readAllStandardError()};
    }

private Q_SLOTS:
    void twoRecordingsAsTextAndAsJson()
    {
        Recorded good(night(false)), bad(night(true));
        QVERIFY(good.waitForAll() && bad.waitForAll());
        good.close();
        bad.close();
        const Outcome text = run({u"compare"_s, good.path(), bad.path()});
        QCOMPARE(text.code, 0);
        QVERIFY2(text.out.contains("vision.detect"), text.out.constData());
        QVERIFY(text.out.contains("slower"));
        const Outcome json = run({u"compare"_s, good.path(), bad.path(), u"--json"_s});
        QCOMPARE(json.code, 0);
        const QList<QByteArray> lines = json.out.trimmed().split('\n');
        const QJsonObject head = QJsonDocument::fromJson(lines[0]).object();
        QCOMPARE(head[u"before"_s][u"messages"_s].toInt(), 160);
        QCOMPARE(head[u"differences"_s].toInt(), lines.size() - 1);
        const QJsonObject first = QJsonDocument::fromJson(lines[1]).object();
        QVERIFY(!first[u"change"_s].toString().isEmpty());
        QVERIFY(first[u"messages_after"_s].isArray());
    }

    void twoWindowsOfOneAndWhatIsWrongWithThem()
    {
        std::vector<Said> said = night(false);
        const std::vector<Said> later = night(true, std::chrono::seconds(60));
        said.insert(said.end(), later.begin(), later.end());
        Recorded both(said);
        QVERIFY(both.waitForAll());
        both.close();
        const Outcome halves =
            run({u"compare"_s, both.path() + u"@..+30s"_s, both.path() + u"@+60s.."_s});
        QCOMPARE(halves.code, 0);
        QVERIFY2(halves.out.contains("escalations"), halves.out.constData());
        const Outcome same = run({u"compare"_s, both.path(), both.path()});
        QCOMPARE(same.code, 0);
        QVERIFY(same.out.contains("Nothing is different"));
        QCOMPARE(run({u"compare"_s, both.path() + u"@+9s..+3s"_s, both.path()}).code, 2);
        QCOMPARE(run({u"compare"_s, both.path(), u"/nowhere.murmur"_s}).code, 3);
    }
};

QTEST_GUILESS_MAIN(CliCompareTest)
#include "tst_clicompare.moc"
