// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>
#include <QXmlStreamReader>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `murmur findings` and `murmur check`, on a sound demo and on one with a fault.
class TestCliFindings : public QObject
{
    Q_OBJECT

    QTemporaryDir m_dir;
    QString m_sound, m_faulty;

    QString file(const QString& name, const QByteArray& text)
    {
        const QString path = m_dir.filePath(name);
        QFile out(path);
        if (!out.open(QIODevice::WriteOnly) || out.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_sound = m_dir.filePath(u"sound.murmur"_s);
        m_faulty = m_dir.filePath(u"faulty.murmur"_s);
        const QStringList demo{u"demo"_s,   u"--offline"_s, u"--for"_s, u"30s"_s,
                               u"--rate"_s, u"400"_s,       u"-o"_s};
        QCOMPARE(murmur::murmur(demo + QStringList{m_sound}).code, 0);
        QCOMPARE(murmur::murmur(demo + QStringList{m_faulty, u"--fault"_s,
                                                   u"duplicate-delivery@5s-20s"_s, u"--truth"_s,
                                                   m_dir.filePath(u"truth.jsonl"_s)})
                     .code,
                 0);
    }

    void aFaultIsFoundWithItsMessages()
    {
        const Outcome found = murmur::murmur({u"findings"_s, m_faulty, u"--json"_s});
        QCOMPARE(found.code, 0);
        QCOMPARE(found.objects().size(), std::size_t(1));
        const QJsonObject finding = found.objects().front();
        QCOMPARE(finding[u"detector"_s].toString(), u"duplicate-delivery"_s);
        QVERIFY(finding[u"exact"_s].toBool());
        QCOMPARE(finding[u"confidence"_s].toDouble(), 1.0);

        QFile truth(m_dir.filePath(u"truth.jsonl"_s));
        QVERIFY(truth.open(QIODevice::ReadOnly));
        truth.readLine();
        const QJsonObject known = QJsonDocument::fromJson(truth.readLine()).object();
        QCOMPARE(finding[u"agents"_s].toArray().first(), known[u"agents"_s].toArray().first());
        QCOMPARE(finding[u"count"_s].toInt(), known[u"members"_s].toArray().size());
        // The messages that it names are there, twice each.
        const QJsonArray messages = finding[u"messages"_s].toArray();
        QCOMPARE(messages.size(), 2 * finding[u"count"_s].toInt());
        const auto rows =
            murmur::murmur({u"query"_s, m_faulty,
                            u"id == \"%1\""_s.arg(known[u"members"_s].toArray().first().toString()),
                            u"--json"_s})
                .objects();
        QCOMPARE(rows.size(), std::size_t(2));
        for (const QJsonObject& row : rows)
            QVERIFY(messages.contains(row[u"seq"_s]));
    }

    void aSoundSwarmHasNone()
    {
        const Outcome found = murmur::murmur({u"findings"_s, m_sound});
        QCOMPARE(found.code, 0);
        QVERIFY(found.out.isEmpty());
        QVERIFY(found.err.contains("Nothing was found"));
    }

    void aCheckIsMadeOfWhatWasFound()
    {
        const QString rules = m_dir.filePath(u"made.json"_s);
        const QString id = murmur::murmur({u"findings"_s, m_faulty, u"--json"_s})
                               .objects()
                               .front()[u"id"_s]
                               .toString();
        QCOMPARE(murmur::murmur(
                     {u"findings"_s, m_faulty, u"--make-check"_s, rules, u"--of"_s, id.left(6)})
                     .code,
                 0);
        const Outcome again = murmur::murmur({u"check"_s, m_faulty, u"--rules"_s, rules});
        QCOMPARE(again.code, 1);
        QVERIFY(again.out.contains("FAILED  duplicate-delivery"));
        QCOMPARE(murmur::murmur({u"check"_s, m_sound, u"--rules"_s, rules}).code, 0);
        // Of what is sound there is nothing to make.
        const Outcome nothing = murmur::murmur({u"findings"_s, m_sound, u"--make-check"_s, rules});
        QCOMPARE(nothing.code, 2);
        QVERIFY(nothing.err.contains("nothing to make a check of"));
        QCOMPARE(murmur::murmur({u"findings"_s, m_faulty, u"--of"_s, id}).code, 2);
    }

    void aFindingIsAcceptedMutedAndTakenBack()
    {
        const QString file = m_dir.filePath(u"judged.murmur"_s);
        QVERIFY(QFile::copy(m_faulty, file));
        const auto list = [&](const QStringList& more = {}) {
            return murmur::murmur(QStringList{u"findings"_s, file, u"--json"_s} + more).objects();
        };
        const QString id = list().front()[u"id"_s].toString();
        QCOMPARE(id.size(), 10);
        QCOMPARE(list().front()[u"standing"_s].toString(), u"open"_s);
        QCOMPARE(murmur::murmur({u"check"_s, file}).code, 1);
        QCOMPARE(murmur::murmur(
                     {u"findings"_s, file, u"--accept"_s, id.left(6), u"--reason"_s, u"a test"_s})
                     .code,
                 0);
        // Counted, never silently gone.
        const Outcome quiet = murmur::murmur({u"findings"_s, file});
        QVERIFY(quiet.out.isEmpty());
        QVERIFY(quiet.err.contains("1 accepted"));
        QCOMPARE(list().size(), std::size_t(0));
        QCOMPARE(list({u"--muted"_s}).front()[u"reason"_s].toString(), u"a test"_s);
        QCOMPARE(murmur::murmur({u"check"_s, file}).code, 0);
        QVERIFY(murmur::murmur({u"summary"_s, file}).out.contains("Nothing new"));
        QCOMPARE(murmur::murmur({u"findings"_s, file, u"--reopen"_s, id}).code, 0);
        QCOMPARE(list().size(), std::size_t(1));
        QCOMPARE(murmur::murmur({u"findings"_s, file, u"--mute-like"_s, id}).code, 0);
        QCOMPARE(list({u"--muted"_s}).front()[u"standing"_s].toString(), u"muted"_s);
        QCOMPARE(murmur::murmur({u"findings"_s, file, u"--mute"_s, u"zz"_s}).code, 3);
    }

    void aSummaryFitsOnAScreen()
    {
        const Outcome summary = murmur::murmur({u"summary"_s, m_faulty});
        QCOMPARE(summary.code, 0);
        const QList<QByteArray> lines = summary.out.trimmed().split('\n');
        QVERIFY(lines.size() < 24);
        for (const QByteArray& line : lines)
            QVERIFY2(QString::fromUtf8(line).size() <= 80 || line.contains("murmur"),
                     line.constData());
        QVERIFY(summary.out.contains("1 incident"));
        QVERIFY(summary.out.contains("murmur findings"));
        const QJsonObject json =
            murmur::murmur({u"summary"_s, m_faulty, u"--json"_s}).objects().front();
        QCOMPARE(json[u"incidents"_s].toArray().size(), 1);
        QCOMPARE(json[u"incidents"_s].toArray().first().toObject()[u"cause"_s].toString(),
                 u"duplicate-delivery"_s);
        QVERIFY(murmur::murmur({u"summary"_s, m_sound}).out.contains("Nothing was found"));
    }

    void unrelatedFaultsAreIncidentsOfTheirOwn()
    {
        const QString file = m_dir.filePath(u"several.murmur"_s);
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--for"_s, u"60s"_s, u"--rate"_s,
                                 u"400"_s, u"-o"_s, file, u"--fault"_s, u"slow-agent"_s,
                                 u"--fault"_s, u"lost-messages@20s-40s"_s, u"--fault"_s,
                                 u"double-ownership"_s, u"--fault"_s, u"reconnect-storm"_s})
                     .code,
                 0);
        QMap<QString, QStringList> detectors; // by incident
        for (const QJsonObject& finding :
             murmur::murmur({u"findings"_s, file, u"--json"_s}).objects())
            detectors[finding[u"incident"_s].toString()] << finding[u"detector"_s].toString();
        for (const QString& fault :
             {u"slow-agent"_s, u"lost-messages"_s, u"double-ownership"_s, u"reconnect-storm"_s}) {
            int with = 0;
            for (const QStringList& incident : detectors)
                with += incident.contains(fault) ? 1 : 0;
            QVERIFY2(with > 0, qPrintable(fault));
        }
        for (const QStringList& incident : detectors)
            QVERIFY2(int(incident.contains(u"slow-agent"_s)) +
                             int(incident.contains(u"lost-messages"_s)) +
                             int(incident.contains(u"double-ownership"_s)) +
                             int(incident.contains(u"reconnect-storm"_s)) <
                         2,
                     qPrintable(incident.join(u' ')));
    }

    void consequencesOfOneFaultAreOneIncident_data()
    {
        QTest::addColumn<QString>("cause");
        for (const char* fault : {"silent-agent", "slow-agent", "ping-pong", "missing-final",
                                  "timeout-cascade", "deadlock"})
            QTest::newRow(fault) << QString::fromUtf8(fault);
    }
    void consequencesOfOneFaultAreOneIncident()
    {
        QFETCH(const QString, cause);
        const QString file = m_dir.filePath(u"chain-%1.murmur"_s.arg(cause));
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--for"_s, u"90s"_s, u"--rate"_s,
                                 u"400"_s, u"-o"_s, file, u"--fault"_s, cause})
                     .code,
                 0);
        const auto found = murmur::murmur({u"findings"_s, file, u"--json"_s}).objects();
        QVERIFY(found.size() > 1);
        // In the order of cause.
        QCOMPARE(found.front()[u"detector"_s].toString(), cause);
        for (const QJsonObject& finding : found)
            QCOMPARE(finding[u"incident"_s], found.front()[u"incident"_s]);
    }

    void whatIsAskedWrongIsSaid()
    {
        QCOMPARE(murmur::murmur({u"findings"_s}).code, 2);
        const Outcome unknown = murmur::murmur({u"findings"_s, m_sound, u"--only"_s, u"ghosts"_s});
        QCOMPARE(unknown.code, 2);
        QVERIFY(unknown.err.contains("lost-messages"));
        QCOMPARE(
            murmur::murmur({u"findings"_s, m_sound, u"--set"_s, u"silent-agent.wait=soon"_s}).code,
            2);
        QVERIFY(murmur::murmur({u"findings"_s, u"--list"_s}).out.contains("unanswered-request"));
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--for"_s, u"1s"_s, u"--fault"_s,
                                 u"ghosts"_s, u"-o"_s, m_dir.filePath(u"x.murmur"_s)})
                     .code,
                 2);
    }

    void aCheckPassesOrFails()
    {
        QCOMPARE(murmur::murmur({u"check"_s, m_sound}).code, 0);
        const QString junit = m_dir.filePath(u"result.xml"_s);
        const Outcome failed = murmur::murmur({u"check"_s, m_faulty, u"--junit"_s, junit});
        QCOMPARE(failed.code, 1);
        QVERIFY(failed.out.contains("FAILED  duplicate-delivery"));
        QFile xml(junit);
        QVERIFY(xml.open(QIODevice::ReadOnly));
        QXmlStreamReader reader(&xml);
        int cases = 0, failures = 0;
        while (!reader.atEnd()) {
            reader.readNext();
            cases += reader.isStartElement() && reader.name() == u"testcase" ? 1 : 0;
            failures += reader.isStartElement() && reader.name() == u"failure" ? 1 : 0;
        }
        QVERIFY(!reader.hasError());
        QVERIFY(cases > 10);
        QCOMPARE(failures, 1);
        const QString lenient =
            file(u"lenient.json"_s, R"({"detectors":{"ignore":["duplicate-delivery"]}})");
        QCOMPARE(murmur::murmur({u"check"_s, m_faulty, u"--rules"_s, lenient}).code, 0);
    }

    void rulesAreJudged()
    {
        const QString rules = file(u"rules.json"_s, R"({"rules":[
            {"name":"robots live","require":"kind == heartbeat and from == 'robot-*'","at_least":100},
            {"name":"no purple","forbid":"payload.color == purple"},
            {"name":"routes in time","answer":"type == route.request","within":"10s","share":"99%"},
            {"name":"routes at once","answer":"type == route.request","within":"1us"},
            {"name":"silence","forbid":"kind == heartbeat"},
            {"name":"a king","require":"from == king"}]})");
        const Outcome judged =
            murmur::murmur({u"check"_s, m_sound, u"--rules"_s, rules, u"--json"_s});
        QCOMPARE(judged.code, 1);
        QMap<QString, bool> holds;
        for (const QJsonObject& line : judged.objects()) {
            if (line.contains(u"rule"_s))
                holds[line[u"rule"_s].toString()] = line[u"holds"_s].toBool();
        }
        QCOMPARE(holds, (QMap<QString, bool>{{u"robots live"_s, true},
                                             {u"no purple"_s, true},
                                             {u"routes in time"_s, true},
                                             {u"routes at once"_s, false},
                                             {u"silence"_s, false},
                                             {u"a king"_s, false}}));
    }

    void rulesThatAreNoneAreRefused()
    {
        const QList<QByteArray> wrong{
            "{",
            "[]",
            R"({"rule":[]})",
            R"({"rules":{}})",
            R"({"rules":[{}]})",
            R"({"rules":[{"forbid":"kind =="}]})",
            R"({"rules":[{"forbid":"kind == error","require":"kind == error"}]})",
            R"({"rules":[{"answer":"kind == request"}]})",
            R"({"rules":[{"answer":"kind == request","within":"2s","share":"140%"}]})",
            R"({"detectors":{"ignore":["ghosts"]}})",
            R"({"detectors":{"fail_on":"never"}})",
        };
        for (const QByteArray& text : wrong) {
            const Outcome refused =
                murmur::murmur({u"check"_s, m_sound, u"--rules"_s, file(u"wrong.json"_s, text)});
            QVERIFY2(refused.code == 2, text.constData());
            QVERIFY2(refused.err.contains("wrong.json"), refused.err.constData());
        }
        QCOMPARE(murmur::murmur({u"check"_s, m_sound, u"--rules"_s, u"/nowhere.json"_s}).code, 3);
    }
};

QTEST_GUILESS_MAIN(TestCliFindings)
#include "tst_clifindings.moc"
