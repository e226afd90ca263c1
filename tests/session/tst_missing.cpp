// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What a recording says of a bus that was never there, or that dies and is not back when it ends.

#include "base/clock.h"
#include "session/recorder.h"
#include "session/session.h"
#include "support/brokers.h"
#include "support/traffic.h"

#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;

namespace {

using State = ConnectionStatus::State;

} // namespace

class TestMissing : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_directory;
    int m_number = 0;
    std::unique_ptr<Recorder> m_recorder;

    void record(const QString& url)
    {
        RecorderOptions options;
        options.path = m_directory.filePath(u"m%1.murmur"_s.arg(++m_number));
        options.urls = {QUrl(url)};
        m_recorder = std::make_unique<Recorder>(options);
        QVERIFY(m_recorder->start().ok());
    }
    ConnectionInfo shown() { return m_recorder->status().connections.at(0); }
    bool reaches(State state)
    {
        return QTest::qWaitFor([&] { return shown().state == state; }, 15'000);
    }
    std::vector<Gap> gapsAtTheEnd()
    {
        const QString path = m_recorder->path();
        if (!m_recorder->stop())
            return {};
        const auto session = Session::open(path);
        const auto gaps = waitFor((*session)->gaps());
        return gaps ? *gaps : std::vector<Gap>();
    }

private Q_SLOTS:
    void cleanup() { m_recorder.reset(); }

    void aBusThatIsGoneAtTheEndIsAGap_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("url");
        QTest::newRow("Redis channels")
            << u"redis-server"_s << QStringList{u"--port"_s, u"%1"_s, u"--save"_s, u""_s}
            << u"redis://127.0.0.1:%1?channel=c"_s;
        QTest::newRow("Redis stream")
            << u"redis-server"_s << QStringList{u"--port"_s, u"%1"_s, u"--save"_s, u""_s}
            << u"redis://127.0.0.1:%1?stream=s"_s;
        QTest::newRow("NATS") << u"nats-server"_s
                              << QStringList{u"-a"_s, u"127.0.0.1"_s, u"-p"_s, u"%1"_s}
                              << u"nats://127.0.0.1:%1?subject=a"_s;
        QTest::newRow("MQTT") << u"mosquitto"_s << QStringList{u"-p"_s, u"%1"_s}
                              << u"mqtt://127.0.0.1:%1?topic=a"_s;
    }
    void aBusThatIsGoneAtTheEndIsAGap()
    {
        QFETCH(QString, program);
        QFETCH(QStringList, arguments);
        QFETCH(QString, url);
        Broker broker(program, arguments);
        QCOMPARE(broker.start(), QByteArray());
        record(broker.with(url));
        QVERIFY(reaches(State::Up));
        broker.kill();
        QVERIFY(reaches(State::Retrying));
        const std::vector<Gap> gaps = gapsAtTheEnd();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("reconnect"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown && gaps[0].from < gaps[0].to);
    }

    void aBusThatWasNeverThereIsAGap_data()
    {
        QTest::addColumn<QString>("url");
        for (const char* const scheme : {"redis", "nats", "mqtt"})
            QTest::newRow(scheme) << QString::fromUtf8(scheme) + u"://127.0.0.1:%1"_s;
    }
    void aBusThatWasNeverThereIsAGap()
    {
        QFETCH(QString, url);
        record(url.arg(freePort()));
        QVERIFY(reaches(State::Retrying));
        QTest::qWait(50);
        const std::vector<Gap> gaps = gapsAtTheEnd();
        QCOMPARE(gaps.size(), std::size_t(1));
        QCOMPARE(gaps[0].cause, std::string("unreachable"));
        QVERIFY(gaps[0].lostIs == LostIs::Unknown && gaps[0].from < gaps[0].to);
    }

    void aBusThatComesLateLeavesNone()
    {
        Broker broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--save"_s, u""_s});
        record(broker.with(u"redis://127.0.0.1:%1?channel=c"_s));
        QVERIFY(reaches(State::Retrying));
        QCOMPARE(broker.start(), QByteArray());
        QVERIFY(reaches(State::Up));
        QVERIFY(gapsAtTheEnd().empty());
    }

    void aBusThatRefusesUsLaterIsAGapToTheEnd()
    {
        Broker broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--save"_s, u""_s});
        QCOMPARE(broker.start(), QByteArray());
        record(broker.with(u"redis://127.0.0.1:%1?channel=c"_s));
        QVERIFY(reaches(State::Up));
        broker.kill();
        QVERIFY(reaches(State::Retrying));
        broker.m_arguments += {u"--requirepass"_s, u"secret"_s};
        QCOMPARE(broker.start(), QByteArray());
        QVERIFY(reaches(State::Failed));
        const std::int64_t before = processClock().nowNs();
        QTest::qWait(50);
        const std::vector<Gap> gaps = gapsAtTheEnd();
        QVERIFY(!gaps.empty());
        QVERIFY(gaps.back().cause == "reconnect" && gaps.back().to > before);
    }

    void theSameBusIsNotAttachedTwice()
    {
        Broker broker(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--save"_s, u""_s});
        QCOMPARE(broker.start(), QByteArray());
        const QUrl url(broker.with(u"redis://127.0.0.1:%1?channel=c"_s));
        record(url.toString());
        const auto again = m_recorder->attach(url);
        QVERIFY(!again.ok());
        QVERIFY2(again.error().message.contains(u"is attached already"),
                 qPrintable(again.error().message));
        const QUrl sameBus(broker.with(u"redis://localhost:%1/?channel=c"_s));
        QVERIFY(!m_recorder->attach(sameBus).ok());
        // What a person detached may come back as a new one.
        QVERIFY(m_recorder->apply({ConnectionWish::What::Detach, shown().id, {}}).ok());
        QVERIFY(m_recorder->attach(url).ok());
    }
};

QTEST_GUILESS_MAIN(TestMissing)
#include "tst_missing.moc"
