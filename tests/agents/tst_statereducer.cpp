// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "agents/statereducer.h"

#include <QTest>

#include <random>

using namespace murmur;

namespace {

struct World
{
    Dictionaries names;
    std::vector<AudienceId> audiences{AudienceId{}};
    std::mt19937_64 random{5};

    World()
    {
        std::vector<AgentId> agents;
        for (int i = 0; i < 12; ++i) {
            agents.push_back(names.agent("a" + std::to_string(i)));
            audiences.push_back(names.audience({agents.back()}));
        }
        audiences.push_back(names.audience(agents));
    }

    Columns block(Seq first, int rows)
    {
        Columns columns;
        columns.first = first;
        for (int row = 0; row < rows; ++row) {
            const Seq seq = first + row;
            columns.time.push_back(1'000'000'000 + seq * 1'000'000);
            columns.sender.push_back(1 + static_cast<std::uint32_t>(random() % 12));
            columns.audience.push_back(index(audiences[random() % audiences.size()]));
            columns.kind.push_back(static_cast<std::uint8_t>(random() % kKindCount));
            columns.flags.push_back(0);
            columns.closes.push_back(
                random() % 4 == 0 && seq > 20 ? seq - static_cast<Seq>(random() % 20) - 1 : 0);
            columns.latency.push_back(columns.closes.back() != 0 ? 5 : -1);
            if (columns.kind.back() == static_cast<std::uint8_t>(Kind::State))
                columns.states.push_back({static_cast<std::uint32_t>(row),
                                          AgentId(columns.sender.back()),
                                          StateKeyId(static_cast<std::uint32_t>(1 + random() % 5)),
                                          {0, 1}});
        }
        return columns;
    }
};

} // namespace

class TestStateReducer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void savedStateGoesOnAsIfNothingHadHappened()
    {
        World world;
        StateReducer whole(world.names);
        StateReducer before(world.names);
        const Columns first = world.block(1, 3000);
        const Columns second = world.block(3001, 500);
        whole.apply(first);
        whole.apply(second);
        before.apply(first);
        StateReducer after(world.names);
        QVERIFY(after.load(before.save()));
        after.apply(second);
        QVERIFY(after.agents() == whole.agents());
        QVERIFY(after.pending() == whole.pending());
        QCOMPARE(after.last(), whole.last());
    }

    void anOpenRequestIsPendingUntilItIsAnswered()
    {
        World world;
        Columns columns;
        columns.first = 1;
        columns.time = {10, 20, 30};
        columns.sender = {1, 3, 2};
        columns.audience = {index(world.audiences[2]), 0, index(world.audiences[1])};
        columns.kind = {std::uint8_t(Kind::Request), std::uint8_t(Kind::Event),
                        std::uint8_t(Kind::Reply)};
        columns.flags = {0, 0, 0};
        columns.closes = {0, 0, 1};
        columns.latency = {-1, -1, 20};
        StateReducer reducer(world.names);
        reducer.apply(columns, 20);
        QCOMPARE(reducer.pending().size(), std::size_t(1));
        const auto [request, call] = reducer.pending().at(0);
        QCOMPARE(request, 1);
        QCOMPARE(index(call.from), 1u);
        QCOMPARE(index(call.to), 2u);
        StateReducer later(world.names);
        later.apply(columns);
        QVERIFY(later.pending().empty());
        QCOMPARE(later.agents()[1].received, 1);
    }

    void aDamagedKeyframeIsRefusedWhole()
    {
        World world;
        StateReducer reducer(world.names);
        reducer.apply(world.block(1, 500));
        const std::string bytes = reducer.save();
        StateReducer back(world.names);
        for (std::size_t cut = 0; cut < bytes.size(); cut += 3) {
            QVERIFY(!back.load(std::string_view(bytes).substr(0, cut)));
            QVERIFY(back.agents().empty() && back.pending().empty());
        }
        // A count that no bytes stand behind must not allocate.
        std::string lie("\x01\x01\x01", 3);
        lie += std::string(9, '\xff') + '\x01';
        QVERIFY(!back.load(lie));
    }
};

QTEST_GUILESS_MAIN(TestStateReducer)
#include "tst_statereducer.moc"
