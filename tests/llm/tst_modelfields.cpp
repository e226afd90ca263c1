// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "crewtalk.h"

#include "llm/transcripttext.h"
#include "session/transcriptjob.h"
#include "sql/sqldatabase.h"

#include <QTest>

#include <array>

using namespace murmur;
using namespace murmur::tests;

namespace {

template<typename T>
T awaited(QFuture<T> future)
{
    future.waitForFinished();
    return future.takeResult();
}

} // namespace

/// What a call to a model took, as fields of the filter and columns of SQL, and conversations read
/// out of recordings.
class ModelFieldsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<Recorded> m_recorded;
    std::shared_ptr<Session> m_session;
    QTemporaryDir m_folder;

    [[nodiscard]] QString matching(const QString& expression)
    {
        const auto filter = parseFilter(expression, {});
        if (!filter)
            return filter.error().message;
        MatchRequest request;
        request.filter = *filter;
        const auto found = awaited(m_session->search(request));
        QStringList seqs;
        if (found) {
            for (const Seq seq : found->seqs)
                seqs << QString::number(seq);
        }
        return seqs.join(QLatin1Char(' '));
    }

    [[nodiscard]] QString answerTo(const std::string& statement)
    {
        const std::array recordings{SqlDatabase::Recording{m_session.get(), "test"}};
        auto database = SqlDatabase::over(recordings);
        if (!database)
            return database.error().message;
        QString text;
        SqlRequest request;
        request.statement = statement;
        request.row = [&](std::span<const SqlValue> row) {
            QStringList cells;
            for (const SqlValue& value : row)
                cells << (value.is == SqlValue::Is::Null      ? QStringLiteral("NULL")
                          : value.is == SqlValue::Is::Integer ? QString::number(value.integer)
                          : value.is == SqlValue::Is::Real
                              ? QString::number(value.real, 'g', 6)
                              : QString::fromUtf8(value.bytes.data(),
                                                  static_cast<qsizetype>(value.bytes.size())));
            text += cells.join(QLatin1Char('|')) + QLatin1Char('\n');
            return true;
        };
        const auto done = (*database)->run(request);
        return done ? text.trimmed() : done.error().message;
    }

