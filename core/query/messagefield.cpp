// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/messagefield.h"

#include "llm/modelcall.h"
#include "query/modelcondition.h"
#include "recording/blockcodec.h"

#include <simdjson.h>

#include <QLocale>
#include <QStringList>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// A member's value that is longer is no name and no number.
constexpr std::size_t kLongestScalar = 4096;
/// Of every name under which some system tells tokens or cost: input_tokens, promptTokenCount,
/// llm.cost.total, eval_count.
constexpr std::array<std::string_view, 3> kUsageTexts{"oken", "cost", "eval_count"};

bool isPlainStep(const QString& step)
{
    return !step.isEmpty() && std::ranges::all_of(step, [](QChar c) {
        return c.isLetterOrNumber() || c == u'_' || c == u'-';
    });
}

/// a."b.c"[0] → a, b.c, 0. False when it is no path.
bool splitPath(const QString& text, QStringList& steps)
{
    for (qsizetype at = 0; at < text.size();) {
        QString step;
        const bool isIndex = text[at] == u'[';
        if (isIndex)
            ++at;
        if (at < text.size() && text[at] == u'"') {
            for (++at; at < text.size() && text[at] != u'"'; ++at) {
                if (text[at] == u'\\' && at + 1 < text.size())
                    ++at;
                step += text[at];
            }
            if (at++ >= text.size())
                return false;
        } else {
            while (at < text.size() && text[at] != u'.' && text[at] != u'[' && text[at] != u']')
                step += text[at++];
        }
        if (isIndex && (at >= text.size() || text[at++] != u']'))
            return false;
        if (step.isEmpty())
            return false;
        steps << step;
        if (at < text.size() && text[at] == u'.' && ++at >= text.size())
            return false;
    }
    return !steps.isEmpty();
}

std::optional<simdjson::dom::element> memberAt(const simdjson::dom::element& root,
                                               const std::vector<std::string>& path)
{
    simdjson::dom::element at = root;
    for (const std::string& step : path) {
        simdjson::dom::element next;
        simdjson::dom::object object;
        simdjson::dom::array array;
        if (at.get(object) == simdjson::SUCCESS) {
            if (object.at_key(step).get(next) != simdjson::SUCCESS)
                return {};
        } else {
            std::size_t place = 0;
            const char* end = step.data() + step.size();
            if (std::from_chars(step.data(), end, place).ptr != end ||
                at.get(array) != simdjson::SUCCESS ||
                array.at(place).get(next) != simdjson::SUCCESS)
                return {};
        }
        at = next;
    }
    return at;
}

std::optional<IdField> idFieldOf(Field field)
{
    switch (field) {
    case Field::Id:
        return IdField::Message;
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
        return {};
    }
}

std::optional<Label> labelFieldOf(Field field)
{
    switch (field) {
    case Field::Site:
        return Label::Site;
    case Field::Crew:
        return Label::Crew;
    case Field::Role:
        return Label::Role;
    case Field::Tenant:
        return Label::Tenant;
    default:
        return {};
    }
}

std::string flagWords(Flags flags)
{
    std::string words;
    for (const FlagName& flag : flagNames()) {
        if ((flags & flag.flag) == 0)
            continue;
        words += words.empty() ? "" : " ";
        words += flag.name;
    }
    return words;
}

} // namespace

QString filterText(const QString& text)
{
    QString out(u'"');
    for (const QChar c : text) {
        if (c == u'\\' || c == u'"' || c == u'*' || c == u'?')
            out += u'\\';
        out += c;
    }
    return out + u'"';
}

bool mayTellUsage(std::string_view raw) noexcept
{
    return std::ranges::any_of(kUsageTexts, [raw](std::string_view text) {
        return ::memmem(raw.data(), raw.size(), text.data(), text.size()) != nullptr;
    });
}

TextChoice usageTexts()
{
    return {kUsageTexts.begin(), kUsageTexts.end()};
}

std::optional<std::int64_t> costOf(const ModelCall& call, const PriceTable& prices)
{
    constexpr double kBillionths = 1e9;
    const auto cost = prices.cost(call.model, call.usage);
    if (!cost || !(*cost < 9e9))
        return {};
    return std::llround(*cost * kBillionths);
}

MessageField::MessageField(QString name, const FieldName& field)
    : m_name(std::move(name))
    , m_field(field.field)
    , m_type(field.type)
{
    if (m_field == Field::Cost)
        m_prices = PriceTable::loadOrShipped();
}

