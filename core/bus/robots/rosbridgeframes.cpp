// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/robots/rosbridgeframes.h"

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>
#include <cmath>

namespace murmur {

namespace {

using RosJson = nlohmann::json;

constexpr std::size_t kPadding = simdjson::SIMDJSON_PADDING;
// The parser's tables are several times the text; those of a large frame are not held for ever.
constexpr std::size_t kHeldCapacity = std::size_t(4) << 20;

RosJson parsed(std::string_view text)
{
    return RosJson::parse(text, nullptr, false);
}

std::string textOf(const RosJson& object, const char* name)
{
    if (!object.is_object())
        return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The `values` of a service's answer, unless it says that the call failed.
const RosJson* valuesOf(const RosJson& answer)
{
    if (!answer.is_object())
        return nullptr;
    const auto result = answer.find("result");
    if (result != answer.end() && result->is_boolean() && !result->get<bool>())
        return nullptr;
    const auto values = answer.find("values");
    return values != answer.end() && values->is_object() ? &*values : nullptr;
}

std::optional<std::vector<std::string>> textsOf(const RosJson& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_array())
        return std::nullopt;
    std::vector<std::string> texts;
    for (const RosJson& one : *found)
        texts.push_back(one.is_string() ? one.get<std::string>() : std::string());
    return texts;
}

// rosbridge divides without rounding: 3.47 parts are three.
std::size_t countOf(const RosJson& object, const char* name)
{
    const auto found = object.find(name);
    if (found == object.end() || !found->is_number())
        return RosbridgeFragments::kMaxParts + 1;
    const double number = std::floor(found->get<double>());
    return number >= 0 && number <= double(RosbridgeFragments::kMaxParts)
               ? static_cast<std::size_t>(number)
               : RosbridgeFragments::kMaxParts + 1;
}

RosbridgeFrame::What whatOf(std::string_view op)
{
    if (op == "publish")
        return RosbridgeFrame::What::Publish;
    if (op == "service_response")
        return RosbridgeFrame::What::Answer;
    if (op == "status")
        return RosbridgeFrame::What::Complaint;
    if (op == "fragment")
        return RosbridgeFrame::What::Fragment;
    if (op == "png")
        return RosbridgeFrame::What::Png;
    return RosbridgeFrame::What::Other;
}

} // namespace

struct RosbridgeFrames::Private
{
    bool readMembers(std::string_view text);

