// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/gap.h"
#include "base/message.h"
#include "demo/offline.h"
#include "exchange/exchangebed.h"
#include "recording/sqlite.h"
#include "session/findingslook.h"
#include "session/recordingmaker.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QTest>
#include <QtEndian>

#include <map>
#include <set>

#include <zlib.h>
#include <zstd.h>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// Reads the records of an MCAP file by the letter of its specification.
struct McapFile
{
    struct Record
    {
        int op = 0;
        qsizetype at = 0;
        QByteArray content;
    };

    template<typename Number>
    static Number number(const QByteArray& bytes, qsizetype at)
    {
        return at + qsizetype(sizeof(Number)) <= bytes.size()
                   ? qFromLittleEndian<Number>(bytes.constData() + at)
                   : Number{};
    }
    static QByteArray text(const QByteArray& bytes, qsizetype& at)
    {
        const auto size = qsizetype(number<quint32>(bytes, at));
        const QByteArray found = bytes.mid(at + 4, size);
        at += 4 + size;
        return found;
    }
    static std::vector<Record> records(const QByteArray& bytes, qsizetype begin, qsizetype end)
    {
        std::vector<Record> all;
        for (qsizetype at = begin; at + 9 <= end;) {
            const auto size = qsizetype(number<quint64>(bytes, at + 1));
            all.push_back({quint8(bytes[at]), at, bytes.mid(at + 9, size)});
            at += 9 + size;
        }
        return all;
    }
    /// The records of a chunk; nothing when its sum is wrong.
    static std::vector<Record> inside(const Record& chunk)
    {
        const auto size = qsizetype(number<quint64>(chunk.content, 16));
        qsizetype at = 28;
        const QByteArray compression = text(chunk.content, at);
        const QByteArray packed = chunk.content.mid(at + 8);
        QByteArray bytes(size, '\0');
        if (compression != "zstd" ||
            ZSTD_decompress(bytes.data(), std::size_t(size), packed.constData(),
                            std::size_t(packed.size())) != std::size_t(size))
            return {};
        const auto sum = ::crc32(0, reinterpret_cast<const Bytef*>(bytes.constData()), uInt(size));
        return sum == number<quint32>(chunk.content, 24) ? records(bytes, 0, size)
                                                         : std::vector<Record>();
    }
};

} // namespace

