// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/completion.h"

#include "base/kind.h"
#include "query/literals.h"
#include "query/messagefield.h"

#include <QLatin1StringView>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr QStringView kWordEnds = u"()[]\"',=<>~";

bool isOneOf(QStringView word, std::initializer_list<QLatin1StringView> words)
{
    return std::ranges::any_of(words, [word](QLatin1StringView other) {
        return word.compare(other, Qt::CaseInsensitive) == 0;
    });
}

bool isWordOperator(QStringView word)
{
    return isOneOf(word, {"contains"_L1, "in"_L1, "exists"_L1});
}

const FieldName* fieldOf(QStringView word)
{
    qsizetype end = 0;
    while (end < word.size() && word[end] != u'.')
        ++end;
    const FieldName* field = findField(word.left(end));
    if (field && end < word.size() && field->type != FieldType::Payload &&
        field->type != FieldType::Header)
        return nullptr;
    return field;
}

/// Cuts an expression into pieces without looking at what they mean.
std::vector<ExpressionToken> cut(QStringView text)
{
    std::vector<ExpressionToken> pieces;
    qsizetype at = 0;
    const auto take = [&](TokenRole role, qsizetype length) {
        length = std::min(length, text.size() - at);
        pieces.push_back({role, at, length});
        at += length;
    };
    while (at < text.size()) {
        const QChar c = text[at];
        if (c.isSpace()) {
            ++at;
        } else if (c == u'"' || c == u'\'') {
            qsizetype end = at + 1;
            while (end < text.size() && text[end] != c)
                end += text[end] == u'\\' ? 2 : 1;
            take(TokenRole::Value, end + 1 - at);
        } else if (QStringView(u"()[],").contains(c)) {
            take(TokenRole::Bracket, 1);
        } else if (QStringView(u"=<>~").contains(c) || text.mid(at).startsWith(u"!=")) {
            const bool isLong = at + 1 < text.size() && text[at + 1] == u'=' && c != u'~';
            take(TokenRole::Operator, isLong ? 2 : 1);
        } else {
            qsizetype end = at;
            while (end < text.size() && !text[end].isSpace() && !kWordEnds.contains(text[end]) &&
                   !text.mid(end).startsWith(u"!="))
                end += text[end] == u'\\' ? 2 : 1;
            take(TokenRole::Search, end - at);
        }
    }
    return pieces;
}

/// What comes next in a condition.
enum class Wanted : std::uint8_t { Condition, Operator, Value, ListOrRange, Listed, Joint };

/// Follows an expression piece by piece.
class Reading
{
public:
    explicit Reading(QStringView text)
        : m_text(text)
    {
    }

    [[nodiscard]] Wanted wanted() const { return m_wanted; }
    [[nodiscard]] const FieldName* field() const { return m_field; }
    /// Gives `piece` its role; `next` is what follows it, or null.
    void take(ExpressionToken& piece, const ExpressionToken* next);

private:
    void endCondition()
    {
        m_wanted = Wanted::Joint;
        m_field = nullptr;
    }
    [[nodiscard]] QStringView wordOf(const ExpressionToken& piece) const
    {
        return m_text.mid(piece.at, piece.length);
    }
    void takeWord(ExpressionToken& piece, const ExpressionToken* next);
    void takeBracket(QStringView bracket);
    [[nodiscard]] bool isOperator(const ExpressionToken* piece) const
    {
        return piece && (piece->role == TokenRole::Operator ||
                         (piece->role == TokenRole::Search &&
                          (isWordOperator(wordOf(*piece)) || isOneOf(wordOf(*piece), {"not"_L1}))));
    }

    QStringView m_text;
    Wanted m_wanted = Wanted::Condition;
    const FieldName* m_field = nullptr;
};

void Reading::take(ExpressionToken& piece, const ExpressionToken* next)
{
    switch (piece.role) {
    case TokenRole::Operator:
        m_wanted = Wanted::Value;
        return;
    case TokenRole::Bracket:
        takeBracket(wordOf(piece));
        return;
    case TokenRole::Value:
        if (m_wanted == Wanted::Condition || m_wanted == Wanted::Joint)
            piece.role = TokenRole::Search;
        if (m_wanted != Wanted::Listed)
            endCondition();
        return;
    default:
        takeWord(piece, next);
    }
}

void Reading::takeBracket(QStringView bracket)
{
    if (bracket == u'[')
        m_wanted = Wanted::Listed;
    else if (bracket == u']' || bracket == u')')
        endCondition();
    else if (bracket == u'(')
        m_wanted = Wanted::Condition;
}

