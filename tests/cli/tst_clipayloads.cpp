// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "cli/murmurprocess.h"

#include <QFile>
#include <QTemporaryDir>

using namespace murmur;
using namespace Qt::StringLiterals;

/// Payloads that are no JSON, and what `murmur` makes of them.
class TestCliPayloads : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_dir.isValid());
        m_file = m_dir.filePath(u"mixed.murmur"_s);
        Recording recording(m_file);
        const quint16 port = recording.port();
        QVERIFY(port != 0);
        post(port, QByteArray::fromHex("82a16107a162a378797a")); // {a: 7, b: "xyz"}
        post(port, "{\"topic\":\"plain\",\"payload\":{\"a\":8}}");
        post(port, QByteArray::fromHex("2a06626f78")); // Avro: {id: 21, item: "box"}
        post(port, QByteArray::fromHex("0896011204746578741a020807"));
        recording.signal(SIGTERM);
        QCOMPARE(recording.outcome().code, 0);
        QFile schema(m_dir.filePath(u"order.avsc"_s));
        QVERIFY(schema.open(QIODevice::WriteOnly));
        schema.write("{\"type\":\"record\",\"name\":\"Order\",\"fields\":[{\"name\":\"id\","
                     "\"type\":\"long\"},{\"name\":\"item\",\"type\":\"string\"}]}");
    }

    void queryFilterAndSqlReadThem()
    {
        Outcome found = murmur::murmur({u"query"_s, m_file, u"payload.a >= 7"_s, u"--json"_s});
        QCOMPARE(found.code, 0);
        QCOMPARE(found.objects().size(), std::size_t(2));
        QCOMPARE(found.objects()[0][u"payload"_s][u"b"_s].toString(), u"xyz"_s);
        QCOMPARE(found.objects()[0][u"payload_codec"_s].toString(), u"msgpack"_s);
        QVERIFY(!found.objects()[1].contains(u"payload_codec"_s));
        found = murmur::murmur({u"sql"_s, m_file,
                                u"SELECT json_extract(payload, '$.a') AS a FROM message "
                                "WHERE seq <= 2 ORDER BY seq"_s});
        QCOMPARE(found.out, QByteArray("a\n7\n8\n"));
        // A guess is none to them.
        found = murmur::murmur({u"query"_s, m_file, u"seq == 4"_s, u"--json"_s});
        QCOMPARE(found.objects()[0][u"payload_encoding"_s].toString(), u"base64"_s);
        const Outcome explained =
            murmur::murmur({u"codec"_s, u"explain"_s, m_file, u"4"_s, u"--json"_s});
        QCOMPARE(explained.objects()[0][u"guess"_s].toBool(), true);
        QCOMPARE(explained.objects()[0][u"value"_s][u"2"_s].toString(), u"text"_s);
    }

    void aCodecIsChosenByHand()
    {
        const QString rule = u"*=avro:"_s + m_dir.filePath(u"order.avsc"_s);
        Outcome out = murmur::murmur({u"query"_s, m_file, u"payload.item == box"_s, u"--codec"_s,
                                      rule, u"--columns"_s, u"seq,payload.id"_s});
        QCOMPARE(out.out, QByteArray("seq  payload.id\n  3  21\n"));
        out = murmur::murmur({u"codec"_s, u"explain"_s, m_file, u"1"_s, u"--codec"_s, u"*=cbor"_s});
        QCOMPARE(out.code, 1);
        QVERIFY2(out.out.contains("as cbor: "), out.out.constData());
        QVERIFY2(out.out.contains(" at byte "), out.out.constData());
        out = murmur::murmur({u"query"_s, m_file, u""_s, u"--codec"_s, u"*=cobr"_s});
        QCOMPARE(out.code, 2);
    }

    void schemasStayWithTheRecording()
    {
        const QString copy = m_dir.filePath(u"copy.murmur"_s);
        QVERIFY(QFile::copy(m_file, copy));
        const QString schema = m_dir.filePath(u"order.avsc"_s);
        Outcome out = murmur::murmur({u"schema"_s, u"add"_s, copy, schema, u"--topic"_s, u"*"_s});
        QVERIFY2(out.code == 0, out.err.constData());
        QVERIFY(QFile::rename(schema, schema + u".away"_s));
        out = murmur::murmur(
            {u"query"_s, copy, u"payload.item == box"_s, u"--columns"_s, u"seq,payload.id"_s});
        QCOMPARE(out.out, QByteArray("seq  payload.id\n  3  21\n"));
        QVERIFY(QFile::rename(schema + u".away"_s, schema));
        QCOMPARE(murmur::murmur({u"verify"_s, copy}).code, 0);
        // Merged and repaired recordings have it too.
        const QString merged = m_dir.filePath(u"merged.murmur"_s);
        QCOMPARE(murmur::murmur({u"merge"_s, copy, u"-o"_s, merged}).code, 0);
        const QString repaired = m_dir.filePath(u"repaired.murmur"_s);
        (void)murmur::murmur({u"repair"_s, merged, u"-o"_s, repaired});
        out = murmur::murmur({u"schema"_s, u"list"_s, repaired, u"--json"_s});
        QCOMPARE(out.objects().size(), std::size_t(1));
        QCOMPARE(out.objects()[0][u"codec"_s].toString(), u"avro"_s);
        QCOMPARE(murmur::murmur({u"schema"_s, u"remove"_s, copy, u"1"_s}).code, 0);
        QCOMPARE(murmur::murmur({u"schema"_s, u"remove"_s, copy, u"1"_s}).code, 2);
        QCOMPARE(murmur::murmur({u"schema"_s, u"list"_s, copy}).out,
                 QByteArray("The recording holds no schemas.\n"));
    }

    void wrongUseIsSaid()
    {
        QCOMPARE(
            murmur::murmur({u"schema"_s, u"add"_s, m_file, u"none.avsc"_s, u"--topic"_s, u"*"_s})
                .code,
            3);
        QCOMPARE(
            murmur::murmur({u"schema"_s, u"add"_s, m_file, m_dir.filePath(u"order.avsc"_s)}).code,
            2);
        QCOMPARE(murmur::murmur({u"schema"_s, u"fetch"_s, m_file}).code, 2);
        QVERIFY(murmur::murmur({u"codec"_s, u"list"_s}).out.contains("msgpack"));
    }

private:
    QTemporaryDir m_dir;
    QString m_file;
};

QTEST_GUILESS_MAIN(TestCliPayloads)
#include "tst_clipayloads.moc"
