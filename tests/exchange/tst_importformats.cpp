// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "exchange/bytesource.h"
#include "exchange/importformat.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// "line:text" of each message, with blanks between; the input comes in pieces of `piece` bytes.
QByteArray cut(const char* format, const QByteArray& input, qsizetype piece)
{
    QByteArray out;
    const auto take = [&](const ImportedItem& item) {
        out += QByteArray::number(qlonglong(item.line)) + ':' +
               QByteArray(item.raw.data(), qsizetype(item.raw.size())) +
               (item.isTruncated ? "!" : "") + ' ';
    };
    const auto reader = importFormatNamed(QString::fromLatin1(format))->create();
    for (qsizetype at = 0; at < input.size(); at += piece) {
        const QByteArray part = input.mid(at, piece);
        reader->feed({part.constData(), std::size_t(part.size())}, take);
    }
    reader->finish(take);
    return out.trimmed();
}

QByteArray gzip(const QByteArray& plain)
{
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray packed(plain.size() + 1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.constData()));
    stream.avail_in = uInt(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = uInt(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return packed;
}

QByteArray zstd(const QByteArray& plain)
{
    QByteArray packed(qsizetype(ZSTD_compressBound(std::size_t(plain.size()))), '\0');
    packed.resize(qsizetype(ZSTD_compress(packed.data(), std::size_t(packed.size()),
                                          plain.constData(), std::size_t(plain.size()), 1)));
    return packed;
}

} // namespace

