// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/parser.h"

#include "query/fields.h"
#include "query/literals.h"
#include "query/searchcondition.h"

#include <algorithm>
#include <array>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

// Deep enough for anything written by people, shallow enough for any stack.
constexpr int kMaxDepth = 200;
constexpr qsizetype kMaxLength = 64 * 1024;
// Named filters may name others; what doubles with each step ends here.
constexpr int kMaxNamed = 500;

bool isQuote(QChar c)
{
    return c == u'"' || c == u'\'';
}

} // namespace

Parser::Parser(QStringView text, TimeRange session, std::shared_ptr<const Marks> marks)
    : m_scanner(text)
    , m_session(session)
    , m_marks(std::move(marks))
{
    if (text.size() > kMaxLength)
        Scanner::fail(kMaxLength, u"an expression has at most %1 characters"_s.arg(kMaxLength));
}

NodePtr Parser::parse()
{
    NodePtr node = parseOr();
    if (!m_scanner.atEnd()) {
        const QChar c = m_scanner.peek();
        if (c == u')')
            Scanner::fail(m_scanner.at(), u"this parenthesis closes nothing"_s);
        if (m_scanner.take(u"&&"))
            Scanner::fail(m_scanner.at() - 2, u"\"&&\" is written \"and\""_s);
        if (m_scanner.take(u"||"))
            Scanner::fail(m_scanner.at() - 2, u"\"||\" is written \"or\""_s);
        Scanner::fail(m_scanner.at(),
                      u"expected \"and\", \"or\" or the end, found %1"_s.arg(m_scanner.found()));
    }
    return node;
}

NodePtr Parser::parseOr()
{
    std::vector<NodePtr> parts;
    parts.push_back(parseAnd());
    while (m_scanner.takeWord(u"or"))
        parts.push_back(parseAnd());
    return parts.size() == 1 ? std::move(parts.front())
                             : std::make_unique<OrNode>(std::move(parts));
}

NodePtr Parser::parseAnd()
{
    std::vector<NodePtr> parts;
    parts.push_back(parseNot());
    while (true) {
        if (m_scanner.takeWord(u"and")) {
            parts.push_back(parseNot());
            continue;
        }
        // "pick failed" means both words; anything else needs its "and" spelled out, so that a
        // forgotten operator or quote is noticed.
        const qsizetype here = m_scanner.at();
        const std::size_t slots = m_slots;
        const QChar next = m_scanner.peek();
        if (!m_lastWasSearch || next.isNull() || QStringView(u")],=<>~(").contains(next) ||
            m_scanner.takeWord(u"or") || m_scanner.take(u"&&") || m_scanner.take(u"||")) {
            m_scanner.setAt(here);
            break;
        }
        NodePtr node = parseNot();
        if (!m_lastWasSearch) {
            m_slots = slots;
            m_scanner.setAt(here);
            break;
        }
        parts.push_back(std::move(node));
    }
    return parts.size() == 1 ? std::move(parts.front())
                             : std::make_unique<AndNode>(std::move(parts));
}

NodePtr Parser::parseNot()
{
    if (++m_depth > kMaxDepth)
        Scanner::fail(m_scanner.at(), u"this is nested too deeply"_s);
    NodePtr node;
    m_lastWasSearch = false;
    const QChar c = m_scanner.peek();
    if (m_scanner.takeWord(u"not")) {
        node = std::make_unique<NotNode>(parseNot());
        m_lastWasSearch = false;
    } else if (c == u'(') {
        const qsizetype open = m_scanner.at();
        m_scanner.take(u"(");
        node = parseOr();
        if (!m_scanner.take(u")")) {
            if (m_scanner.atEnd())
                Scanner::fail(open, u"this parenthesis is not closed"_s);
            Scanner::fail(m_scanner.at(),
                          u"expected \"and\", \"or\" or \")\", found %1"_s.arg(m_scanner.found()));
        }
        m_lastWasSearch = false;
    } else if (isQuote(c)) {
        const Literal literal = m_scanner.quoted();
        const qsizetype after = m_scanner.at();
        if (const auto op = takeOperator())
            Scanner::fail(literal.at,
                          u"expected a field before the operator; field names are not quoted"_s);
        m_scanner.setAt(after);
        node = parseSearch(literal);
    } else {
        node = parseTest();
    }
    --m_depth;
    return node;
}

NodePtr Parser::parseSearch(const Literal& literal)
{
    const QString word = unescaped(literal.escaped);
    if (word.isEmpty())
        Scanner::fail(literal.at, u"expected a text to search for between the quotes"_s);
    TextPattern pattern = !literal.quoted && hasWildcard(literal.escaped)
                              ? TextPattern::containsGlob(literal.escaped)
                              : TextPattern::contains(word);
    const std::size_t slot = m_slots;
    m_slots += SearchCondition::kSlots;
    m_lastWasSearch = true;
    return std::make_unique<SearchCondition>(std::move(pattern), word.toStdString(), slot);
}

