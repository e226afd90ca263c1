// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "faultgrid.h"

#include <QTest>

using namespace murmur;

/// Every fault over a grid of seeds, sizes and wordings, and sound runs beside: nearly all are
/// found, with the right agent, and nearly nothing else is. The seeds are those of nobody's
/// thresholds. In a short run a few of all.
class TestFaultGrid : public QObject
{
    Q_OBJECT

    static bool isLong() { return qEnvironmentVariable("MURMUR_TEST_LENGTH") == u"long"; }
    static constexpr std::uint64_t kFirstSeed = 20'000;
    static constexpr std::size_t kSeeds = 50;
    static constexpr double kLeast = 0.95;

    static QByteArray told(const FaultGrid& grid)
    {
        std::string text;
        for (const std::string& remark : grid.remarks)
            text += remark + '\n';
        return QByteArray::fromStdString(text);
    }

private Q_SLOTS:
    void nearlyAllIsFoundAndNothingElse()
    {
        FaultGrid grid;
        std::size_t place = 0;
        for (const FaultEntry& fault : faults()) {
            if (isLong()) {
                for (std::size_t i = 0; i < kSeeds; ++i)
                    grid.tryFault(fault, i, kFirstSeed + i);
            } else if (++place % 3 != 2 && place % 2 == 0) { // not in the largest swarms
                grid.tryFault(fault, place, kFirstSeed + place);
            }
        }
        for (const auto& [id, score] : grid.scores) {
            QVERIFY2(score.recall() >= kLeast, told(grid).constData());
            QVERIFY2(score.namedShare() >= kLeast, told(grid).constData());
            QVERIFY2(score.precision() >= kLeast, told(grid).constData());
        }
        QVERIFY(grid.scores.size() >= (isLong() ? faults().size() : 8));
    }

    void nothingIsFoundInSoundSwarms()
    {
        const std::size_t runs = isLong() ? 200 : 5;
        FaultGrid grid;
        for (std::size_t i = 0; i < runs; ++i)
            grid.trySound(i, kFirstSeed + 1000 + i);
        QVERIFY2(grid.alarms == 0, told(grid).constData());
    }
};

QTEST_APPLESS_MAIN(TestFaultGrid)
#include "tst_faultgrid.moc"
