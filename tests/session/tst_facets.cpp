// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/facets.h"
#include "support/recorded.h"
#include "timeline/demorecording.h"

#include <QTemporaryDir>

#include <algorithm>
#include <limits>

using namespace murmur;
using namespace murmur::tests;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// The numbers of facets are what a search for each value finds, here and elsewhere.
class TestFacets : public QObject
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

    void everyValueIsWhatASearchFinds_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<QString>("filter");
        for (const QString& field : usualFacets())
            QTest::newRow(qPrintable(field)) << field << QString();
        QTest::newRow("payload") << u"payload.robot"_s << QString();
        QTest::newRow("filtered") << u"topic"_s << u"kind == request"_s;
    }
    void everyValueIsWhatASearchFinds()
    {
        QFETCH(QString, field);
        QFETCH(QString, filter);
        FacetRequest request = half();
        request.fields = QStringList{field};
        request.filter = parsed(filter);
        const auto found = facetsOf(*m_session, request).result();
        QVERIFY(found);
        QCOMPARE(found->facets.size(), std::size_t(1));
        QCOMPARE(found->lookedAt, 1.0);
        QCOMPARE(found->here, count(filter, request.here));
        QCOMPARE(found->here + found->others, count(filter, request.around));
        const Facet& facet = found->facets.front();
        QVERIFY(!facet.values.empty());
        std::int64_t before = std::numeric_limits<std::int64_t>::max();
        for (const FacetValue& value : facet.values) {
            const QString both =
                filter.isEmpty() ? value.condition : u"(%1) and %2"_s.arg(value.condition, filter);
            QVERIFY2(parsed(both) != nullptr, qPrintable(both));
            QCOMPARE(value.here, count(both, request.here));
            QCOMPARE(value.here + value.others, count(both, request.around));
            if (value.value.isEmpty())
                continue;
            QVERIFY(value.here <= before);
            before = value.here;
        }
    }

    void whatIsMoreCommonHereIsSaidSo()
    {
        std::vector<Said> all;
        for (int i = 0; i < 100; ++i) {
            const bool isLate = i >= 50;
            const QByteArray topic = isLate && i % 2 == 0 ? "rare" : i % 10 == 0 ? "rare" : "usual";
            all.push_back({i * 10ms, topic, R"({"from":"a","payload":{"n":1}})"});
        }
        Recorded recorded(all);
        QVERIFY(recorded.waitForAll());
        const auto session = recorded.close();
        FacetRequest request;
        request.around = session->seen().time;
        request.here = {kStart + 500ms, request.around.end};
        request.fields = QStringList{u"topic"_s};
        const auto found = facetsOf(*session, request).result();
        QVERIFY(found);
        const auto& values = found->facets.front().values;
        QCOMPARE(values.size(), std::size_t(2));
        const auto rare = std::ranges::find(values, u"rare"_s, &FacetValue::value);
        QVERIFY(rare != values.end());
        QCOMPARE(rare->here, 25);
        QCOMPARE(rare->others, 5);
        QCOMPARE(rare->shareHere, 0.5);
        QCOMPARE(rare->shareOthers, 0.1);
        QCOMPARE(rare->lift(), 5.0);
    }

    void ofManyAPartIsLookedAtAndSaid()
    {
        FacetRequest request;
        request.here = request.around = m_session->seen().time;
        request.fields = QStringList{u"kind"_s};
        request.sample = 2000;
        const auto found = facetsOf(*m_session, request).result();
        QVERIFY(found);
        QVERIFY(found->lookedAt < 0.5);
        // Numbers are those of the whole, about.
        QVERIFY(found->here > 15'000 && found->here < 25'000);
        QCOMPARE(found->others, 0);
    }

    void aFieldThatIsNoneIsSaid()
    {
        FacetRequest request = half();
        request.fields = QStringList{u"planet"_s};
        const auto found = facetsOf(*m_session, request).result();
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::WrongUse);
    }

    void whoHasMovedOnIsNotAnswered()
    {
        FacetRequest request = half();
        std::stop_source stop;
        stop.request_stop();
        request.stop = stop.get_token();
        const auto found = facetsJob(*m_session->source(), request);
        QVERIFY(!found);
        QCOMPARE(found.error().code, ErrorCode::Cancelled);
    }

private:
    [[nodiscard]] FacetRequest half() const
    {
        FacetRequest request;
        request.around = m_session->seen().time;
        request.here = {request.around.begin, request.around.begin + request.around.length() / 3};
        return request;
    }
    [[nodiscard]] FilterPtr parsed(const QString& text) const
    {
        const auto filter = parseFilter(text, m_session->seen().time);
        return filter ? *filter : nullptr;
    }
    [[nodiscard]] std::int64_t count(const QString& text, TimeRange range) const
    {
        const QString within =
            u"time >= %1 and time < %2"_s.arg(isoTime(range.begin), isoTime(range.end));
        MatchRequest request;
        request.filter = parsed(text.isEmpty() ? within : u"(%1) and %2"_s.arg(text, within));
        return static_cast<std::int64_t>(m_session->search(request).result()->seqs.size());
    }

    QTemporaryDir m_dir;
    std::unique_ptr<Session> m_session;
};

QTEST_GUILESS_MAIN(TestFacets)
#include "tst_facets.moc"
