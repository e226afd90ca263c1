// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is replayed from the window onto a real broker arrives there equal, and the window stays
// free meanwhile.

#include "views/inject/replayview.h"

#include "replay/mark.h"
#include "support/brokers.h"
#include "support/recorded.h"
#include "views/base/sharedview.h"
#include "views/inject/replayform.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <cstdio>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int kMessages = 5000;

std::vector<Said> talk()
{
    std::vector<Said> all;
    for (int i = 0; i < kMessages; ++i)
        all.push_back(said(i * 1ms, "swarm.a",
                           "{\"from\":\"a\",\"payload\":{\"n\":" + QByteArray::number(i) + "}}"));
    return all;
}

} // namespace

class TestReplayRedis : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void itArrivesEqualAndTheWindowStaysFree()
    {
        QTemporaryDir dir;
        qputenv("XDG_CONFIG_HOME", dir.path().toUtf8());
        qunsetenv("MURMURSCOPE_PROFILES");
        test::Broker broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                                u"--dir"_s, u"%2"_s, u"--save"_s, u""_s});
        const QByteArray problem = broker.start();
        QVERIFY2(problem.isEmpty(), problem.constData());
        RecorderOptions options;
        options.path = dir.filePath(u"there.murmur"_s);
        options.urls = {QUrl(u"redis://127.0.0.1:%1?pattern=swarm.*"_s.arg(broker.port))};
        Recorder recorder(options);
        QVERIFY(recorder.start());
        QTRY_VERIFY_WITH_TIMEOUT(!recorder.status().connections.empty() &&
                                     recorder.status().connections.front().state ==
                                         ConnectionStatus::State::Up,
                                 10'000);

        Recorded recorded(talk());
        QVERIFY(recorded.waitForAll());
        SharedView shared;
        ReplayView view({&shared});
        shared.setSession(recorded.close());
        QTRY_VERIFY(view.isSettled());
        view.targets()->setEditText(u"redis://127.0.0.1:%1"_s.arg(broker.port));
        view.form()->pace()->setCurrentIndex(2);

        // How long the window is not its own.
        QElapsedTimer since;
        qint64 longest = 0;
        QTimer beat;
        beat.setInterval(2);
        connect(&beat, &QTimer::timeout, this,
                [&] { longest = std::max(longest, since.restart()); });
        since.start();
        beat.start();
        QSignalSpy looked(&view, &ReplayView::looked);
        view.goOn();
        QVERIFY(!looked.isEmpty() || looked.wait(10'000));
        QVERIFY(view.forecast());
        view.goOn();
        QVERIFY(view.desk()->isRunning());
        QTRY_VERIFY_WITH_TIMEOUT(!view.desk()->isRunning(), 30'000);
        QCOMPARE(view.desk()->report().state, ReplayReport::State::Finished);
        QCOMPARE(view.desk()->report().sent, kMessages);
        QCOMPARE(view.desk()->report().unheard, 0);
        std::printf("%d messages; the window was busy for at most %lld ms\n", kMessages,
                    static_cast<long long>(longest));

        QTRY_COMPARE_WITH_TIMEOUT(recorder.status().received, kMessages, 10'000);
        (void)recorder.stop();
        shared.setSession(nullptr);
        auto heard = Session::open(options.path);
        QVERIFY(heard);
        RowRequest request;
        request.count = kMessages;
        auto future = (*heard)->messages(request);
        QTRY_VERIFY(future.isFinished());
        const auto list = future.takeResult();
        QVERIFY(list);
        QVERIFY(!list->empty());
        int number = 0;
        for (const MessageDetail& message : *list) {
            QCOMPARE((*heard)->dictionaries()->topicName(message.row.topic), "swarm.a");
            QVERIFY((message.row.flags & Flag::Replayed) != 0);
            QCOMPARE(withoutMarks(message.raw),
                     "{\"from\":\"a\",\"payload\":{\"n\":" + QByteArray::number(number++) + "}}");
        }
    }
};

QTEST_MAIN(TestReplayRedis)
#include "tst_replayredis.moc"