Result<MessageField> MessageField::named(const QString& name)
{
    const QString trimmed = name.trimmed();
    if (const FieldName* whole = findField(trimmed)) {
        if (whole->field == Field::Finding)
            return Error{ErrorCode::WrongUse,
                         u"Only filters can ask for findings: finding == \"silent-agent\"."_s};
        if (whole->type == FieldType::Header)
            return Error{ErrorCode::WrongUse,
                         u"Which header? Write for example header.traceparent."_s};
        return MessageField(trimmed, *whole);
    }
    const QString head = trimmed.section(u'.', 0, 0).section(u'[', 0, 0);
    const FieldName* field = findField(head);
    if (field != nullptr && field->type == FieldType::Header && trimmed.size() > head.size() + 1) {
        const QString header = trimmed.mid(head.size() + 1);
        MessageField made(u"header."_s + (isPlainStep(header) ? header : filterText(header)),
                          *field);
        made.m_header = header.toStdString();
        return made;
    }
    if (field != nullptr && field->type == FieldType::Payload) {
        QString path = trimmed.mid(head.size());
        QStringList steps;
        if (path.startsWith(u'.'))
            path.remove(0, 1);
        if (splitPath(path, steps)) {
            MessageField made(head, *field);
            for (const QString& step : steps) {
                made.m_path.push_back(step.toStdString());
                const bool isIndex = path.contains(u"["_s + step + u']');
                made.m_name += isIndex             ? u"["_s + step + u']'
                               : isPlainStep(step) ? u'.' + step
                                                   : u'.' + filterText(step);
            }
            return made;
        }
    }
    return Error{ErrorCode::WrongUse,
                 u"\"%1\" is not a field%2"_s.arg(trimmed, fieldHint(trimmed))};
}

bool MessageField::isNumber() const
{
    return m_type == FieldType::Number || m_type == FieldType::Time ||
           m_type == FieldType::Duration || m_type == FieldType::Size ||
           m_type == FieldType::Amount;
}

bool MessageField::needsBytes() const
{
    return m_type == FieldType::Id || m_type == FieldType::Payload || m_type == FieldType::Header ||
           isOfModelCall(m_field);
}

std::uint32_t MessageField::columns() const
{
    switch (m_field) {
    case Field::Connection:
    case Field::Topic:
        return PlaceColumns;
    case Field::Kind:
    case Field::Sender:
    case Field::Receivers:
    case Field::Agent:
    case Field::Was:
    case Field::Group:
    case Field::Site:
    case Field::Crew:
    case Field::Role:
    case Field::Tenant:
        return ActorColumns;
    case Field::Type:
        return TypeColumns;
    case Field::Time:
    case Field::Received:
        return TimeColumns;
    case Field::Sent:
        return TimeColumns | SentColumns;
    case Field::Sequence:
        return SequenceColumns;
    case Field::Latency:
        return CallColumns;
    case Field::Size:
        return SizeColumns;
    case Field::FlagSet:
        return FlagColumns;
    case Field::Ordinal:
    case Field::Recording:
        return 0;
    default:
        break;
    }
    return SizeColumns | PayloadColumns | ActorColumns | PlaceColumns |
           (m_type == FieldType::Id ? std::uint32_t(IdColumns) : 0u);
}

bool MessageField::hasIds() const
{
    switch (m_field) {
    case Field::Connection:
    case Field::Topic:
    case Field::Kind:
    case Field::Sender:
    case Field::Agent:
    case Field::Was:
    case Field::Receivers:
    case Field::Group:
    case Field::Site:
    case Field::Crew:
    case Field::Role:
    case Field::Tenant:
    case Field::Type:
    case Field::FlagSet:
    case Field::Recording:
        return true;
    default:
        return false;
    }
}

std::uint32_t MessageField::idAt(const Columns& columns, std::size_t row) const
{
    switch (m_field) {
    case Field::Connection:
        return cell(columns.connection, row);
    case Field::Topic:
        return cell(columns.topic, row);
    case Field::Kind:
        return cell(columns.kind, row);
    case Field::Receivers:
        return cell(columns.audience, row);
    case Field::Type:
        return cell(columns.type, row);
    case Field::FlagSet:
        return cell(columns.flags, row);
    case Field::Recording:
        return columns.recordingAt(row);
    default:
        return cell(columns.sender, row);
    }
}

std::string MessageField::nameOf(const Dictionaries& names, std::uint32_t id) const
{
    switch (m_field) {
    case Field::Connection: {
        const ConnectionEntry entry = names.connectionEntry(ConnectionId(id));
        return entry.name.empty() ? entry.url : entry.name;
    }
    case Field::Topic:
        return names.topicName(TopicId(id));
    case Field::Kind:
        return std::string(kindName(id < kKindCount ? static_cast<Kind>(id) : Kind::Event));
    case Field::Receivers: {
        std::string all;
        for (const AgentId agent : names.receivers(AudienceId(id))) {
            all += all.empty() ? "" : ", ";
            all += names.agentName(names.resolved(agent));
        }
        return all;
    }
    case Field::Type:
        return names.typeName(TypeId(id));
    case Field::FlagSet:
        return flagWords(id);
    case Field::Recording:
        return names.recordingLabel(id);
    case Field::Was:
        return names.recordedAgent(AgentId(id)).name;
    case Field::Group:
        return names.agentEntry(names.resolved(AgentId(id))).group();
    default:
        break;
    }
    const AgentId agent = names.resolved(AgentId(id));
    if (const auto label = labelFieldOf(m_field))
        return names.agentEntry(agent).labels[static_cast<std::size_t>(*label)];
    return names.agentName(agent);
}

