// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/testmessages.h"

#include <QTest>

using namespace murmur;
using namespace Qt::StringLiterals;

class TestFilterErrors : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anErrorPointsAtItsColumn_data()
    {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("error");
        const auto row = [](const char* expression, const char* error) {
            QTest::newRow(expression) << QString::fromUtf8(expression) << QString::fromUtf8(error);
        };
        row("form == x", "column 1: \"form\" is not a field; did you mean \"from\"?");
        row("seq == 1 and recievers == x",
            "column 14: \"recievers\" is not a field; did you mean \"receivers\"?");
        row("latencyms > 3",
            "column 1: \"latencyms\" is not a field; did you mean \"latency_ms\"?");
        row("paylod.task == 1",
            "column 1: \"paylod.task\" is not a field; did you mean \"payload.task\"?");
        row("task.id == 1", "column 1: \"task.id\" is not a field; write \"payload.task.id\" for a "
                            "member of the payload.");
        row("kind = error", "column 6: equality is written \"==\".");
        row("kind == eror", "column 9: \"eror\" is not a kind; did you mean \"error\"?");
        row("flags == injectd", "column 10: \"injectd\" is not a flag; did you mean \"injected\"?");
        row("kind < error", "column 6: \"kind\" takes == != in ~ contains exists.");
        row("latency ~ 5", "column 9: \"latency\" takes == != < <= > >= in exists.");
        row("topic > a", "column 7: \"topic\" takes == != in ~ contains exists.");
        row("latency > 200", "column 11: expected a duration such as 200ms, found \"200\".");
        row("latency > ", "column 11: expected a duration such as 200ms, found the end.");
        row("size > big", "column 8: expected a size such as 4096 or 64KiB, found \"big\".");
        row("seq == x", "column 8: expected a whole number, found \"x\".");
        row("seq == 1.5", "column 8: expected a whole number, found \"1.5\".");
        row("from", "column 5: expected an operator (== != < <= > >= in ~ contains exists) after "
                    "\"from\", found the end; quote the name to search for it as a word.");
        row("from ==", "column 8: expected a value, found the end.");
        row("from == and", "");
        row("(kind == error", "column 1: this parenthesis is not closed.");
        row("kind == error)", "column 14: this parenthesis closes nothing.");
        row("(seq == 1 seq == 2)", "column 11: expected \"and\", \"or\" or \")\", found \"seq\".");
        row("kind == error latency > 5ms",
            "column 15: expected \"and\", \"or\" or the end, found \"latency\".");
        row("kind == error && seq == 1", "column 15: \"&&\" is written \"and\".");
        row("a || b", "column 3: \"||\" is written \"or\".");
        row("from == \"x", "column 9: this quote is not closed.");
        row("\"from\" == x",
            "column 1: expected a field before the operator; field names are not quoted.");
        row("and kind == error", "column 1: expected a field or a word before \"and\".");
        row("kind == error and", "column 18: expected a field, a word or \"(\", found the end.");
        row("not", "column 4: expected a field, a word or \"(\", found the end.");
        row("()", "column 2: expected a field, a word or \"(\", found \")\".");
        row("from in planner", "column 9: expected a list such as [a, b] or a range such as a..b.");
        row("from in [a, b", "column 14: expected \",\" or \"]\", found the end.");
        row("from in a..b",
            "column 8: expected a list such as [a, b]; ranges are for numbers and times.");
        row("from ~ '('",
            "column 8: the regular expression cannot be read: missing closing parenthesis.");
        row("payload. == 1", "column 9: expected a member's name after \".\".");
        row("payload[x] == 1",
            "column 9: expected an index such as [0], or a quoted member's name.");
        row("payload.a > 200ms", "column 13: expected a plain number, found \"200ms\": members of "
                                 "the payload have no unit.");
        row("header. exists", "column 8: expected the header's name.");
        row("finding",
            "column 8: expected an operator (== != < <= > >= in ~ contains exists) after "
            "\"finding\", found the end; quote the name to search for it as a word.");
        row("finding > x", "column 9: \"finding\" takes == != in ~ contains exists.");
        row("seq == 1 and bookmarked == maybe",
            "column 28: expected true or false, found \"maybe\".");
        row("bookmarked > 3", "column 13: \"bookmarked\" stands alone, or with == true or false.");
        row("from not == x", "column 6: \"not\" goes before the field.");
        row("''", "column 1: expected a text to search for between the quotes.");
        row("a, b", "column 2: expected a space, an operator or the end, found \",\".");
    }
    void anErrorPointsAtItsColumn()
    {
        QFETCH(QString, expression);
        QFETCH(QString, error);
        const auto filter = parseFilter(expression, TestMessages(QString()).session());
        if (error.isEmpty()) {
            QVERIFY(filter.ok());
            return;
        }
        QVERIFY(!filter.ok());
        QCOMPARE(filter.error().message, error);
        QCOMPARE(filter.error().code, ErrorCode::WrongUse);
    }

    void aWrongTimeSaysSo()
    {
        const auto filter = parseFilter(u"time > soon", TestMessages(QString()).session());
        QVERIFY(!filter.ok());
        QVERIFY2(filter.error().message.startsWith(u"column 8: \"soon\" is not a time"_s),
                 qPrintable(filter.error().message));
    }

    void aClockTimeOfTwoDaysIsRefused()
    {
        const TimeRange days{fromNs(timeFromWire(std::string_view("2026-05-21T00:00:00Z"))),
                             fromNs(timeFromWire(std::string_view("2026-05-24T00:00:00Z")))};
        const auto filter = parseFilter(u"time > 10:17", days);
        QVERIFY(!filter.ok());
        QVERIFY2(filter.error().message.contains(u"a date is needed"_s),
                 qPrintable(filter.error().message));
    }

    void nestingHasAnEnd()
    {
        const TimeRange session = TestMessages(QString()).session();
        QVERIFY(parseFilter(QString(100, u'(') + u"a"_s + QString(100, u')'), session).ok());
        for (const QString& deep :
             {QString(5000, u'('), u"not "_s.repeated(5000) + u"a"_s, u"a or ("_s.repeated(5000)}) {
            const auto filter = parseFilter(deep, session);
            QVERIFY(!filter.ok());
            QVERIFY(filter.error().message.endsWith(u"this is nested too deeply."_s));
        }
    }

    void longChainsAreFine()
    {
        const QString chain = u"seq == 1 or "_s.repeated(3000) + u"seq == 2"_s;
        const TestMessages messages(u"from=a\nfrom=b\nfrom=c"_s);
        QCOMPARE(messages.matching(QStringView(chain)), u"1 2"_s);
        QVERIFY(!parseFilter(QString(70000, u'a'), messages.session()).ok());
    }

    /// Whatever is cut off an expression, the rest is an expression or an error inside it.
    void everyPrefixIsReadOrRefused()
    {
        const QString whole =
            u"not (from in [\"a\\\"b\", 'c*'] or payload.x[0].\"k k\" >= -1.5e3) and time in +1s..-1s header"_s;
        const TestMessages messages(u"from=a | {\"x\":[{\"k k\":1}]}"_s);
        for (qsizetype length = 0; length <= whole.size(); ++length) {
            const QString text = messages.matching(QStringView(whole).left(length));
            if (text.startsWith(u"column"_s)) {
                const int column = text.mid(7).section(u':', 0, 0).toInt();
                QVERIFY2(column >= 1 && column <= length + 1, qPrintable(text));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestFilterErrors)
#include "tst_filtererrors.moc"
