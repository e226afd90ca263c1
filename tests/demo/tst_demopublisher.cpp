// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bus/hub.h"
#include "demo/democonnection.h"
#include "demo/demopublisher.h"
#include "dialect/describe.h"

#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>

#include <map>
#include <mutex>
#include <set>

using namespace murmur;
using namespace std::chrono_literals;

namespace {

class CollectingSink final : public MessageSink
{
public:
    void hear(std::vector<HeardMessage>&& batch) override
    {
        const std::lock_guard lock(m_mutex);
        for (HeardMessage& message : batch)
            m_heard.push_back(std::move(message));
    }
    void note(Gap) override
    {
        const std::lock_guard lock(m_mutex);
        ++m_gaps;
    }

    [[nodiscard]] std::size_t count() const
    {
        const std::lock_guard lock(m_mutex);
        return m_heard.size();
    }
    [[nodiscard]] std::vector<HeardMessage> heard() const
    {
        const std::lock_guard lock(m_mutex);
        return m_heard;
    }
    [[nodiscard]] int gaps() const
    {
        const std::lock_guard lock(m_mutex);
        return m_gaps;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<HeardMessage> m_heard;
    int m_gaps = 0;
};

/// Empty when each sender's sequence runs from 1 without a hole and everything is understood.
QString whatIsWrong(const std::vector<HeardMessage>& heard)
{
    DialectChooser chooser;
    Interpretation out;
    std::map<std::string, std::int64_t> sequences;
    for (const HeardMessage& message : heard) {
        if (!message.undecodable.isEmpty())
            return QString::fromUtf8(message.undecodable);
        const test::Padded padded({message.raw.data(), std::size_t(message.raw.size())});
        chooser.interpret(1, 1,
                          {.topic = {message.topic.data(), std::size_t(message.topic.size())},
                           .raw = padded.view(),
                           .headers = {},
                           .peer = {},
                           .flags = 0},
                          out);
        if (!out.undecodable.empty() || message.topic.isEmpty())
            return QString::fromUtf8(message.raw);
        if (out.sequence != ++sequences[std::string(out.sender)])
            return QStringLiteral("hole before ") + QString::fromUtf8(message.raw);
    }
    return {};
}

std::unique_ptr<Connection> listeningHub(CollectingSink& sink)
{
    auto hub = createHubConnection(QUrl(QStringLiteral("listen://127.0.0.1:0")),
                                   {.id = ConnectionId(1), .sink = &sink, .options = {}});
    if (!hub.ok() || !(*hub)->start().ok())
        return nullptr;
    return std::move(*hub);
}

} // namespace

class TestDemoPublisher : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aLimitedDemoArrivesWhole()
    {
        CollectingSink sink;
        const auto hub = listeningHub(sink);
        QVERIFY(hub != nullptr);
        DemoPublisherOptions options;
        options.hub = hub->status().effectiveUrl;
        options.swarm.rate = 20'000;
        options.maxMessages = 10'000;
        DemoPublisher publisher(options);
        QSignalSpy finished(&publisher, &DemoPublisher::finished);
        QSignalSpy failed(&publisher, &DemoPublisher::failed);
        QVERIFY(publisher.start().ok());
        QVERIFY(finished.wait(20'000));
        QCOMPARE(publisher.published(), 10'000);
        QVERIFY(publisher.isOver());
        hub->stop();
        QCOMPARE(sink.count(), std::size_t(10'000));
        QCOMPARE(sink.gaps(), 0);
        QCOMPARE(whatIsWrong(sink.heard()), QString());
        QCOMPARE(failed.size(), 0);
        QCOMPARE(finished.size(), 1);
    }

    void theSwarmTalksInRealTime()
    {
        CollectingSink sink;
        const auto hub = listeningHub(sink);
        QVERIFY(hub != nullptr);
        DemoPublisherOptions options;
        options.hub = hub->status().effectiveUrl;
        options.length = 1500ms;
        DemoPublisher publisher(options);
        QSignalSpy finished(&publisher, &DemoPublisher::finished);
        const auto start = std::chrono::steady_clock::now();
        QVERIFY(publisher.start().ok());
        QVERIFY(finished.wait(20'000));
        const auto took = std::chrono::steady_clock::now() - start;
        QVERIFY(took >= 1500ms);
        // A machine under load may be late, but not by its own making.
        QVERIFY(took < 6s);
        hub->stop();
        const auto heard = sink.heard();
        QCOMPARE(heard.size(), std::size_t(publisher.published()));
        QVERIFY2(heard.size() > 2'000 && heard.size() < 3'300,
                 qPrintable(QString::number(heard.size())));
        QVERIFY(heard.back().received - heard.front().received > 1'200'000'000);
        // One socket per site and crew.
        std::set<QByteArray> peers;
        for (const HeardMessage& message : heard)
            peers.insert(message.peer);
        QCOMPARE(peers.size(), std::size_t(5));
    }

    void aHubThatIsNotThereIsSaidSo()
    {
        QTcpServer unused;
        QVERIFY(unused.listen(QHostAddress::LocalHost));
        DemoPublisherOptions options;
        options.hub = QUrl(QStringLiteral("ws://127.0.0.1:%1").arg(unused.serverPort()));
        unused.close();
        DemoPublisher publisher(options);
        QSignalSpy failed(&publisher, &DemoPublisher::failed);
        QSignalSpy finished(&publisher, &DemoPublisher::finished);
        QVERIFY(publisher.start().ok());
        QVERIFY(failed.wait(10'000));
        QVERIFY(failed[0][0].toString().contains(options.hub.toString()));
        QCOMPARE(failed.size(), 1);
        QCOMPARE(finished.size(), 0);
        QVERIFY(publisher.isOver());
    }

    void aHubThatGoesAwayIsSaidSo()
    {
        CollectingSink sink;
        auto hub = listeningHub(sink);
        QVERIFY(hub != nullptr);
        DemoPublisherOptions options;
        options.hub = hub->status().effectiveUrl;
        DemoPublisher publisher(options);
        QSignalSpy failed(&publisher, &DemoPublisher::failed);
        QVERIFY(publisher.start().ok());
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > 100, 10'000);
        hub->stop();
        hub.reset();
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, 10'000);
    }

    void wrongOptionsDoNotStart()
    {
        DemoPublisherOptions options;
        options.hub = QUrl(QStringLiteral("redis://127.0.0.1"));
        QCOMPARE(DemoPublisher(options).start().error().code, ErrorCode::WrongUse);
        options.hub = QUrl(QStringLiteral("ws://127.0.0.1:1"));
        options.swarm.rate = 0;
        QCOMPARE(DemoPublisher(options).start().error().code, ErrorCode::WrongUse);
        CollectingSink sink;
        const auto connection = createDemoConnection(QUrl(QStringLiteral("demo://?agents=7")),
                                                     {.id = {}, .sink = &sink, .options = {}});
        QVERIFY(!connection.ok());
        QCOMPARE(connection.error().code, ErrorCode::WrongUse);
        QVERIFY(connection.error().message.contains(QStringLiteral("agents")));
    }

    void theDemoConnectionIsHeardWithoutLoss()
    {
        CollectingSink sink;
        auto connection =
            createDemoConnection(QUrl(QStringLiteral("demo://?rate=5000&agents=60")),
                                 {.id = ConnectionId(9), .sink = &sink, .options = {}});
        QVERIFY(connection.ok());
        QVERIFY((*connection)->start().ok());
        QTRY_VERIFY_WITH_TIMEOUT(sink.count() > 3'000, 20'000);
        const ConnectionStatus status = (*connection)->status();
        QCOMPARE(status.state, ConnectionStatus::State::Up);
        QVERIFY(status.effectiveUrl.port() > 0);
        QVERIFY(status.clients >= 5);
        QVERIFY2(status.detail.contains(QStringLiteral("60 agents")), qPrintable(status.detail));
        (*connection)->stop();
        const std::size_t afterStop = sink.count();
        const auto heard = sink.heard();
        QCOMPARE(whatIsWrong(heard), QString());
        QCOMPARE(sink.gaps(), 0);
        QVERIFY(std::ranges::all_of(heard, [](const HeardMessage& message) {
            return message.connection == ConnectionId(9);
        }));
        (*connection)->stop(); // again: nothing
        QCOMPARE((*connection)->status().received, afterStop);
    }

    void stoppingAtOnceIsHarmless()
    {
        CollectingSink sink;
        for (int i = 0; i < 5; ++i) {
            auto connection =
                createDemoConnection(QUrl(QStringLiteral("demo://")),
                                     {.id = ConnectionId(1), .sink = &sink, .options = {}});
            QVERIFY(connection.ok());
            if (i > 0)
                QVERIFY((*connection)->start().ok());
            if (i % 2 == 0)
                (*connection)->stop();
        }
    }
};

QTEST_GUILESS_MAIN(TestDemoPublisher)
#include "tst_demopublisher.moc"
