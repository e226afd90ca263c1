// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "faultrun.h"

#include <QTest>

using namespace murmur;

namespace {

/// In how many wordings faults are asked for.
#ifdef MURMUR_ONE_WORDING
constexpr int kAsked = 1;
#else
constexpr int kAsked = static_cast<int>(kWordings.size());
#endif

} // namespace

/// Each fault of the demo swarm is found, with the right agent, and a sound swarm is left alone.
class TestDemoFaults : public QObject
{
    Q_OBJECT

    static SwarmOptions swarm(int agents, int rate, std::uint64_t seed)
    {
        SwarmOptions options;
        options.agents = agents;
        options.rate = rate;
        options.seed = seed;
        return options;
    }

private Q_SLOTS:
    void aSoundSwarmIsLeftAlone_data()
    {
        QTest::addColumn<int>("agents");
        QTest::addColumn<int>("rate");
        QTest::addColumn<int>("seed");
        QTest::newRow("small") << 20 << 50 << 1;
        QTest::newRow("usual") << 120 << 2000 << 7;
        QTest::newRow("large") << 400 << 3000 << 11;
        QTest::newRow("slow") << 60 << 100 << 3;
    }
    void aSoundSwarmIsLeftAlone()
    {
        QFETCH(int, agents);
        QFETCH(int, rate);
        QFETCH(int, seed);
        const FaultRun run(swarm(agents, rate, static_cast<std::uint64_t>(seed)), 60);
        QVERIFY2(run.found().empty(), run.told().c_str());
    }

    /// Nothing is made of clocks that are wrong, run wrong, and are set.
    void wrongClocksAreNoFault_data()
    {
        QTest::addColumn<int>("seed");
        QTest::addColumn<int>("wording");
        for (int i = 0; i < kAsked; ++i)
            QTest::newRow(kWordings[static_cast<std::size_t>(i)].first.data()) << 31 + i << i;
    }
    void wrongClocksAreNoFault()
    {
        QFETCH(int, seed);
        QFETCH(int, wording);
        SwarmOptions options = swarm(60, 400, static_cast<std::uint64_t>(seed));
        options.clocks = {std::chrono::seconds(5), 200, std::chrono::seconds(2)};
        const FaultRun run(options, 75, {}, kWordings[static_cast<std::size_t>(wording)].second);
        QVERIFY2(run.found().empty(), run.told().c_str());
    }

    void aFaultIsFound_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<int>("seed");
        QTest::addColumn<int>("wording");
        std::size_t next = 1;
        for (const FaultEntry& entry : faults()) {
            QTest::addRow("%s", entry.id) << QString::fromUtf8(entry.id) << 101 << 0;
            if (kAsked == 1)
                continue;
            // The other wordings take turns.
            do
                next = next % (kWordings.size() - 1) + 1;
            while (!carries(kWordings[next].second, entry.id));
            QTest::addRow("%s, %s", entry.id, kWordings[next].first.data())
                << QString::fromUtf8(entry.id) << 102 << static_cast<int>(next);
        }
    }
    void aFaultIsFound()
    {
        QFETCH(QString, fault);
        QFETCH(int, seed);
        QFETCH(int, wording);
        SwarmOptions options = swarm(80, 800, static_cast<std::uint64_t>(seed));
        const FaultPlan plan = usualPlan(fault.toStdString());
        options.faults = {plan};
        const FaultRun run(options, static_cast<double>(plan.end) / 1e9 + 45, {},
                           kWordings[static_cast<std::size_t>(wording)].second);
        QCOMPARE(run.truth().size(), 1u);
        const auto right = std::ranges::count_if(run.found(), [&](const Finding& finding) {
            return run.isRight(finding, run.truth().front());
        });
        QVERIFY2(right >= 1, run.told().c_str());
        // One incident is one finding, and nothing else is made of it.
        for (const Finding& finding : run.found()) {
            const auto& also = findFault(plan.id)->also;
            QVERIFY2(finding.detector == detectorOf(plan.id) ||
                         std::ranges::find(also, finding.detector) != also.end(),
                     run.told().c_str());
        }
        QVERIFY2(right <= 2, run.told().c_str());
    }

    void theSameSwarmGivesTheSameFindings()
    {
        SwarmOptions options = swarm(80, 800, 5);
        for (const FaultEntry& entry : faults())
            options.faults.push_back(usualPlan(entry.id));
        const FaultRun one(options, 60);
        const FaultRun two(options, 60);
        QCOMPARE(one.told(), two.told());
    }
};

QTEST_APPLESS_MAIN(TestDemoFaults)
#include "tst_demofaults.moc"
