// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/filter.h"

#include "query/marks.h"
#include "query/node.h"
#include "query/parser.h"
#include "recording/blockcodec.h"
#include "recording/columns.h"

#include <algorithm>
#include <utility>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// `Base` is a Filter.
template<typename Base>
class ParsedFilter : public Base
{
public:
    ParsedFilter(QString text, NodePtr root, std::size_t slots)
        : m_text(std::move(text))
        , m_root(std::move(root))
        , m_slots(slots)
        , m_bounds(m_root->bounds())
    {
    }

    [[nodiscard]] QString text() const override { return m_text; }
    [[nodiscard]] bool needsPayload() const override { return m_root->needsPayload(); }
    [[nodiscard]] std::uint32_t columns() const override
    {
        // Sizes tell where each message's bytes begin.
        return m_root->columns() | (needsPayload() ? SizeColumns | PayloadColumns : 0u);
    }
    [[nodiscard]] TimeRange timeBounds() const override { return m_bounds; }
    [[nodiscard]] IdChoice idChoice() const override { return m_root->idChoice(); }
    [[nodiscard]] TextChoice textChoice(const Dictionaries& names) const override
    {
        return m_root->textChoice(names);
    }
    void evaluate(const Columns& columns, const Dictionaries& names, PayloadSource* payload,
                  std::vector<std::uint8_t>& keep) const override
    {
        RowContext context(columns, names, payload, m_slots);
        m_root->narrow(context, keep);
    }

private:
    QString m_text;
    NodePtr m_root;
    std::size_t m_slots;
    TimeRange m_bounds;
};

Result<FilterPtr> parsed(QStringView text, TimeRange session, std::shared_ptr<const Marks> marks);

/// Knows what it asks of the marks, and can be read again with them.
class ParsedMarkFilter final : public ParsedFilter<MarkFilter>
{
public:
    ParsedMarkFilter(QString text, NodePtr root, const Parser& parser, QString whole,
                     TimeRange session)
        : ParsedFilter(std::move(text), std::move(root), parser.slots())
        , m_whole(std::move(whole))
        , m_session(session)
        , m_questions(parser.questions())
    {
    }

    [[nodiscard]] MarkQuestions questions() const override { return m_questions; }
    [[nodiscard]] Result<FilterPtr> with(std::shared_ptr<const Marks> marks) const override
    {
        return parsed(m_whole, m_session, std::move(marks));
    }

private:
    QString m_whole;
    TimeRange m_session;
    MarkQuestions m_questions;
};

Result<FilterPtr> parsed(QStringView text, TimeRange session, std::shared_ptr<const Marks> marks)
{
    const QStringView trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return FilterPtr{};
    const bool isAnswered = marks != nullptr;
    try {
        Parser parser(text, session, std::move(marks));
        NodePtr root = parser.parse();
        if (parser.questions().any() && !isAnswered)
            return FilterPtr(std::make_shared<ParsedMarkFilter>(trimmed.toString(), std::move(root),
                                                                parser, text.toString(), session));
        return FilterPtr(std::make_shared<ParsedFilter<Filter>>(trimmed.toString(), std::move(root),
                                                                parser.slots()));
    } catch (const ParseFailure& failure) {
        QString sentence = u"column %1: %2"_s.arg(failure.at + 1).arg(failure.what);
        if (!sentence.endsWith(u'.') && !sentence.endsWith(u'?'))
            sentence += u'.';
        return Error{ErrorCode::WrongUse, sentence};
    }
}

} // namespace

Result<FilterPtr> parseFilter(QStringView text, TimeRange session)
{
    return parsed(text, session, nullptr);
}

} // namespace murmur
