// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Records framed by a schema registry: their schemas are fetched once, kept, and read without it.

#include "bus/kafkamock.h"
#include "codec/codecbook.h"
#include "session/decodedpayload.h"
#include "session/recorder.h"
#include "session/schemafetch.h"
#include "session/session.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;
using namespace murmur::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// The registry in node, and what it was asked for.
class Registry
{
public:
    QByteArray start()
    {
        m_program = std::make_unique<NodeProgram>(QStringLiteral(NODE_DIRECTORY), u"registry.mjs"_s,
                                                  QStringList());
        if (!Attached::waitUntil([this] { return said().contains("port "); }, 20s))
            return "no registry: " + m_said;
        const QByteArray line = m_said.mid(m_said.indexOf("port ") + 5);
        url = u"http://127.0.0.1:"_s + QString::fromLatin1(line.left(line.indexOf('\n')));
        return {};
    }
    void stop()
    {
        m_program->kill();
        m_program->waitForFinished(10'000);
    }
    QByteArray said()
    {
        m_said += m_program->readAll();
        return m_said;
    }
    QString url;

private:
    std::unique_ptr<NodeProgram> m_program;
    QByteArray m_said;
};

template<typename T>
T waited(QFuture<T> future)
{
    future.waitForFinished();
    return future.result();
}

} // namespace

