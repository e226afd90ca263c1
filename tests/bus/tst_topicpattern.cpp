// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/topicpattern.h"

#include <QTest>

using namespace murmur;

class TestTopicPattern : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data()
    {
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<QByteArray>("topic");
        QTest::addColumn<bool>("expected");
        const auto row = [](const char* pattern, const char* topic, bool expected) {
            QTest::addRow("%s on %s", pattern, topic)
                << QByteArray(pattern) << QByteArray(topic) << expected;
        };
        row("swarm.a", "swarm.a", true);
        row("swarm.a", "swarm.ab", false);
        row("swarm.a", "swarm", false);
        row("swarm.*", "swarm.a", true);
        row("swarm.*", "swarm.", true);
        row("swarm.*", "swarm", false);
        row("swarm.*", "swarm.a.b", false);
        row("swarm.*", "swarm.a/b", false);
        row("swarm.*", "warm.a", false);
        row("*", "swarm", true);
        row("*", "swarm.a", false);
        row("*.pose", "robot-1.pose", true);
        row("robot-*.pose", "robot-17.pose", true);
        row("robot-*.pose", "robot-17.task.pose", false);
        row("*-*.pose", "a-b-c.pose", true);
        row("*a*b", "xaxaxb", true);
        row("*a*b", "xaxbx", false);
        row("a.*.c", "a.b.c", true);
        row("a.*.c", "a.b.b.c", false);
        row("a/*/c", "a/b/c", true);
        row("a/*", "a.b", false);
        row("swarm.>", "swarm.a.b.c", true);
        row("swarm.>", "swarm.a", true);
        row("swarm.>", "swarm", false);
        row("swarm.>", "swarm.", false);
        row("swarm.>", "swarms.a", false);
        row("swarm.#", "swarm", true);
        row("swarm.#", "swarm.a.b", true);
        row("swarm.#", "swarms", false);
        row("swarm/#", "swarm/a", true);
        row("swarm/#", "swarm.a", false);
        row("*.b.>", "a.b.c.d", true);
        row("*.b.>", "a.c.c.d", false);
        row(">", "", true);
        row("#", "", true);
        row(">", "a.b", true);
        row("*", "", true);
        row("cam/*", "/cam/front", true);
        row("/cam/*", "cam/front", true);
        row("a>b", "a>b", false); // refused: see below
    }
    void matches()
    {
        QFETCH(const QByteArray, pattern);
        QFETCH(const QByteArray, topic);
        QFETCH(const bool, expected);
        const auto made = TopicPattern::fromText(pattern.toStdString());
        QCOMPARE(made.ok() && made->matches(topic.toStdString()), expected);
    }

    void aTailElsewhereIsRefused()
    {
        for (const char* text : {"", "a>b", "a.>.b", "#.a", "a.#b", "a.b>"})
            QVERIFY2(!TopicPattern::fromText(text).ok(), text);
        QVERIFY(!TopicPattern::fromText(std::string(TopicPattern::kMaxLength + 1, 'a')).ok());
        QVERIFY(TopicPattern::fromText(std::string(TopicPattern::kMaxLength, 'a')).ok());
    }

    void manyStarsDoNotTakeForever()
    {
        std::string text;
        for (int i = 0; i < 300; ++i)
            text += "*a";
        const auto pattern = TopicPattern::fromText(text + 'b');
        QVERIFY(pattern.ok());
        QVERIFY(!pattern->matches(std::string(20'000, 'a')));
        QVERIFY(pattern->matches(std::string(20'000, 'a') + 'b'));
    }
};

QTEST_APPLESS_MAIN(TestTopicPattern)
#include "tst_topicpattern.moc"
