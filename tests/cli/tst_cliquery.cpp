// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliQuery : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"small.murmur"_s);
        Recording recording(m_file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        post(port, json("{'from':'ada','to':'bob','topic':'one','site':'north',"
                        "'payload':{'n':1,'s':'x, `'y`''}}"));
        post(port, json("{'from':'bob','to':'ada','topic':'two','kind':'error',"
                        "'payload':'plain`u001b[31m text'}"));
        post(port, json("{'from':'cy','topic':'three','sequence':9,'payload':null}"));
        post(port, QByteArray::fromHex("fffe") + " not json at all");
        recording.signal(SIGTERM);
        QCOMPARE(recording.outcome().code, 0);

        m_big = m_dir.filePath(u"big.murmur"_s);
        QCOMPARE(
            murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"30000"_s, u"-o"_s, m_big})
                .code,
            0);
    }

    void fieldsAreComparedAndCombined_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("topics");
        QTest::newRow("everything") << u""_s << u"one two three"_s;
        QTest::newRow("from") << u"from == ada"_s << u"one"_s;
        QTest::newRow("kind") << u"kind == error or site == north"_s << u"one two"_s;
        QTest::newRow("payload") << u"payload.n == 1"_s << u"one"_s;
        QTest::newRow("none") << u"from == nobody"_s << u""_s;
        QTest::newRow("time") << u"time > +0s and time < -0s"_s << u"two three"_s;
        QTest::newRow("word") << u"PLAIN"_s << u"two"_s;
        QTest::newRow("sequence") << u"sequence == 9"_s << u"three"_s;
    }
    void fieldsAreComparedAndCombined()
    {
        QFETCH(QString, expression);
        QFETCH(QString, topics);
        const Outcome outcome = murmur::murmur({u"query"_s, m_file, expression, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        QStringList found;
        for (const QJsonObject& line : outcome.objects()) {
            if (line[u"topic"_s].isString() && !line[u"flags"_s].toArray().contains(u"undecoded"_s))
                found << line[u"topic"_s].toString();
        }
        QCOMPARE(found.join(u' '), topics);
    }

    void findingsAndBookmarksAreFields()
    {
        const QString file = m_dir.filePath(u"marked.murmur"_s);
        QCOMPARE(
            murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"20000"_s, u"--seed"_s,
                            u"3"_s, u"--fault"_s, u"retry-storm@2s-8s"_s, u"-o"_s, file})
                .code,
            0);
        const auto findings = murmur::murmur({u"findings"_s, file, u"--json"_s}).objects();
        QVERIFY(!findings.empty());
        QCOMPARE(findings.front()[u"detector"_s].toString(), u"retry-storm"_s);
        const auto seqs = [&](const QString& expression) {
            QJsonArray found;
            for (const QJsonObject& line :
                 murmur::murmur({u"query"_s, file, expression, u"--json"_s}).objects())
                found.append(line[u"seq"_s]);
            return found;
        };
        const QJsonArray members = findings.front()[u"messages"_s].toArray();
        QCOMPARE(seqs(u"finding == \"retry-*\""_s), members);
        QCOMPARE(seqs(u"finding == "_s + findings.front()[u"id"_s].toString()), members);
        QCOMPARE(seqs(u"finding == silent-agent"_s).size(), 0);
        QCOMPARE(seqs(u"not finding exists"_s).size(), 20000 - seqs(u"finding exists"_s).size());

        QCOMPARE(seqs(u"bookmarked"_s), QJsonArray());
        QCOMPARE(murmur::murmur({u"note"_s, file, u"--bookmark"_s, u"17"_s, u"odd"_s}).code, 0);
        QCOMPARE(murmur::murmur({u"note"_s, file, u"--bookmark"_s, u"5"_s}).code, 0);
        QCOMPARE(seqs(u"bookmarked"_s), QJsonArray({5, 17}));
        QCOMPARE(seqs(u"bookmarked and seq > 5"_s), QJsonArray({17}));
        QCOMPARE(seqs(u"bookmarked == false"_s).size(), 19998);
        QCOMPARE(murmur::murmur({u"note"_s, file, u"--bookmarks"_s, u"--json"_s}).out,
                 "{\"seq\":5,\"text\":null}\n{\"seq\":17,\"text\":\"odd\"}\n"_ba);
        // As one session with another recording they are the same messages.
        QCOMPARE(murmur::murmur({u"query"_s, m_big, file, u"bookmarked"_s, u"--columns"_s,
                                 u"recording,seq"_s, u"--csv"_s})
                     .out,
                 "recording,seq\nmarked,5\nmarked,17\n"_ba);
        QCOMPARE(murmur::murmur({u"export"_s, file, u"--where"_s, u"bookmarked"_s, u"-o"_s, u"-"_s})
                     .objects()
                     .size(),
                 std::size_t(2));
        QCOMPARE(murmur::murmur({u"note"_s, file, u"--no-bookmark"_s, u"17"_s}).code, 0);
        QCOMPARE(seqs(u"bookmarked"_s), QJsonArray({5}));
        QCOMPARE(murmur::murmur({u"note"_s, file, u"--no-bookmark"_s, u"17"_s}).code, 3);
        // Nobody can know while they come.
        const Outcome early =
            murmur::murmur({u"record"_s, u"listen://127.0.0.1:0"_s, u"-o"_s,
                            m_dir.filePath(u"never.murmur"_s), u"--until"_s, u"finding exists"_s});
        QCOMPARE(early.code, 2);
        QVERIFY(early.err.contains("finding:silent-agent"));
    }

    void timesWithoutAZoneAreOfTheZoneThatIsNamed()
    {
        const auto count = [&](const QStringList& more) {
            return murmur::murmur(QStringList{u"query"_s, m_big, u"--json"_s} + more)
                .objects()
                .size();
        };
        const std::size_t utc = count({u"time in 10:17:01..10:17:02"_s});
        QVERIFY(utc > 100);
        QCOMPARE(count({u"time in 12:17:01..12:17:02"_s, u"--tz"_s, u"Europe/Berlin"_s}), utc);
        QCOMPARE(count({u"time in 2026-05-21T12:17:01..2026-05-21T12:17:02"_s, u"--tz"_s,
                        u"Europe/Berlin"_s}),
                 utc);
        QCOMPARE(count({u"time in 10:17:01Z..10:17:02Z"_s, u"--tz"_s, u"Europe/Berlin"_s}), utc);
        const Outcome wrong = murmur::murmur({u"query"_s, m_big, u""_s, u"--tz"_s, u"Mars/X"_s});
        QCOMPARE(wrong.code, 2);
        QVERIFY(wrong.err.contains("no time zone"));
    }

    void columnsAndLimitChooseWhatIsPrinted()
    {
        const Outcome json = murmur::murmur({u"query"_s, m_file, u"from == ada"_s, u"--columns"_s,
                                             u"seq,from,payload.n,site"_s, u"--json"_s});
        QCOMPARE(json.out, "{\"seq\":1,\"from\":\"ada\",\"payload.n\":1,\"site\":\"north\"}\n"_ba);
        const Outcome csv = murmur::murmur(
            {u"query"_s, m_file, u"seq < 3"_s, u"--columns"_s, u"seq,to,payload"_s, u"--csv"_s});
        QCOMPARE(csv.out, "seq,to,payload\n1,bob,\"{\"\"n\"\":1,\"\"s\"\":\"\"x, "
                          "\\\"\"y\\\"\"\"\"}\"\n2,ada,\"\"\"plain\\u001b[31m text\"\"\"\n"_ba);
        QCOMPARE(murmur::murmur(
                     {u"query"_s, m_big, u"kind == state"_s, u"--limit"_s, u"7"_s, u"--json"_s})
                     .objects()
                     .size(),
                 std::size_t(7));
    }

    void theTableIsAlignedAndHarmless()
    {
        const Outcome table = murmur::murmur({u"query"_s, m_file, u"seq < 3"_s});
        QCOMPARE(table.code, 0);
        const QList<QByteArray> lines = table.out.trimmed().split('\n');
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0].indexOf("kind"), lines[1].indexOf("event"));
        QCOMPARE(lines[0].indexOf("kind"), lines[2].indexOf("error"));
        QVERIFY(!table.out.contains('\x1b'));
    }

    void largeResultsArriveWhole()
    {
        const Outcome all = murmur::murmur({u"query"_s, m_big, u""_s, u"--json"_s});
        const auto lines = all.objects();
        QCOMPARE(lines.size(), std::size_t(30000));
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i][u"seq"_s].toInteger() != static_cast<qint64>(i + 1))
                QFAIL(
                    qPrintable(u"line %1 has seq %2"_s.arg(i).arg(lines[i][u"seq"_s].toInteger())));
        }
        // What the filter finds is what a reader of all lines finds.
        std::size_t states = 0;
        for (const QJsonObject& line : lines) {
            if (line[u"kind"_s] == u"state"_s && line[u"payload"_s][u"battery"_s].toDouble(9) < 0.5)
                ++states;
        }
        QVERIFY(states > 100);
        QCOMPARE(murmur::murmur(
                     {u"query"_s, m_big, u"kind == state and payload.battery < 0.5"_s, u"--json"_s})
                     .objects()
                     .size(),
                 states);
    }

    void severalRecordingsComeMergedByTime()
    {
        const Outcome both =
            murmur::murmur({u"query"_s, m_file, m_big, u"kind in [error, request]"_s, u"--json"_s});
        QCOMPARE(both.code, 0);
        QString last;
        QStringList recordings;
        for (const QJsonObject& line : both.objects()) {
            const QString time = line[u"time"_s].toString();
            QVERIFY(last <= time);
            last = time;
            if (!recordings.contains(line[u"recording"_s].toString()))
                recordings << line[u"recording"_s].toString();
        }
        QCOMPARE(recordings, (QStringList{u"big"_s, u"small"_s}));
    }

    void aMessageOfOneRecordingIsNamed()
    {
        const auto line = [&](const QString& name) {
            return murmur::murmur({u"query"_s, m_file, m_big, name, u"--json"_s});
        };
        const Outcome one = line(u"small:2"_s);
        QCOMPARE(one.code, 0);
        QCOMPARE(one.objects().size(), std::size_t(1));
        QCOMPARE(one.objects()[0][u"topic"_s].toString(), u"two"_s);
        QCOMPARE(one.objects()[0][u"seq"_s].toInt(), 2);
        QCOMPARE(one.objects()[0][u"recording"_s].toString(), u"small"_s);
        const Outcome none = line(u"small:2000"_s);
        QVERIFY(none.code != 0);
        QVERIFY2(none.err.contains("There is no message small:2000"), none.err.constData());
        QCOMPARE(line(u"recording == small and seq == 3"_s).objects().size(), std::size_t(1));
    }

    void aRecordingIsMovedInTime()
    {
        const auto timeOf = [&](const QStringList& more) {
            return murmur::murmur(
                       QStringList{u"query"_s, m_file, m_big, u"small:1"_s, u"--json"_s} + more)
                .objects()[0][u"time"_s]
                .toString();
        };
        QVERIFY(timeOf({u"--offset"_s, u"small=-24h"_s}) < timeOf({}));
        for (const QString& wrong : {u"tall=+1s"_s, u"small"_s, u"small=soon"_s}) {
            const Outcome outcome =
                murmur::murmur({u"query"_s, m_file, m_big, u""_s, u"--offset"_s, wrong});
            QCOMPARE(outcome.code, 2);
            QVERIFY(!outcome.err.isEmpty());
        }
        const Outcome apart = murmur::murmur(
            {u"query"_s, m_file, m_big, u"from == 'small/ada'"_s, u"--keep-apart"_s, u"--json"_s});
        QCOMPARE(apart.objects().size(), std::size_t(1));
    }

    void recordingsAreMergedIntoOne()
    {
        const QString merged = m_dir.filePath(u"merged.murmur"_s);
        const Outcome outcome =
            murmur::murmur({u"merge"_s, m_file, m_big, u"-o"_s, merged, u"--json"_s});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        QCOMPARE(outcome.objects()[0][u"messages"_s].toInt(), 30004);
        QCOMPARE(outcome.objects()[0][u"copies"_s].toInt(), 0);
        const auto info = murmur::murmur({u"info"_s, merged, u"--json"_s}).objects();
        QCOMPARE(info[0][u"messages"_s].toInt(), 30004);
        QVERIFY(info[0][u"clean"_s].toBool());
        QCOMPARE(info[0][u"connections"_s].toArray().size(), 2);
        const Outcome again = murmur::murmur({u"merge"_s, m_file, m_big, u"-o"_s, merged});
        QCOMPARE(again.code, 2);
        QVERIFY2(again.err.contains("exists"), again.err.constData());
    }

    void aMergeThatIsStoppedLeavesNoFile()
    {
        const QString merged = m_dir.filePath(u"stopped.murmur"_s);
        QProcess process;
        process.start(
            QStringLiteral(MURMUR_PROGRAM),
            {u"merge"_s, m_big, m_file, m_big, m_big, m_big, m_big, m_big, m_big, u"-o"_s, merged});
        const auto isWriting = [&] {
            return !QDir(m_dir.path()).entryList({u"stopped*"_s}).isEmpty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isWriting(), 20'000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const Outcome outcome = outcomeOf(process);
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains("was not written"), outcome.err.constData());
        QVERIFY(!isWriting());
    }

    void aClosedPipeEndsQuietly()
    {
        const QString code = m_dir.filePath(u"code"_s);
        QProcess shell;
        shell.start(u"/bin/sh"_s,
                    {u"-c"_s, u"(\"$0\" query \"$1\" '' --json; echo $? > \"$2\") | head -n 1"_s,
                     QStringLiteral(MURMUR_PROGRAM), m_big, code});
        const Outcome outcome = outcomeOf(shell);
        QCOMPARE(outcome.objects().size(), std::size_t(1));
        QCOMPARE(outcome.err, QByteArray());
        QFile file(code);
        QTRY_VERIFY(file.exists() && file.size() > 0);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().trimmed(), "0"_ba);
    }

    void aFullDiskIsTold()
    {
        QProcess process;
        process.setStandardOutputFile(u"/dev/full"_s);
        process.start(QStringLiteral(MURMUR_PROGRAM), {u"query"_s, m_big, u""_s, u"--json"_s});
        const Outcome outcome = outcomeOf(process);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("Standard output cannot be written"),
                 outcome.err.constData());
    }

    /// A file that promises a message more than it holds: what is there is told, and that one is
    /// missing.
    void whatIsPromisedAndNotThereEndsIt()
    {
        const QString torn = m_dir.filePath(u"torn.murmur"_s);
        QVERIFY(QFile::copy(m_big, torn));
        QCOMPARE(QProcess::execute(u"sqlite3"_s,
                                   {torn, u"UPDATE meta SET v = v + 1 WHERE k = 'last'"_s}),
                 0);
        const Outcome whole = murmur::murmur({u"query"_s, m_big, u"kind == error"_s, u"--json"_s});
        const Outcome outcome = murmur::murmur({u"query"_s, torn, u"kind == error"_s, u"--json"_s});
        QCOMPARE(outcome.out, whole.out);
        QCOMPARE(outcome.code, 3);
    }

    void infoHasTheFieldsThatScriptsReadOn()
    {
        const Outcome outcome = murmur::murmur({u"info"_s, m_big, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        const auto lines = outcome.objects();
        QCOMPARE(lines.size(), std::size_t(1));
        const QJsonObject& info = lines[0];
        QCOMPARE(info[u"recording"_s].toString(), u"big"_s);
        QCOMPARE(info[u"messages"_s].toInt(), 30000);
        QCOMPARE(info[u"agents"_s].toInt(), 120);
        QVERIFY(info[u"topics"_s].toInt() > 10);
        int kinds = 0;
        for (const QJsonValue count : info[u"kinds"_s].toObject())
            kinds += count.toInt();
        QCOMPARE(kinds, 30000);
        QVERIFY(info[u"first"_s].toString().startsWith(u"2026-05-21T10:17:00."_s));
        QVERIFY(info[u"last"_s].toString() > info[u"first"_s].toString());
        QVERIFY(info[u"bytes_raw"_s].toInteger() > 30000 * 100);
        QCOMPARE(info[u"bytes_file"_s].toInteger(), QFileInfo(m_big).size());
        QCOMPARE(info[u"gaps"_s].toInt(-1), 0);
        QCOMPARE(info[u"lost"_s].toInt(-1), 0);
        QCOMPARE(info[u"uuid"_s].toString().size(), 36);
        QVERIFY(info[u"program"_s].toString().startsWith(u"murmurscope"_s));
        const QJsonObject connection = info[u"connections"_s].toArray().at(0).toObject();
        QVERIFY(connection[u"url"_s].toString().startsWith(u"demo://"_s));
        QCOMPARE(connection[u"received"_s].toInt(), 30000);
        QCOMPARE(connection[u"recorded"_s].toInt(), 30000);
        QCOMPARE(connection[u"lost"_s].toInt(-1), 0);
        QCOMPARE(connection[u"lost_is"_s].toString(), u"exact"_s);
        const QByteArray page = murmur::murmur({u"info"_s, m_big}).out;
        QVERIFY2(page.contains("messages    30,000"), page.constData());
    }

    void infoOfSeveralIsOneSession()
    {
        const Outcome outcome = murmur::murmur({u"info"_s, m_big, m_file, u"--json"_s});
        QCOMPARE(outcome.code, 0);
        QCOMPARE(outcome.objects().size(), std::size_t(1));
        const QJsonObject session = outcome.objects()[0];
        QCOMPARE(session[u"messages"_s].toInt(), 30004);
        QVERIFY(session[u"calls_per_recording"_s].toBool());
        const QJsonArray recordings = session[u"recordings"_s].toArray();
        QCOMPARE(recordings.size(), 2);
        QCOMPARE(recordings[0][u"recording"_s].toString(), u"big"_s);
        QCOMPARE(recordings[0][u"messages"_s].toInt(), 30000);
        QCOMPARE(recordings[1][u"messages"_s].toInt(), 4);
        QCOMPARE(recordings[1][u"offset_ns"_s].toInt(-1), 0);
        QCOMPARE(recordings[1][u"aligned_by"_s].toString(), u"same host"_s);
        const QByteArray page =
            murmur::murmur({u"info"_s, m_big, m_file, u"--offset"_s, u"small=+2s±5ms"_s}).out;
        QVERIFY2(page.contains("2 recordings"), page.constData());
        QVERIFY2(page.contains("+2 s ± 5 ms"), page.constData());
        QVERIFY2(page.contains("murmur merge"), page.constData());
    }

    void oneBadFileDoesNotHideTheOthers()
    {
        const Outcome outcome =
            murmur::murmur({u"info"_s, m_dir.filePath(u"gone.murmur"_s), m_file, u"--json"_s});
        QCOMPARE(outcome.code, 3);
        QCOMPARE(outcome.objects().size(), std::size_t(1));
        QVERIFY(outcome.err.contains("gone.murmur"));
    }

    void helpIsThere()
    {
        const Outcome filter = murmur::murmur({u"help"_s, u"filter"_s});
        QCOMPARE(filter.code, 0);
        QVERIFY(filter.out.startsWith("THE FILTER LANGUAGE"));
        QVERIFY(murmur::murmur({u"help"_s}).out.contains("commands"));
        QVERIFY(murmur::murmur({u"help"_s, u"query"_s}).out.contains("--columns"));
        QCOMPARE(murmur::murmur({u"help"_s, u"fliter"_s}).code, 2);
        QVERIFY(murmur::murmur({u"help"_s, u"fliter"_s}).err.contains("did you mean \"filter\""));
        QVERIFY(murmur::murmur({u"--version"_s}).out.startsWith("murmur "));
    }

private:
    /// JSON that can be read in a source file: ' for ", ` for a backslash.
    static QByteArray json(QByteArray text) { return text.replace('\'', '"').replace('`', '\\'); }

    QTemporaryDir m_dir;
    QString m_file;
    QString m_big;
};

QTEST_GUILESS_MAIN(TestCliQuery)
#include "tst_cliquery.moc"
