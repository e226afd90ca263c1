// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "faultrun.h"

#include <QTest>

using namespace murmur;

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

    void aFaultIsFound_data()
    {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<int>("seed");
        for (const FaultEntry& entry : faults()) {
            for (const int seed : {101, 102})
                QTest::addRow("%s seed %d", entry.id, seed) << QString::fromUtf8(entry.id) << seed;
        }
    }
    void aFaultIsFound()
    {
        QFETCH(QString, fault);
        QFETCH(int, seed);
        SwarmOptions options = swarm(80, 800, static_cast<std::uint64_t>(seed));
        const FaultPlan plan = usualPlan(fault.toStdString());
        options.faults = {plan};
        const FaultRun run(options, static_cast<double>(plan.end) / 1e9 + 45);
        QCOMPARE(run.truth().size(), 1u);
        const auto right = std::ranges::count_if(run.found(), [&](const Finding& finding) {
            return run.isRight(finding, run.truth().front());
        });
        QVERIFY2(right >= 1, run.told().c_str());
        // One incident is one finding, and nothing else is made of it.
        for (const Finding& finding : run.found()) {
            const auto& also = findFault(plan.id)->also;
            QVERIFY2(finding.detector == plan.id ||
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