NodePtr Parser::parseNamed(QStringView name, qsizetype at)
{
    if (!m_book) {
        auto book = FilterBook::load(FilterBook::usualPath());
        if (!book)
            Scanner::fail(at, book.error().message);
        m_book = std::make_shared<const FilterBook>(std::move(*book));
    }
    const NamedFilter* filter = m_book->find(name);
    if (!filter)
        Scanner::fail(at, u"no filter is kept under the name \"%1\"; quote \"@%1\" to search for "
                          u"the word"_s.arg(name));
    if (++m_named > kMaxNamed)
        Scanner::fail(at, u"the filters that \"@%1\" names are too many"_s.arg(name));
    try {
        Parser inner(filter->text, m_session, m_marks);
        inner.m_slots = m_slots;
        inner.m_depth = m_depth;
        inner.m_named = m_named;
        inner.m_book = m_book;
        NodePtr node = inner.parse();
        m_slots = inner.m_slots;
        m_named = inner.m_named;
        m_questions.findings |= inner.m_questions.findings;
        m_questions.bookmarks |= inner.m_questions.bookmarks;
        return node;
    } catch (const ParseFailure& failure) {
        Scanner::fail(
            at, u"in \"@%1\", column %2: %3"_s.arg(name).arg(failure.at + 1).arg(failure.what));
    }
}

/// Words that cannot stand where a condition begins.
void Parser::refuseWord(QStringView word, qsizetype at)
{
    for (const QStringView keyword : {u"and", u"or", u"in", u"contains", u"exists"}) {
        if (word.compare(keyword, Qt::CaseInsensitive) == 0)
            Scanner::fail(at, u"expected a field or a word before \"%1\""_s.arg(keyword));
    }
    if (word == u"&&" || word == u"||")
        Scanner::fail(at,
                      u"\"%1\" is written \"%2\""_s.arg(word, word == u"&&" ? u"and"_s : u"or"_s));
}

NodePtr Parser::parseTest()
{
    Subject subject;
    m_scanner.skipSpace();
    subject.at = m_scanner.at();
    const QStringView word = m_scanner.word();
    if (word.isEmpty())
        Scanner::fail(subject.at,
                      u"expected a field, a word or \"(\", found %1"_s.arg(m_scanner.found()));
    if (word.startsWith(u'@') && FilterBook::isName(word.mid(1)))
        return parseNamed(word.mid(1), subject.at);
    refuseWord(word, subject.at);
    subject.name = word.toString();
    const QString head = subject.name.section(u'.', 0, 0);
    subject.field = findField(head);
    const bool hasPath = subject.field != nullptr && (subject.field->type == FieldType::Payload ||
                                                      subject.field->type == FieldType::Header);
    if (hasPath) {
        m_scanner.setAt(subject.at + head.size());
        subject = parsePath(std::move(subject));
    } else if (head.size() != subject.name.size()) {
        subject.field = nullptr;
    }

    const qsizetype afterName = m_scanner.at();
    m_scanner.skipSpace();
    const qsizetype opAt = m_scanner.at();
    const bool isNegated = subject.field != nullptr && m_scanner.takeWord(u"not");
    const std::optional<Operator> op = takeOperator();
    if (subject.name.compare(u"bookmarked", Qt::CaseInsensitive) == 0) {
        if (!op)
            m_scanner.setAt(afterName);
        return bookmarkCondition(op);
    }
    if (subject.field == nullptr) {
        if (op)
            Scanner::fail(subject.at,
                          u"\"%1\" is not a field%2"_s.arg(subject.name, fieldHint(subject.name)));
        m_scanner.setAt(afterName);
        if (m_scanner.here() == u'[' || m_scanner.here() == u']' || m_scanner.here() == u',')
            Scanner::fail(afterName, u"expected a space, an operator or the end, found %1"_s.arg(
                                         m_scanner.found()));
        if (const Flags flag = flagNamed(subject.name))
            return std::make_unique<FlagsCondition>(flag);
        return parseSearch({subject.name, false, subject.at});
    }
    if (!op) {
        if (isNegated)
            Scanner::fail(
                m_scanner.at(),
                u"expected \"in\", \"contains\" or \"exists\" after \"not\", found %1"_s.arg(
                    m_scanner.found()));
        if (m_scanner.peek() == u'=')
            Scanner::fail(m_scanner.at(), u"equality is written \"==\""_s);
        Scanner::fail(
            m_scanner.at(),
            u"expected an operator (== != < <= > >= in ~ contains exists) after \"%1\", found %2; quote the name to search for it as a word"_s
                .arg(subject.name, m_scanner.found()));
    }
    if (isNegated && *op != Operator::In && *op != Operator::Contains && *op != Operator::Exists)
        Scanner::fail(opAt, u"\"not\" goes before the field"_s);
    NodePtr node = condition(subject, *op, opAt);
    if (isNegated != (*op == Operator::NotEqual))
        node = std::make_unique<NotNode>(std::move(node));
    return node;
}

