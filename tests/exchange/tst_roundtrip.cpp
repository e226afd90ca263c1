// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "base/message.h"
#include "demo/offline.h"
#include "exchange/exchangebed.h"
#include "session/recordingmaker.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// What must come back; size and latency follow from the bytes and the times.
const QStringList kKeys{u"seq"_s,   u"id"_s,           u"time"_s,     u"received"_s,
                        u"sent"_s,  u"connection"_s,   u"topic"_s,    u"kind"_s,
                        u"type"_s,  u"from"_s,         u"to"_s,       u"correlation"_s,
                        u"trace"_s, u"conversation"_s, u"sequence"_s, u"latency_ms"_s,
                        u"flags"_s, u"headers"_s,      u"payload"_s,  u"payload_encoding"_s};

QByteArray kept(const QJsonObject& message)
{
    QJsonObject object;
    for (const QString& key : kKeys)
        object.insert(key, message[key]);
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

HeardMessage heard(const QByteArray& raw, const HeaderList& headers = {}, Flags flags = 0)
{
    HeardMessage message;
    message.connection = ConnectionId(1);
    message.received = 1'798'761'600'000'000'000; // after the demo
    message.topic = "odd things"_ba;
    message.raw = raw;
    message.headers = QByteArray::fromStdString(headersToBytes(headers));
    message.flags = flags;
    return message;
}

} // namespace

class TestRoundTrip : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_original = m_bed.path(u"original.murmur"_s);
        auto maker = RecordingMaker::create(m_original, {});
        QVERIFY(maker.ok());
        QCOMPARE((*maker)->connection(u"nats://hq"_s, u"hq"_s), ConnectionId(1));
        Status status = Done{};
        const auto add = [&](HeardMessage message) {
            if (status)
                status = (*maker)->add(message);
        };
        OfflineOptions demo;
        demo.connection = ConnectionId(1);
        demo.maxMessages = 5000;
        QVERIFY(runOffline(demo, [&](std::vector<HeardMessage>&& batch) {
                    for (HeardMessage& message : batch)
                        add(std::move(message));
                }).ok());
        add(heard("\x00\xff\x80 bytes"_ba, {}, Binary));
        add(heard("plain text, \"quoted\"\nand \xC3\xA9"_ba));
        add(heard("{\"from\":\"a\",\"to\":[\"b\",\"c\"],\"id\":\"1\",\"payload\":\"text\"}"_ba));
        add(heard(
            "{\"from\":\"a\",\"payload\":{\"from\":\"not me\",\"kind\":\"error\",\"n\":1.50}}"_ba,
            {{"trace"_ba.toStdString(), "x"}, {"many", "1"}, {"many", "2"}, {"one", "é"}},
            Retained));
        add(heard("{\"from\":\"a\",\"kind\":\"state\",\"payload\":{\"load\":3}}"_ba));
        add(heard("{\"torn\":"_ba));
        add(heard("{\"from\":\"a\",\"payload\":null}"_ba));
        add(heard("{\"from\":\"a\",\"payload\":\"\"}"_ba));
        add(heard(""_ba));
        HeardMessage bad = heard("half a frame \xfe"_ba);
        bad.undecodable = "the frame is torn"_ba;
        add(std::move(bad));
        // A bus that states times: they do not rise with the Seq.
        for (const std::int64_t second : {9, 3, 7, 1}) {
            HeardMessage late = heard("{\"from\":\"span\",\"kind\":\"event\"}"_ba);
            late.stated = late.received - second * 1'000'000'000;
            add(std::move(late));
        }
        QVERIFY(status.ok());
        QVERIFY((*maker)->finish().ok());
    }

    void whatWasExportedComesBackAsItWas_data()
    {
        QTest::addColumn<QString>("order");
        QTest::newRow("as it is") << u"as it is"_s;
        QTest::newRow("through files") << u"through files"_s;
        QTest::newRow("shuffled") << u"shuffled"_s;
    }
    void whatWasExportedComesBackAsItWas()
    {
        QFETCH(QString, order);
        QByteArray lines = m_bed.exported(m_original);
        if (order == u"shuffled"_s) {
            // But for the end, where the order is not that of the times.
            QList<QByteArray> all = lines.trimmed().split('\n');
            std::shuffle(all.begin(), all.begin() + 5000, std::mt19937(1));
            lines = all.join('\n');
        }
        const QString file = m_bed.write(order + u".jsonl"_s, lines);
        const QString again = m_bed.path(order + u".murmur"_s);
        ImportOptions options;
        if (order == u"through files"_s)
            options.sortMemory = 100'000;
        QCOMPARE(m_bed.import({file}, again, options), QString());
        QCOMPARE(m_bed.result.damaged, 0);
        const auto before = m_bed.messages(m_original);
        const auto after = m_bed.messages(again);
        QCOMPARE(before.size(), std::size_t(5014));
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < before.size(); ++i)
            QCOMPARE(kept(after[i]), kept(before[i]));
        // And once more, to the byte but for the sizes of what came through an import.
        QCOMPARE(m_bed.exported(again).count('\n'), qsizetype(before.size()));
    }

    void csvHoldsTheSameMessages()
    {
        const QByteArray rows = m_bed.exported(m_original, "csv");
        QVERIFY(rows.startsWith("seq,id,time,received,"));
        const QString file = m_bed.write(u"rows.csv"_s, rows);
        const QString again = m_bed.path(u"rows.murmur"_s);
        QCOMPARE(m_bed.import({file}, again), QString());
        const auto before = m_bed.messages(m_original);
        const auto after = m_bed.messages(again);
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < 5000; ++i) {
            for (const QString& key : {u"seq"_s, u"time"_s, u"kind"_s, u"from"_s, u"to"_s, u"id"_s})
                QCOMPARE(after[i][key], before[i][key]);
        }
    }

    void aFilterChoosesWhatIsExported()
    {
        const auto filter = parseFilter(u"topic == \"odd things\" and from == a"_s, {});
        QVERIFY(filter.ok());
        QCOMPARE(m_bed.exported(m_original, "jsonl", *filter).count('\n'), 5);
    }

    void anExportThatIsStoppedLeavesNothing()
    {
        auto session = Session::open(m_original);
        QVERIFY(session.ok());
        ExportOptions options;
        options.format = exportFormatNamed(u"jsonl"_s);
        std::stop_source stop;
        stop.request_stop();
        options.stop = stop.get_token();
        const QString target = m_bed.path(u"stopped.jsonl"_s);
        const auto done = exportMessages(*(*session)->source(), target, options);
        QVERIFY(!done.ok());
        QCOMPARE(done.error().code, ErrorCode::Cancelled);
        QVERIFY(!QFile::exists(target));
        options.stop = {};
        QVERIFY(exportMessages(*(*session)->source(), target, options).ok());
        const auto again = exportMessages(*(*session)->source(), target, options);
        QVERIFY(again.error().message.contains(u"the file exists"_s));
        const auto full = exportMessages(*(*session)->source(), u"/nowhere/x.jsonl"_s, options);
        QCOMPARE(full.error().message,
                 u"/nowhere/x.jsonl cannot be written: No such file or directory."_s);
    }

private:
    ExchangeBed m_bed;
    QString m_original;
};

QTEST_GUILESS_MAIN(TestRoundTrip)
#include "tst_roundtrip.moc"