void Reading::takeWord(ExpressionToken& piece, const ExpressionToken* next)
{
    const QStringView word = wordOf(piece);
    switch (m_wanted) {
    case Wanted::Value:
    case Wanted::ListOrRange:
        piece.role = TokenRole::Value;
        endCondition();
        return;
    case Wanted::Listed:
        piece.role = TokenRole::Value;
        return;
    case Wanted::Operator:
        if (isOneOf(word, {"not"_L1})) {
            piece.role = TokenRole::Operator;
            return;
        }
        if (isWordOperator(word)) {
            piece.role = TokenRole::Operator;
            if (isOneOf(word, {"exists"_L1}))
                endCondition();
            else
                m_wanted = isOneOf(word, {"in"_L1}) ? Wanted::ListOrRange : Wanted::Value;
            return;
        }
        break;
    case Wanted::Condition:
    case Wanted::Joint:
        break;
    }
    if (isOneOf(word, {"and"_L1, "or"_L1, "not"_L1})) {
        piece.role = TokenRole::Joint;
        m_wanted = Wanted::Condition;
        return;
    }
    const FieldName* field = fieldOf(word);
    if (field && isOperator(next)) {
        piece.role = TokenRole::Field;
        m_field = field;
        m_wanted = Wanted::Operator;
        return;
    }
    endCondition();
    m_field = field; // its operator may still come
    if (!field &&
        (flagNamed(word) != 0 || (word.startsWith(u'@') && FilterBook::isName(word.mid(1)))))
        piece.role = TokenRole::Flag;
}

QString latin(std::string_view text)
{
    return QString::fromLatin1(text.data(), static_cast<qsizetype>(text.size()));
}

QLatin1StringView hintOf(const FieldName& field)
{
    switch (field.type) {
    case FieldType::Number:
        return "whole number"_L1;
    case FieldType::Time:
        return "10:17:30, +10s, 2026-05-21T10:17Z"_L1;
    case FieldType::Duration:
        return field.numberUnit == 0 ? "200ms, 1.5s, 2h"_L1 : "a number, or 200ms"_L1;
    case FieldType::Size:
        return "4096, 64KiB"_L1;
    case FieldType::Amount:
        return "dollars: 0.01"_L1;
    case FieldType::Text:
        return "text, * for anything"_L1;
    case FieldType::Id:
        return "id"_L1;
    case FieldType::Kind:
        return "request, reply, error …"_L1;
    case FieldType::FlagSet:
        return "injected, late …"_L1;
    case FieldType::Payload:
        return "payload.member"_L1;
    case FieldType::Header:
        return "header.name"_L1;
    }
    return {};
}

/// Collects what fits the word that is being typed.
class Fitting
{
public:
    Fitting(QStringView word, std::size_t most)
        : m_word(word)
        , m_most(most)
    {
    }

    void offer(const QString& text, const QString& hint = {})
    {
        // Quotes do not count: what is typed in front of the closing one is searched in.
        const QStringView bare = text.startsWith(u'"') ? QStringView(text).mid(1) : text;
        if (bare.startsWith(m_word, Qt::CaseInsensitive))
            m_first.push_back({text, hint});
        else if (bare.contains(m_word, Qt::CaseInsensitive))
            m_second.push_back({text, hint});
    }
    void offerAll(const QStringList& values)
    {
        for (const QString& value : values)
            if (m_first.size() < m_most)
                offer(filterValue(value));
    }
    [[nodiscard]] std::vector<Completion> take()
    {
        std::ranges::move(m_second, std::back_inserter(m_first));
        if (m_first.size() > m_most)
            m_first.resize(m_most);
        return std::move(m_first);
    }

private:
    QStringView m_word;
    std::size_t m_most;
    std::vector<Completion> m_first;
    std::vector<Completion> m_second;
};

void offerConditions(Fitting& fitting, QStringView word, const CompletionSource& source)
{
    if (word.startsWith(u'@')) {
        for (const NamedFilter& filter : source.filters)
            fitting.offer(u'@' + filter.name, filter.text);
        return;
    }
    for (const FieldName& field : fieldNames())
        fitting.offer(latin(field.name), hintOf(field));
    for (const FlagName& flag : flagNames())
        fitting.offer(latin(flag.name), u"flag"_s);
    fitting.offer(u"bookmarked"_s, u"marked by a person"_s);
    fitting.offer(u"not"_s, {});
    // Members are many; they come when somebody asks for them.
    if (word.startsWith(u"payload") || word.contains(u'.'))
        for (const QString& path : source.valuesOf(Field::Payload))
            fitting.offer(path, u"member of the payload"_s);
    if (word.startsWith(u"header") || word.contains(u'.'))
        for (const QString& path : source.valuesOf(Field::Header))
            fitting.offer(path, u"header"_s);
}