/// Formats that other programs read.
class TestExports : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_original = m_bed.path(u"demo.murmur"_s);
        auto maker = RecordingMaker::create(m_original, {});
        QVERIFY(maker.ok());
        QCOMPARE((*maker)->connection(u"demo://"_s, u"demo"_s), ConnectionId(1));
        Status status = Done{};
        OfflineOptions demo;
        demo.connection = ConnectionId(1);
        demo.maxMessages = 3000;
        QVERIFY(runOffline(demo, [&](std::vector<HeardMessage>&& batch) {
                    for (HeardMessage& message : batch) {
                        if (status)
                            status = (*maker)->add(message);
                    }
                }).ok());
        QVERIFY(status.ok());
        QVERIFY((*maker)->finish().ok());
        for (const QJsonObject& one : m_bed.messages(m_original))
            m_calls += one[u"latency_ms"_s].isDouble() && one[u"kind"_s] != u"request"_s ? 1 : 0;
        QVERIFY(m_calls > 100);
    }

    void mcapHasChunksWithAnIndex()
    {
        const QByteArray file = m_bed.exported(m_original, "mcap");
        const QByteArray magic("\x89MCAP0\r\n", 8);
        QVERIFY(file.startsWith(magic));
        QVERIFY(file.endsWith(magic));
        const auto records = McapFile::records(file, 8, file.size() - 8);
        std::map<int, int> byOp;
        std::set<quint16> channels;
        std::map<quint16, int> messages;
        QByteArray firstJson;
        for (const McapFile::Record& record : records) {
            ++byOp[record.op];
            if (record.op != 0x06)
                continue;
            const auto inside = McapFile::inside(record);
            QVERIFY(!inside.empty());
            for (const McapFile::Record& one : inside) {
                const auto channel = McapFile::number<quint16>(one.content, 0);
                if (one.op == 0x04)
                    channels.insert(channel);
                if (one.op != 0x05)
                    continue;
                QVERIFY(channels.contains(channel)); // told of before
                ++messages[channel];
                if (firstJson.isEmpty())
                    firstJson = one.content.mid(22);
            }
        }
        int sum = 0;
        for (const auto& [channel, count] : messages)
            sum += count;
        QCOMPARE(sum, 6000); // each as JSON and as bytes
        QCOMPARE(QJsonDocument::fromJson(firstJson).object()[u"seq"_s].toInt(), 1);
        QCOMPARE(byOp[0x01], 1);
        QCOMPARE(byOp[0x0F], 1);
        QCOMPARE(byOp[0x08], byOp[0x06]);
        QCOMPARE(byOp[0x0B], 1);

        const McapFile::Record& footer = records.back();
        QCOMPARE(footer.op, 0x02);
        const auto start = qsizetype(McapFile::number<quint64>(footer.content, 0));
        const qsizetype end = file.size() - 8 - 4;
        QCOMPARE(quint32(::crc32(0, reinterpret_cast<const Bytef*>(file.constData() + start),
                                 uInt(end - start))),
                 McapFile::number<quint32>(footer.content, 16));
        for (const McapFile::Record& record : records) {
            if (record.op == 0x0B)
                QCOMPARE(McapFile::number<quint64>(record.content, 0), quint64(6000));
            // What the index says of a chunk is where one is.
            if (record.op == 0x08)
                QCOMPARE(file[qsizetype(McapFile::number<quint64>(record.content, 16))], '\x06');
            if (record.op == 0x0E)
                QCOMPARE(quint8(file[qsizetype(McapFile::number<quint64>(record.content, 1))]),
                         quint8(record.content[0]));
        }
    }

    void perfettoHasATrackForEachAgent()
    {
        const QJsonArray events =
            QJsonDocument::fromJson(m_bed.exported(m_original, "perfetto"))[u"traceEvents"_s]
                .toArray();
        std::map<QString, int> phases;
        std::set<int> tracks, named;
        for (const QJsonValue& event : events) {
            ++phases[event[u"ph"_s].toString()];
            if (event[u"name"_s] == u"thread_name"_s)
                named.insert(event[u"tid"_s].toInt());
            else
                tracks.insert(event[u"tid"_s].toInt());
            if (event[u"ph"_s] != u"M"_s)
                QVERIFY(event[u"ts"_s].toDouble() >= 0);
        }
        QCOMPARE(phases[u"i"_s], 3000);
        QCOMPARE(phases[u"b"_s], m_calls);
        QCOMPARE(phases[u"e"_s], m_calls);
        QCOMPARE(phases[u"s"_s], phases[u"f"_s]);
        for (const int track : named)
            QVERIFY(tracks.contains(track) || named.contains(track));
        for (const int track : tracks)
            QVERIFY(named.contains(track) || track == 1);
    }

    void otlpHasASpanForEachCall()
    {
        int spans = 0;
        int logs = 0;
        for (const QByteArray& line : m_bed.exported(m_original, "otlp").trimmed().split('\n')) {
            const QJsonObject request = QJsonDocument::fromJson(line).object();
            const QJsonValue span =
                request[u"resourceSpans"_s][0][u"scopeSpans"_s][0][u"spans"_s][0];
            if (span.isObject()) {
                ++spans;
                QCOMPARE(span[u"traceId"_s].toString().size(), 32);
                QCOMPARE(span[u"spanId"_s].toString().size(), 16);
                QVERIFY(span[u"startTimeUnixNano"_s].toString().toLongLong() <=
                        span[u"endTimeUnixNano"_s].toString().toLongLong());
            } else {
                const QJsonValue log =
                    request[u"resourceLogs"_s][0][u"scopeLogs"_s][0][u"logRecords"_s][0];
                QVERIFY(log.isObject());
                ++logs;
            }
        }
        QCOMPARE(spans, m_calls);
        QCOMPARE(spans + logs, 3000);
    }

    void sqliteHasTablesForEverybody()
    {
        auto session = Session::open(m_original);
        QVERIFY(session.ok());
        ExportOptions options;
        options.format = exportFormatOf(u"x.sqlite"_s);
        QVERIFY(options.format != nullptr);
        const QString target = m_bed.path(u"x.sqlite"_s);
        const auto source = (*session)->source();
        const auto done = exportMessages(*source, target, options);
        QVERIFY(done.ok());
        QCOMPARE(done->messages, 3000);
        QCOMPARE(done->bytes, QFileInfo(target).size());
        auto file = Database::open(target, Database::Access::Read);
        QVERIFY(file.ok());
        QCOMPARE(file->number("SELECT count(*) FROM message"), 3000);
        QCOMPARE(file->number("SELECT count(*) FROM call"), m_calls);
        QCOMPARE(file->number("SELECT count(*) FROM call JOIN message ON seq = request "
                              "WHERE kind IN ('request', 'command')"),
                 m_calls);
        QCOMPARE(file->number("SELECT count(*) FROM message WHERE json_valid(receivers) "
                              "AND json_valid(headers) AND json_valid(flags)"),
                 3000);
        QCOMPARE(file->number("SELECT count(DISTINCT sender) FROM message") <=
                     file->number("SELECT count(*) FROM agent"),
                 true);
        QVERIFY(file->number("SELECT length(raw) FROM message WHERE seq = 1") > 10);
        // A database is no stream.
        QCOMPARE(exportMessages(*source, u"-"_s, options).error().code, ErrorCode::WrongUse);
    }

    /// Gaps, findings and incidents are tables, as for `murmur sql`.
    void sqliteTellsWhatWentWrong()
    {
        const QString path = m_bed.path(u"faulty.murmur"_s);
        auto maker = RecordingMaker::create(path, {});
        QVERIFY(maker.ok());
        OfflineOptions demo;
        demo.connection = (*maker)->connection(u"demo://"_s, u"demo"_s);
        demo.swarm = *swarmOptionsFromUrl(QUrl(u"demo://?rate=300&fault=retry-storm@5s-40s"_s));
        demo.maxMessages = 300 * 60;
        QVERIFY(runOffline(demo, [&](std::vector<HeardMessage>&& batch) {
                    for (HeardMessage& message : batch)
                        (void)(*maker)->add(message);
                }).ok());
        Gap gap;
        gap.connection = demo.connection;
        gap.cause = "reconnect";
        gap.from = demo.swarm.epoch;
        gap.to = gap.from + 1'000'000'000;
        gap.lostIs = LostIs::Unknown;
        QVERIFY((*maker)->note(gap).ok());
        QVERIFY((*maker)->finish().ok());
        auto session = Session::open(path);
        QVERIFY(session.ok());
        const auto source = (*session)->source();
        const auto report = FindingsLook().look(*source, {}, {});
        QVERIFY(report.ok());
        QVERIFY(!report->findings.empty());
        QVERIFY(!report->incidents.empty());
        ExportOptions options;
        options.format = exportFormatOf(u"x.sqlite"_s);
        options.filter = *parseFilter(u"kind == error"_s, (*session)->seen().time);
        const QString target = m_bed.path(u"faulty.sqlite"_s);
        QVERIFY(exportMessages(*source, target, options).ok());
        auto file = Database::open(target, Database::Access::Read);
        QVERIFY(file.ok());
        QCOMPARE(file->number("SELECT count(*) FROM gap WHERE cause = 'reconnect' AND "
                              "connection = 'demo://' AND lost_is = 'unknown'"),
                 1);
        QCOMPARE(file->number("SELECT count(*) FROM finding WHERE json_valid(agents) AND "
                              "json_valid(evidence) AND json_valid(messages) AND summary <> ''"),
                 static_cast<std::int64_t>(report->findings.size()));
        QCOMPARE(file->number("SELECT count(*) FROM incident JOIN finding ON cause = finding.id "
                              "AND finding.incident = incident.id"),
                 static_cast<std::int64_t>(report->incidents.size()));
        QVERIFY(file->number("SELECT count(*) FROM finding WHERE detector = 'retry-storm'") >= 1);
    }

private:
    ExchangeBed m_bed;
    QString m_original;
    int m_calls = 0;
};

QTEST_GUILESS_MAIN(TestExports)
#include "tst_exports.moc"
