// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/time.h"
#include "query/conditions.h"
#include "query/filterbook.h"
#include "query/jsoncondition.h"
#include "query/marks.h"
#include "query/node.h"
#include "query/scanner.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace murmur {

/// Recursive descent over the filter language:
///
///     or    := and ("or" and)*
///     and   := not ("and" not | search)*        neighbouring search words are joined by "and"
///     not   := "not" not | "(" or ")" | test | search
///     test  := field operator value | field ["not"] "in" list-or-range | field ["not"] "exists" |
///     flag | "bookmarked" | "@" name
///
/// Throws a ParseFailure; builds nodes that own everything they need.
class Parser
{
public:
    Parser(QStringView text, TimeRange session, std::shared_ptr<const Marks> marks = {});
    NodePtr parse();
    /// How many verdict slots the nodes use.
    [[nodiscard]] std::size_t slots() const noexcept { return m_slots; }
    /// What the filter asks of the marks.
    [[nodiscard]] MarkQuestions questions() const noexcept { return m_questions; }

private:
    enum class Operator : std::uint8_t {
        Equal,
        NotEqual,
        Less,
        LessOrEqual,
        Greater,
        GreaterOrEqual,
        In,
        Matches,
        Contains,
        Exists,
    };
    /// A field as written, with the path behind payload or header.
    struct Subject
    {
        const FieldName* field = nullptr;
        QString name; ///< as written
        qsizetype at = 0;
        JsonPath path;
        std::string header;
    };
    struct Range
    {
        std::optional<Literal> from;
        std::optional<Literal> to;
    };
    struct InValues
    {
        std::vector<Literal> list;
        std::optional<Range> range;
    };

    NodePtr parseOr();
    NodePtr parseAnd();
    NodePtr parseNot();
    NodePtr parseSearch(const Literal& literal);
    /// `@name`: a filter that is kept, as if it stood here in parentheses.
    NodePtr parseNamed(QStringView name, qsizetype at);
    NodePtr parseTest();
    Subject parsePath(Subject subject);
    void refuseWord(QStringView word, qsizetype at);

    std::optional<Operator> takeOperator();
    InValues parseIn(const QString& expected);
    NodePtr condition(const Subject& subject, Operator op, qsizetype opAt);
    NodePtr numberCondition(const Subject& subject, Operator op);
    NodePtr kindCondition(Operator op);
    NodePtr flagsCondition(Operator op);
    NodePtr textCondition(const Subject& subject, Operator op);
    NodePtr jsonCondition(const Subject& subject, Operator op);
    NodePtr findingCondition(const TextTest& test);
    NodePtr bookmarkCondition(std::optional<Operator> op);
    TextTest textTest(Operator op, const QString& expected);
    TextPattern regexFrom(const Literal& literal);
    void refuseOperator(const Subject& subject, Operator op, qsizetype at);

    Scanner m_scanner;
    TimeRange m_session;
    std::shared_ptr<const Marks> m_marks; ///< null: nothing is known to be marked
    MarkQuestions m_questions;
    std::size_t m_slots = 0;
    int m_depth = 0;
    bool m_lastWasSearch = false;
    int m_named = 0; ///< named filters read so far, those inside of them included
    std::shared_ptr<const FilterBook> m_book; ///< read when the first is named
};

} // namespace murmur
