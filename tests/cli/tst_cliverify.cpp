// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <sys/resource.h>

using namespace murmur;
using namespace Qt::StringLiterals;

/// `verify` and `repair` as a person uses them, and recordings whose recorder was killed.
class TestCliVerify : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        QDir::setCurrent(m_dir.path());
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"20000"_s, u"-o"_s,
                                 u"good.murmur"_s})
                     .code,
                 0);
        QFile file(u"good.murmur"_s);
        QVERIFY(file.open(QFile::ReadOnly));
        m_good = file.readAll();
    }

    void aSoundRecordingEndsWithZero()
    {
        const Outcome page = murmur::murmur({u"verify"_s, u"good.murmur"_s});
        QCOMPARE(page.code, 0);
        QVERIFY2(page.out.startsWith("good.murmur is sound: 20,000 messages"),
                 page.out.constData());
        const Outcome json =
            murmur::murmur({u"verify"_s, u"good.murmur"_s, u"--json"_s, u"--deep"_s});
        QCOMPARE(json.code, 0);
        QCOMPARE(json.objects().size(), std::size_t(1));
        const QJsonObject object = json.objects().front();
        QCOMPARE(object[u"sound"_s], true);
        QCOMPARE(object[u"messages"_s], 20'000);
        QCOMPARE(object[u"tiles_recounted"_s], object[u"tiles"_s]);
        QVERIFY(object[u"damages"_s].toArray().isEmpty());
    }

    void aDamagedOneEndsWithOneAndNamesTheBlock()
    {
        spoil(u"hurt.murmur"_s, m_good.size() * 6 / 10);
        const Outcome outcome = murmur::murmur({u"verify"_s, u"hurt.murmur"_s, u"--json"_s});
        QCOMPARE(outcome.code, 1);
        const QJsonObject object = outcome.objects().front();
        QCOMPARE(object[u"sound"_s], false);
        const QJsonArray damages = object[u"damages"_s].toArray();
        QCOMPARE(damages.size(), object[u"damage_count"_s].toInt());
        QVERIFY(!damages.isEmpty());
        for (const char* key : {"part", "block", "first", "last", "from", "to", "sentence"})
            QVERIFY(damages[0].toObject().contains(QLatin1String(key)));
        const Outcome page = murmur::murmur({u"verify"_s, u"good.murmur"_s, u"hurt.murmur"_s});
        QCOMPARE(page.code, 1);
        QVERIFY(page.out.contains("good.murmur is sound"));
        QVERIFY(page.out.contains("murmur repair hurt.murmur -o OUT"));
        QVERIFY(page.out.contains(damages[0].toObject()[u"sentence"_s].toString().toUtf8()));
    }

    void aQueryTellsWhatItCouldNotRead()
    {
        write(u"hurt.murmur"_s, m_good);
        QCOMPARE(QProcess::execute(u"sqlite3"_s,
                                   {m_dir.filePath(u"hurt.murmur"_s),
                                    u"UPDATE payload SET data = zeroblob(length(data)) WHERE id = "
                                    "(SELECT max(id) / 2 FROM payload)"_s}),
                 0);
        // So short a text is in no filter: every block has to be looked into.
        for (const QString& expression : {QString(), u"payload contains \"qq\""_s}) {
            const Outcome outcome =
                murmur::murmur({u"query"_s, u"hurt.murmur"_s, expression, u"--json"_s});
            QCOMPARE(outcome.code, 3);
            QVERIFY2(outcome.err.contains("cannot be read, their blocks are damaged"),
                     outcome.err.constData());
        }
        QCOMPARE(murmur::murmur({u"query"_s, u"good.murmur"_s, u""_s, u"--json"_s}).code, 0);
        // An export without these payloads says so, too.
        const Outcome hurt = murmur::murmur({u"export"_s, u"hurt.murmur"_s, u"-o"_s, u"h.jsonl"_s});
        QCOMPARE(hurt.code, 3);
        QVERIFY2(hurt.err.contains("cannot be read, their blocks are damaged"),
                 hurt.err.constData());
        QCOMPARE(murmur::murmur({u"export"_s, u"good.murmur"_s, u"-o"_s, u"g.jsonl"_s}).code, 0);
    }

    void whatWasNotOnDiskIsCounted()
    {
        write(u"cut.murmur"_s, m_good);
        QCOMPARE(QProcess::execute(u"sqlite3"_s,
                                   {m_dir.filePath(u"cut.murmur"_s),
                                    u"UPDATE meta SET v = 0 WHERE k = 'clean'; UPDATE connection "
                                    "SET received = received + 400"_s}),
                 0);
        const QJsonObject info =
            murmur::murmur({u"info"_s, u"cut.murmur"_s, u"--json"_s}).objects().front();
        QCOMPARE(info[u"not_on_disk"_s], 400);
        QCOMPARE(info[u"lost"_s], 400);
        const QJsonObject bus = info[u"connections"_s].toArray()[0].toObject();
        QCOMPARE(bus[u"received"_s].toInteger(),
                 bus[u"recorded"_s].toInteger() + bus[u"lost"_s].toInteger());
        QCOMPARE(bus[u"lost_is"_s], u"at_least"_s);
        QVERIFY(murmur::murmur({u"info"_s, u"cut.murmur"_s})
                    .out.contains("400 received messages were not on disk"));
        const Outcome verified = murmur::murmur({u"verify"_s, u"cut.murmur"_s, u"--json"_s});
        QCOMPARE(verified.code, 0);
        QCOMPARE(verified.objects().front()[u"not_on_disk"_s], 400);
        const QJsonObject whole =
            murmur::murmur({u"info"_s, u"good.murmur"_s, u"--json"_s}).objects().front();
        QCOMPARE(whole[u"not_on_disk"_s], 0);
        QCOMPARE(whole[u"lost"_s], 0);
    }

    void anEmptyRecordingHasNoState()
    {
        Recording recording(u"silent.murmur"_s);
        QVERIFY(recording.port() != 0);
        recording.signal(SIGINT);
        QCOMPARE(recording.outcome().code, 0);
        const Outcome state = murmur::murmur({u"state"_s, u"silent.murmur"_s});
        QCOMPARE(state.code, 3);
        QVERIFY2(state.err.contains("holds no message"), state.err.constData());
        QVERIFY(state.out.isEmpty());
    }

    void aNameThatIsNotUtf8IsTold()
    {
        QProcess shell;
        shell.start(u"sh"_s, {u"-c"_s, u"exec \"$0\" info \"$(printf 'o\\366.murmur')\""_s,
                              QStringLiteral(MURMUR_PROGRAM)});
        const Outcome outcome = outcomeOf(shell);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(outcome.err.contains("not UTF-8"), outcome.err.constData());
    }

    void everyCommandTellsOfDamage_data()
    {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](const QStringList& arguments) {
            QTest::newRow(qPrintable(arguments.join(u' '))) << arguments;
        };
        const QString file = u"lost.murmur"_s;
        row({u"sql"_s, file, u"SELECT count(*) FROM message"_s});
        row({u"export"_s, file, u"-o"_s, u"-"_s});
        row({u"find"_s, file, u"ticket-40017"_s});
        row({u"topology"_s, file});
        row({u"query"_s, file, u""_s});
        row({u"query"_s, file, u"kind == error"_s, u"--json"_s});
        row({u"summary"_s, file});
        row({u"state"_s, file, u"--at"_s, u"+5s"_s});
        row({u"latency"_s, file});
        row({u"facets"_s, file});
        row({u"conversations"_s, file});
        row({u"findings"_s, file});
    }
    void everyCommandTellsOfDamage()
    {
        QFETCH(QStringList, arguments);
        write(u"lost.murmur"_s, m_good);
        const QString path = m_dir.filePath(u"lost.murmur"_s);
        QProcess sqlite;
        sqlite.start(u"sqlite3"_s,
                     {path, u"SELECT rootpage FROM sqlite_master WHERE name = 'block'"_s});
        QVERIFY(sqlite.waitForFinished());
        const qsizetype page = sqlite.readAllStandardOutput().trimmed().toInt();
        QVERIFY(page > 1);
        QByteArray bytes = m_good;
        bytes.replace((page - 1) * 16384, 16384, QByteArray(16384, '\0'));
        write(u"lost.murmur"_s, bytes);
        const Outcome outcome = murmur::murmur(arguments);
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.err.contains("damaged"), outcome.err.constData());
        QStringList good = arguments;
        good[1] = u"good.murmur"_s;
        QVERIFY(!murmur::murmur(good).err.contains("damaged"));
    }

    /// Rows of the zone map that lead elsewhere leave blocks out: whoever reads on has to tell.
    void aForgedPlaceOfABlockIsTold_data()
    {
        QTest::addColumn<QString>("change");
        QTest::newRow("the first") << u"SET first = first + 5000000 WHERE id = 1"_s;
        QTest::newRow("one between") << u"SET first = first + 5000000 WHERE id = 3"_s;
        QTest::newRow("into another") << u"SET first = first - 100 WHERE id = 3"_s;
        QTest::newRow("the last")
            << u"SET first = first + 7 WHERE id = (SELECT max(id) FROM block)"_s;
        QTest::newRow("gone") << u"SET id = id + 1000 WHERE id = 2"_s;
    }
    void aForgedPlaceOfABlockIsTold()
    {
        QFETCH(QString, change);
        write(u"forged.murmur"_s, m_good);
        QCOMPARE(QProcess::execute(u"sqlite3"_s, {m_dir.filePath(u"forged.murmur"_s),
                                                  u"UPDATE block "_s + change}),
                 0);
        for (const QStringList& command :
             {QStringList{u"info"_s, u"forged.murmur"_s},
              QStringList{u"merge"_s, u"forged.murmur"_s, u"-o"_s, u"merged.murmur"_s},
              QStringList{u"query"_s, u"forged.murmur"_s, u""_s, u"--json"_s},
              QStringList{u"reread"_s, u"forged.murmur"_s}}) {
            QFile::remove(u"merged.murmur"_s);
            const Outcome outcome = murmur::murmur(command);
            QCOMPARE(outcome.code, 3);
            QVERIFY2(outcome.err.contains("damaged"), outcome.err.constData());
        }
        // What it does not lead to would be lost by a new reading: repair has it still.
        (void)murmur::murmur({u"repair"_s, u"forged.murmur"_s, u"-o"_s, u"saved.murmur"_s});
        const auto messages = [](const QString& file) {
            const auto said = murmur::murmur({u"info"_s, file, u"--json"_s}).objects();
            return said.empty() ? -1 : said.front().value(u"messages"_s).toInteger(-1);
        };
        QCOMPARE(messages(u"saved.murmur"_s), messages(u"good.murmur"_s));
        QFile::remove(u"saved.murmur"_s);
    }

    void infoTellsOfAZeroedZoneMap_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"block", "block_first", "block_time"})
            QTest::newRow(name) << QString::fromLatin1(name);
    }
    void infoTellsOfAZeroedZoneMap()
    {
        QFETCH(QString, name);
        write(u"zeroed.murmur"_s, m_good);
        QProcess sqlite;
        sqlite.start(u"sqlite3"_s,
                     {m_dir.filePath(u"zeroed.murmur"_s),
                      u"SELECT rootpage FROM sqlite_master WHERE name = '%1'"_s.arg(name)});
        QVERIFY(sqlite.waitForFinished());
        const qsizetype page = sqlite.readAllStandardOutput().trimmed().toInt();
        QVERIFY(page > 1);
        QByteArray bytes = m_good;
        bytes.replace((page - 1) * 16384, 16384, QByteArray(16384, '\0'));
        write(u"zeroed.murmur"_s, bytes);
        const Outcome outcome = murmur::murmur({u"info"_s, u"zeroed.murmur"_s});
        QCOMPARE(outcome.code, 3);
        QVERIFY2(outcome.err.contains("damaged"), outcome.err.constData());
        QCOMPARE(murmur::murmur({u"info"_s, u"good.murmur"_s}).code, 0);
    }

    void whatCannotBeReadEndsWithThree()
    {
        const Outcome outcome = murmur::murmur({u"verify"_s, u"good.murmur"_s, u"none.murmur"_s});
        QCOMPARE(outcome.code, 3);
        QVERIFY(outcome.out.contains("good.murmur is sound"));
        QVERIFY(outcome.err.contains("none.murmur"));
    }

    void aTornOneIsSavedAndTheRestTold()
    {
        write(u"torn.murmur"_s, m_good.left(m_good.size() * 7 / 10));
        QCOMPARE(murmur::murmur({u"info"_s, u"torn.murmur"_s}).code, 3);
        QCOMPARE(murmur::murmur({u"verify"_s, u"torn.murmur"_s}).code, 3);
        const Outcome outcome = murmur::murmur(
            {u"repair"_s, u"torn.murmur"_s, u"-o"_s, u"saved.murmur"_s, u"--json"_s});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QJsonObject report = outcome.objects().front();
        const auto saved = report[u"messages"_s].toInteger();
        QVERIFY(saved > 8000);
        QCOMPARE(saved + report[u"missing"_s].toInteger(), 20'000);
        QVERIFY(!report[u"holes"_s].toArray().isEmpty());
        QCOMPARE(murmur::murmur({u"verify"_s, u"saved.murmur"_s, u"--deep"_s}).code, 0);
        const QJsonObject info =
            murmur::murmur({u"info"_s, u"saved.murmur"_s, u"--json"_s}).objects().front();
        QCOMPARE(info[u"lost"_s], report[u"missing"_s]);
        // A message keeps its number and its words. The page with the names of topics can be in
        // what is lost: then the topic shows as its number, and the report says that names are
        // lost.
        const auto third = [](const QString& file) {
            const auto rows =
                murmur::murmur({u"query"_s, file, u""_s, u"--json"_s, u"--limit"_s, u"3"_s})
                    .objects();
            return rows.size() == 3 ? rows[2] : QJsonObject();
        };
        QJsonObject expected = third(u"good.murmur"_s);
        const QString topic = third(u"saved.murmur"_s)[u"topic"_s].toString();
        if (topic.startsWith(u'#')) {
            QVERIFY(outcome.out.contains("names of agents, topics and the like are lost"));
            expected[u"topic"_s] = topic;
        }
        QVERIFY(!third(u"saved.murmur"_s).isEmpty());
        QCOMPARE(third(u"saved.murmur"_s), expected);
        // It is never written over.
        const Outcome again =
            murmur::murmur({u"repair"_s, u"torn.murmur"_s, u"-o"_s, u"saved.murmur"_s});
        QCOMPARE(again.code, 2);
        QVERIFY(again.err.contains("saved.murmur"));
    }

    /// What is told of a file with a hole in its middle adds up.
    void aHoleIsNotCounted()
    {
        QByteArray bytes = m_good;
        bytes.replace(bytes.size() * 4 / 10, 400'000, QByteArray(400'000, 'x'));
        write(u"hole.murmur"_s, bytes);
        const Outcome outcome = murmur::murmur(
            {u"repair"_s, u"hole.murmur"_s, u"-o"_s, u"whole.murmur"_s, u"--json"_s});
        QVERIFY2(outcome.code == 0, outcome.err.constData());
        const QJsonObject report = outcome.objects().front();
        QVERIFY(report[u"missing"_s].toInteger() > 0);
        const auto rows =
            murmur::murmur({u"query"_s, u"whole.murmur"_s, u""_s, u"--json"_s}).objects();
        const auto there = static_cast<qint64>(rows.size());
        QVERIFY(rows.back()[u"seq"_s].toInteger() > there); // the hole is not at the end
        const QJsonObject info =
            murmur::murmur({u"info"_s, u"whole.murmur"_s, u"--json"_s}).objects().front();
        QCOMPARE(info[u"messages"_s].toInteger(), there);
        QCOMPARE(info[u"messages"_s].toInteger() + info[u"lost"_s].toInteger(), 20'000);
        const QJsonObject bus = info[u"connections"_s].toArray().at(0).toObject();
        QCOMPARE(bus[u"recorded"_s].toInteger(), there);
        QCOMPARE(bus[u"received"_s].toInteger(), 20'000);
    }

    void nothingToSaveSaysSo()
    {
        write(u"letter.murmur"_s, "This is a letter to my aunt.\n"_ba.repeated(1000));
        const Outcome outcome =
            murmur::murmur({u"repair"_s, u"letter.murmur"_s, u"-o"_s, u"x.murmur"_s});
        QCOMPARE(outcome.code, 3);
        QVERIFY(outcome.err.contains("letter.murmur"));
        QVERIFY(!QFile::exists(u"x.murmur"_s));
    }

    /// kill -9 of the program itself, with a hub that agents post to.
    void aKilledRecorderLeavesASoundFile()
    {
        const int kills = qgetenv("MURMUR_TEST_LENGTH") == "long" ? 50 : 3;
        for (int kill = 0; kill < kills; ++kill) {
            const QString file = u"killed%1.murmur"_s.arg(kill);
            Recording recording(file);
            const quint16 port = recording.port();
            QVERIFY(port != 0);
            QByteArray batch = "[";
            for (int i = 0; i < 400; ++i)
                batch += (i == 0 ? "" : ",") +
                         QByteArray(R"({"from":"a","to":"b","topic":"t","payload":)") +
                         QByteArray::number(i) + '}';
            batch += ']';
            (void)post(port, batch);
            // The file is asked from outside, while it grows: what it shows is on disk.
            std::int64_t shown = 0;
            QVERIFY(QTest::qWaitFor(
                [&] {
                    const auto lines = murmur::murmur({u"info"_s, file, u"--json"_s}).objects();
                    shown = lines.empty() ? 0 : lines.front()[u"messages"_s].toInteger();
                    return shown >= 400;
                },
                20'000));
            (void)post(port, batch);
            recording.signal(SIGKILL);
            QVERIFY(recording.outcome().code != 0);
            const Outcome verified = murmur::murmur({u"verify"_s, file, u"--json"_s});
            QVERIFY2(verified.code == 0, verified.out.constData());
            const QJsonObject report = verified.objects().front();
            QVERIFY(report[u"messages"_s].toInteger() >= shown);
            QCOMPARE(report[u"clean"_s], false);
            QCOMPARE(report[u"live"_s], false);
            // Copied without its WAL it is less than what was acknowledged, and says so.
            const QString alone = u"alone%1.murmur"_s.arg(kill);
            QVERIFY(QFile::copy(file, alone));
            for (const QString& command : {u"info"_s, u"verify"_s}) {
                const QByteArray whole = murmur::murmur({command, file}).out;
                QVERIFY2(whole.contains("all that") && whole.contains("-wal file holds"),
                         whole.constData());
                const QByteArray less = murmur::murmur({command, alone}).out;
                QVERIFY2(less.contains("-wal file that belongs to it is missing"),
                         less.constData());
            }
        }
    }

    /// A limit of file sizes is a full disk, no reason to die.
    void aLimitOfFileSizesIsTold()
    {
        QProcess process;
        process.setChildProcessModifier([] {
            const rlimit limit{200'000, 200'000};
            ::setrlimit(RLIMIT_FSIZE, &limit);
        });
        process.start(QStringLiteral(MURMUR_PROGRAM),
                      {u"merge"_s, u"good.murmur"_s, u"-o"_s, u"limited.murmur"_s});
        const Outcome outcome = outcomeOf(process);
        QVERIFY2(outcome.code > 0, outcome.err.constData());
        QVERIFY2(outcome.err.contains("limited.murmur"), outcome.err.constData());
    }

private:
    static void write(const QString& name, const QByteArray& bytes)
    {
        QFile file(name);
        if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write %s", qPrintable(name));
    }
    /// One page of noise.
    void spoil(const QString& name, qsizetype place)
    {
        QByteArray bytes = m_good;
        bytes.replace(place / 16384 * 16384 + 200, 8000, QByteArray(8000, char(0x5a)));
        write(name, bytes);
    }

    QTemporaryDir m_dir;
    QByteArray m_good;
};

QTEST_GUILESS_MAIN(TestCliVerify)
#include "tst_cliverify.moc"
