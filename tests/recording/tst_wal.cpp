// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/repair.h"
#include "recording/verify.h"
#include "support/messages.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

/// A WAL that is left over and damaged: what is read is an exact prefix of what was committed.
class TestWal : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        Messages recording(path);
        for (int round = 0; round < 30; ++round) {
            QVERIFY(recording.write(100));
            QVERIFY(recording.commit());
            m_commits.insert(recording.writer->durable());
        }
        m_file = bytesOf(path);
        m_wal = bytesOf(path + u"-wal"_s);
        m_index = bytesOf(path + u"-shm"_s);
        m_commits.insert(0);
        QVERIFY(m_wal.size() > 500'000);
    }

    void aDamagedWalIsAPrefix_data()
    {
        QTest::addColumn<int>("way");
        QTest::newRow("truncated") << 0;
        QTest::newRow("one bit flipped") << 1;
        QTest::newRow("tail of zeros") << 2;
        QTest::newRow("a frame of noise") << 3;
    }
    void aDamagedWalIsAPrefix()
    {
        QFETCH(int, way);
        constexpr qsizetype kFrame = 16384 + 24;
        std::mt19937_64 random(static_cast<std::uint64_t>(way) + 1);
        const int rounds = isLong() ? 500 : 25;
        Seq least = 3000;
        for (int round = 0; round < rounds; ++round) {
            QByteArray wal = m_wal;
            const auto at =
                static_cast<qsizetype>(random() % static_cast<std::uint64_t>(wal.size()));
            switch (way) {
            case 0:
                wal.truncate(at);
                break;
            case 1:
                wal[at] = static_cast<char>(wal[at] ^ (1 << (random() % 8)));
                break;
            case 2:
                std::fill(wal.begin() + at, wal.end(), '\0');
                break;
            default:
                for (qsizetype i = at / kFrame * kFrame + 32;
                     i < wal.size() && i < (at / kFrame + 1) * kFrame; ++i)
                    wal[i] = static_cast<char>(random());
            }
            QTemporaryDir directory;
            const QString path = directory.filePath(u"r.murmur"_s);
            write(path, m_file);
            write(path + u"-wal"_s, wal);
            auto reader = RecordingReader::open(path);
            QVERIFY2(reader.ok(), reader.ok() ? "" : qPrintable(reader.error().message));
            const Seq last = (*reader)->last();
            QVERIFY2(m_commits.contains(last), qPrintable(u"%1 is no commit"_s.arg(last)));
            least = std::min(least, last);
            std::int64_t held = 0;
            const QString wrong = wrongMessages(**reader, &held);
            QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
            QCOMPARE(held, last);
            // What lies wholly before the damage is there.
            const auto frames = at < 32 ? 0 : (at - 32) / kFrame;
            QVERIFY(last >= committedBy(frames));
            const auto report = verifyRecording(path);
            QVERIFY(report.ok());
            QVERIFY2(report->isSound() || report->damages[0].sentence == report->walSentence,
                     report->isSound() ? "" : qPrintable(report->damages[0].sentence));
            QVERIFY(report->damageCount <= 1);
        }
        QVERIFY(least < 3000);
    }

    void framesThatDoNotCountAreToldOf_data()
    {
        QTest::addColumn<int>("way");
        QTest::addColumn<bool>("hasIndex");
        QTest::addColumn<bool>("isProven");
        QTest::addColumn<bool>("isTold");
        // A commit with others behind it had been synced: that one was whole is seen in the WAL.
        QTest::newRow("flipped") << 0 << false << true << true;
        QTest::newRow("salt flipped") << 1 << false << true << true;
        // The end may never have reached the disk, unless the WAL's index tells.
        QTest::newRow("zeros at the end") << 2 << false << false << true;
        QTest::newRow("zeros at the end, index") << 2 << true << true << true;
        QTest::newRow("cut, index") << 3 << true << true << true;
        QTest::newRow("cut") << 3 << false << false << false;
        QTest::newRow("head flipped") << 4 << false << false << true;
        QTest::newRow("as it was") << 5 << true << false << false;
    }
    void framesThatDoNotCountAreToldOf()
    {
        QFETCH(int, way);
        QFETCH(bool, hasIndex);
        constexpr qsizetype kFrame = 16384 + 24;
        QByteArray wal = m_wal;
        const qsizetype middle = 32 + (wal.size() - 32) / kFrame / 2 * kFrame;
        switch (way) {
        case 0:
            wal[middle + 5000] = static_cast<char>(wal[middle + 5000] ^ 4);
            break;
        case 1:
            wal[middle + 9] = static_cast<char>(wal[middle + 9] ^ 4);
            break;
        case 2:
            std::fill(wal.begin() + middle, wal.end(), '\0');
            break;
        case 3:
            wal.truncate(middle);
            break;
        case 4:
            wal[20] = static_cast<char>(wal[20] ^ 4);
            break;
        default:
            break;
        }
        QTemporaryDir directory;
        const QString path = directory.filePath(u"r.murmur"_s);
        const auto lay = [&](const QString& to) {
            write(to, m_file);
            write(to + u"-wal"_s, wal);
            if (hasIndex)
                write(to + u"-shm"_s, m_index);
        };
        lay(path);
        const auto report = verifyRecording(path);
        QVERIFY(report.ok());
        QTEST(!report->isSound(), "isProven");
        QTEST(!report->walSentence.isEmpty(), "isTold");
        QTEST(report->walIgnored > 0, "isTold");
        // A repair tells the same, and does not call itself complete.
        if (way == 4)
            return; // nothing is left
        lay(directory.filePath(u"again.murmur"_s));
        const auto repaired =
            repairRecording(directory.filePath(u"again.murmur"_s), directory.filePath(u"out"_s));
        QVERIFY2(repaired.ok(), repaired.ok() ? "" : qPrintable(repaired.error().message));
        QTEST(!repaired->missingIsKnown, "isTold");
        QTEST(repaired->notes.contains(report->walSentence), "isTold");
    }

private:
    static QByteArray bytesOf(const QString& path)
    {
        QFile file(path);
        return file.open(QFile::ReadOnly) ? file.readAll() : QByteArray();
    }
    static void write(const QString& path, const QByteArray& bytes)
    {
        QFile file(path);
        if (!file.open(QFile::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write %s", qPrintable(path));
    }
    /// The last Seq of the transactions that end within the first `frames` frames.
    Seq committedBy(qsizetype frames) const
    {
        std::size_t commits = 0;
        for (qsizetype i = 0; i < frames; ++i) {
            const QByteArray head = m_wal.mid(32 + i * (16384 + 24), 8);
            commits += head.mid(4) != QByteArray(4, '\0');
        }
        // The first commit is that of the empty recording, the others follow in order.
        auto at = m_commits.begin();
        for (; commits > 1 && std::next(at) != m_commits.end(); --commits)
            ++at;
        return *at;
    }

    QByteArray m_file;
    QByteArray m_wal;
    QByteArray m_index;
    std::set<Seq> m_commits;
};

QTEST_GUILESS_MAIN(TestWal)
#include "tst_wal.moc"
