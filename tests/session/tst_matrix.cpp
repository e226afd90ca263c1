// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/messagefield.h"
#include "session/cells.h"
#include "session/differences.h"
#include "session/matrix.h"
#include "support/recorded.h"
#include "timeline/demorecording.h"

#include <QTemporaryDir>

#include <algorithm>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// Messages by two fields are what a search for each cell finds; what differs is what was made to
/// differ; a field says of a message what the filter by it finds.
class TestMatrix : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const QString path = m_dir.filePath(u"demo.murmur"_s);
        QVERIFY(test::recordDemo(path, 30, 3000, 20'000));
        auto session = Session::open(path);
        QVERIFY(session);
        m_session = std::move(*session);
    }

    void everyCellIsWhatASearchFinds_data()
    {
        QTest::addColumn<QString>("rows");
        QTest::addColumn<QString>("columns");
        QTest::addColumn<QString>("filter");
        QTest::newRow("from and kind") << u"from"_s << u"kind"_s << QString();
        QTest::newRow("topic and from") << u"topic"_s << u"from"_s << u"kind != chunk"_s;
        QTest::newRow("group and type") << u"group"_s << u"type"_s << QString();
        QTest::newRow("payload and receiver") << u"payload.robot"_s << u"to"_s << QString();
        QTest::newRow("agent and time") << u"agent"_s << u"time"_s << QString();
    }
    void everyCellIsWhatASearchFinds()
    {
        QFETCH(QString, rows);
        QFETCH(QString, columns);
        QFETCH(QString, filter);
        MatrixRequest request = whole(rows, columns);
        request.mostRows = 5;
        request.mostColumns = 4;
        request.timeColumns = 4;
        request.filter = parsed(filter);
        const auto matrix = matrixOf(*m_session, request).result();
        QVERIFY(matrix);
        QVERIFY(matrix->rows.size() > 1 && matrix->columns.size() > 1);
        QCOMPARE(matrix->total.messages, count(filter));
        int compared = 0;
        for (std::size_t row = 0; row < matrix->rows.size(); ++row) {
            for (std::size_t column = 0; column < matrix->columns.size(); ++column) {
                const MatrixLine& across = matrix->columns[column];
                const QString left = matrix->rows[row].condition;
                const QString right =
                    across.is == MatrixLine::Is::Time
                        ? u"time >= %1 and time < %2"_s.arg(isoTime(across.time.begin),
                                                            isoTime(across.time.end))
                        : across.condition;
                if (left.isEmpty() || right.isEmpty())
                    continue; // others
                QString condition = left + u" and "_s + right;
                if (!filter.isEmpty())
                    condition += u" and "_s + filter;
                QVERIFY2(parsed(condition) != nullptr, qPrintable(condition));
                QCOMPARE(matrix->at(row, column).messages, count(condition));
                ++compared;
            }
        }
        QVERIFY(compared >= 4);
    }

    void nothingIsLostInTheOthers()
    {
        const auto all = matrixOf(*m_session, whole(u"from"_s, u"time"_s)).result();
        MatrixRequest request = whole(u"from"_s, u"time"_s);
        request.mostRows = 2;
        const auto few = matrixOf(*m_session, request).result();
        QVERIFY(all && few);
        QVERIFY(all->rows.size() > 4);
        QCOMPARE(few->rows.size(), std::size_t(3));
        QVERIFY(few->rows.back().is == MatrixLine::Is::Others);
        QCOMPARE(few->rows.back().name, QString::number(all->rows.size() - 2));
        QCOMPARE(sum(*few, &MatrixCell::messages), m_session->seen().messages());
        QCOMPARE(sum(*few, &MatrixCell::bytes), sum(*all, &MatrixCell::bytes));
        QCOMPARE(sum(*few, &MatrixCell::errors), count(u"kind == error"_s));
    }

    void aCallCountsOnceWhereItsRequestDoes()
    {
        std::vector<Said> all;
        const auto add = [&](const std::vector<Said>& more) {
            all.insert(all.end(), more.begin(), more.end());
        };
        add(call(0ms, 30ms, "robot", "vision", 1));
        add(call(100ms, 700ms, "robot", "vision", 2));
        add(call(200ms, 10ms, "planner", "router", 3));
        all.push_back(said(250ms, "calls",
                           R"({"from":"planner","to":"vision","kind":"request","id":"never"})"));
        std::ranges::stable_sort(all, {}, &Said::after);
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        MatrixRequest request;
        request.range = session->seen().time;
        request.rows = u"from"_s;
        request.columns = u"to"_s;
        request.measure = MatrixMeasure::Slowest;
        const auto pairs = matrixOf(*session, request).result();
        QVERIFY(pairs);
        QCOMPARE(pairs->rows.front().name, u"robot"_s); // the slowest first
        const MatrixCell robot = cellOf(*pairs, u"robot"_s, u"vision"_s);
        QCOMPARE(robot.latency.count(), std::uint64_t(2));
        QCOMPARE(robot.latency.max(), std::uint64_t(700'000'000));
        QCOMPARE(robot.unanswered, 0);
        QCOMPARE(cellOf(*pairs, u"planner"_s, u"router"_s).latency.count(), std::uint64_t(1));
        QCOMPARE(cellOf(*pairs, u"planner"_s, u"vision"_s).unanswered, 1);
        QCOMPARE(pairs->total.latency.count(), std::uint64_t(3));
        // Of agents it is who was asked.
        request.rows = u"agent"_s;
        request.columns = u"time"_s;
        const auto agents = matrixOf(*session, request).result();
        QVERIFY(agents);
        QCOMPARE(agents->rows.front().name, u"vision"_s);
        QCOMPARE(agents->rows.front().total.latency.count(), std::uint64_t(2));
        QCOMPARE(agents->rows.front().total.unanswered, 1);
        // A window that ends before the answer still has the call.
        request.range.end = kStart + 150ms;
        const auto early = matrixOf(*session, request).result();
        QCOMPARE(early->total.latency.count(), std::uint64_t(2));
        QCOMPARE(early->total.unanswered, 0);
        // The latency heatmap puts it where the answer is.
        request.countsAnswers = true;
        const auto answers = matrixOf(*session, request).result();
        QCOMPARE(answers->total.latency.count(), std::uint64_t(1));
    }

    void anAnswerThatWasHeardBeforeItsRequestIsOne()
    {
        std::vector<Said> turned = call(100ms, 40ms, "robot", "vision", 1);
        std::swap(turned[0].json, turned[1].json);
        Recorded recorded(turned);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        MatrixRequest request;
        request.range = session->seen().time;
        request.rows = u"from"_s;
        request.columns = u"to"_s;
        const auto pairs = matrixOf(*session, request).result();
        QVERIFY(pairs);
        QCOMPARE(cellOf(*pairs, u"robot"_s, u"vision"_s).latency.count(), std::uint64_t(1));
        QCOMPARE(pairs->total.unanswered, 0);
    }

    void whatModelsTookIsAdded()
    {
        const auto answer = [](const char* model, int in, int out) {
            return QByteArray("{\"from\":\"writer\",\"payload\":{\"object\":\"chat.completion\","
                              "\"model\":\"") +
                   model +
                   "\",\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"x\"}}],"
                   "\"usage\":{\"prompt_tokens\":" +
                   QByteArray::number(in) + ",\"completion_tokens\":" + QByteArray::number(out) +
                   "}}}";
        };
        Recorded recorded({said(0ms, "llm", answer("gpt-4o", 100, 10)),
                           said(10ms, "llm", answer("gpt-4o", 50, 5)),
                           said(20ms, "llm", answer("nobody-knows", 7, 3)),
                           said(30ms, "news", R"({"from":"writer","payload":{"a":1}})")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        MatrixRequest request;
        request.range = session->seen().time;
        request.rows = u"model"_s;
        request.measure = MatrixMeasure::TokensIn;
        const auto matrix = matrixOf(*session, request).result();
        QVERIFY(matrix);
        QCOMPARE(matrix->rows.size(), std::size_t(2)); // what takes nothing has no row
        QCOMPARE(matrix->rows[0].name, u"gpt-4o"_s);
        QCOMPARE(matrix->rows[0].total.tokensIn, 150);
        QCOMPARE(matrix->rows[0].total.tokensOut, 15);
        QVERIFY(matrix->rows[0].total.cost > 0);
        QCOMPARE(matrix->rows[1].total.tokensIn, 7);
        QCOMPARE(matrix->rows[1].total.cost, 0);
        QVERIFY(!matrix->rows[1].total.value(MatrixMeasure::Cost)); // never 0
    }

    void aFieldSaysWhatTheFilterFinds()
    {
        for (const auto& name : {u"from"_s, u"topic"_s, u"type"_s, u"kind"_s, u"group"_s, u"to"_s,
                                 u"payload.robot"_s, u"conversation"_s, u"connection"_s}) {
            const auto field = MessageField::named(name);
            QVERIFY2(field, qPrintable(name));
            CellRequest request;
            request.fields = {*field};
            for (Seq seq = 1; seq < 400; seq += 7)
                request.seqs.push_back(seq);
            const auto rows = cellsOf(*m_session, request).result();
            QVERIFY(rows);
            QCOMPARE(rows->size(), request.seqs.size());
            for (const CellRow& row : *rows) {
                if (name == u"to" && row.cells[0].contains(u','))
                    continue; // of many receivers
                const QString condition =
                    field->isCondition(row.cells[0]) + u" and seq == %1"_s.arg(row.seq);
                QVERIFY2(count(condition) == 1, qPrintable(condition));
            }
        }
        QVERIFY(!MessageField::named(u"planet"_s));
        QVERIFY(!MessageField::named(u"payload.a..b"_s));
        QVERIFY(!MessageField::named(u"header"_s));
        QCOMPARE(MessageField::named(u"payload.\"a b\".c"_s)->name(), u"payload.\"a b\".c"_s);
    }

    void namesWithSignsAreQuoted()
    {
        Recorded recorded(
            {said(0ms, "a*b", "{\"from\":\"x\\\"y\",\"payload\":{\"k 1\":{\"z\":\"q?\"}}}"),
             said(1ms, "aXb", R"({"from":"x","payload":{"k 1":{"z":"qq"}}})")});
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        for (const auto& name : {u"topic"_s, u"from"_s, u"payload.\"k 1\".z"_s}) {
            const auto field = MessageField::named(name);
            QVERIFY(field);
            CellRequest request;
            request.seqs = {1};
            request.fields = {*field};
            const auto rows = cellsOf(*session, request).result();
            MatchRequest matching;
            const auto filter =
                parseFilter(field->isCondition(rows->front().cells[0]), session->seen().time);
            QVERIFY(filter);
            matching.filter = *filter;
            QCOMPARE(session->search(matching).result()->seqs, std::vector<Seq>{1});
        }
    }

    void whatWasMadeToDifferIsFound()
    {
        std::vector<Said> all;
        for (int i = 0; i < 600; ++i) {
            const bool isBad = i % 20 == 0;
            all.push_back({std::chrono::milliseconds(i), isBad || i % 3 == 0 ? "orders" : "stock",
                           QByteArray("{\"from\":\"agent-") +
                               QByteArray::number((unsigned(i) * 2654435761u >> 16) % 5) +
                               "\",\"kind\":\"" + (isBad ? "error" : "event") +
                               "\",\"payload\":{\"version\":\"" + (isBad ? "2.1" : "2.0") +
                               "\",\"load\":" + QByteArray::number(isBad ? 90 + i % 7 : i % 50) +
                               ",\"n\":" + QByteArray::number(i) + "}}"});
        }
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        DifferenceRequest request;
        request.here = request.around = session->seen().time;
        request.condition = *parseFilter(u"kind == error"_s, session->seen().time);
        const auto found = differencesOf(*session, request).result();
        QVERIFY(found);
        QCOMPARE(found->here, 30);
        QCOMPARE(found->others, 570);
        QVERIFY(!found->ranked.empty());
        const auto of = [&](const QString& field) {
            return std::ranges::find(found->ranked, field, &Difference::field);
        };
        // The strongest first; what the filter asks for is no news.
        const auto version = of(u"payload.version"_s);
        QVERIFY(version != found->ranked.end());
        QCOMPARE(version->strength, found->ranked.front().strength);
        QCOMPARE(version->value, u"2.1"_s);
        QCOMPARE(version->here, 1.0);
        QCOMPARE(version->others, 0.0);
        QVERIFY(std::ranges::is_sorted(found->ranked, std::greater<>(), &Difference::strength));
        QVERIFY(of(u"kind"_s) == found->ranked.end());
        QVERIFY(of(u"topic"_s) != found->ranked.end());
        const auto load = of(u"payload.load"_s);
        QVERIFY(load != found->ranked.end());
        QVERIFY(load->here > load->others);
        // Nothing is made of chance, nor of ids that no two messages share.
        QVERIFY(of(u"from"_s) == found->ranked.end());
        QVERIFY(of(u"payload.n"_s) == found->ranked.end());
        for (const Difference& one : found->ranked) {
            const auto filter = parseFilter(one.condition, session->seen().time);
            QVERIFY2(filter, qPrintable(one.condition));
        }
        request.condition = *parseFilter(u"kind == chunk"_s, session->seen().time);
        QCOMPARE(differencesOf(*session, request).result().error().code, ErrorCode::NotFound);
    }

    void chanceIsNoDifference()
    {
        std::vector<Said> all;
        for (unsigned i = 0; i < 2000; ++i) {
            const unsigned dice = i * 2654435761u >> 16;
            all.push_back({std::chrono::milliseconds(i), "work",
                           QByteArray("{\"from\":\"agent-") + QByteArray::number(dice % 11) +
                               "\",\"payload\":{\"x\":" + QByteArray::number(dice % 97) + "}}"});
        }
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        DifferenceRequest request;
        request.around = session->seen().time;
        request.here = {kStart + 500ms, kStart + 520ms};
        const auto found = differencesOf(*session, request).result();
        QVERIFY(found);
        QCOMPARE(found->here, 20);
        QCOMPARE(found->ranked.size(), std::size_t(0));
    }

    void anAnswerFarBehindTheWindowIsFound()
    {
        const std::vector<Said> asked = call(0ms, 9000ms, "robot", "vision", 1);
        std::vector<Said> all{asked[0]};
        for (int i = 1; i < 8500; ++i) // more than a block
            all.push_back({std::chrono::milliseconds(i), "news", R"({"from":"herald"})"});
        all.push_back(asked[1]);
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        MatrixRequest request;
        request.range = {kStart, kStart + 10ms};
        request.rows = u"from"_s;
        request.columns = u"to"_s;
        const auto matrix = matrixOf(*session, request).result();
        QVERIFY(matrix);
        QCOMPARE(matrix->total.messages, 10);
        QCOMPARE(matrix->total.unanswered, 0);
        QCOMPARE(cellOf(*matrix, u"robot"_s, u"vision"_s).latency.count(), std::uint64_t(1));
    }

    void whatIsStoppedEnds()
    {
        std::stop_source stop;
        stop.request_stop();
        MatrixRequest request = whole(u"from"_s, u"to"_s);
        request.stop = stop.get_token();
        QCOMPARE(matrixOf(*m_session, request).result().error().code, ErrorCode::Cancelled);
        request = whole(u"planet"_s, u"to"_s);
        QCOMPARE(matrixOf(*m_session, request).result().error().code, ErrorCode::WrongUse);
        request = whole(u"size"_s, u"to"_s);
        QCOMPARE(matrixOf(*m_session, request).result().error().code, ErrorCode::WrongUse);
    }

    void widthsAreThoseOfAClock()
    {
        QCOMPARE(roundWidth(1min, 12), nanoseconds(5s));
        QCOMPARE(roundWidth(24h, 24), nanoseconds(1h));
        QCOMPARE(roundWidth(100ms, 100), nanoseconds(1ms));
        QVERIFY(roundWidth(24h * 365 * 50, 10) >= 24h * 365 * 5);
        QVERIFY(roundWidth(nanoseconds(1), 1000) > nanoseconds(0));
    }

private:
    [[nodiscard]] MatrixRequest whole(const QString& rows, const QString& columns) const
    {
        MatrixRequest request;
        request.range = m_session->seen().time;
        request.rows = rows;
        request.columns = columns;
        request.mostRows = 1000;
        request.mostColumns = 1000;
        return request;
    }
    [[nodiscard]] FilterPtr parsed(const QString& text) const
    {
        const auto filter = parseFilter(text, m_session->seen().time);
        return filter ? *filter : FilterPtr();
    }
    [[nodiscard]] std::int64_t count(const QString& text) const
    {
        MatchRequest request;
        request.filter = parsed(text);
        return static_cast<std::int64_t>(m_session->search(request).result()->seqs.size());
    }
    static std::int64_t sum(const Matrix& matrix, std::int64_t MatrixCell::*of)
    {
        std::int64_t all = 0;
        for (const MatrixCell& cell : matrix.cells)
            all += cell.*of;
        return all;
    }
    static MatrixCell cellOf(const Matrix& matrix, const QString& row, const QString& column)
    {
        const auto at = std::ranges::find(matrix.rows, row, &MatrixLine::name);
        const auto across = std::ranges::find(matrix.columns, column, &MatrixLine::name);
        if (at == matrix.rows.end() || across == matrix.columns.end())
            return {};
        return matrix.at(static_cast<std::size_t>(at - matrix.rows.begin()),
                         static_cast<std::size_t>(across - matrix.columns.begin()));
    }

    QTemporaryDir m_dir;
    std::unique_ptr<Session> m_session;
};

QTEST_GUILESS_MAIN(TestMatrix)
#include "tst_matrix.moc"
