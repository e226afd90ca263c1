// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/messageshape.h"

#include "dialect/jsonfield.h"

namespace murmur {

using namespace simdjson;

namespace {

struct SignName
{
    std::string_view name;
    Sign sign;
};
constexpr std::array kSigns = std::to_array<SignName>({
    {"action", Sign::Action},
    {"appId", Sign::AppId},
    {"artifactUpdate", Sign::ArtifactUpdate},
    {"capabilities", Sign::Capabilities},
    {"channel", Sign::Channel},
    {"channels", Sign::Channels},
    {"channelIds", Sign::ChannelIds},
    {"channel_versions", Sign::Checkpoint},
    {"config", Sign::Config},
    {"contextId", Sign::ContextId},
    {"correlationId", Sign::Correlation},
    {"data", Sign::Data},
    {"delivery_stage", Sign::DeliveryStage},
    {"__dnotifier", Sign::Dnotifier},
    {"emission_sequence", Sign::EmissionSequence},
    {"event", Sign::Event},
    {"event_data", Sign::EventData},
    {"event_id", Sign::EventId},
    {"events", Sign::Events},
    {"executionId", Sign::ExecutionId},
    {"id", Sign::Id},
    {"input", Sign::Input},
    {"jsonrpc", Sign::JsonRpc},
    {"kind", Sign::Kind},
    {"level", Sign::Level},
    {"logRecord", Sign::LogRecord},
    {"message", Sign::Message},
    {"metadata", Sign::Metadata},
    {"method", Sign::Method},
    {"msg", Sign::Msg},
    {"name", Sign::Name},
    {"namespace", Sign::Namespace},
    {"next", Sign::Next},
    {"ns", Sign::Ns},
    {"op", Sign::Op},
    {"params", Sign::Params},
    {"parent_ids", Sign::ParentIds},
    {"payload", Sign::Payload},
    {"receiver", Sign::Receiver},
    {"request_id", Sign::RequestId},
    {"resource", Sign::Resource},
    {"result", Sign::Result},
    {"run_id", Sign::RunId},
    {"sender", Sign::Sender},
    {"seq", Sign::Seq},
    {"service", Sign::Service},
    {"skills", Sign::Skills},
    {"source", Sign::Source},
    {"specversion", Sign::SpecVersion},
    {"span", Sign::Span},
    {"statusUpdate", Sign::StatusUpdate},
    {"step", Sign::Step},
    {"subscriptions", Sign::Subscriptions},
    {"task", Sign::Task},
    {"timestamp", Sign::Timestamp},
    {"topic", Sign::Topic},
    {"triggers", Sign::Triggers},
    {"type", Sign::Type},
    {"values", Sign::Values},
});

constexpr auto buildSigns()
{
    PackedKeyTable<const SignName*, 256> table;
    for (const SignName& sign : kSigns)
        table[packKey(sign.name)] = &sign;
    return table;
}
constexpr auto kSignTable = buildSigns();

} // namespace

struct MessageShape::Parser
{
    ondemand::parser parser;
    error_code lookAt(ondemand::object object, MessageShape& shape);
    error_code look(std::string_view raw, MessageShape& shape);
};

MessageShape::MessageShape()
    : m_parser(std::make_unique<Parser>())
{
}

MessageShape::~MessageShape() = default;

simdjson::error_code MessageShape::Parser::lookAt(ondemand::object object, MessageShape& shape)
{
    for (auto result : object) {
        ondemand::field field;
        if (const auto error = std::move(result).get(field))
            return error;
        const std::string_view key = rawKey(field);
        const auto* found = kSignTable.find(packKey(key));
        if (found == nullptr || (*found)->name != key || shape.has((*found)->sign))
            continue;
        const auto sign = static_cast<std::size_t>((*found)->sign);
        std::string_view token = trimmedJson(field.value().raw_json_token());
        if (token.size() >= 2 && token.front() == '"' && token.back() == '"')
            token = token.substr(1, token.size() - 2);
        else if (token.empty() || token.front() == '{' || token.front() == '[')
            token = {};
        shape.m_texts[sign] = token;
        shape.m_signs |= std::uint64_t(1) << sign;
    }
    return SUCCESS;
}

simdjson::error_code MessageShape::Parser::look(std::string_view raw, MessageShape& shape)
{
    ondemand::document document;
    if (const auto error =
            parser.iterate(raw.data(), raw.size(), raw.size() + kPadding).get(document))
        return error;
    ondemand::object object;
    if (shape.m_form == Form::Object) {
        if (const auto error = document.get_object().get(object))
            return error;
        return lookAt(object, shape);
    }
    ondemand::array array;
    if (const auto error = document.get_array().get(array))
        return error;
    for (auto element : array) {
        if (const auto error = element.get_object().get(object))
            return error;
        return lookAt(object, shape);
    }
    return SUCCESS;
}

void MessageShape::look(const MessageView& message)
{
    m_signs = 0;
    m_form = Form::Other;
    const std::string_view raw = withoutMark(message.raw);
    const std::size_t first = raw.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return;
    if (raw[first] == '{')
        m_form = Form::Object;
    else if (raw[first] == '[')
        m_form = Form::List;
    else
        return;
    // A damaged message shows what stands before the damage.
    (void)m_parser->look(raw, *this);
    if (raw.size() > kGiantJson)
        m_parser->parser = ondemand::parser();
}

} // namespace murmur
