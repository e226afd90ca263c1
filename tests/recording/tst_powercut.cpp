// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/verify.h"
#include "support/faultyvfs.h"
#include "support/messages.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <set>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

/// The power goes at a random moment: each unsynced sector of the disk has survived or not. What
/// was acknowledged is there, and what is there is right.
class TestPowerCut : public QObject
{
    Q_OBJECT

private:
    struct Cut
    {
        QString directory;
        Seq acknowledged = 0;
        bool isCreated = false; ///< the recording had begun
    };

private Q_SLOTS:
    void whatWasAcknowledgedIsThere()
    {
        const int wanted = isLong() ? 1000 : 20;
        std::mt19937_64 random(11);
        int cuts = 0;
        int unborn = 0;
        while (cuts < wanted) {
            const QTemporaryDir directory;
            const std::vector<Cut> done = record(directory, random, std::min(wanted - cuts, 20));
            QVERIFY(!done.empty());
            for (const Cut& cut : done) {
                unborn += !cut.isCreated;
                check(cut);
                if (QTest::currentTestFailed())
                    return;
                QVERIFY(QDir(cut.directory).removeRecursively());
            }
            cuts += static_cast<int>(done.size());
        }
        qInfo("%d cuts, %d of them before the recording had begun", cuts, unborn);
        QVERIFY(unborn > 0);
    }

private:
    /// Records, and cuts the power at some moments; the recording itself goes on behind them.
    static std::vector<Cut> record(const QTemporaryDir& directory, std::mt19937_64& random,
                                   int count)
    {
        FaultyVfs vfs;
        vfs.keepDurable(true);
        std::vector<Cut> cuts;
        Cut now;
        // One in the middle of creation, one of the close, the others anywhere.
        std::set<std::int64_t> moments{static_cast<std::int64_t>(1 + random() % 20)};
        while (static_cast<int>(moments.size()) < count)
            moments.insert(static_cast<std::int64_t>(1 + random() % 900));
        vfs.before = [&](std::int64_t operation) {
            if (!moments.contains(operation))
                return;
            now.directory = directory.filePath(u"cut%1"_s.arg(cuts.size()));
            QDir().mkdir(now.directory);
            vfs.cut(now.directory, random);
            cuts.push_back(now);
        };
        Messages recording(directory.filePath(u"r.murmur"_s));
        now.isCreated = true;
        const int rounds = 60;
        for (int round = 0; round < rounds; ++round) {
            if (!recording.write(static_cast<int>(1 + random() % 400)) || !recording.commit())
                qFatal("cannot record");
            now.acknowledged = recording.writer->durable();
            if (round % 8 == 7)
                recording.writer->checkpoint();
        }
        if (!recording.close())
            qFatal("cannot close");
        vfs.before = nullptr;
        return cuts;
    }

    static void check(const Cut& cut)
    {
        const QString path = QDir(cut.directory).filePath(u"r.murmur"_s);
        auto reader = RecordingReader::open(path);
        if (!cut.isCreated && !reader.ok())
            return; // nothing was promised yet
        QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
        const Seq last = (*reader)->last();
        QVERIFY2(last >= cut.acknowledged,
                 qPrintable(u"%1 of %2 acknowledged"_s.arg(last).arg(cut.acknowledged)));
        std::int64_t held = 0;
        const QString wrong = wrongMessages(**reader, &held);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
        QCOMPARE(held, last);
        const auto report = verifyRecording(path);
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->isSound() ? "" : qPrintable(report->damages[0].sentence));
    }
};

QTEST_GUILESS_MAIN(TestPowerCut)
#include "tst_powercut.moc"
