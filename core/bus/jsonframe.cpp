// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/jsonframe.h"

#include "bus/jsonsax.h"

#include <simdjson.h>

#include <algorithm>

namespace murmur {

namespace {

// simdjson's document of a text is several times its size; beyond this the slow reader, whose
// memory does not grow, takes over.
constexpr std::size_t kMaxFast = std::size_t(1) * 1024 * 1024;
static_assert(simdjson::SIMDJSON_PADDING <= JsonFrames::kPadding);

bool isBlank(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trimmed(std::string_view text) noexcept
{
    while (!text.empty() && isBlank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool isSubscription(std::string_view op) noexcept
{
    return op == "subscribe" || op == "unsubscribe";
}

} // namespace

struct JsonFrames::Private
{
    simdjson::dom::parser parser;
    JsonPart part;

    void publish(std::string_view raw, std::string_view topic, const Take& take)
    {
        part.what = JsonPart::What::Publish;
        part.raw = raw;
        part.topic = topic;
        take(part);
    }
    void refuse(std::string_view raw, std::size_t line, std::string reason, const Take& take)
    {
        part.what = JsonPart::What::Refused;
        part.raw = raw;
        part.line = line;
        part.reason = std::move(reason);
        take(part);
    }
    void subscribe(std::string_view raw, std::string_view op, std::vector<std::string> topics,
                   std::size_t line, const Take& take)
    {
        if (topics.empty()) {
            refuse(raw, line,
                   std::string(op) + R"( needs topics: {"op":"subscribe","topics":["swarm.*"]})",
                   take);
            return;
        }
        part.what = op == "subscribe" ? JsonPart::What::Subscribe : JsonPart::What::Unsubscribe;
        part.raw = raw;
        part.topics = std::move(topics);
        take(part);
    }
    void refuseScalar(std::string_view raw, std::size_t line, bool inBatch, const Take& take)
    {
        refuse(raw, line,
               inBatch ? "an element of a batch is not an object"
                       : "neither a JSON object nor an array of objects",
               take);
    }

    void readObject(simdjson::dom::object object, std::string_view raw, std::size_t line,
                    const Take& take);
    bool readFast(std::string_view text, std::size_t line, const Take& take);
    void readSlowly(std::string_view text, std::size_t line, bool inBatch, const Take& take);
    void read(std::string_view text, std::size_t line, const Take& take);
    bool isObject(std::string_view text);
};

void JsonFrames::Private::readObject(simdjson::dom::object object, std::string_view raw,
                                     std::size_t line, const Take& take)
{
    std::string_view topic;
    std::string_view op;
    int rank = 0;
    bool hasTopics = false;
    bool isCloudEvent = false;
    for (const auto& [key, value] : object) {
        std::string_view text;
        if (key == "op") {
            if (value.get(text) == simdjson::SUCCESS)
                op = text;
            continue;
        }
        hasTopics = hasTopics || key == "topics";
        isCloudEvent = isCloudEvent || key == kCloudEventKey;
        if (const int found = topicKeyRank(key);
            found > rank && value.get(text) == simdjson::SUCCESS) {
            topic = text;
            rank = found;
        }
    }
    if (isCloudEvent && rank == kSubjectRank)
        topic = {};
    if (!isSubscription(op)) [[likely]] {
        publish(raw, topic, take);
        return;
    }
    std::vector<std::string> topics;
    simdjson::dom::element member;
    if (hasTopics && object["topics"].get(member) == simdjson::SUCCESS) {
        std::string_view text;
        simdjson::dom::array list;
        if (member.get(text) == simdjson::SUCCESS)
            topics.emplace_back(text);
        if (member.get(list) == simdjson::SUCCESS) {
            for (const simdjson::dom::element element : list) {
                if (element.get(text) == simdjson::SUCCESS)
                    topics.emplace_back(text);
            }
        }
    } else if (rank > 0) {
        topics.emplace_back(topic);
    }
    subscribe(raw, op, std::move(topics), line, take);
}

// False: not for the fast reader, or broken.
bool JsonFrames::Private::readFast(std::string_view text, std::size_t line, const Take& take)
{
    if (text.size() > kMaxFast)
        return false;
    simdjson::dom::element root;
    if (parser.parse(text.data(), text.size(), false).get(root) != simdjson::SUCCESS)
        return false;
    simdjson::dom::object object;
    if (root.get(object) == simdjson::SUCCESS) {
        readObject(object, text, line, take);
        return true;
    }
    simdjson::dom::array array;
    if (root.get(array) != simdjson::SUCCESS) {
        refuseScalar(text, line, false, take);
        return true;
    }
    const std::vector<std::string_view> raws = elementsOf(text);
    auto raw = raws.begin();
    for (const simdjson::dom::element element : array) {
        if (element.get(object) == simdjson::SUCCESS)
            readObject(object, *raw, line, take);
        else
            refuseScalar(*raw, line, true, take);
        ++raw;
    }
    return true;
}

void JsonFrames::Private::readSlowly(std::string_view text, std::size_t line, bool inBatch,
                                     const Take& take)
{
    JsonSummary summary = summarizeJson(text, line);
    switch (summary.shape) {
    case JsonSummary::Shape::Object:
        if (isSubscription(summary.op)) {
            if (!summary.hasTopics && summary.hasTopic)
                summary.topics.push_back(summary.topic);
            subscribe(text, summary.op, std::move(summary.topics), line, take);
        } else {
            publish(text, summary.hasTopic ? std::string_view(summary.topic) : std::string_view(),
                    take);
        }
        return;
    case JsonSummary::Shape::Array:
        if (inBatch) {
            refuseScalar(text, line, true, take);
            return;
        }
        for (const std::string_view element : elementsOf(text)) {
            if (!element.starts_with('{'))
                refuseScalar(element, line, true, take);
            else if (!readFast(element, line, take))
                readSlowly(element, line, true, take);
        }
        return;
    case JsonSummary::Shape::Scalar:
        refuseScalar(text, line, inBatch, take);
        return;
    case JsonSummary::Shape::Broken:
        refuse(text, summary.line, std::move(summary.reason), take);
        return;
    }
}

void JsonFrames::Private::read(std::string_view text, std::size_t line, const Take& take)
{
    if (text.empty())
        refuse(text, line, "empty: a JSON object or an array of objects was expected", take);
    else if (!readFast(text, line, take))
        readSlowly(text, line, false, take);
}

bool JsonFrames::Private::isObject(std::string_view text)
{
    if (!text.starts_with('{') || !text.ends_with('}'))
        return false;
    simdjson::dom::element root;
    return (text.size() <= kMaxFast &&
            parser.parse(text.data(), text.size(), false).get(root) == simdjson::SUCCESS) ||
           summarizeJson(text).shape == JsonSummary::Shape::Object;
}

JsonFrames::JsonFrames()
    : d(std::make_unique<Private>())
{
}

JsonFrames::~JsonFrames() = default;

void JsonFrames::read(std::string_view text, const Take& take)
{
    d->read(text, 1, take);
}

void JsonFrames::readBody(std::string_view text, const Take& take)
{
    const std::string_view body = trimmed(text);
    const std::string_view before =
        text.substr(0, body.empty() ? 0 : static_cast<std::size_t>(body.data() - text.data()));
    const std::size_t firstLine = 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
    const bool hasLines = body.find('\n') != std::string_view::npos;
    if (body.empty() || !hasLines) {
        d->read(body, firstLine, take);
        return;
    }
    if (d->readFast(body, firstLine, take))
        return;
    // JSON lines, or one text that is laid out in lines or broken? It is JSON lines when it is not
    // JSON as a whole and at least one line is an object.
    const auto forEachLine = [&](const auto& visit) {
        std::size_t number = 1;
        std::string_view rest = text;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = trimmed(rest.substr(0, end));
            if (!line.empty() && !visit(line, number))
                return;
            rest.remove_prefix(std::min(end + 1, rest.size()));
            ++number;
        }
    };
    bool isLines = false;
    if (summarizeJson(body).shape == JsonSummary::Shape::Broken) {
        forEachLine([&](std::string_view line, std::size_t /*number*/) {
            isLines = d->isObject(line);
            return !isLines;
        });
    }
    if (!isLines) {
        d->readSlowly(body, firstLine, false, take);
        return;
    }
    forEachLine([&](std::string_view line, std::size_t number) {
        d->read(line, number, take);
        return true;
    });
}

} // namespace murmur
