// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How far others are behind, in the details of a connection.

#include "views/base/theme.h"
#include "views/connect/connectiondetails.h"
#include "views/connect/connectionform.h"
#include "views/connect/lagmodel.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

// 2026-01-01 00:00:00 UTC
constexpr std::int64_t kBegin = 1'767'225'600'000'000'000;

Lag lag(int second, const char* consumer, std::int64_t pending, int connection = 1)
{
    Lag lag;
    lag.time = kBegin + second * 1'000'000'000LL;
    lag.connection = ConnectionId(connection);
    lag.topic = "tasks";
    lag.consumer = consumer;
    lag.pending = pending;
    return lag;
}

QString textOf(const LagModel& model)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        QStringList cells;
        for (int column = 0; column < model.columnCount(); ++column)
            cells << model.index(row, column).data().toString();
        lines << cells.join(u'|');
    }
    return lines.join(u'\n');
}

} // namespace

class TestLagModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::apply(true); }

    void theLatestOfEachIsShownSinceItIsBehind()
    {
        LagModel model;
        const QAbstractItemModelTester tester(&model);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        std::vector<Lag> lags{lag(0, "slow", 7), lag(1, "fast", 3),         lag(2, "slow", 0),
                              lag(4, "slow", 5), lag(5, "other bus", 9, 2), lag(6, "slow", 1204)};
        model.setRows(latestLags(lags, ConnectionId(1)));
        QCOMPARE(textOf(model), u"fast|tasks|3|00:00:01\nslow|tasks|1,204|00:00:04"_s);
        QCOMPARE(model.asText(),
                 u"fast of tasks: 3 since 00:00:01\nslow of tasks: 1,204 since 00:00:04"_s);

        changed.clear();
        inserted.clear();
        lags.push_back(lag(8, "fast", 0));
        lags.push_back(lag(9, "unknown", Lag::kUnknown));
        model.setRows(latestLags(lags, ConnectionId(1)));
        QCOMPARE(textOf(model), u"fast|tasks|up to date|\nslow|tasks|1,204|00:00:04\n"
                                "unknown|tasks|not known|"_s);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(inserted.size(), 1);

        model.setRows({});
        QCOMPARE(model.rowCount(), 0);
    }

    void detailsAskForThemAndShowThem()
    {
        ConnectionInfo info;
        info.id = ConnectionId(1);
        info.url = u"redis://127.0.0.1:6379?stream=tasks"_s;
        info.state = ConnectionStatus::State::Up;
        ConnectionDetails details({info.id});
        QSignalSpy wanted(&details, &ConnectionDetails::lagsWanted);
        details.setConnections({info}, {}, true);
        QCOMPARE(wanted.size(), 1);
        const auto* table = details.form()->findChild<QTableView*>();
        QVERIFY(table != nullptr && !table->isVisibleTo(&details));
        details.showLags(info.id, {lag(0, "workers", 12)});
        QVERIFY(table->isVisibleTo(&details));
        QVERIFY(details.form()->asText().contains(u"workers of tasks: 12 since 00:00:00"_s));
        details.showLags(ConnectionId(2), {});
        QVERIFY(table->isVisibleTo(&details));
        // Asked again while it is open.
        QTRY_COMPARE_WITH_TIMEOUT(wanted.size(), 2, 10'000);
    }
};

QTEST_MAIN(TestLagModel)
#include "tst_lagmodel.moc"
