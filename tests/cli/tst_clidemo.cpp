// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestCliDemo : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        QVERIFY(m_dir->isValid());
    }

    void offlineWritesExactlyWhatWasAskedFor()
    {
        const Outcome demo = murmur::murmur(
            {u"demo"_s, u"--offline"_s, u"--messages"_s, u"100000"_s, u"--json"_s}, m_dir->path());
        QCOMPARE(demo.code, 0);
        QCOMPARE(demo.objects().at(0)[u"messages"_s].toInt(), 100000);
        const QString file = m_dir->filePath(u"demo-warehouse-7.murmur"_s);
        const QJsonObject info = murmur::murmur({u"info"_s, file, u"--json"_s}).objects().at(0);
        QCOMPARE(info[u"messages"_s].toInt(), 100000);
        QCOMPARE(info[u"lost"_s].toInt(-1), 0);
        QCOMPARE(info[u"clean"_s].toBool(), true);
        QCOMPARE(info[u"agents"_s].toInt(), 120);
        // Nobody's recording is overwritten by a default name.
        const Outcome again =
            murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"10"_s}, m_dir->path());
        QCOMPARE(again.code, 2);
        QVERIFY(again.err.contains("demo-warehouse-7.murmur"));
    }

    void aSeedMeansTheSameMessages()
    {
        QByteArray first;
        for (const QString& name : {u"a.murmur"_s, u"b.murmur"_s}) {
            QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"5000"_s,
                                     u"--seed"_s, u"11"_s, u"-o"_s, name},
                                    m_dir->path())
                         .code,
                     0);
            const QByteArray lines =
                murmur::murmur({u"query"_s, name, u""_s, u"--json"_s}, m_dir->path()).out;
            QCOMPARE(lines.count('\n'), 5000);
            if (first.isEmpty())
                first = lines;
            QVERIFY(lines == first);
        }
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--messages"_s, u"5000"_s, u"--seed"_s,
                                 u"12"_s, u"-o"_s, u"c.murmur"_s},
                                m_dir->path())
                     .code,
                 0);
        QVERIFY(
            murmur::murmur({u"query"_s, u"c.murmur"_s, u""_s, u"--json"_s}, m_dir->path()).out !=
            first);
    }

    void offlineTimeEndsIt()
    {
        QCOMPARE(murmur::murmur({u"demo"_s, u"--offline"_s, u"--for"_s, u"10s"_s, u"--truth"_s,
                                 u"truth.json"_s, u"-o"_s, u"t.murmur"_s},
                                m_dir->path())
                     .code,
                 0);
        QCOMPARE(murmur::murmur({u"query"_s, u"t.murmur"_s, u"time > 10:17:10"_s, u"--json"_s},
                                m_dir->path())
                     .out,
                 QByteArray());
        QVERIFY(murmur::murmur({u"query"_s, u"t.murmur"_s, u"time > 10:17:09"_s, u"--json"_s},
                               m_dir->path())
                    .objects()
                    .size() > 100);
        QFile truth(m_dir->filePath(u"truth.json"_s));
        QVERIFY(truth.open(QIODevice::ReadOnly));
        QCOMPARE(QJsonDocument::fromJson(truth.readLine()).object()[u"seed"_s].toInt(), 7);
    }

    void publishingReachesAnotherRecorder()
    {
        const QString file = m_dir->filePath(u"there.murmur"_s);
        Recording recording(file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        const Outcome demo =
            murmur::murmur({u"demo"_s, u"--publish"_s, u"ws://127.0.0.1:%1"_s.arg(port),
                            u"--messages"_s, u"2000"_s, u"--rate"_s, u"4000"_s, u"--json"_s});
        QCOMPARE(demo.code, 0);
        QCOMPARE(demo.objects().at(0)[u"published"_s].toInt(), 2000);
        recording.signal(SIGTERM);
        QCOMPARE(recording.outcome().code, 0);
        QCOMPARE(
            murmur::murmur({u"info"_s, file, u"--json"_s}).objects().at(0)[u"messages"_s].toInt(),
            2000);
    }

    void theLiveDemoIsRecorded()
    {
        const QString file = m_dir->filePath(u"live.murmur"_s);
        const Outcome demo = murmur::murmur({u"demo"_s, u"--messages"_s, u"1500"_s, u"--rate"_s,
                                             u"3000"_s, u"-o"_s, file, u"--json"_s});
        QVERIFY2(demo.code == 0, demo.err.constData());
        QCOMPARE(demo.objects().at(0)[u"messages"_s].toInt(), 1500);
        QCOMPARE(demo.objects().at(0)[u"lost"_s].toInt(-1), 0);
        QVERIFY(murmur::murmur({u"query"_s, file, u"from == \"robot-*\""_s, u"--json"_s})
                    .objects()
                    .size() > 100);
    }

    void scenariosAreListed()
    {
        const auto lines = murmur::murmur({u"demo"_s, u"--list"_s, u"--json"_s}).objects();
        QVERIFY(!lines.empty());
        QCOMPARE(lines[0][u"scenario"_s].toString(), u"warehouse"_s);
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
};

QTEST_GUILESS_MAIN(TestCliDemo)
#include "tst_clidemo.moc"