Parser::Subject Parser::parsePath(Subject subject)
{
    if (subject.field->type == FieldType::Header) {
        if (m_scanner.here() == u'.') {
            m_scanner.setAt(m_scanner.at() + 1);
            const qsizetype at = m_scanner.at();
            const QString name = isQuote(m_scanner.here()) ? unescaped(m_scanner.quoted().escaped)
                                 : m_scanner.here().isSpace() ? QString()
                                                              : m_scanner.word().toString();
            if (name.isEmpty())
                Scanner::fail(at, u"expected the header's name"_s);
            subject.header = name.toStdString();
            subject.name = u"header."_s + name;
        }
        return subject;
    }
    while (true) {
        const qsizetype at = m_scanner.at();
        if (m_scanner.here() == u'.') {
            m_scanner.setAt(at + 1);
            if (isQuote(m_scanner.here())) {
                subject.path.emplace_back(unescaped(m_scanner.quoted().escaped).toStdString());
                continue;
            }
            if (m_scanner.here().isNull() || m_scanner.here().isSpace())
                Scanner::fail(at + 1, u"expected a member's name after \".\""_s);
            const QString key = m_scanner.word().toString().section(u'.', 0, 0);
            if (key.isEmpty())
                Scanner::fail(at + 1, u"expected a member's name after \".\""_s);
            m_scanner.setAt(at + 1 + key.size());
            subject.path.emplace_back(key.toStdString());
        } else if (m_scanner.here() == u'[') {
            m_scanner.setAt(at + 1);
            if (isQuote(m_scanner.peek())) {
                subject.path.emplace_back(unescaped(m_scanner.quoted().escaped).toStdString());
            } else {
                bool isNumber = false;
                const uint number = m_scanner.word().toUInt(&isNumber);
                if (!isNumber)
                    Scanner::fail(at + 1,
                                  u"expected an index such as [0], or a quoted member's name"_s);
                subject.path.emplace_back(static_cast<std::size_t>(number));
            }
            if (!m_scanner.take(u"]"))
                Scanner::fail(m_scanner.at(), u"expected \"]\", found %1"_s.arg(m_scanner.found()));
        } else {
            break;
        }
    }
    return subject;
}

std::optional<Parser::Operator> Parser::takeOperator()
{
    struct Symbol
    {
        QStringView text;
        Operator op;
    };
    // Longer ones first.
    static constexpr std::array<Symbol, 7> symbols{{{u"==", Operator::Equal},
                                                    {u"!=", Operator::NotEqual},
                                                    {u"<=", Operator::LessOrEqual},
                                                    {u">=", Operator::GreaterOrEqual},
                                                    {u"<", Operator::Less},
                                                    {u">", Operator::Greater},
                                                    {u"~", Operator::Matches}}};
    for (const Symbol& symbol : symbols) {
        if (m_scanner.take(symbol.text))
            return symbol.op;
    }
    if (m_scanner.takeWord(u"in"))
        return Operator::In;
    if (m_scanner.takeWord(u"contains"))
        return Operator::Contains;
    if (m_scanner.takeWord(u"exists"))
        return Operator::Exists;
    return {};
}

Parser::InValues Parser::parseIn(const QString& expected)
{
    InValues values;
    const qsizetype begin = m_scanner.at();
    const QChar open = m_scanner.peek();
    if (open == u'[' || open == u'(') {
        m_scanner.take(QStringView(&open, 1));
        const QString close = open == u'[' ? u"]"_s : u")"_s;
        do {
            values.list.push_back(m_scanner.value(false, expected));
        } while (m_scanner.take(u","));
        if (!m_scanner.take(close))
            Scanner::fail(m_scanner.at(),
                          u"expected \",\" or \"%1\", found %2"_s.arg(close, m_scanner.found()));
        return values;
    }
    Range range;
    if (!m_scanner.take(u"..")) {
        range.from = m_scanner.value(true, u"a list such as [a, b] or a range such as a..b"_s);
        if (!m_scanner.take(u".."))
            Scanner::fail(begin + 1, u"expected a list such as [a, b] or a range such as a..b"_s);
    }
    const QChar next = m_scanner.here();
    if (!range.from || (!next.isNull() && next != u')' && !next.isSpace()))
        range.to = m_scanner.value(true, expected);
    else if (next.isSpace()) {
        // "10:17 .. 10:18" has an end; "10:17.. and x" has none.
        const qsizetype here = m_scanner.at();
        const bool ends = m_scanner.atEnd() || m_scanner.peek() == u')' ||
                          m_scanner.takeWord(u"and") || m_scanner.takeWord(u"or");
        m_scanner.setAt(here);
        if (!ends)
            range.to = m_scanner.value(true, expected);
    }
    values.range = std::move(range);
    return values;
}

} // namespace murmur
