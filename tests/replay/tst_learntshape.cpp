// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/learntshape.h"

#include <QTest>

using namespace Qt::StringLiterals;

namespace murmur {

class TestLearntShape : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatIsUnlikeTheOthersIsSaid_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QString>("says");
        QTest::newRow("alike") << QByteArray(R"({"task":9,"pose":{"x":1,"y":2},"tags":["a"]})")
                               << u""_s;
        QTest::newRow("what is not always there")
            << QByteArray(R"({"task":9,"pose":{"x":1,"y":2},"tags":[],"note":"x"})") << u""_s;
        QTest::newRow("sort") << QByteArray(R"({"task":"9","pose":{"x":1,"y":2},"tags":[]})")
                              << u"\"task\" is a text; it is a number elsewhere"_s;
        QTest::newRow("missing") << QByteArray(R"({"pose":{"x":1,"y":2},"tags":[]})")
                                 << u"\"task\" is missing; 20 of 20 others have it"_s;
        QTest::newRow("deeper") << QByteArray(R"({"task":1,"pose":{"x":1},"tags":[]})")
                                << u"\"pose.y\" is missing; 20 of 20 others have it"_s;
        QTest::newRow("as a whole") << QByteArray(R"({"task":1,"tags":[]})")
                                    << u"\"pose\" is missing; 20 of 20 others have it"_s;
        QTest::newRow("new") << QByteArray(
                                    R"({"task":1,"pose":{"x":1,"y":2},"tags":[],"extra":{"a":1}})")
                             << u"none of 20 others has \"extra\""_s;
        QTest::newRow("null is nothing")
            << QByteArray(R"({"task":null,"pose":{"x":1,"y":2},"tags":[]})") << u""_s;
        QTest::newRow("no object")
            << QByteArray("[1]") << u"no JSON object; 20 of 21 others are one"_s;
        QTest::newRow("a number") << QByteArray("5")
                                  << u"no JSON object; 20 of 21 others are one"_s;
        QTest::newRow("no JSON") << QByteArray("hello")
                                 << u"no JSON object; 20 of 21 others are one"_s;
        QTest::newRow("damaged") << QByteArray("{\"task\":") << u""_s;
    }
    void whatIsUnlikeTheOthersIsSaid()
    {
        QFETCH(QByteArray, body);
        QFETCH(QString, says);
        LearntShape shape;
        for (int i = 0; i < 20; ++i)
            shape.add(QByteArray(R"({"task":%1,"pose":{"x":1.5,"y":2},"tags":["a","b"]%2})")
                          .replace("%1", QByteArray::number(i))
                          .replace("%2", i % 2 == 0 ? ",\"note\":\"n\"" : "")
                          .toStdString());
        shape.add("no JSON");
        QCOMPARE(shape.bodies(), 20);
        QCOMPARE(shape.judge(body.toStdString()).join(u"; "_s), says);
    }

    void anObjectAmongTextsIsUnlikeThemAndAmongBothNothingIs()
    {
        LearntShape shape;
        for (int i = 0; i < 20; ++i)
            shape.add("21.5");
        QCOMPARE(shape.judge("{\"a\":1}"),
                 QStringList{u"a JSON object; 20 of 20 others are none"_s});
        QVERIFY(shape.judge("22").isEmpty());
        for (int i = 0; i < 20; ++i)
            shape.add("{\"a\":1}");
        QVERIFY(shape.judge("{\"a\":1}").isEmpty());
        QVERIFY(shape.judge("22").isEmpty());
    }

    void fewTeachNothing()
    {
        LearntShape shape;
        for (int i = 0; i < LearntShape::kFewest - 1; ++i)
            shape.add("{\"a\":1}");
        QVERIFY(shape.judge("{\"b\":1}").isEmpty());
        shape.add("{\"a\":1}");
        QCOMPARE(shape.judge("{\"b\":1}").size(), 2);
        QCOMPARE(shape.judge("{\"b\":1,\"c\":1,\"d\":2,\"e\":1}", 3).size(), 3);
    }
};

} // namespace murmur

QTEST_GUILESS_MAIN(murmur::TestLearntShape)
#include "tst_learntshape.moc"
