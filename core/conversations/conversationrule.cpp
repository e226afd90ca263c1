// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "conversations/conversationrule.h"

#include "base/kind.h"
#include "base/message.h"
#include "recording/blockcodec.h"

#include <simdjson.h>

#include <charconv>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using What = ConversationRule::What;

/// Longer values are no names.
constexpr std::size_t kLongestName = 256;

std::string wordAt(const simdjson::dom::element& root, const std::vector<std::string>& path)
{
    simdjson::dom::element at = root;
    for (const std::string& step : path) {
        simdjson::dom::element next;
        simdjson::dom::object object;
        simdjson::dom::array array;
        std::size_t place = 0;
        const char* end = step.data() + step.size();
        if (at.get(object) == simdjson::SUCCESS) {
            if (object.at_key(step).get(next) != simdjson::SUCCESS)
                return {};
        } else if (std::from_chars(step.data(), end, place).ptr != end ||
                   at.get(array) != simdjson::SUCCESS ||
                   array.at(place).get(next) != simdjson::SUCCESS) {
            return {};
        }
        at = next;
    }
    if (at.is_string())
        return std::string(std::string_view(at));
    return at.is_object() || at.is_array() || at.is_null() ? std::string() : simdjson::minify(at);
}

/// What a person wrote on the marker.
std::string markerText(const simdjson::dom::element& root)
{
    for (const char* key : {"text", "title", "name", "message", "label"}) {
        std::string text = wordAt(root, {key});
        if (!text.empty())
            return text;
    }
    return root.is_string() ? std::string(std::string_view(root)) : std::string();
}

} // namespace

QString conversationRuleText(const ConversationRule& rule)
{
    switch (rule.what) {
    case What::Conversation:
        return u"conversation"_s;
    case What::Trace:
        return u"trace"_s;
    case What::Payload:
        return u"payload."_s + rule.path;
    case What::Run:
        return u"run"_s;
    case What::Marker:
        break;
    }
    return u"marker"_s;
}

Result<ConversationRule> conversationRuleFromText(const QString& text)
{
    for (const What what : {What::Conversation, What::Trace, What::Run, What::Marker}) {
        if (conversationRuleText({what, {}}) == text)
            return ConversationRule{what, {}};
    }
    constexpr QLatin1StringView payload("payload.");
    if (text.startsWith(payload) && text.size() > payload.size())
        return ConversationRule{What::Payload, text.mid(payload.size())};
    return Error{ErrorCode::WrongUse,
                 u"“%1” does not make conversations; conversation, trace, run, marker and "
                 "payload.<path> do."_s.arg(text)};
}

ConversationKeys::ConversationKeys(ConversationRule rule)
    : m_rule(std::move(rule))
{
    for (const QString& step : m_rule.path.split(u'.', Qt::SkipEmptyParts))
        m_path.push_back(step.toStdString());
}

void ConversationKeys::begin(const Source& source)
{
    if (m_rule.what != What::Marker)
        return;
    // What nobody can read any more sets no bounds.
    if (auto noted = notedMarkers(source))
        m_noted = std::move(*noted);
}

void ConversationKeys::beginRun(const std::string& text)
{
    m_name = std::to_string(++m_markers) + (text.empty() ? "" : ' ' + text);
}

std::uint32_t ConversationKeys::columns() const
{
    switch (m_rule.what) {
    case What::Conversation:
    case What::Trace:
        return SizeColumns | IdColumns;
    case What::Payload:
        return SizeColumns | PayloadColumns;
    case What::Marker:
        return TimeColumns | SizeColumns | PayloadColumns;
    case What::Run:
        break;
    }
    return 0;
}

ConversationKeys::Key ConversationKeys::read(RowContext& context, std::size_t row)
{
    const Columns& columns = context.columns();
    const auto id = [&](IdField field) {
        return context.text(row, cell(columns.ids[static_cast<std::size_t>(field)].text, row));
    };
    switch (m_rule.what) {
    case What::Conversation:
        m_name = id(IdField::Conversation);
        m_trace = id(IdField::Trace);
        break;
    case What::Trace:
        m_name = id(IdField::Trace);
        break;
    case What::Payload: {
        const simdjson::dom::element* root = context.json(row);
        m_name = root != nullptr ? wordAt(*root, m_path) : std::string();
        break;
    }
    case What::Run:
        m_name = context.names().recordingLabel(columns.recordingAt(row));
        if (m_name.empty())
            m_name = "run";
        break;
    case What::Marker:
        for (; m_nextNoted < m_noted.size() && m_noted[m_nextNoted].time <= columns.time[row];
             ++m_nextNoted)
            beginRun(m_noted[m_nextNoted].text.toStdString());
        if (static_cast<Kind>(columns.kind[row]) == Kind::Marker) {
            const simdjson::dom::element* root = context.json(row);
            beginRun(root != nullptr ? markerText(*root) : std::string());
        } else if (m_markers == 0) {
            m_name = "0 before the first marker";
        }
        break;
    }
    if (m_name.size() > kLongestName)
        m_name.resize(m_rule.what == What::Marker ? kLongestName : 0);
    return {m_name, m_trace};
}

} // namespace murmur
