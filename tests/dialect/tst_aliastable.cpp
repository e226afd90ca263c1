// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dialect/aliastable.h"
#include "dialect/dialect.h"

#include <QTest>

#include <algorithm>

using namespace murmur;

class TestAliasTable : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyKeyIsFoundUnderItsTarget()
    {
        for (const AliasRule& rule : aliasRules()) {
            for (std::size_t rank = 0; rank < rule.keys.size(); ++rank) {
                const KeyMeaning* meaning = meaningOf(packKey(rule.keys[rank]));
                QVERIFY2(meaning != nullptr, rule.keys[rank].data());
                const auto hits = std::span(meaning->hits).first(meaning->count);
                QVERIFY2(std::ranges::any_of(hits,
                                             [&](KeyMeaning::Hit hit) {
                                                 return hit.target == rule.target &&
                                                        hit.rank == rank;
                                             }),
                         rule.keys[rank].data());
            }
        }
    }

    void theSpellingOfAKeyDoesNotMatter()
    {
        for (const std::string_view key : {"correlationId", "correlation_id", "CORRELATION-ID",
                                           "_correlation_Id_", "CorrelationID"})
            QCOMPARE(packKey(key), packKey("correlationid"));
        QVERIFY(packKey("correlation.id") != packKey("correlationid"));
        QVERIFY(meaningOf(packKey("battery")) == nullptr);
        QVERIFY(meaningOf(packKey("")) == nullptr);
        QVERIFY(meaningOf(packKey("__")) == nullptr);
    }

    void keysLongerThanTheTableNeverMatch()
    {
        QVERIFY(packKey("emissionSequence").high != 0); // the longest: 16 characters
        QVERIFY(packKey("emissionSequences").isEmpty());
        QVERIFY(packKey(std::string(100'000, 'i')).isEmpty());
    }

    void everyWordTellsItsKind()
    {
        QVERIFY(kindWords().size() >= 50);
        for (const KindWord& word : kindWords()) {
            const std::string plain(word.word);
            std::string capital = plain;
            capital[0] = static_cast<char>(capital[0] - 32);
            for (const std::string& text :
                 {plain, "order." + plain, "ORDER_" + plain, "order/" + plain, "urn:order:" + plain,
                  "my-order-" + plain, "order" + capital, plain + ".v", "the " + plain})
                QVERIFY2(kindFromWordsIfKnown(text) == word.kind, text.c_str());
        }
    }

    void theLastKnownWordDecides_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<QByteArray>("kind");
        const auto row = [](const char* words, const char* kind) {
            QTest::newRow(words) << QByteArray(words) << QByteArray(kind);
        };
        row("task_completed", "reply");
        row("request_failed", "error");
        row("get_status", "state");
        row("state.request", "request");
        row("crew_kickoff_started", "");
        row("not-understood", "error");
        row("NOT_UNDERSTOOD", "error");
        row("query-ref", "request");
        row("TaskAssign", "command");
        row("HTTPRequest", "request");
        row("HTTPrequest", "");
        row("requesting", "");
        row("time-out", "error");
        row("order_event", "");
        row("error_event", "error");
        row("", "");
        row("...", "");
        row("chunk", "chunk");
    }
    void theLastKnownWordDecides()
    {
        QFETCH(QByteArray, words);
        QFETCH(QByteArray, kind);
        const auto found = kindFromWordsIfKnown({words.data(), std::size_t(words.size())});
        QCOMPARE(found ? kindName(*found) : std::string_view(),
                 std::string_view(kind.data(), std::size_t(kind.size())));
    }

    void anUnknownWordIsAnEvent()
    {
        QCOMPARE(kindFromWords("pallet_seen"), Kind::Event);
        QVERIFY(!kindFromWordsIfKnown("pallet_seen"));
        QCOMPARE(kindFromWords(std::string(1'000'000, 'x') + ".request"), Kind::Request);
    }
};

QTEST_APPLESS_MAIN(TestAliasTable)
#include "tst_aliastable.moc"
