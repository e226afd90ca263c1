// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/fields.h"
#include "query/literals.h"
#include "query/markcondition.h"
#include "query/modelcondition.h"
#include "query/parser.h"
#include "query/searchcondition.h"

#include <algorithm>
#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

// The second half of Parser: what follows a field.

namespace murmur {

namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min() + 1; // kNoTime is none
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

bool isNumeric(FieldType type)
{
    return type == FieldType::Number || type == FieldType::Time || type == FieldType::Duration ||
           type == FieldType::Size || type == FieldType::Amount;
}

IdField idField(Field field)
{
    switch (field) {
    case Field::Correlation:
        return IdField::Correlation;
    case Field::Trace:
        return IdField::Trace;
    case Field::Span:
        return IdField::Span;
    case Field::ParentSpan:
        return IdField::ParentSpan;
    case Field::Conversation:
        return IdField::Conversation;
    case Field::ReplyTo:
        return IdField::ReplyTo;
    default:
        return IdField::Message;
    }
}

/// In a regular expression every backslash is the expression's own; only the quote needs one.
QString regexText(const Literal& literal)
{
    QString text = literal.escaped;
    if (literal.quoted) {
        text.replace(u"\\\""_s, u"\""_s);
        text.replace(u"\\'"_s, u"'"_s);
    }
    return text;
}

NodePtr intervalsOf(Field field, std::vector<Interval> intervals)
{
    if (isOfModelCall(field))
        return std::make_unique<ModelCondition>(field, std::move(intervals));
    return std::make_unique<NumberCondition>(field, std::move(intervals));
}

} // namespace

void Parser::refuseOperator(const Subject& subject, Operator op, qsizetype at)
{
    const bool isOrder = op == Operator::Less || op == Operator::LessOrEqual ||
                         op == Operator::Greater || op == Operator::GreaterOrEqual;
    const bool isText = op == Operator::Matches || op == Operator::Contains;
    const FieldType type = subject.field->type;
    const bool hasPath = !subject.path.empty();
    if (isNumeric(type) && isText)
        Scanner::fail(at, u"\"%1\" takes == != < <= > >= in exists"_s.arg(subject.name));
    if (isOrder && !isNumeric(type) && !(type == FieldType::Payload && hasPath))
        Scanner::fail(at, u"\"%1\" takes == != in ~ contains exists"_s.arg(subject.name));
    if (type == FieldType::FlagSet && op == Operator::Matches)
        Scanner::fail(at, u"\"flags\" takes == != in contains exists"_s);
    if (type == FieldType::Kind && op == Operator::Matches)
        Scanner::fail(at, u"\"kind\" takes == != in contains exists"_s);
}

NodePtr Parser::condition(const Subject& subject, Operator op, qsizetype opAt)
{
    refuseOperator(subject, op, opAt);
    switch (subject.field->type) {
    case FieldType::Number:
    case FieldType::Time:
    case FieldType::Duration:
    case FieldType::Size:
    case FieldType::Amount:
        return numberCondition(subject, op);
    case FieldType::Kind:
        return kindCondition(op);
    case FieldType::FlagSet:
        return flagsCondition(op);
    case FieldType::Payload:
        if (!subject.path.empty())
            return jsonCondition(subject, op);
        break;
    case FieldType::Text:
    case FieldType::Id:
    case FieldType::Header:
        break;
    }
    return textCondition(subject, op);
}

NodePtr Parser::numberCondition(const Subject& subject, Operator op)
{
    const FieldName& field = *subject.field;
    std::vector<Interval> intervals;
    if (op == Operator::Exists)
        return intervalsOf(field.field, {Interval{kLowest, kHighest}});
    if (op == Operator::In) {
        const InValues values = parseIn(expectedValue(field));
        for (const Literal& literal : values.list) {
            const std::int64_t value = numberFrom(literal, field, m_session);
            intervals.push_back({value, value});
        }
        if (values.range) {
            Interval interval{kLowest, kHighest};
            if (values.range->from)
                interval.low = numberFrom(*values.range->from, field, m_session);
            // Stretches of time are half-open everywhere; counts and sizes end with what they say.
            if (values.range->to)
                interval.high = numberFrom(*values.range->to, field, m_session) -
                                (field.type == FieldType::Time ? 1 : 0);
            intervals.push_back(interval);
        }
        return intervalsOf(field.field, std::move(intervals));
    }
    const std::int64_t value =
        numberFrom(m_scanner.value(false, expectedValue(field)), field, m_session);
    Interval interval{kLowest, kHighest};
    if (op == Operator::Equal || op == Operator::NotEqual)
        interval = {value, value};
    else if (op == Operator::Less)
        interval.high = std::max(value, kLowest) - 1;
    else if (op == Operator::LessOrEqual)
        interval.high = value;
    else if (op == Operator::Greater && value == kHighest)
        interval = {1, 0};
    else
        interval.low = op == Operator::Greater ? value + 1 : value;
    return intervalsOf(field.field, {interval});
}

