// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/dialect.h"
#include "dialect/suggestion.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

namespace {

/// What a fleet says on a bus that names nobody: the unit stands in the payload, in 97 of 100, and
/// in the topic, in 88 of 100; who it is for, and to which job it belongs, have names of their own.
MessageSample fleet(int count = 2000)
{
    MessageSample sample;
    sample.total = count;
    sample.connections.push_back({1, "hall", "mqtt://hall"});
    for (int i = 0; i < count; ++i) {
        const QString unit = u"unit-%1"_s.arg(i % 12);
        const QString other = u"unit-%1"_s.arg((i + 5) % 12);
        const bool isAnswer = i % 2 == 1;
        MessageSample::Message message;
        message.seq = i + 1;
        message.connection = 1;
        message.topic =
            (i % 100 < 88 ? u"hall/%1/%2"_s.arg(unit, isAnswer ? u"done"_s : u"do"_s) : u"hall"_s)
                .toStdString();
        const QString who = i % 100 < 97 ? u"\"agent\":\"%1\","_s.arg(unit) : QString();
        const QString kind = isAnswer ? u"job.completed"_s : u"job.requested"_s;
        message.raw =
            u"{\"at\":%1,\"note\":\"goes on with number %2\",\"body\":{%3\"peer_unit\":"
            "\"%4\",\"verb\":\"%5\",\"job\":\"j%6\",\"battery\":0.%7}}"_s.arg(1'779'358'620'000 + i)
                .arg(i)
                .arg(who, other, kind)
                .arg(i / 2)
                .arg(i % 100)
                .toStdString();
        message.raw.append(kPadding, ' ');
        sample.messages.push_back(std::move(message));
    }
    return sample;
}

std::vector<Suggestion> of(const std::vector<Suggestion>& all, DialectField field)
{
    std::vector<Suggestion> some;
    for (const Suggestion& one : all) {
        if (one.field == field)
            some.push_back(one);
    }
    return some;
}

QString placesOf(const std::vector<Suggestion>& all, DialectField field)
{
    QStringList places;
    for (const Suggestion& one : of(all, field))
        places << u"%1 %2 %"_s.arg(one.source.described()).arg(qRound(one.share() * 100));
    return places.join(u" · "_s);
}

Coverage after(const MessageSample& sample, const UserDialect& dialect)
{
    DialectRule rule;
    rule.dialect = dialect.name;
    rule.user = std::make_shared<const UserDialect>(dialect);
    return coverageOf(sample, {rule}).front().coverage;
}

} // namespace

class TestSuggestion : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whoIsTalkingIsRankedFromTheTraffic()
    {
        const auto all = suggestionsFor(fleet());
        const QString places = placesOf(all, DialectField::Sender);
        QVERIFY2(places.startsWith(u"body.agent 97 % · "), qPrintable(places));
        QVERIFY2(places.contains(u"topic segment 2 88 %"), qPrintable(places));
        QVERIFY2(places.endsWith(u"the connection 100 %"), qPrintable(places));
        const Suggestion best = of(all, DialectField::Sender).front();
        QCOMPARE(best.distinct, 12);
        QCOMPARE(best.examples.size(), std::size_t(3));
        QVERIFY(!best.why.isEmpty());
        // What is different in each message, a time, a number or a sentence, is nobody.
        for (const char* none : {"at", "note", "battery", "job"})
            QVERIFY2(!places.contains(QLatin1StringView(none) + " "_L1), qPrintable(places));
    }

    void whatElseIsMissingIsFound()
    {
        const auto all = suggestionsFor(fleet());
        QVERIFY2(placesOf(all, DialectField::Receivers).startsWith(u"body.peer_unit 100 %"),
                 qPrintable(placesOf(all, DialectField::Receivers)));
        QVERIFY2(placesOf(all, DialectField::Kind).startsWith(u"body.verb 100 %"),
                 qPrintable(placesOf(all, DialectField::Kind)));
        QVERIFY2(placesOf(all, DialectField::Correlation).startsWith(u"body.job 100 %"),
                 qPrintable(placesOf(all, DialectField::Correlation)));
    }

    void whoeverSendsIsNoReceiver()
    {
        MessageSample sample = fleet();
        const QString before = placesOf(suggestionsFor(sample), DialectField::Receivers);
        for (std::size_t i = 0; i < sample.messages.size(); ++i) {
            sample.messages[i].known = 1; // its sender is read by now
            sample.messages[i].sender = u"unit-%1"_s.arg(i % 12).toStdString();
        }
        const QString after = placesOf(suggestionsFor(sample), DialectField::Receivers);
        for (const QString& places : {before, after}) {
            QVERIFY2(places.contains(u"body.peer_unit 100 %"), qPrintable(places));
            QVERIFY2(!places.contains(u"topic segment 2"), qPrintable(places));
            QVERIFY2(!places.contains(u"body.agent"), qPrintable(places));
        }
    }

    void theBestBecomeADialectThatCovers()
    {
        const MessageSample sample = fleet();
        const Coverage before = coverageOf(sample).front().coverage;
        QCOMPARE(before.messages, 2000);
        QCOMPARE(before.of(DialectField::Sender), 0);
        const UserDialect dialect = dialectOf(suggestionsFor(sample), 1, "hall");
        QVERIFY(dialect.validate().ok());
        const Coverage now = after(sample, dialect);
        QCOMPARE(now.of(DialectField::Sender), 1940);
        QCOMPARE(now.of(DialectField::Receivers), 2000);
        QCOMPARE(now.of(DialectField::Correlation), 2000);
        QCOMPARE(now.of(DialectField::Kind), 2000);
        QCOMPARE(now.share(DialectField::Trace), 0.0);
    }

    void whatIsKnownNeedsNoProposal()
    {
        MessageSample sample = fleet();
        for (std::size_t i = 0; i < sample.messages.size(); ++i) {
            sample.messages[i].known = i % 10 < 9 ? 1 : 0; // 90 % name a sender
            sample.messages[i].sender = "somebody";
        }
        const auto all = suggestionsFor(sample);
        QVERIFY(of(all, DialectField::Sender).empty());
        QVERIFY(!of(all, DialectField::Kind).empty());
    }

    void eachConnectionHasItsOwn()
    {
        MessageSample sample = fleet(400);
        sample.connections.push_back({2, "yard", "redis://yard"});
        for (int i = 0; i < 400; ++i) {
            MessageSample::Message message;
            message.connection = 2;
            message.topic = "yard";
            message.peer = "10.0.0." + std::to_string(i % 7);
            message.raw = "beep";
            message.raw.append(kPadding, ' ');
            sample.messages.push_back(std::move(message));
        }
        std::vector<Suggestion> yard;
        for (const Suggestion& one : suggestionsFor(sample)) {
            if (one.connection == 2)
                yard.push_back(one);
        }
        QVERIFY(!yard.empty());
        QVERIFY2(placesOf(yard, DialectField::Sender).startsWith(u"the socket or login 100 %"),
                 qPrintable(placesOf(yard, DialectField::Sender)));
        QVERIFY(of(yard, DialectField::Receivers).empty());
        const auto rows = coverageOf(sample);
        QCOMPARE(std::ranges::count(rows, 2u, &CoverageRow::connection), 2); // itself and its topic
    }

    void nothingIsProposedForNothing()
    {
        QVERIFY(suggestionsFor({}).empty());
        QVERIFY(coverageOf({}).empty());
        QVERIFY(dialectOf({}, 1, "x").validate().ok());
    }
};

QTEST_GUILESS_MAIN(TestSuggestion)
#include "tst_suggestion.moc"
