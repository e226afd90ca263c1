// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codecbook.h"

#include "codec/codec.h"
#include "codec/codecchoice.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace murmur {

namespace {

/// More than any system has; a connection that tells of more must not fill memory.
constexpr std::size_t kMaxSchemas = 8192;
constexpr std::size_t kMaxSchemaBytes = 8u << 20;
constexpr std::size_t kMaxAllBytes = 64u << 20;
constexpr std::size_t kMaxTopics = 65'536;

} // namespace

bool matchesTopicGlob(std::string_view glob, std::string_view topic) noexcept
{
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < topic.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        } else if (g < glob.size() && (glob[g] == '?' || glob[g] == topic[t])) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*')
        ++g;
    return g == glob.size();
}

struct CodecBook::Private
{
    mutable std::shared_mutex mutex;
    std::vector<std::shared_ptr<KnownSchema>> schemas;
    std::vector<std::shared_ptr<KnownSchema>> ruleSchemas; ///< of the rule of the same number
    std::vector<CodecRule> rules;
    std::map<std::string, bool, std::less<>> topics; ///< whether a rule or a schema is about them
    std::size_t bytes = 0;
    std::uint64_t revision = 0;
};

CodecBook::CodecBook()
    : d(std::make_unique<Private>())
{
}

CodecBook::~CodecBook() = default;

bool CodecBook::add(Schema schema)
{
    const std::unique_lock lock(d->mutex);
    const std::size_t size = schema.data.size() + schema.references.size();
    if (d->schemas.size() >= kMaxSchemas || size > kMaxSchemaBytes ||
        d->bytes + size > kMaxAllBytes ||
        std::ranges::any_of(d->schemas, [&](const auto& known) { return known->schema == schema; }))
        return false;
    d->bytes += size;
    d->schemas.push_back(std::make_shared<KnownSchema>(std::move(schema)));
    ++d->revision;
    d->topics.clear();
    return true;
}

std::size_t CodecBook::count() const
{
    const std::shared_lock lock(d->mutex);
    return d->schemas.size();
}

std::vector<Schema> CodecBook::schemas(std::size_t from) const
{
    const std::shared_lock lock(d->mutex);
    std::vector<Schema> schemas;
    for (std::size_t i = from; i < d->schemas.size(); ++i)
        schemas.push_back(d->schemas[i]->schema);
    return schemas;
}

bool CodecBook::hasKey(std::string_view registry, std::string_view key) const
{
    const std::shared_lock lock(d->mutex);
    return std::ranges::any_of(d->schemas, [&](const auto& known) {
        return known->schema.registry == registry && known->schema.key == key;
    });
}

std::string CodecBook::problem(std::size_t number) const
{
    std::shared_ptr<KnownSchema> known;
    {
        const std::shared_lock lock(d->mutex);
        if (number >= d->schemas.size())
            return {};
        known = d->schemas[number];
    }
    (void)known->reader();
    return known->problem();
}

void CodecBook::setRule(CodecRule rule)
{
    const std::unique_lock lock(d->mutex);
    const auto old = std::ranges::find(d->rules, rule.topic, &CodecRule::topic);
    if (old != d->rules.end()) {
        d->ruleSchemas.erase(d->ruleSchemas.begin() + (old - d->rules.begin()));
        d->rules.erase(old);
    }
    ++d->revision;
    d->topics.clear();
    if (rule.codec.empty())
        return;
    d->ruleSchemas.push_back(rule.schema.data.empty() ? nullptr
                                                      : std::make_shared<KnownSchema>(rule.schema));
    d->rules.push_back(std::move(rule));
}

std::vector<CodecRule> CodecBook::rules() const
{
    const std::shared_lock lock(d->mutex);
    return d->rules;
}

std::uint64_t CodecBook::revision() const
{
    const std::shared_lock lock(d->mutex);
    return d->revision;
}

/// Asked for every message that is searched, so it is remembered by topic.
bool CodecBook::isAbout(std::string_view topic) const
{
    {
        const std::shared_lock lock(d->mutex);
        if (d->rules.empty() && d->schemas.empty())
            return false;
        if (const auto known = d->topics.find(topic); known != d->topics.end())
            return known->second;
    }
    const std::unique_lock lock(d->mutex);
    const bool isAbout =
        std::ranges::any_of(
            d->rules, [&](const CodecRule& rule) { return matchesTopicGlob(rule.topic, topic); }) ||
        std::ranges::any_of(d->schemas, [&](const auto& known) {
            return !known->schema.topic.empty() && matchesTopicGlob(known->schema.topic, topic);
        });
    if (d->topics.size() < kMaxTopics)
        d->topics.emplace(topic, isAbout);
    return isAbout;
}

bool CodecBook::isPlain(const Payload& payload) const
{
    return isPlainText(payload.bytes) && !isAbout(payload.topic);
}

Decoded CodecBook::decode(const Payload& payload, std::stop_token stop) const
{
    CodecChoice choice(payload, std::move(stop));
    {
        const std::shared_lock lock(d->mutex);
        for (std::size_t i = d->rules.size(); i-- > 0;) {
            if (matchesTopicGlob(d->rules[i].topic, payload.topic)) {
                choice.setRule(d->rules[i].codec, d->ruleSchemas[i]);
                break;
            }
        }
        // What was said last holds: a channel may be advertised anew.
        for (std::size_t i = d->schemas.size(); i-- > 0;)
            choice.offer(d->schemas[i]);
    }
    return choice.decode();
}

} // namespace murmur
