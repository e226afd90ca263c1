// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/filter.h"
#include "query/filterbook.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace murmur {

class TestFilterBook : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_path = m_dir->filePath(u"deeper/filters.json"_s);
        qputenv("MURMURSCOPE_FILTERS", QFile::encodeName(m_path));
    }
    void cleanup() { qunsetenv("MURMURSCOPE_FILTERS"); }

    void whatIsKeptComesBack()
    {
        FilterBook book;
        QVERIFY(book.put({u"slow"_s, u" latency > 200ms "_s}));
        QVERIFY(book.put({u"errors"_s, u"kind == error"_s}));
        QVERIFY(book.put({u"slow"_s, u"latency > 1s"_s}));
        QVERIFY(book.save(m_path));
        const auto again = FilterBook::load(m_path);
        QVERIFY(again);
        QCOMPARE(again->filters(), (std::vector<NamedFilter>{{u"errors"_s, u"kind == error"_s},
                                                             {u"slow"_s, u"latency > 1s"_s}}));
        QVERIFY(book.remove(u"slow"_s));
        QVERIFY(!book.remove(u"slow"_s));
        QVERIFY(!book.find(u"slow"));
    }

    void whatCannotBeIsRefused()
    {
        FilterBook book;
        for (const QString& name : {u""_s, u"two words"_s, u"1st"_s, u"a.b"_s, u"@a"_s})
            QVERIFY(!book.put({name, u"kind == error"_s}));
        QVERIFY(!book.put({u"a"_s, u"  "_s}));
        const Status wrong = book.put({u"a"_s, u"kind == nonsense"_s});
        QVERIFY(!wrong);
        QVERIFY(wrong.error().message.contains(u"column"_s));
        QVERIFY(book.filters().empty());
    }

    void aNamedFilterStandsForItsText()
    {
        FilterBook book;
        QVERIFY(book.put({u"slow"_s, u"latency > 200ms or kind == error"_s}));
        QVERIFY(book.save(m_path));
        QVERIFY(book.put({u"both"_s, u"@slow and from == a"_s}));
        QVERIFY(book.save(m_path));
        const auto filter = parseFilter(u"not @both and to == b"_s, {});
        QVERIFY2(filter, filter ? "" : qPrintable(filter.error().message));
        QCOMPARE((*filter)->text(), u"not @both and to == b"_s);
        QVERIFY(!(*filter)->needsPayload());
        QVERIFY(parseFilter(u"\"@none\""_s, {}));

        const auto unknown = parseFilter(u"kind == error and @none"_s, {});
        QVERIFY(!unknown);
        QVERIFY2(unknown.error().message.startsWith(u"column 19: no filter is kept"_s),
                 qPrintable(unknown.error().message));
    }

    void filtersThatNameThemselvesEnd()
    {
        write(R"({"filters":[{"name":"a","where":"@b or @b"},{"name":"b","where":"@a and @a"},)"
              R"({"name":"bad","where":"kind ="}]})");
        const auto endless = parseFilter(u"@a"_s, {});
        QVERIFY(!endless);
        const auto inside = parseFilter(u"@bad"_s, {});
        QVERIFY(!inside);
        QVERIFY2(inside.error().message.contains(u"in \"@bad\", column"_s),
                 qPrintable(inside.error().message));
    }

    void aBrokenBookIsNamed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("torn") << QByteArray("{\"filters\":[{\"name\":");
        QTest::newRow("no list") << QByteArray("{}");
        QTest::newRow("no name") << QByteArray("{\"filters\":[{\"where\":\"a\"}]}");
        QTest::newRow("bytes") << QByteArray("\xff\xfe\x00", 3);
    }
    void aBrokenBookIsNamed()
    {
        QFETCH(QByteArray, bytes);
        write(bytes);
        const auto book = FilterBook::load(m_path);
        QVERIFY(!book);
        QVERIFY(book.error().message.contains(m_path));
        // What names none needs none.
        QVERIFY(parseFilter(u"kind == error"_s, {}));
        QVERIFY(!parseFilter(u"@slow"_s, {}));
    }

private:
    void write(const QByteArray& bytes)
    {
        QVERIFY(QDir().mkpath(QFileInfo(m_path).path()));
        QFile file(m_path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    QString m_path;
};

} // namespace murmur

QTEST_GUILESS_MAIN(murmur::TestFilterBook)
#include "tst_filterbook.moc"