    std::unique_ptr<simdjson::ondemand::parser> parser =
        std::make_unique<simdjson::ondemand::parser>();
    RosbridgeFrame frame;
};

RosbridgeFrames::RosbridgeFrames()
    : d(std::make_unique<Private>())
{
}
RosbridgeFrames::~RosbridgeFrames() = default;

bool RosbridgeFrames::Private::readMembers(std::string_view text)
{
    simdjson::ondemand::document document;
    if (parser->iterate(text.data(), text.size(), text.size() + kPadding).get(document))
        return false;
    simdjson::ondemand::object object;
    if (document.get_object().get(object))
        return false;
    bool hasOp = false;
    for (auto member : object) {
        simdjson::ondemand::raw_json_string key;
        if (member.key().get(key))
            return false;
        const bool isOp = key == "op";
        const bool isId = key == "id";
        if (!isOp && !isId && !(key == "topic") && !(key == "service"))
            continue;
        simdjson::ondemand::value value;
        if (member.value().get(value))
            return false;
        std::string_view word;
        if (value.get_string().get(word))
            continue;
        if (isOp) {
            frame.what = whatOf(word);
            hasOp = true;
        } else {
            (isId ? frame.id : frame.topic).assign(word);
        }
    }
    if (!hasOp)
        frame.what = RosbridgeFrame::What::Other;
    // Anything behind it is no frame.
    return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

const RosbridgeFrame& RosbridgeFrames::read(std::string_view text)
{
    d->frame.what = RosbridgeFrame::What::Unreadable;
    d->frame.topic.clear();
    d->frame.id.clear();
    if (!d->readMembers(text))
        d->frame.what = RosbridgeFrame::What::Unreadable;
    if (text.size() > kHeldCapacity)
        d->parser = std::make_unique<simdjson::ondemand::parser>();
    return d->frame;
}

std::optional<std::vector<std::pair<std::string, std::string>>>
rosbridgeTopics(std::string_view answer)
{
    const RosJson json = parsed(answer);
    const RosJson* const values = valuesOf(json);
    if (values == nullptr)
        return std::nullopt;
    const auto topics = textsOf(*values, "topics");
    if (!topics)
        return std::nullopt;
    const auto types = textsOf(*values, "types").value_or(std::vector<std::string>());
    std::vector<std::pair<std::string, std::string>> both;
    for (std::size_t i = 0; i < topics->size(); ++i) {
        if (!(*topics)[i].empty())
            both.emplace_back((*topics)[i], i < types.size() ? types[i] : std::string());
    }
    return both;
}

std::optional<std::vector<std::string>> rosbridgePublishers(std::string_view answer)
{
    const RosJson json = parsed(answer);
    const RosJson* const values = valuesOf(json);
    return values == nullptr ? std::nullopt : textsOf(*values, "publishers");
}

std::string rosbridgeTopicType(std::string_view answer)
{
    const RosJson json = parsed(answer);
    const RosJson* const values = valuesOf(json);
    return values == nullptr ? std::string() : textOf(*values, "type");
}

RosbridgeStatus rosbridgeStatus(std::string_view frame)
{
    const RosJson json = parsed(frame);
    return {textOf(json, "level"), textOf(json, "msg"), textOf(json, "id")};
}

std::string RosbridgeFragments::join(const Unfinished& unfinished) const
{
    std::string whole;
    whole.reserve(unfinished.bytes + kPadding);
    for (const std::string& part : unfinished.parts)
        whole += part;
    return whole;
}

void RosbridgeFragments::giveUpOldest(Taken& taken)
{
    const auto oldest = std::min_element(
        m_unfinished.begin(), m_unfinished.end(),
        [](const auto& a, const auto& b) { return a.second.begun < b.second.begun; });
    if (oldest == m_unfinished.end())
        return;
    taken.givenUp = join(oldest->second);
    taken.reason = "fragments that do not become whole: too many at once";
    m_bytes -= oldest->second.bytes;
    m_unfinished.erase(oldest);
}

RosbridgeFragments::Taken RosbridgeFragments::take(std::string_view frame)
{
    Taken taken;
    const RosJson json = parsed(frame);
    const std::string id = textOf(json, "id");
    const std::size_t total = json.is_object() ? countOf(json, "total") : kMaxParts + 1;
    const std::size_t number = json.is_object() ? countOf(json, "num") : kMaxParts + 1;
    const bool hasData = json.is_object() && json.contains("data") && json["data"].is_string();
    if (total == 0 || total > kMaxParts || number >= total || !hasData) {
        taken.givenUp = frame;
        taken.reason = "a fragment without data, or with a number that cannot be";
        return taken;
    }
    const auto place = m_unfinished.try_emplace(id).first;
    Unfinished& unfinished = place->second;
    if (unfinished.parts.empty()) {
        unfinished.parts.resize(total);
        unfinished.isThere.resize(total);
        unfinished.missing = total;
        unfinished.begun = m_count++;
    }
    if (unfinished.parts.size() != total || unfinished.isThere[number]) {
        taken.givenUp = frame;
        taken.reason = "a fragment that does not fit to the others of its id";
        return taken;
    }
    std::string& part = unfinished.parts[number];
    part = json["data"].get<std::string>();
    unfinished.isThere[number] = true;
    unfinished.bytes += part.size();
    m_bytes += part.size();
    if (--unfinished.missing == 0) {
        taken.whole = join(unfinished);
        taken.size = taken.whole.size();
        taken.whole.append(kPadding, '\0');
        m_bytes -= unfinished.bytes;
        m_unfinished.erase(place);
    } else if (m_bytes > m_maxBytes || m_unfinished.size() > kMaxUnfinished) {
        giveUpOldest(taken);
    }
    return taken;
}

std::vector<std::string> RosbridgeFragments::abandon()
{
    std::vector<std::string> left;
    for (const auto& [id, unfinished] : m_unfinished)
        left.push_back(join(unfinished));
    m_unfinished.clear();
    m_bytes = 0;
    return left;
}

} // namespace murmur