class TestImportFormats : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesAndListsAreCutIntoMessages_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("messages");
        QTest::newRow("empty") << ""_ba
                               << ""_ba;
        QTest::newRow("no end of line") << "{\"a\":1}\n{\"b\":2}"_ba
                                        << "1:{\"a\":1} 2:{\"b\":2}"_ba;
        QTest::newRow("crlf and empty lines") << "{\"a\":1}\r\n\r\n  \t\n{\"b\":2}\r\n"_ba
                                              << "1:{\"a\":1} 4:{\"b\":2}"_ba;
        QTest::newRow("byte order mark") << "\xEF\xBB\xBF{\"a\":1}\n"_ba
                                         << "1:{\"a\":1}"_ba;
        QTest::newRow("a list in a line") << "[{\"a\":\"]\"}, {\"b\":[1,{}]}]\n{\"c\":3}"_ba
                                          << "1:{\"a\":\"]\"} 1:{\"b\":[1,{}]} 2:{\"c\":3}"_ba;
        QTest::newRow("a file that is one list")
            << "[\n {\"a\":\"\\\"[\"},\n\n {\n\"b\":2}\n]\n{\"c\":3}\n"_ba
            << "2:{\"a\":\"\\\"[\"} 4:{\n\"b\":2} 7:{\"c\":3}"_ba;
        QTest::newRow("a list that never closes") << "[{\"a\":1},\n{\"b\":"_ba
                                                  << "1:{\"a\":1} 2:{\"b\":"_ba;
        QTest::newRow("a torn list between lines")
            << "{\"z\":0}\n[{\"a\":1},{\"b\":\n{\"c\":3}\n"_ba
            << "1:{\"z\":0} 2:[{\"a\":1},{\"b\": 3:{\"c\":3}"_ba;
        QTest::newRow("another list") << "[1,2]\n[]\n"_ba
                                      << "1:[1,2] 2:[]"_ba;
        QTest::newRow("behind a list") << "[{\"a\":1}] x\n"_ba
                                       << "1:{\"a\":1} 1:x"_ba;
        QTest::newRow("not json") << "hello\nworld"_ba
                                  << "1:hello 2:world"_ba;
    }
    void linesAndListsAreCutIntoMessages()
    {
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, messages);
        for (const qsizetype piece : {1, 2, 3, 7, 1000})
            QCOMPARE(cut("jsonl", input, piece), messages);
    }

    void aLineOfMoreThan64MiBKeepsItsBeginning()
    {
        QByteArray input = "{\"a\":1}\n{\"long\":\""_ba + QByteArray(qsizetype(kMostOfItem), 'x') +
                           "\"}\n{\"b\":2}\n"_ba;
        const QByteArray out = cut("jsonl", input, 1 << 20);
        QVERIFY(out.startsWith("1:{\"a\":1} 2:{\"long\":\"xxx"));
        QVERIFY(out.endsWith("xxx! 3:{\"b\":2}"));
        QVERIFY(out.size() < qsizetype(kKeptOfItem) + 100);
    }

    void rowsBecomeObjects_data()
    {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("messages");
        QTest::newRow("empty") << ""_ba
                               << ""_ba;
        QTest::newRow("titles only") << "a,b\n"_ba
                                     << ""_ba;
        QTest::newRow("kinds of cells")
            << "a,b,c,d,e\r\n1,-2.5e3,,007,true\r\n"_ba
            << "2:{\"a\":1,\"b\":-2.5e3,\"c\":null,\"d\":\"007\",\"e\":\"true\"}"_ba;
        QTest::newRow("quotes")
            << "a,b\n\"x,\"\"y\"\"\nz\",{}\nq,\"{\"\"n\"\":[1]}\"\n"_ba
            << "2:{\"a\":\"x,\\\"y\\\"\\nz\",\"b\":{}} 4:{\"a\":\"q\",\"b\":{\"n\":[1]}}"_ba;
        QTest::newRow("semicolons") << "a;b\n1;2"_ba
                                    << "2:{\"a\":1,\"b\":2}"_ba;
        QTest::newRow("too few and too many") << "a,b\n1\n1,2,3\n"_ba
                                              << "2:{\"a\":1} 3:1,2,3"_ba;
        QTest::newRow("lists") << "to,flags\n\"a,b\",\n"_ba
                               << "2:{\"to\":[\"a\",\"b\"],\"flags\":[]}"_ba;
    }
    void rowsBecomeObjects()
    {
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, messages);
        for (const qsizetype piece : {1, 3, 1000})
            QCOMPARE(cut("csv", input, piece), messages);
        QCOMPARE(cut("csv", "\xEF\xBB\xBF" + input, 1), messages);
    }

    void packedFilesAreUnpackedByTheirBytes_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("problem");
        const QByteArray text = QByteArray("many words ").repeated(100'000);
        QTest::newRow("plain") << text << text << QString();
        QTest::newRow("short") << "x"_ba
                               << "x"_ba << QString();
        QTest::newRow("empty") << ""_ba
                               << ""_ba << QString();
        QTest::newRow("gzip") << gzip(text) << text << QString();
        QTest::newRow("gzip twice") << gzip(text) + gzip("end") << text + "end" << QString();
        QTest::newRow("gzip of nothing") << gzip("") << ""_ba << QString();
        QTest::newRow("zstd twice") << zstd(text) + zstd("end") << text + "end" << QString();
        QTest::newRow("gzip, cut off")
            << gzip(text).chopped(9) << text << u"is cut off: its packed data has no end"_s;
        QTest::newRow("zstd, cut off")
            << zstd(text) + zstd(text).left(30) << text << u"is cut off"_s;
        QTest::newRow("gzip, damaged")
            << gzip(text) + "rubbish" << text << u"the gzip data is damaged"_s;
    }
    void packedFilesAreUnpackedByTheirBytes()
    {
        QFETCH(QByteArray, file);
        QFETCH(QByteArray, text);
        QFETCH(QString, problem);
        const QTemporaryDir dir;
        const QString path = dir.filePath(u"input"_s);
        QFile out(path);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(file);
        out.close();
        auto source = ByteSource::open(path);
        QVERIFY(source.ok());
        QCOMPARE((*source)->size(), file.size());
        QByteArray got;
        QString reason;
        std::vector<char> chunk(4096);
        while (true) {
            const auto count = (*source)->read(chunk);
            if (!count) {
                reason = count.error().message;
                break;
            }
            if (*count == 0)
                break;
            got.append(chunk.data(), qsizetype(*count));
        }
        QVERIFY(text.startsWith(got));
        QVERIFY2(problem.isEmpty() ? reason.isEmpty() : reason.contains(problem),
                 qPrintable(reason));
        if (problem.isEmpty())
            QCOMPARE(got.size(), text.size());
    }

    void aMissingInputIsNamed()
    {
        const auto missing = ByteSource::open(u"/nowhere/at all"_s);
        QVERIFY(!missing.ok());
        QCOMPARE(missing.error().message,
                 u"/nowhere/at all cannot be read: No such file or directory."_s);
        QCOMPARE(ByteSource::open(u"/tmp"_s).error().message,
                 u"/tmp is a folder; name the files in it."_s);
        QCOMPARE(nameOfInput(u"a/night.jsonl.gz"_s), u"night.jsonl"_s);
        QCOMPARE(nameOfInput(u"-"_s), u"stdin"_s);
    }
};

QTEST_GUILESS_MAIN(TestImportFormats)
#include "tst_importformats.moc"
