// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"
#include "llm/prices.h"
#include "query/fields.h"
#include "query/rowcontext.h"
#include "recording/textfilter.h"

#include <QString>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace murmur {

/// One thing that is told of each message, by its name in the language of filters: "from", "topic",
/// "payload.task.id", "header.traceparent", "tokens_in". Immutable but for the prices it keeps.
class MessageField
{
public:
    /// WrongUse says what there is.
    static Result<MessageField> named(const QString& name);

    [[nodiscard]] const QString& name() const { return m_name; }
    [[nodiscard]] Field field() const { return m_field; }
    /// Its values are numbers, as numberAt() gives them.
    [[nodiscard]] bool isNumber() const;
    /// The bytes of a message must be looked at.
    [[nodiscard]] bool needsBytes() const;
    /// The ColumnSet that is looked at.
    [[nodiscard]] std::uint32_t columns() const;

    /// Where the value is an entry of the dictionaries, or a few bits, it has an id, which is cheap
    /// to find; nameOf() says what it means.
    [[nodiscard]] bool hasIds() const;
    [[nodiscard]] std::uint32_t idAt(const Columns& columns, std::size_t row) const;
    [[nodiscard]] std::string nameOf(const Dictionaries& names, std::uint32_t id) const;

    /// What the message says, exactly; empty: nothing, or no word and no number.
    [[nodiscard]] std::string textAt(RowContext& context, std::size_t row) const;
    /// Times and durations in nanoseconds, cost in billionths of a dollar.
    [[nodiscard]] std::optional<std::int64_t> numberAt(RowContext& context, std::size_t row) const;
    /// As a person reads it: "1.2 s", "$0.0021", "3.4 kB".
    [[nodiscard]] QString shown(RowContext& context, std::size_t row) const;

    /// The filter that messages with exactly this value pass: from == "planner". An empty one:
    /// those that have none.
    [[nodiscard]] QString isCondition(const QString& value) const;

private:
    MessageField(QString name, const FieldName& field);

    QString m_name;
    Field m_field;
    FieldType m_type;
    std::vector<std::string> m_path; ///< of the payload
    std::string m_header;
    PriceTable m_prices; ///< of Cost
};

/// What a person called it, in quotes of the filter language and with what is special there taken
/// back.
QString filterText(const QString& text);

/// False: these bytes say nothing of tokens and cost, so that they need not be parsed for it.
bool mayTellUsage(std::string_view raw) noexcept;
/// The texts of which all others have one.
TextChoice usageTexts();

/// What a call to a model cost, in billionths of a dollar; nothing where that is not known.
std::optional<std::int64_t> costOf(const ModelCall& call, const PriceTable& prices);

} // namespace murmur
