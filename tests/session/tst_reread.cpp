// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "recording/sqlite.h"
#include "recording/verify.h"
#include "session/reread.h"
#include "support/told.h"

#include <QFile>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int kCount = 60'000;

QByteArray contents(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestReread : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    [[nodiscard]] QString file(const char* name) const
    {
        return m_directory.filePath(QString::fromLatin1(name));
    }
    static void record(const QString& path, const QString& dialect)
    {
        Traffic said{12};
        const auto recorded = recordTraffic(path, said, kCount, 500'000, dialect);
        QVERIFY2(recorded.ok(), recorded.ok() ? "" : qPrintable(recorded.error().message));
    }

private Q_SLOTS:
    void initTestCase()
    {
        record(file("right.murmur"), {});
        record(file("opaque.murmur"), u"opaque"_s);
    }

    void aWrongReadingBecomesTheRightOne()
    {
        const auto report = rereadRecording(file("opaque.murmur"), {});
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QCOMPARE(report->generation, 2);
        QCOMPARE(report->messages, kCount);
        QVERIFY(report->changed > kCount / 2);
        QVERIFY(!QFile::exists(file("opaque.murmur-wal")));

        auto again = Session::open(file("opaque.murmur"));
        auto right = Session::open(file("right.murmur"));
        QVERIFY(again.ok() && right.ok());
        QCOMPARE(told(**again), told(**right));
        QCOMPARE(trafficOf(**again), trafficOf(**right));
        QCOMPARE(statesOf(**again), statesOf(**right));
        const auto kinds = waitFor((*again)->info());
        QCOMPARE(kinds->kinds, waitFor((*right)->info())->kinds);
        const QString expression = u"trace == \"t77\""_s;
        QVERIFY(!withId(**right, expression).empty());
        QCOMPARE(withId(**again, expression), withId(**right, expression));
        const auto verified = verifyRecording(file("opaque.murmur"), {true, {}, {}});
        QVERIFY(verified.ok());
        QVERIFY2(verified->isSound(),
                 verified->damages.empty() ? "" : qPrintable(verified->damages.front().sentence));
    }

    void readingTwiceChangesNothing()
    {
        const auto report = rereadRecording(file("right.murmur"), {});
        QVERIFY(report.ok());
        QCOMPARE(report->changed, 0);
        const auto second = rereadRecording(file("right.murmur"), {});
        QCOMPARE(second->generation, report->generation + 1);
        QCOMPARE(second->changed, 0);
    }

    void aSessionSeesTheNewReading()
    {
        record(file("seen.murmur"), u"opaque"_s);
        auto session = Session::open(file("seen.murmur"));
        QVERIFY(withId(**session, u"trace == \"t77\""_s).empty());
        QVERIFY(rereadRecording(file("seen.murmur"), {}).ok());
        QVERIFY(!withId(**session, u"trace == \"t77\""_s).empty());
    }

    void stoppedInTheMiddleItIsAsItWas()
    {
        record(file("stopped.murmur"), u"opaque"_s);
        auto before = Session::open(file("stopped.murmur"));
        const QStringList rows = told(**before);
        *before = nullptr;
        std::stop_source stop;
        RereadOptions options;
        options.stop = stop.get_token();
        options.progress = [&](const QString&, std::int64_t done, std::int64_t) {
            if (done > kCount / 2)
                stop.request_stop();
        };
        const auto report = rereadRecording(file("stopped.murmur"), options);
        QVERIFY(!report.ok());
        QCOMPARE(report.error().code, ErrorCode::Cancelled);
        auto after = Session::open(file("stopped.murmur"));
        QCOMPARE(told(**after), rows);
        const auto verified = verifyRecording(file("stopped.murmur"), {true, {}, {}});
        QVERIFY(verified.ok() && verified->isSound());
        // And the next one goes through.
        QVERIFY(rereadRecording(file("stopped.murmur"), {}).ok());
    }

    /// A block whose bytes are damaged keeps the reading that it has: it is not unread.
    void whatCannotBeReadAgainStaysRead()
    {
        const QString path = file("hurt.murmur");
        QVERIFY(QFile::copy(file("right.murmur"), path));
        {
            auto database = Database::open(path, Database::Access::Write);
            QVERIFY(database.ok());
            QVERIFY(
                database->run("UPDATE payload SET data = zeroblob(length(data)) WHERE id = 20"));
        }
        const auto report = rereadRecording(path, {});
        QVERIFY2(report.ok(), report.ok() ? "" : qPrintable(report.error().message));
        QVERIFY(report->unreadable > 0);
        auto session = Session::open(path);
        QVERIFY(session.ok());
        QCOMPARE(waitFor((*session)->info())->unread, 0);
    }

    void whatCannotBeDoneSaysSo()
    {
        const QByteArray before = contents(file("right.murmur"));
        RereadOptions unknown;
        unknown.dialect = u"klingon"_s;
        const auto noDialect = rereadRecording(file("right.murmur"), unknown);
        QVERIFY(!noDialect.ok());
        QVERIFY(noDialect.error().message.contains(u"klingon"));
        QCOMPARE(contents(file("right.murmur")), before);
        QVERIFY(!rereadRecording(file("nothing.murmur"), {}).ok());

        RecorderOptions options;
        options.path = file("busy.murmur");
        Recorder recorder(options);
        QVERIFY(recorder.start().ok());
        const auto busy = rereadRecording(file("busy.murmur"), {});
        QVERIFY(!busy.ok());
        QCOMPARE(busy.error().code, ErrorCode::WrongUse);
    }
};

QTEST_GUILESS_MAIN(TestReread)
#include "tst_reread.moc"
