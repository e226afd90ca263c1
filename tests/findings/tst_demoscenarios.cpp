// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "faultrun.h"

#include <QTest>

using namespace murmur;

/// What goes wrong in the demo's named scenarios is found, with the right agent; the sound ones are
/// left alone.
class TestDemoScenarios : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsWrongIsFound_data()
    {
        QTest::addColumn<QString>("scenario");
        for (const ScenarioEntry& entry : scenarios())
            QTest::newRow(entry.id) << QString::fromUtf8(entry.id);
    }
    void whatIsWrongIsFound()
    {
        QFETCH(QString, scenario);
        SwarmOptions options;
        options.scenario = scenario.toStdString();
        options.rate = 800;
        options.seed = 21;
        takeUsualAgents(options);
        takeUsualRate(options);
        QVERIFY(checkSwarmOptions(options).ok());
        const FaultRun run(options, 70);
        if (run.truth().empty())
            QVERIFY2(run.found().empty(), run.told().c_str());
        for (const TruthEntry& truth : run.truth()) {
            QVERIFY(!truth.members.empty());
            QVERIFY2(std::ranges::any_of(
                         run.found(),
                         [&](const Finding& finding) { return run.isRight(finding, truth); }),
                     (truth.id + " is missing:\n" + run.told()).c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestDemoScenarios)
#include "tst_demoscenarios.moc"
