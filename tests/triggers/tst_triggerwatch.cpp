// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Triggers beside a recording that runs: they fire where they should, as often as they may, and
// pass nothing over.

#include "livetriggers.h"

#include "recording/verify.h"

#include <QDir>

using namespace murmur;
using namespace murmur::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

QByteArray numbered(int number, const char* kind = "event")
{
    return "{\"from\":\"a\",\"kind\":\"" + QByteArray(kind) +
           "\",\"payload\":{\"n\":" + QByteArray::number(number) + "}}";
}

/// The numbers that the messages of a recording carry.
std::vector<int> numbersIn(const QString& path)
{
    auto session = Session::open(path);
    std::vector<int> numbers;
    if (!session)
        return numbers;
    RowRequest all;
    all.count = static_cast<int>((*session)->seen().last);
    auto future = (*session)->messages(all);
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 10'000))
        return numbers;
    const auto messages = future.takeResult();
    if (!messages)
        return numbers;
    for (const MessageDetail& message : *messages) {
        const QByteArray text = message.raw.mid(message.raw.indexOf("\"n\":") + 4);
        numbers.push_back(text.left(text.indexOf('}')).toInt());
    }
    return numbers;
}

} // namespace

class TestTriggerWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void onceIsOnceAndIsMarked()
    {
        LiveTriggers live({trigger(u"payload.n >= 3"_s, {u"mark:the third"_s}, {true, 1, 10s})});
        for (int i = 1; i <= 6; ++i)
            live.say(i * 1ms, numbered(i));
        QVERIFY(live.waitForAll());
        QCOMPARE(live.firings.size(), std::size_t(1));
        QCOMPARE(live.firings[0].seq, Seq(3));
        QCOMPARE(live.firings[0].number, std::int64_t(1));
        QVERIFY(live.status().isSpent);
        const auto markers = live.markers();
        QCOMPARE(markers.size(), std::size_t(1));
        QCOMPARE(markers[0].trigger, u"it"_s);
        QCOMPARE(markers[0].text, u"the third"_s);
        QCOMPARE(markers[0].time, live.start + 3'000'000);
    }

    void aMarkHasTheVariablesOfAnInjection()
    {
        LiveTriggers live(
            {trigger(u"payload.n > 0"_s,
                     {u"mark:bad {{message.from}}, {{message.payload.n}} ({{counter}})"_s})});
        live.say(1ms, R"({"from":"a","payload":{"n":7}})");
        live.say(2ms, R"({"from":"b","payload":{"n":8}})");
        QVERIFY(live.waitForAll());
        const auto markers = live.markers();
        QCOMPARE(markers.size(), std::size_t(2));
        QCOMPARE(markers[0].text, u"bad a, 7 (1)"_s);
        QCOMPARE(markers[1].text, u"bad b, 8 (2)"_s);
        QCOMPARE(live.failures, QStringList());
        // What has no value is marked all the same, and said.
        live.watch.setTriggers({trigger(u"payload.n == 9"_s, {u"mark:no {{message.reply_to}}"_s})});
        live.say(3ms, R"({"from":"a","payload":{"n":9}})");
        QVERIFY(live.waitForAll());
        QCOMPARE(live.markers().size(), std::size_t(3));
        QCOMPARE(live.failures.size(), 1);
        QVERIFY2(live.failures[0].contains(u"reply_to"_s), qPrintable(live.failures[0]));
    }

    void aRateIsKeptAndWhatIsHeldBackIsCounted()
    {
        LiveTriggers live({trigger(u"kind == error"_s, {}, {false, 2, 1s})});
        for (int i = 0; i < 5; ++i)
            live.say(i * 1ms, numbered(i, "error"));
        live.say(1100ms, numbered(5, "error"));
        live.say(1101ms, numbered(6));
        QVERIFY(live.waitForAll());
        QCOMPARE(live.status().matched, std::int64_t(6));
        QCOMPARE(live.status().fired, std::int64_t(3));
        QCOMPARE(live.status().held, std::int64_t(3));
        QCOMPARE(live.markers().size(), std::size_t(3));
    }

    void whatIsOursNeverMatches()
    {
        LiveTriggers live({trigger(u"from == a"_s)});
        live.say(1ms, "{\"from\":\"a\",\"x-murmurscope-inject\":\"i1\",\"payload\":{\"n\":1}}");
        live.say(2ms, "{\"from\":\"a\",\"x-murmurscope-replay\":\"r1\",\"payload\":{\"n\":2}}");
        live.say(3ms, numbered(3));
        QVERIFY(live.waitForAll());
        QCOMPARE(live.firings.size(), std::size_t(1));
        QCOMPARE(live.firings[0].seq, Seq(3));
    }

    void whoIsSwitchedOnLaterBeginsThen()
    {
        Trigger off = trigger(u"kind == error"_s);
        off.isOn = false;
        LiveTriggers live({off});
        live.say(1ms, numbered(1, "error"));
        QVERIFY(QTest::qWaitFor([&] { return live.session->seen().last == 1; }, 10'000));
        QTest::qWait(200);
        off.isOn = true;
        live.watch.setTriggers({off});
        live.say(2ms, numbered(2, "error"));
        QVERIFY(live.waitForAll());
        QCOMPARE(live.firings.size(), std::size_t(1));
        QCOMPARE(live.firings[0].seq, Seq(2));
    }

    void underAFloodNothingIsPassedOver()
    {
        RecorderOptions options;
        options.queueBytes = 12 * 1024 * 1024;
        LiveTriggers live({trigger(u"kind == error"_s, {}, {false, 3, 24h})}, {}, options);
        constexpr int kMessages = 40'000;
        for (int i = 0; i < kMessages; ++i)
            live.say(i * 1us, numbered(i, i % 10 == 0 ? "error" : "event"));
        qInfo("%lld unread", static_cast<long long>(live.recorder->status().unread));
        QVERIFY(live.finish());
        const RecorderStatus status = live.recorder->status();
        // What was dropped is a gap; of what is in the file each was looked at, and read before.
        auto session = Session::open(live.recorder->path());
        QVERIFY(session);
        auto info = (*session)->info();
        QVERIFY(QTest::qWaitFor([&] { return info.isFinished(); }, 10'000));
        const auto errors = info.result()->kinds[static_cast<std::size_t>(Kind::Error)];
        QVERIFY(errors > 0);
        qInfo("%lld recorded, %lld lost", static_cast<long long>(status.recorded),
              static_cast<long long>(status.lost));
        QCOMPARE(live.status().matched, errors);
        QCOMPARE(live.status().fired, std::int64_t(3));
        QCOMPARE(live.watch.backlog().gone, std::int64_t(0));
        QCOMPARE(live.watch.backlog().unreadable, std::int64_t(0));
    }

    void whatComesLateSaysSo()
    {
        LiveTriggers live({trigger(u"kind == error"_s)});
        live.say(-5s, numbered(1, "error"));
        QVERIFY(live.waitForAll());
        QCOMPARE(live.status().late, std::int64_t(1));
        QVERIFY(live.status().latest >= 5s);
    }

    void theStretchAroundItIsKeptWhole()
    {
        LiveTriggers live({trigger(u"payload.n == 50"_s, {u"keep:100ms,200ms"_s})});
        for (int i = 1; i <= 100; ++i)
            live.say(i * 10ms, numbered(i));
        QVERIFY(QTest::qWaitFor([&] { return !live.done.isEmpty(); }, 20'000));
        QCOMPARE(live.failures, QStringList());
        const QStringList files = QDir(live.file(u"."_s)).entryList({u"live-it-*.murmur"_s});
        QCOMPARE(files.size(), 1);
        const QString kept = live.file(files[0]);
        std::vector<int> expected;
        for (int i = 40; i <= 70; ++i)
            expected.push_back(i);
        QCOMPARE(numbersIn(kept), expected);
        QVERIFY2(live.done[0].startsWith(u"kept 31 messages as "_s), qPrintable(live.done[0]));
        const auto report = verifyRecording(kept, {});
        QVERIFY(report.ok());
        QVERIFY2(report->isSound(),
                 report->isSound() ? "" : qPrintable(report->damages[0].sentence));
    }

    void whatIsNotThereYetIsWaitedForUntilTheRecordingEnds()
    {
        LiveTriggers live({trigger(u"payload.n == 2"_s, {u"keep:1s,1h"_s})});
        for (int i = 1; i <= 4; ++i)
            live.say(i * 10ms, numbered(i));
        QVERIFY(QTest::qWaitFor([&] { return live.firings.size() == 1; }, 10'000));
        QTest::qWait(700);
        QCOMPARE(live.done, QStringList());
        live.say(50ms, numbered(5));
        QVERIFY(live.finish());
        QCOMPARE(live.done.size(), 1);
        const QStringList files = QDir(live.file(u"."_s)).entryList({u"live-it-*.murmur"_s});
        QCOMPARE(files.size(), 1);
        QCOMPARE(numbersIn(live.file(files[0])), (std::vector<int>{1, 2, 3, 4, 5}));
    }

    void aSplitRecordingIsLookedAtAndKeptThroughItsFiles()
    {
        RecorderOptions options;
        options.limits.splitLength = 2s;
        LiveTriggers live({}, {}, options);
        Trigger keeps = trigger(u"payload.n == 360"_s, {u"keep:100ms,600ms"_s});
        keeps.name = u"keeps"_s;
        // What was before this one is in the file before.
        Trigger early = trigger(u"payload.n == 205"_s, {u"keep:100ms,50ms"_s});
        early.name = u"early"_s;
        live.watch.setTriggers({trigger(u"kind == error"_s), keeps, early});
        std::int64_t errors = 0;
        for (int i = 1; i <= 700; ++i) {
            const bool isError = i % 7 == 0;
            errors += isError ? 1 : 0;
            live.say(i * 10ms, numbered(i, isError ? "error" : "event"));
            if (i % 20 == 0)
                QTest::qWait(20);
        }
        QVERIFY(live.waitForAll());
        QVERIFY2(live.recorder->files().size() >= 3, "it was not split");
        QCOMPARE(live.status(0).matched, errors);
        QCOMPARE(live.watch.backlog().gone, std::int64_t(0));
        QCOMPARE(live.failures, QStringList());
        QCOMPARE(live.done.size(), 2);
        const auto keptBy = [&live](const QString& name) {
            const QStringList files =
                QDir(live.file(u"."_s)).entryList({u"*-%1-*.murmur"_s.arg(name)});
            return files.size() == 1 ? live.file(files[0]) : QString();
        };
        const auto from = [](int first, int last) {
            std::vector<int> numbers;
            for (int i = first; i <= last; ++i)
                numbers.push_back(i);
            return numbers;
        };
        QCOMPARE(numbersIn(keptBy(u"early"_s)), from(195, 210));
        QCOMPARE(numbersIn(keptBy(u"keeps"_s)), from(350, 420));
        const auto report = verifyRecording(keptBy(u"keeps"_s), {});
        QVERIFY(report.ok() && report->isSound());
    }

    void whatIsBeingKeptIsKeptWhenTheWatchGoes()
    {
        QTemporaryDir kept;
        {
            LiveTriggers live({trigger(u"payload.n == 2"_s,
                                       {u"keep:1s,1h:"_s + kept.filePath(u"cut.murmur"_s)})});
            for (int i = 1; i <= 3; ++i)
                live.say(i * 10ms, numbered(i));
            QVERIFY(QTest::qWaitFor([&] { return live.firings.size() == 1; }, 10'000));
            QVERIFY(live.recorder->stop());
        }
        QCOMPARE(numbersIn(kept.filePath(u"cut.murmur"_s)), (std::vector<int>{1, 2, 3}));
    }

    void besideARingWhatCameBeforeIsKeptBeforeItIsLetGo()
    {
        RecorderOptions options;
        options.limits.ring.length = 2s;
        LiveTriggers live({trigger(u"payload.n == 3000"_s, {u"keep:1s,6s:kept"_s})}, {}, options);
        // The file is named without a folder: in the one that is current.
        const QString before = QDir::currentPath();
        QDir::setCurrent(live.file(u"."_s));
        const QByteArray ballast(400, 'x');
        int n = 0;
        const auto sayUntil = [&](int last) {
            while (n < last) {
                ++n;
                live.say(n * 1ms, "{\"from\":\"a\",\"ballast\":\"" + ballast +
                                      "\",\"payload\":{\"n\":" + QByteArray::number(n) + "}}");
            }
        };
        sayUntil(3000);
        QVERIFY(QTest::qWaitFor([&] { return live.firings.size() == 1; }, 10'000));
        // Long after the ring has let go of it.
        for (int last = 4000; last <= 9500; last += 500) {
            sayUntil(last);
            QTest::qWait(150);
        }
        QVERIFY(QTest::qWaitFor([&] { return !live.done.isEmpty(); }, 20'000));
        QDir::setCurrent(before);
        QCOMPARE(live.failures, QStringList());
        QVERIFY2(live.session->seen().first > 2000, "the ring let nothing go");
        const std::vector<int> kept = numbersIn(live.file(u"kept.murmur"_s));
        QCOMPARE(kept.size(), std::size_t(7001));
        QCOMPARE(kept.front(), 2000);
        QCOMPARE(kept.back(), 9000);
    }
};

QTEST_GUILESS_MAIN(TestTriggerWatch)
#include "tst_triggerwatch.moc"