class TestKafkaRegistry : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void schemasAreKeptAndReadWithoutTheRegistry()
    {
        const QTemporaryDir folder;
        Registry registry;
        QCOMPARE(registry.start(), QByteArray());
        KafkaMock mock;
        QCOMPARE(mock.start({u"orders:1"_s}), QByteArray());
        // Two orders {id: 21, item: {name: "box"}}, a protobuf, a JSON, and one that nobody knows.
        NodeProgram sender(QStringLiteral(NODE_DIRECTORY), u"kafkabytes.mjs"_s,
                           {mock.bootstrap(), u"orders"_s, u"00000000072a06626f78"_s,
                            u"00000000072c06626f78"_s, u"0000000008000805"_s,
                            u"00000000097b2261223a317d"_s, u"0000000063ff0102"_s});
        QCOMPARE(sender.outcome(), QByteArray());

        RecorderOptions options;
        options.path = folder.filePath(u"orders.murmur"_s);
        options.urls = {QUrl(mock.url(u"topic=orders&from=start&registry="_s + registry.url))};
        {
            Recorder recorder(options);
            QVERIFY(recorder.start());
            QTRY_COMPARE_WITH_TIMEOUT(recorder.status().recorded, 5, 30'000);
            QTRY_VERIFY_WITH_TIMEOUT(registry.said().contains("GET /schemas/ids/99"), 20'000);
            QVERIFY(recorder.stop());
        }
        QCOMPARE(registry.said().count("GET /schemas/ids/7"), 1);
        QCOMPARE(registry.said().count("GET /subjects/item%2Fvalue/versions/2"), 1);
        QVERIFY(!registry.said().contains("POST"));
        registry.stop();

        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto names = (*session)->dictionaries();
        QCOMPARE(names->codecs().count(), std::size_t(3));
        const auto shown = [&](Seq seq) {
            const auto message = waited((*session)->message(seq));
            const Decoded decoded = decodedPayload(*message, *names);
            return QString::fromStdString(decoded.value.empty() ? decoded.failure : decoded.value);
        };
        QCOMPARE(shown(1), uR"({"id":21,"item":{"name":"box"}})"_s);
        QCOMPARE(shown(3), uR"({"a":5})"_s);
        QCOMPARE(shown(4), uR"({"a":1})"_s);
        QCOMPARE(shown(5), u"its first bytes may name schema 99 of a schema registry, and the "
                           "recording does not have it"_s);
        // And a filter finds it.
        MatchRequest request;
        const auto filter =
            parseFilter(u"payload.item.name == box and payload.id > 21", (*session)->seen().time);
        QVERIFY(filter.ok());
        request.filter = *filter;
        const auto found = waited((*session)->search(request));
        QVERIFY(found.ok());
        QCOMPARE(found->seqs, std::vector<Seq>{2});
    }

    void aRegistryIsAskedWhateverTheBus()
    {
        const QTemporaryDir folder;
        Registry registry;
        QCOMPARE(registry.start(), QByteArray());
        Broker redis(u"redis-server"_s, {u"--port"_s, u"%1"_s, u"--bind"_s, u"127.0.0.1"_s,
                                         u"--dir"_s, u"%2"_s, u"--save"_s, u""_s});
        QCOMPARE(redis.start(), QByteArray());
        RecorderOptions options;
        options.path = folder.filePath(u"orders.murmur"_s);
        options.urls = {QUrl(u"redis://127.0.0.1:%1?pattern=orders&registry="_s.arg(redis.port) +
                             registry.url)};
        {
            Recorder recorder(options);
            QVERIFY(recorder.start());
            const auto connection = [&] { return recorder.status().connections.front(); };
            QTRY_VERIFY_WITH_TIMEOUT(connection().state == ConnectionStatus::State::Up, 20'000);
            QVERIFY(connection().presence.join(u' ').contains(registry.url));
            QVERIFY(connection().url.contains(u"registry=http"));
            for (const char* order : {"00000000072a06626f78", "00000000072c06626f78"}) {
                ChildProgram sender;
                sender.start(u"redis-cli"_s, {u"-p"_s, QString::number(redis.port), u"-x"_s,
                                              u"PUBLISH"_s, u"orders"_s});
                sender.write(QByteArray::fromHex(order));
                sender.closeWriteChannel();
                QVERIFY(sender.waitForFinished(20'000));
            }
            QTRY_COMPARE_WITH_TIMEOUT(recorder.status().recorded, 2, 30'000);
            QVERIFY(recorder.stop());
        }
        QCOMPARE(registry.said().count("GET /schemas/ids/7"), 1);
        registry.stop();
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto names = (*session)->dictionaries();
        QVERIFY(SchemaFetch::registryOf(*names) == registry.url);
        const auto message = waited((*session)->message(1));
        QCOMPARE(QString::fromStdString(decodedPayload(*message, *names).value),
                 uR"({"id":21,"item":{"name":"box"}})"_s);
    }

    void schemasAreFetchedForWhatWasRecordedWithout()
    {
        const QTemporaryDir folder;
        Registry registry;
        QCOMPARE(registry.start(), QByteArray());
        KafkaMock mock;
        QCOMPARE(mock.start({u"orders:1"_s}), QByteArray());
        NodeProgram sender(
            QStringLiteral(NODE_DIRECTORY), u"kafkabytes.mjs"_s,
            {mock.bootstrap(), u"orders"_s, u"00000000072a06626f78"_s, u"0000000063ff0102"_s});
        QCOMPARE(sender.outcome(), QByteArray());
        RecorderOptions options;
        options.path = folder.filePath(u"orders.murmur"_s);
        options.urls = {QUrl(mock.url(u"topic=orders&from=start"_s))};
        {
            Recorder recorder(options);
            QVERIFY(recorder.start());
            QTRY_COMPARE_WITH_TIMEOUT(recorder.status().recorded, 2, 30'000);
            QVERIFY(recorder.stop());
        }
        const auto fetched = [&](const Session& session, const QUrl& url) {
            SchemaFetch fetch(session);
            QSignalSpy ends(&fetch, &SchemaFetch::finished);
            SchemaFetch::Report report;
            connect(&fetch, &SchemaFetch::finished, &fetch,
                    [&report](const SchemaFetch::Report& given) { report = given; });
            fetch.start(url);
            return ends.count() == 1 || ends.wait(30'000) ? report.sentence() : u"no end"_s;
        };
        auto session = Session::open(options.path);
        QVERIFY(session.ok());
        const QUrl url(registry.url);
        // It is there at once, and one that the registry lacks does not keep others away.
        const QString lacks = u" The schema registry at %1 has no schema 99."_s.arg(registry.url);
        QCOMPARE(fetched(**session, url), u"Added 1 of 2 schemas."_s + lacks);
        QCOMPARE((*session)->dictionaries()->codecs().count(), std::size_t(1));
        QCOMPARE(fetched(**session, url), u"Added 0 of 1 schemas."_s + lacks);
        registry.stop();
        QVERIFY(fetched(**session, url).contains(u"cannot be asked"_s));
        // And for whoever opens it later.
        session = Session::open(options.path);
        QVERIFY(session.ok());
        const auto message = waited((*session)->message(1));
        QCOMPARE(
            QString::fromStdString(decodedPayload(*message, *(*session)->dictionaries()).value),
            uR"({"id":21,"item":{"name":"box"}})"_s);
        for (const QString& wrong : {u"box"_s, u"kafka://box"_s, u"http://me:secret@box"_s})
            QVERIFY(!SchemaFetch::registryFrom(wrong).ok());
    }

    void aRegistryIsAnUrlWithoutAPassword()
    {
        for (const QString& wrong : {u"box"_s, u"kafka://box"_s, u"http://me:secret@box"_s}) {
            for (const QString& bus : {u"kafka://127.0.0.1:1?"_s, u"listen://127.0.0.1:0?"_s}) {
                const auto made = createConnection(QUrl(bus + u"registry="_s + wrong), {});
                QVERIFY(!made.ok());
                QCOMPARE(made.error().code, ErrorCode::WrongUse);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestKafkaRegistry)
#include "tst_kafkaregistry.moc"