void offerOperators(Fitting& fitting, const FieldName* field)
{
    const auto is = [field](std::initializer_list<FieldType> types) {
        return !field || std::ranges::find(types, field->type) != types.end();
    };
    using enum FieldType;
    const bool isOrdered = is({Number, Time, Duration, Size, Amount, Payload});
    const bool isText = is({Text, Id, Payload, Header});
    if (!is({Time}))
        fitting.offer(u"=="_s, u"equal"_s);
    if (!is({Time}))
        fitting.offer(u"!="_s, u"not equal"_s);
    if (isOrdered) {
        fitting.offer(u">"_s, u"more than"_s);
        fitting.offer(u"<"_s, u"less than"_s);
        fitting.offer(u">="_s, {});
        fitting.offer(u"<="_s, {});
    }
    fitting.offer(u"in"_s, isOrdered && !isText ? u"from..to"_s : u"[a, b]"_s);
    if (isText) {
        fitting.offer(u"contains"_s, u"holds the text"_s);
        fitting.offer(u"~"_s, u"regular expression"_s);
    }
    fitting.offer(u"exists"_s, u"there is one"_s);
}

void offerValues(Fitting& fitting, const FieldName* field, const ValuesOf& valuesOf)
{
    if (!field)
        return;
    if (field->type == FieldType::Kind) {
        for (int kind = 0; kind < kKindCount; ++kind)
            fitting.offer(latin(kindName(static_cast<Kind>(kind))));
    } else if (field->type == FieldType::FlagSet) {
        for (const FlagName& flag : flagNames())
            fitting.offer(latin(flag.name));
    } else if (field->type == FieldType::Text) {
        fitting.offerAll(valuesOf(field->field));
    }
}

} // namespace

QString filterValue(const QString& text)
{
    bool needsQuotes = text.isEmpty() || isOneOf(text, {"and"_L1, "or"_L1, "not"_L1, "in"_L1}) ||
                       text.contains(u".."_s);
    for (const QChar c : text) {
        needsQuotes = needsQuotes || c.isSpace() || kWordEnds.contains(c) || c == u'!' ||
                      c == u'\\' || c == u'*' || c == u'?';
    }
    return needsQuotes ? filterText(text) : text;
}

std::vector<ExpressionToken> expressionTokens(QStringView expression)
{
    std::vector<ExpressionToken> pieces = cut(expression);
    Reading reading(expression);
    for (std::size_t i = 0; i < pieces.size(); ++i)
        reading.take(pieces[i], i + 1 < pieces.size() ? &pieces[i + 1] : nullptr);
    return pieces;
}

CompletionList completionsAt(QStringView expression, qsizetype cursor,
                             const CompletionSource& source, std::size_t most)
{
    cursor = std::clamp<qsizetype>(cursor, 0, expression.size());
    std::vector<ExpressionToken> pieces = cut(expression);
    Reading reading(expression);
    CompletionList list{cursor, 0, {}};
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        const ExpressionToken& piece = pieces[i];
        const bool isHere = piece.at < cursor && cursor <= piece.at + piece.length;
        // A bracket is whole; a word may be going on.
        if (isHere && piece.role != TokenRole::Bracket) {
            list.at = piece.at;
            list.length = piece.length;
            break;
        }
        if (piece.at >= cursor)
            break;
        reading.take(pieces[i],
                     i + 1 < pieces.size() && pieces[i + 1].at < cursor ? &pieces[i + 1] : nullptr);
    }
    QStringView word = expression.mid(list.at, cursor - list.at);
    const bool isQuoted = word.startsWith(u'"') || word.startsWith(u'\'');
    if (isQuoted)
        word = word.mid(1);
    const bool isSign = !word.isEmpty() && !isQuoted && QStringView(u"=<>~!").contains(word[0]);
    Wanted wanted = reading.wanted();
    // Behind a field that stands alone its operator may come, or the next condition.
    const bool mayTest = wanted == Wanted::Joint && reading.field() != nullptr;
    Fitting fitting(word, most);
    if (isSign)
        wanted = Wanted::Operator;
    switch (wanted) {
    case Wanted::Condition:
        if (!isQuoted)
            offerConditions(fitting, word, source);
        break;
    case Wanted::Operator:
        offerOperators(fitting, reading.field());
        break;
    case Wanted::Value:
    case Wanted::Listed:
        offerValues(fitting, reading.field(), source.valuesOf);
        break;
    case Wanted::ListOrRange:
        fitting.offer(u"["_s, u"one of these"_s);
        break;
    case Wanted::Joint:
        if (mayTest && !isQuoted)
            offerOperators(fitting, reading.field());
        if (!isQuoted) {
            fitting.offer(u"and"_s, {});
            fitting.offer(u"or"_s, {});
        }
        break;
    }
    list.entries = fitting.take();
    std::erase_if(list.entries, [&](const Completion& entry) {
        return entry.text == expression.mid(list.at, list.length);
    });
    return list;
}

} // namespace murmur
