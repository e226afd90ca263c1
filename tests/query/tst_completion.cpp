// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/completion.h"
#include "query/filter.h"

#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

QStringList valuesHere(Field field)
{
    switch (field) {
    case Field::Sender:
    case Field::Receivers:
    case Field::Agent:
        return {u"planner-1"_s, u"robot 7"_s, u"robot-07"_s};
    case Field::Payload:
        return {u"payload.task.id"_s, u"payload.battery"_s};
    case Field::Topic:
        return {u"swarm.tasks"_s, u"odd*name"_s};
    default:
        return {};
    }
}

/// The cursor stands where the bar is.
CompletionList at(const QString& text)
{
    const qsizetype cursor = text.indexOf(u'|');
    return completionsAt(QString(text).remove(u'|'), cursor,
                         {valuesHere, {{u"slow"_s, u"latency > 200ms"_s}}});
}

QStringList textsAt(const QString& text)
{
    QStringList texts;
    for (const Completion& entry : at(text).entries)
        texts << entry.text;
    return texts;
}

QString rolesOf(const QString& text)
{
    QString roles;
    for (const ExpressionToken& token : expressionTokens(text))
        roles += u"FLOJVSB"[static_cast<int>(token.role)];
    return roles;
}

} // namespace

class TestCompletion : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void theWordUnderTheCursorIsCompleted()
    {
        QCOMPARE(textsAt(u"corr|"_s), QStringList{u"correlation"_s});
        QVERIFY(textsAt(u"|"_s).contains(u"from"_s));
        QVERIFY(textsAt(u"kind == error and (lat|"_s).startsWith(u"latency"_s));
        // In the middle of a word the whole word goes.
        const CompletionList list = at(u"kind == error and fr|ox == planner-1"_s);
        QCOMPARE(list.at, 18);
        QCOMPARE(list.length, 4);
        QVERIFY(!list.entries.empty());
        QCOMPARE(list.entries.front().text, u"from"_s);
    }

    void membersComeWhenTheyAreAskedFor()
    {
        QVERIFY(!textsAt(u"|"_s).contains(u"payload.task.id"_s));
        QVERIFY(textsAt(u"payload|"_s).contains(u"payload.task.id"_s));
        QCOMPARE(textsAt(u"payload.ta|"_s), QStringList{u"payload.task.id"_s});
    }

    void operatorsAreThoseOfTheField()
    {
        const QStringList ofText = textsAt(u"from |"_s);
        QVERIFY(ofText.contains(u"contains"_s) && !ofText.contains(u"<"_s));
        const QStringList ofTime = textsAt(u"time |"_s);
        QVERIFY(ofTime.contains(u"in"_s) && ofTime.contains(u">"_s) && !ofTime.contains(u"~"_s));
        // A word that is searched for goes on with "and".
        QCOMPARE(textsAt(u"timeout |"_s), (QStringList{u"and"_s, u"or"_s}));
        QCOMPARE(textsAt(u"from == a |"_s), (QStringList{u"and"_s, u"or"_s}));
    }

    void valuesAreThoseOfTheRecording()
    {
        QCOMPARE(textsAt(u"from == |"_s),
                 (QStringList{u"planner-1"_s, u"\"robot 7\""_s, u"robot-07"_s}));
        QCOMPARE(textsAt(u"from == rob|"_s), (QStringList{u"\"robot 7\""_s, u"robot-07"_s}));
        QCOMPARE(textsAt(u"from == \"rob|"_s), (QStringList{u"\"robot 7\""_s, u"robot-07"_s}));
        QCOMPARE(textsAt(u"to in [planner-1, 07|"_s), QStringList{u"robot-07"_s});
        QVERIFY(textsAt(u"kind == |"_s).contains(u"request"_s));
        QCOMPARE(textsAt(u"flags == inj|"_s), QStringList{u"injected"_s});
        QCOMPARE(textsAt(u"topic == odd|"_s), QStringList{u"\"odd\\*name\""_s});
        // A whole word needs no proposal.
        QVERIFY(textsAt(u"kind == request|"_s).isEmpty());
    }

    /// Whatever is proposed for a value finds just that value.
    void whatIsProposedCanBeRead()
    {
        for (const QString& name :
             {u"a b"_s, u"a\"b"_s, u"back\\slash"_s, u"*"_s, u"in"_s, u"a..b"_s, u"ü"_s, u""_s,
              u"[x]"_s, u"!"_s, u"it's"_s, u"not"_s, u"a=b"_s}) {
            const auto filter = parseFilter(u"from == "_s + filterValue(name), {});
            QVERIFY2(filter, qPrintable(name + (filter ? QString() : filter.error().message)));
        }
    }

    void piecesHaveTheirRoles()
    {
        QCOMPARE(rolesOf(u"from == \"a b\" and not latency > 200ms"_s), u"FOVJJFOV"_s);
        QCOMPARE(rolesOf(u"to not in [a, b] or (kind!=error)"_s), u"FOOBVBVBJBFOVB"_s);
        QCOMPARE(rolesOf(u"payload.a.b exists timeout injected"_s), u"FOSL"_s);
        QCOMPARE(rolesOf(u"time in 10:17..10:18"_s), u"FOV"_s);
        QCOMPARE(rolesOf(u"\"pick failed\" kind"_s), u"SS"_s);
    }

    void filtersThatAreKeptCome()
    {
        QCOMPARE(textsAt(u"@|"_s), QStringList{u"@slow"_s});
        QCOMPARE(textsAt(u"kind == error and @s|"_s), QStringList{u"@slow"_s});
        QCOMPARE(rolesOf(u"@slow and a@b"_s), u"LJS"_s);
    }

    void nonsenseDoesNoHarm()
    {
        QRandomGenerator random(7);
        const QString letters = u"from kind==\"'\\[](),<>~!. in not and exists payload.x…é"_s;
        for (int round = 0; round < 20'000; ++round) {
            QString text;
            for (int i = random.bounded(24); i > 0; --i)
                text += letters[random.bounded(static_cast<int>(letters.size()))];
            qsizetype end = 0;
            for (const ExpressionToken& token : expressionTokens(text)) {
                QVERIFY(token.at >= end && token.length > 0);
                end = token.at + token.length;
                QVERIFY(end <= text.size());
            }
            const qsizetype cursor = random.bounded(static_cast<int>(text.size()) + 2);
            const CompletionList list = completionsAt(text, cursor, {valuesHere}, 10);
            QVERIFY(list.at >= 0 && list.at + list.length <= text.size());
            QVERIFY(list.entries.size() <= 10);
        }
    }
};

} // namespace murmur

QTEST_GUILESS_MAIN(murmur::TestCompletion)
#include "tst_completion.moc"