std::string MessageField::textAt(RowContext& context, std::size_t row) const
{
    const Columns& columns = context.columns();
    if (m_field == Field::Topic && !columns.topicNames.of(row).empty())
        return std::string(columns.topicNames.of(row));
    if (hasIds())
        return nameOf(context.names(), idAt(columns, row));
    if (const auto id = idFieldOf(m_field))
        return std::string(
            context.text(row, cell(columns.ids[static_cast<std::size_t>(*id)].text, row)));
    if (m_type == FieldType::Header) {
        for (const auto& [name, value] : headersFromBytes(context.headers(row))) {
            if (name.size() == m_header.size() &&
                qstrnicmp(name.data(), m_header.data(), static_cast<qsizetype>(name.size())) == 0)
                return value;
        }
        return {};
    }
    if (m_type == FieldType::Payload) {
        if (m_path.empty())
            return std::string(context.payload(row));
        const simdjson::dom::element* root = context.json(row);
        const auto found = root != nullptr ? memberAt(*root, m_path) : std::nullopt;
        if (!found || found->is_null())
            return {};
        std::string text = found->is_string() ? std::string(std::string_view(*found))
                                              : std::string(simdjson::minify(*found));
        text.resize(std::min(text.size(), kLongestScalar));
        return text;
    }
    if (m_field == Field::Model || m_field == Field::Finish) {
        const ModelCall* call = context.modelCall(row);
        return call == nullptr           ? std::string()
               : m_field == Field::Model ? call->model
                                         : call->finish;
    }
    const auto number = numberAt(context, row);
    return number ? std::to_string(*number) : std::string();
}

std::optional<std::int64_t> MessageField::numberAt(RowContext& context, std::size_t row) const
{
    const Columns& columns = context.columns();
    const auto known = [](std::int64_t value) {
        return value == kNoTime ? std::nullopt : std::optional(value);
    };
    switch (m_field) {
    case Field::Ordinal:
        return columns.ownSeqAt(row);
    case Field::Time:
        return known(cell(columns.time, row, kNoTime));
    case Field::Received:
        return known(cell(columns.received, row, kNoTime));
    case Field::Sent:
        return known(cell(columns.sent, row, kNoTime));
    case Field::Sequence:
        return known(cell(columns.sequence, row, kNoTime));
    case Field::Latency: {
        const std::int64_t latency = cell(columns.latency, row, std::int64_t(-1));
        return latency < 0 ? std::nullopt : std::optional(latency);
    }
    case Field::Size:
        return std::int64_t(cell(columns.rawSize, row)) + cell(columns.headerSize, row);
    default:
        break;
    }
    if (!isOfModelCall(m_field) || !mayTellUsage(context.raw(row)))
        return {};
    const ModelCall* call = context.modelCall(row);
    if (call == nullptr)
        return {};
    switch (m_field) {
    case Field::TokensIn:
        return call->usage.in;
    case Field::TokensOut:
        return call->usage.out;
    case Field::TokensCached:
        return call->usage.cached;
    case Field::Cost:
        return costOf(*call, m_prices);
    default:
        return {};
    }
}

QString MessageField::shown(RowContext& context, std::size_t row) const
{
    if (!isNumber())
        return QString::fromStdString(textAt(context, row));
    const auto number = numberAt(context, row);
    if (!number)
        return {};
    switch (m_type) {
    case FieldType::Time:
        return isoTime(fromNs(*number));
    case FieldType::Duration:
        return durationText(nanoseconds(*number));
    case FieldType::Size:
        return bytesText(*number);
    case FieldType::Amount:
        return costText(static_cast<double>(*number) / 1e9);
    default:
        return QLocale(QLocale::English).toString(qlonglong(*number));
    }
}

QString MessageField::isCondition(const QString& value) const
{
    if (value.isEmpty())
        return m_name + u" not exists"_s;
    if (isNumber())
        return u"%1 == %2%3"_s.arg(m_name, value,
                                   m_type == FieldType::Duration ? u"ns"_s : QString());
    if (m_field == Field::Kind)
        return u"%1 == %2"_s.arg(m_name, value);
    if (m_field == Field::FlagSet || m_field == Field::Receivers) {
        QStringList all;
        const QString between = m_field == Field::FlagSet ? u" "_s : u", "_s;
        for (const QString& one : value.split(between, Qt::SkipEmptyParts))
            all << u"%1 == %2"_s.arg(m_name, m_field == Field::FlagSet ? one : filterText(one));
        return all.join(u" and "_s);
    }
    return u"%1 == %2"_s.arg(m_name, filterText(value));
}

} // namespace murmur
