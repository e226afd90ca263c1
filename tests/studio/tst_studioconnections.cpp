// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// The connections of the recording that the window makes, with a real Redis: silence and what ends
// it, windows of the past, narrower patterns.

#include "historygate.h"
#include "recentbuses.h"
#include "settings.h"
#include "studiosession.h"
#include "support/brokers.h"
#include "views/base/sharedview.h"
#include "views/base/theme.h"
#include "views/connect/banner.h"
#include "waitingnote.h"

#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWidget>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

class TestStudioConnections : public QObject
{
    Q_OBJECT

private:
    Broker m_redis{u"redis-server"_s,
                   {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s, u"--dir"_s, u"%2"_s,
                    u"--save"_s, u""_s}};
    QTemporaryDir m_folder;
    std::unique_ptr<SharedView> m_shared;
    std::unique_ptr<StudioSession> m_session;

    [[nodiscard]] QUrl url(const QString& query) const
    {
        return QUrl(u"redis://127.0.0.1:%1"_s.arg(m_redis.port) + query);
    }
    /// Sends commands and waits for as many answers.
    QByteArray ask(const QByteArrayList& commands)
    {
        QTcpSocket socket;
        socket.connectToHost(u"127.0.0.1"_s, m_redis.port);
        socket.waitForConnected(5000);
        socket.write(commands.join("\r\n") + "\r\nECHO over\r\n");
        QByteArray answers;
        while (!answers.contains("over") && socket.waitForReadyRead(5000))
            answers += socket.readAll();
        return answers;
    }
    bool hears(std::int64_t count)
    {
        return QTest::qWaitFor(
            [&] {
                return !m_session->connections().empty() &&
                       m_session->connections().front().received == count;
            },
            15'000);
    }

private Q_SLOTS:
    void initTestCase()
    {
        Theme::apply(true);
        QCOMPARE(m_redis.start(), QByteArray());
        QByteArrayList commands;
        for (int i = 1; i <= 500; ++i)
            commands << "XADD s " + QByteArray::number(1'000'000'000'000 + i * 1000) + "-1 f v";
        QVERIFY(ask(commands).contains("over"));
    }
    void init()
    {
        m_shared = std::make_unique<SharedView>();
        m_session = std::make_unique<StudioSession>(m_shared.get(), m_folder.path());
    }
    void cleanup()
    {
        m_session.reset();
        m_shared.reset();
    }

    void silenceHasAButtonThatEndsIt()
    {
        QWidget window;
        Banner banner(&window);
        WaitingNote note(m_shared.get(), m_session.get(), &banner, &window);
        connect(m_session.get(), &StudioSession::connectionsChanged, &note, &WaitingNote::update);
        QTcpSocket other;
        other.connectToHost(u"127.0.0.1"_s, m_redis.port);
        QVERIFY(other.waitForConnected(5000));
        other.write("SUBSCRIBE there\r\n");
        QVERIFY(other.waitForReadyRead(5000));
        m_session->attach({url(u"?channel=nobody"_s)});
        // The channel and the stream.
        QTRY_COMPARE_WITH_TIMEOUT(m_shared->silenceAction(), u"Subscribe to all 2"_s, 20'000);
        QTRY_VERIFY(banner.offered().contains(u"All 2"_s));
        QVERIFY(banner.offered().contains(u"Subscribe to there"_s));
        QVERIFY2(banner.sentence().contains(u"there"_s), qPrintable(banner.sentence()));
        Q_EMIT banner.chosen(banner.offered().indexOf(u"Subscribe to there"_s));
        QVERIFY(QTest::qWaitFor(
            [&] {
                return m_session->connections().front().subscribed.contains(u"there"_s) &&
                       m_session->connections().front().state == ConnectionStatus::State::Up;
            },
            10'000));
        QVERIFY(ask({"PUBLISH there x"}).startsWith(":2"));
        QVERIFY(hears(1));
        QTRY_VERIFY(banner.isHidden());
        QTRY_VERIFY(m_shared->silenceAction().isEmpty());
    }

    void aLoginThatFailedIsNotCalledAttached()
    {
        QVERIFY(ask({"CONFIG SET requirepass sesame"}).contains("OK"));
        QWidget window;
        Banner banner(&window);
        WaitingNote note(m_shared.get(), m_session.get(), &banner, &window);
        connect(m_session.get(), &StudioSession::connectionsChanged, &note, &WaitingNote::update);
        StudioSettings settings(m_folder.filePath(u"recent.ini"_s));
        RecentBuses buses(settings, m_session.get());
        const QUrl asked = url(u"?channel=closed"_s);
        buses.tryThem({asked});
        m_session->attach({asked});
        QTRY_VERIFY_WITH_TIMEOUT(banner.sentence().contains(u"asks for a password"_s), 10'000);
        QVERIFY2(!banner.sentence().contains(u"ttached"_s), qPrintable(banner.sentence()));
        QVERIFY(m_shared->silence().contains(u"asks for a password"_s));
        QCOMPARE(m_session->connections().front().state, ConnectionStatus::State::Failed);
        // What never worked is not offered again, and is there to be mended.
        QVERIFY(settings.recentUrls().isEmpty());
        QCOMPARE(buses.notAttached(), asked.toString());

        m_session->apply(
            {ConnectionWish::What::AttachAgain, m_session->connections().front().id, {}, "sesame"});
        QTRY_COMPARE_WITH_TIMEOUT(settings.recentUrls(), QStringList{asked.toString()}, 10'000);
        QVERIFY(buses.notAttached().isEmpty());
        QVERIFY(ask({"AUTH sesame", "CONFIG SET requirepass \"\""}).contains("OK"));
    }

    void aWindowOfThePastOpensLikeAFile()
    {
        QSignalSpy stopped(m_session.get(), &StudioSession::stopped);
        m_session->attach({url(u"?stream=s&from=start&to=now"_s)});
        QVERIFY(stopped.wait(15'000));
        QCOMPARE(m_session->state(), StudioSession::State::Reading);
        QTRY_COMPARE(m_session->info().extent.messages(), 500);
        QCOMPARE(m_shared->window(), m_shared->session()->seen().time);
    }

    void whatIsAttachedAlreadyIsSaid()
    {
        QSignalSpy failed(m_session.get(), &StudioSession::failed);
        m_session->attach({url(u"?channel=a"_s)});
        QTRY_COMPARE(m_session->state(), StudioSession::State::Recording);
        m_session->attach({url(u"?channel=a"_s)});
        QVERIFY(failed.wait(10'000));
        QVERIFY(failed[0][0].value<Error>().message.contains(u"is attached already"));
        QCOMPARE(m_session->connections().size(), std::size_t(1));
        QCOMPARE(m_session->state(), StudioSession::State::Recording);
    }

    void whatWouldBeEnoughIsKnownFromWhatCame()
    {
        m_session->attach({url({})});
        QVERIFY(QTest::qWaitFor(
            [&] {
                return !m_session->connections().empty() &&
                       m_session->connections().front().state == ConnectionStatus::State::Up;
            },
            10'000));
        QByteArrayList commands;
        for (int i = 0; i < 20; ++i)
            commands << "PUBLISH robots." + QByteArray::number(i) + ".pose x"
                     << "PUBLISH tasks." + QByteArray::number(i) + ".open x";
        QVERIFY(ask(commands).contains("over"));
        QVERIFY(hears(40));
        const ConnectionId id = m_session->connections().front().id;
        QTRY_COMPARE(m_shared->session()->seen().last, Seq(40));
        auto narrower = m_session->narrower(id);
        QTRY_VERIFY(narrower.isFinished());
        QCOMPARE(narrower.result(), (QStringList{u"robots.*"_s, u"tasks.*"_s}));
        m_session->apply({ConnectionWish::What::Narrow, id, narrower.result()});
        QTRY_COMPARE(m_session->connections().front().subscribed, narrower.result());
    }

    void aSmallWindowIsReadWithoutAQuestion()
    {
        QWidget window;
        HistoryGate gate(&window);
        int passed = 0;
        gate.pass({{url(u"?channel=a"_s)}, {}, {}}, [&] { ++passed; });
        QCOMPARE(passed, 1);
        QSignalSpy noted(&gate, &HistoryGate::noted);
        gate.pass({{url(u"?stream=s&from=start&to=now"_s)}, {}, {}}, [&] { ++passed; });
        QCOMPARE(passed, 1);
        QTRY_COMPARE_WITH_TIMEOUT(passed, 2, 15'000);
        QVERIFY(noted.back().front().toString().contains(u"about 500 messages"_s));
        QVERIFY(window.findChildren<QMessageBox*>().isEmpty());
    }
};

QTEST_MAIN(TestStudioConnections)
#include "tst_studioconnections.moc"
