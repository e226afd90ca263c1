// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/jsonindex.h"
#include "views/messages/jsonmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace murmur;

namespace {

std::shared_ptr<const JsonIndex> json(const QByteArray& text)
{
    auto parsed = JsonIndex::parse(text);
    return parsed ? std::make_shared<const JsonIndex>(*parsed) : nullptr;
}

/// The tree as lines, two spaces a level.
QString dump(const QAbstractItemModel& model, const QModelIndex& parent = {}, int depth = 0)
{
    QString text;
    for (int row = 0; row < model.rowCount(parent); ++row) {
        const QModelIndex key = model.index(row, JsonModel::Key, parent);
        const QModelIndex value = model.index(row, JsonModel::Value, parent);
        text += QString(depth * 2, QLatin1Char(' ')) + key.data().toString() + QLatin1Char('=') +
                value.data().toString() + QLatin1Char('\n') + dump(model, key, depth + 1);
    }
    return text;
}

const QByteArray kSample = "{\"b\": 1.50, \"a\": {\"x\": null, \"y\": [true, "
                           "\"qu\\\"ote\\u00e9\"]}, \"e\": {}, \"l\": []}";

} // namespace

class JsonTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void orderAndNumbersStayAsWritten()
    {
        JsonModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(json(kSample));
        QCOMPARE(dump(model), QStringLiteral("b=1.50\na={2}\n  x=null\n  y=[2]\n    [0]=true\n"
                                             "    [1]=\"qu\"ote\u00e9\"\ne={0}\nl=[0]\n"));
        model.show(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void aSingleValueIsOneRow()
    {
        JsonModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(json(" 42 "));
        QCOMPARE(dump(model), QStringLiteral("=42\n"));
    }

    void searchLeavesMatchesWithTheWayThereAndWhatIsBelow()
    {
        JsonModel model;
        QAbstractItemModelTester tester(&model,
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.show(json("{\"task\":{\"owner\":\"robot-07\",\"deep\":{\"v\":1}},\"other\":2}"));
        model.setSearch(QStringLiteral("ROBOT"));
        QCOMPARE(dump(model), QStringLiteral("task={2}\n  owner=\"robot-07\"\n"));
        QCOMPARE(model.matches(), 1);
        model.setSearch(QStringLiteral("task"));
        QCOMPARE(dump(model),
                 QStringLiteral("task={2}\n  owner=\"robot-07\"\n  deep={1}\n    v=1\n"));
        model.setSearch(QStringLiteral("nowhere"));
        QCOMPARE(model.rowCount(), 0);
        model.setSearch({});
        QCOMPARE(model.rowCount(), 2);
    }

    void badTextIsRefusedWithItsPlace_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"", "{", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{a:1}", "nul", "01", "1.", "1e", "-",
              "\"\\x\"", "\"\\u12g4\"", "\"open", "[1] 2", "{\"a\":1,}", "]", "\"\n\""})
            QTest::newRow(*text ? text : "empty") << QByteArray(text);
        QTest::newRow("deep") << QByteArray(100'000, '[');
    }
    void badTextIsRefusedWithItsPlace()
    {
        QFETCH(QByteArray, text);
        const auto parsed = JsonIndex::parse(text);
        QVERIFY(!parsed.ok());
        QVERIFY(parsed.error().message.contains(QStringLiteral("at byte")));
    }

    void everyTruncationIsRefused()
    {
        for (qsizetype size = 0; size < kSample.size(); ++size)
            QVERIFY2(!JsonIndex::parse(kSample.left(size)).ok(), qPrintable(QString::number(size)));
        QVERIFY(JsonIndex::parse(kSample).ok());
    }

    void prettyAndCompactAreTheSameText()
    {
        const auto index = json(kSample);
        const QByteArray pretty = index->pretty();
        QVERIFY(pretty.startsWith("{\n    \"b\": 1.50,\n    \"a\": {\n        \"x\": null,"));
        QVERIFY(pretty.contains("\"e\": {},\n    \"l\": []\n}"));
        QCOMPARE(json(pretty)->compact(), index->compact());
        QCOMPARE(index->compact(), QByteArray("{\"b\":1.50,\"a\":{\"x\":null,\"y\":[true,"
                                              "\"qu\\\"ote\\u00e9\"]},\"e\":{},\"l\":[]}"));
    }

    void pathsAndWrittenValues()
    {
        const auto index = json("{\"a\":[{\"b\":\"x\"}]}");
        QCOMPARE(index->path(3), QStringLiteral("a[0].b"));
        QCOMPARE(index->written(3), QByteArray("\"x\""));
        QCOMPARE(index->value(3), QStringLiteral("x"));
    }

    void aStoppedParseIsCancelled()
    {
        std::stop_source stop;
        stop.request_stop();
        const auto parsed = JsonIndex::parse("[1]", stop.get_token());
        QVERIFY(!parsed.ok());
        QCOMPARE(parsed.error().code, ErrorCode::Cancelled);
    }
};

QTEST_MAIN(JsonTest)
#include "tst_json.moc"