NodePtr Parser::kindCondition(Operator op)
{
    const QString expected = u"a kind such as request or error"_s;
    std::uint32_t kinds = 0;
    if (op == Operator::Exists) {
        kinds = ~0u;
    } else if (op == Operator::In) {
        const qsizetype at = m_scanner.at();
        const InValues values = parseIn(expected);
        if (values.range)
            Scanner::fail(at, u"expected a list such as [request, reply]"_s);
        for (const Literal& literal : values.list)
            kinds |= kindsFrom(literal);
    } else {
        Literal literal = m_scanner.value(false, expected);
        if (op == Operator::Contains)
            literal.escaped = u'*' + literal.escaped + u'*';
        kinds = kindsFrom(literal);
    }
    return std::make_unique<KindCondition>(kinds);
}

NodePtr Parser::flagsCondition(Operator op)
{
    const QString expected = u"a flag such as injected or undecoded"_s;
    Flags flags = 0;
    if (op == Operator::Exists) {
        for (const FlagName& flag : flagNames())
            flags |= flag.flag;
    } else if (op == Operator::In) {
        const qsizetype at = m_scanner.at();
        const InValues values = parseIn(expected);
        if (values.range)
            Scanner::fail(at, u"expected a list such as [injected, replayed]"_s);
        for (const Literal& literal : values.list)
            flags |= flagsFrom(literal);
    } else {
        flags = flagsFrom(m_scanner.value(false, expected));
    }
    return std::make_unique<FlagsCondition>(flags);
}

TextPattern Parser::regexFrom(const Literal& literal)
{
    auto pattern = TextPattern::regex(regexText(literal));
    if (!pattern)
        Scanner::fail(literal.at,
                      u"the regular expression cannot be read: %1"_s.arg(pattern.error().message));
    return std::move(pattern).value();
}

TextTest Parser::textTest(Operator op, const QString& expected)
{
    TextTest test;
    if (op == Operator::Exists) {
        test.exists = true;
    } else if (op == Operator::In) {
        const qsizetype at = m_scanner.at();
        const InValues values = parseIn(expected);
        if (values.range)
            Scanner::fail(at,
                          u"expected a list such as [a, b]; ranges are for numbers and times"_s);
        for (const Literal& literal : values.list)
            test.any.push_back(TextPattern::equals(literal.escaped));
    } else {
        const Literal literal = m_scanner.value(false, expected);
        if (op == Operator::Matches)
            test.any.push_back(regexFrom(literal));
        else if (op == Operator::Contains)
            test.any.push_back(TextPattern::contains(unescaped(literal.escaped)));
        else
            test.any.push_back(TextPattern::equals(literal.escaped));
    }
    return test;
}

NodePtr Parser::findingCondition(const TextTest& test)
{
    m_questions.findings = true;
    std::vector<MarkedPlace> places;
    if (m_marks) {
        for (const Marks::OfFinding& finding : m_marks->findings) {
            if (test.matches(finding.detector) || test.matches(finding.id) ||
                test.matches(finding.severity))
                places.insert(places.end(), finding.messages.begin(), finding.messages.end());
        }
    }
    return std::make_unique<MarkCondition>(std::move(places));
}

