// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "llm/prices.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace murmur;

namespace {

ModelUsage usageOf(std::optional<std::int64_t> in, std::optional<std::int64_t> out,
                   std::optional<std::int64_t> cached = {})
{
    return {in, out, cached, {}, {}};
}

} // namespace

class PricesTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    [[nodiscard]] QString file() const
    {
        return m_folder.filePath(QStringLiteral("p/prices.json"));
    }

private Q_SLOTS:
    void cleanup() { QFile::remove(file()); }

    void aModelWithoutAPriceHasNoCostNotNothing()
    {
        const PriceTable table = PriceTable::shipped();
        QVERIFY(!table.cost("forklift-7", usageOf(1000, 10)));
        QVERIFY(!table.cost("", usageOf(1000, 10)));
        QVERIFY(!table.cost("gpt-4o", usageOf({}, {})));
        QVERIFY(!PriceTable().cost("gpt-4o", usageOf(1, 1)));
    }

    void aCostIsThatOfItsTokens()
    {
        PriceTable table;
        table.set({"gpt-4o*", 2.5, 10, 1.25});
        QCOMPARE(*table.cost("gpt-4o-2024", usageOf(1'000'000, 0)), 2.5);
        QCOMPARE(*table.cost("gpt-4o", usageOf(1'000'000, 100'000)), 3.5);
        QCOMPARE(*table.cost("gpt-4o", usageOf(1'000'000, 0, 1'000'000)), 1.25);
        QCOMPARE(*table.cost("gpt-4o", usageOf(10, 0, 4'000'000)), 10 * 1.25e-6); // cached <= in
        table.set({"plain", 2, {}, {}});
        QCOMPARE(*table.cost("plain", usageOf(1'000'000, 0, 500'000)), 2.0);
        QVERIFY(!table.cost("plain", usageOf(1, 1))); // what comes out has no price
    }

    void whatTheMessageStatesCounts()
    {
        ModelUsage usage = usageOf(10, 10);
        usage.cost = 0.5;
        QCOMPARE(*PriceTable::shipped().cost("forklift-7", usage), 0.5);
    }

    void theSpecialNameComesBeforeTheGeneralOne()
    {
        const PriceTable table = PriceTable::shipped();
        QVERIFY(*table.cost("gpt-4o-mini-2024-07-18", usageOf(1'000'000, 0)) <
                *table.cost("gpt-4o-2024-08-06", usageOf(1'000'000, 0)));
        QVERIFY(table.priceOf("openai/gpt-4o") != nullptr);
        QVERIFY(table.priceOf("GPT-4o") != nullptr);
        // No row is hidden behind one above it.
        for (const Price& price : table.given())
            QCOMPARE(table.priceOf(price.model)->model, price.model);
    }

    void ownRowsComeFirstAndAreKept()
    {
        PriceTable table = PriceTable::shipped();
        table.set({"gpt-4o*", 1, 2, {}});
        table.set({"forklift-?", 3, 4, 0.5});
        QVERIFY(table.save(file()));
        auto again = PriceTable::load(file());
        QVERIFY(again);
        QVERIFY(again->own() == table.own());
        QCOMPARE(*again->priceOf("gpt-4o")->in, 1.0);
        QCOMPARE(*again->priceOf("forklift-7")->cached, 0.5);
        QVERIFY(again->remove("gpt-4o*"));
        QVERIFY(!again->remove("gpt-4o*"));
        QCOMPARE(*again->priceOf("gpt-4o")->in, 2.5);
    }

    void aFileThatIsWrongIsNamed_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("no JSON") << QByteArray("{");
        QTest::newRow("no model") << QByteArray(R"({"prices":[{"in":1}]})");
        QTest::newRow("negative") << QByteArray(R"({"prices":[{"model":"m","in":-1}]})");
        QTest::newRow("text") << QByteArray(R"({"prices":[{"model":"m","in":"1"}]})");
    }
    void aFileThatIsWrongIsNamed()
    {
        QFETCH(QByteArray, text);
        QVERIFY(PriceTable().save(file()));
        QFile written(file());
        QVERIFY(written.open(QIODevice::WriteOnly));
        written.write(text);
        written.close();
        const auto table = PriceTable::load(file());
        QVERIFY(!table);
        QVERIFY(table.error().message.contains(file()));
        QVERIFY(table.error().code == ErrorCode::Unreadable);
    }

    void aGlobOfManyStarsEnds()
    {
        PriceTable table;
        std::string stars;
        for (int i = 0; i < 200; ++i)
            stars += "*a";
        table.set({stars + "b", 1, 1, 1});
        QVERIFY(table.priceOf(std::string(500, 'a')) == nullptr);
    }

    void costsAreWrittenWithDigitsThatSaySomething()
    {
        QCOMPARE(costText(12.4), QStringLiteral("$12.40"));
        QCOMPARE(costText(0.0021), QStringLiteral("$0.0021"));
        QCOMPARE(costText(0.000045), QStringLiteral("$0.000045"));
        QCOMPARE(costText(0), QStringLiteral("$0"));
    }
};

QTEST_GUILESS_MAIN(PricesTest)
#include "tst_prices.moc"