private Q_SLOTS:
    void initTestCase()
    {
        // Prices of this test only.
        qputenv("MURMURSCOPE_PRICES", m_folder.filePath(QStringLiteral("prices.json")).toUtf8());
        PriceTable prices;
        prices.set({"gpt-4o*", 2, 10, 1});
        QVERIFY(prices.save());
        m_recorded = std::make_unique<Recorded>(crewTalk());
        QVERIFY(m_recorded->waitForAll());
        m_session = m_recorded->close();
    }

    void fieldsFindCallsByWhatTheyTook_data()
    {
        QTest::addColumn<QString>("seqs");
        const auto row = [](const char* expression, const char* seqs) {
            QTest::newRow(expression) << QString::fromLatin1(seqs);
        };
        row("model exists", "1 2 4 5 6 7");
        row("model == 'gpt-4o-*'", "2");
        row("model contains 2024", "2");
        row("model ~ '^gpt-4o$'", "1 4 5 6 7");
        row("model != gpt-4o", "2 3 8");
        row("model not exists", "3 8");
        row("finish == stop", "6");
        row("finish in [stop, tool_calls]", "2 6");
        row("tokens_in > 4000", "2");
        row("tokens_in in 100..5000", "2 7");
        row("tokens_out exists", "2 7");
        row("tokens_cached == 4000", "2");
        // 1,000 at 2 dollars, 4,000 cached at 1, 20 out at 10 a million: 0.0062
        row("cost > 0.006", "2");
        row("cost > $0.0063", "");
        row("cost == 0.0062", "2");
        row("cost < 0.001", "7");
        row("cost exists and kind == chunk", "7");
        row("cost in 0.0001..0.01 and from == gpt", "2 7");
    }
    void fieldsFindCallsByWhatTheyTook()
    {
        QFETCH(QString, seqs);
        QCOMPARE(matching(QString::fromLatin1(QTest::currentDataTag())), seqs);
    }

    void whatIsNoAmountIsRefused()
    {
        QVERIFY(matching(QStringLiteral("cost > cheap")).contains(QStringLiteral("0.01")));
        QVERIFY(
            matching(QStringLiteral("tokens_in > 4k")).contains(QStringLiteral("whole number")));
        QVERIFY(matching(QStringLiteral("model > a")).contains(QStringLiteral("takes")));
    }

    void columnsSayTheSame()
    {
        QCOMPARE(answerTo("SELECT seq, model, finish, tokens_in, tokens_out, tokens_cached, cost "
                          "FROM message WHERE seq IN (1, 2, 3, 7)"),
                 QStringLiteral("1|gpt-4o|NULL|NULL|NULL|NULL|NULL\n"
                                "2|gpt-4o-2024-08-06|tool_calls|5000|20|4000|0.0062\n"
                                "3|NULL|NULL|NULL|NULL|NULL|NULL\n"
                                "7|gpt-4o|NULL|100|5|NULL|0.00025"));
        QCOMPARE(answerTo("SELECT conversation, sum(tokens_in), sum(tokens_out), sum(cost) "
                          "FROM model_call GROUP BY 1"),
                 QStringLiteral("k1|5100|25|0.00645"));
    }

    void aConversationIsReadByAnyOfItsMessages()
    {
        for (const Seq seq : {1, 3, 7}) {
            TranscriptRequest request;
            request.seq = seq;
            const auto made = awaited(transcriptOf(*m_session, request));
            QVERIFY(made);
            QCOMPARE(made->conversation, "k1");
            QCOMPARE(made->calls.size(), 2u);
            QCOMPARE(made->callAt(seq), seq == 7 ? 1 : 0);
            QCOMPARE(made->calls[0].agent, "writer");
            QCOMPARE(plainText(made->calls[1].call.answer[0]), "It is in Berlin.");
            QCOMPARE(made->calls[1].edits.size(), 3u);
            QVERIFY(made->isComplete);
        }
    }

    void aConversationIsReadByItsId()
    {
        TranscriptRequest request;
        request.conversation = QStringLiteral("k1");
        const auto made = awaited(transcriptOf(*m_session, request));
        QVERIFY(made);
        QCOMPARE(transcriptFacts(*made),
                 "2 calls · 5,100 tokens in (4,000 cached), 25 out · $0.0065");
        request.conversation = QStringLiteral("k*"); // an id, no pattern
        QVERIFY(awaited(transcriptOf(*m_session, request)).error().code == ErrorCode::NotFound);
        request.conversation = QStringLiteral("k\"1\\");
        QVERIFY(awaited(transcriptOf(*m_session, request)).error().code == ErrorCode::NotFound);
    }

    void aMessageOfNoConversationTellsOfNothing()
    {
        TranscriptRequest request;
        request.seq = 8;
        const auto made = awaited(transcriptOf(*m_session, request));
        QVERIFY(made);
        QVERIFY(made->calls.empty());
    }

    void whatIsLongerThanTheLimitSaysSo()
    {
        TranscriptRequest request;
        request.conversation = QStringLiteral("k1");
        request.limit = 3;
        const auto made = awaited(transcriptOf(*m_session, request));
        QVERIFY(made);
        QVERIFY(!made->isComplete);
        request.conversation.clear();
        request.seq = 7; // beyond the first three: what led to it
        const auto late = awaited(transcriptOf(*m_session, request));
        QVERIFY(late);
        QCOMPARE(late->calls.back().seqs.back(), Seq(7));
    }
};

QTEST_GUILESS_MAIN(ModelFieldsTest)
#include "tst_modelfields.moc"