NodePtr Parser::bookmarkCondition(std::optional<Operator> op)
{
    m_questions.bookmarks = true;
    NodePtr node =
        std::make_unique<MarkCondition>(m_marks ? m_marks->bookmarks : std::vector<MarkedPlace>());
    if (!op || *op == Operator::Exists)
        return node;
    if (*op != Operator::Equal && *op != Operator::NotEqual)
        Scanner::fail(m_scanner.at(), u"\"bookmarked\" stands alone, or with == true or false"_s);
    const Literal literal = m_scanner.value(false, u"true or false"_s);
    const bool isTrue = literal.escaped.compare(u"true", Qt::CaseInsensitive) == 0;
    if (!isTrue && literal.escaped.compare(u"false", Qt::CaseInsensitive) != 0)
        Scanner::fail(literal.at, u"expected true or false, found \"%1\""_s.arg(literal.shown()));
    if (isTrue == (*op == Operator::NotEqual))
        node = std::make_unique<NotNode>(std::move(node));
    return node;
}

NodePtr Parser::textCondition(const Subject& subject, Operator op)
{
    TextTest test = textTest(op, expectedValue(*subject.field));
    if (subject.field->field == Field::Finding)
        return findingCondition(test);
    switch (subject.field->type) {
    case FieldType::Id:
        return std::make_unique<IdCondition>(idField(subject.field->field), std::move(test));
    case FieldType::Header:
        return std::make_unique<HeaderCondition>(subject.header, std::move(test));
    case FieldType::Payload:
        return std::make_unique<PayloadCondition>(std::move(test));
    default: {
        if (isOfModelCall(subject.field->field))
            return std::make_unique<ModelCondition>(subject.field->field, std::move(test));
        const std::size_t slot = m_slots;
        m_slots += NameCondition::kSlots;
        return std::make_unique<NameCondition>(subject.field->field, std::move(test), slot);
    }
    }
}

NodePtr Parser::jsonCondition(const Subject& subject, Operator op)
{
    using Is = JsonTest::Is;
    JsonTest test;
    const auto literalFrom = [&](const Literal& literal, bool isOrdered) {
        JsonLiteral value = JsonLiteral::fromWord(literal.escaped, literal.quoted);
        // Nobody knows the unit of a payload's number, so "> 200ms" would compare letters.
        if (isOrdered && !literal.quoted && !value.number && !literal.escaped.isEmpty() &&
            literal.escaped.front().isDigit() && !literal.escaped.contains(u'-') &&
            !literal.escaped.contains(u':'))
            Scanner::fail(
                literal.at,
                u"expected a plain number, found \"%1\": members of the payload have no unit"_s.arg(
                    literal.shown()));
        return value;
    };
    const QString expected = u"a value"_s;
    switch (op) {
    case Operator::Exists:
        break;
    case Operator::In: {
        const InValues values = parseIn(expected);
        test.is = values.range ? Is::Between : Is::Equal;
        for (const Literal& literal : values.list)
            test.literals.push_back(literalFrom(literal, false));
        if (values.range) {
            if (!values.range->from || !values.range->to)
                Scanner::fail(m_scanner.at(), u"expected both ends of the range"_s);
            test.literals.push_back(literalFrom(*values.range->from, true));
            test.literals.push_back(literalFrom(*values.range->to, true));
        }
        break;
    }
    case Operator::Matches:
        test.is = Is::Matching;
        test.patterns.push_back(regexFrom(m_scanner.value(false, u"a regular expression"_s)));
        break;
    case Operator::Contains: {
        const Literal literal = m_scanner.value(false, expected);
        test.is = Is::Matching;
        test.patterns.push_back(TextPattern::contains(unescaped(literal.escaped)));
        test.element = literalFrom(literal, false);
        break;
    }
    case Operator::Equal:
    case Operator::NotEqual:
        test.is = Is::Equal;
        test.literals.push_back(literalFrom(m_scanner.value(false, expected), false));
        break;
    case Operator::Less:
    case Operator::LessOrEqual:
    case Operator::Greater:
    case Operator::GreaterOrEqual:
        test.is = op == Operator::Less          ? Is::Less
                  : op == Operator::LessOrEqual ? Is::LessOrEqual
                  : op == Operator::Greater     ? Is::Greater
                                                : Is::GreaterOrEqual;
        test.literals.push_back(literalFrom(m_scanner.value(false, expected), true));
        break;
    }
    return std::make_unique<JsonCondition>(subject.path, std::move(test));
}

} // namespace murmur
