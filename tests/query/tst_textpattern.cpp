// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/textpattern.h"

#include <QTest>

#include <random>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestTextPattern : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void globs_data()
    {
        QTest::addColumn<QString>("glob");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("matches");
        const auto row = [](const QString& glob, const QString& text, bool matches) {
            QTest::addRow("%s|%s", qPrintable(glob), qPrintable(text)) << glob << text << matches;
        };
        row(u"a*c"_s, u"abbc"_s, true);
        row(u"a*c"_s, u"abcd"_s, false);
        row(u"*"_s, u""_s, true);
        row(u"?"_s, u""_s, false);
        row(u"?"_s, u"ß"_s, true); // one character, two bytes
        row(u"??"_s, u"ß"_s, false);
        row(u"a**b"_s, u"ab"_s, true);
        row(u"*ab*ab"_s, u"abab"_s, true);
        row(u"*ab*ab"_s, u"ab"_s, false);
        row(u"\\*"_s, u"*"_s, true);
        row(u"\\*"_s, u"x"_s, false);
        row(u"A*"_s, u"abc"_s, false);
        row(u"größe*"_s, u"größe-1"_s, true);
    }
    void globs()
    {
        QFETCH(QString, glob);
        QFETCH(QString, text);
        QFETCH(bool, matches);
        QCOMPARE(TextPattern::equals(glob).matches(text.toStdString()), matches);
    }

    void manyStarsDoNotExplode()
    {
        const QString glob = u"*a"_s.repeated(40) + u"b"_s;
        const std::string text(20000, 'a');
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!TextPattern::equals(glob).matches(text));
        QVERIFY(timer.elapsed() < 2000);
    }

    /// The skipping search equals QString's plain one.
    void searchEqualsTheSlowWay()
    {
        std::mt19937 random(7);
        const auto text = [&](std::size_t length) {
            QString out;
            for (std::size_t i = 0; i < length; ++i)
                out += QChar(u"abABc."[random() % 6]);
            return out;
        };
        int found = 0;
        for (int round = 0; round < 4000; ++round) {
            const QString haystack = text(random() % 40);
            const QString needle = text(1 + random() % 4);
            const bool expected = haystack.contains(needle, Qt::CaseInsensitive);
            QCOMPARE(TextSearch(needle).isIn(haystack.toStdString()), expected);
            found += expected ? 1 : 0;
        }
        QVERIFY(found > 100 && found < 3900);
    }

    void escapedJsonTextIsFound()
    {
        QVERIFY(TextSearch(u"Müller"_s).isIn("{\"name\":\"m\\u00fcller\"}"));
        QVERIFY(TextSearch(u"日本"_s).isIn("\\u65e5\\u672c"));
        QVERIFY(!TextSearch(u"Müller"_s).isIn("{\"name\":\"m\\u00fxller\"}"));
    }
};

QTEST_GUILESS_MAIN(TestTextPattern)
#include "tst_textpattern.moc"
