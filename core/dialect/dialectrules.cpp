// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/dialectrules.h"

#include "dialect/dialect.h"

#include <QStringList>

#include <nlohmann/json.hpp>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

/// What a foreign recording may bring along.
constexpr std::size_t kMostKept = 1024;
constexpr std::size_t kMostKeptBytes = std::size_t(8) << 20;

QString ruleText(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

Error noSuchDialect(std::string_view id, const std::vector<DialectRule>& kept)
{
    QStringList known;
    for (const DialectEntry& entry : dialects())
        known << QLatin1StringView(entry.id);
    for (const DialectRule& rule : kept) {
        if (rule.user && !known.contains(ruleText(rule.dialect)))
            known << ruleText(rule.dialect);
    }
    for (const UserDialects::Entry& entry : UserDialects::all()) {
        if (!known.contains(entry.name))
            known << entry.name;
    }
    return {ErrorCode::NotFound, u"There is no dialect \"%1\"; the known ones are %2."_s.arg(
                                     ruleText(id), known.join(u", "_s))};
}

/// Null: it is one of ours.
Result<std::shared_ptr<const UserDialect>> userDialectOf(std::string_view id,
                                                         const std::vector<DialectRule>& kept)
{
    const auto shared = [](Result<UserDialect> read) -> Result<std::shared_ptr<const UserDialect>> {
        if (!read)
            return read.error();
        return std::make_shared<const UserDialect>(std::move(*read));
    };
    if (std::ranges::any_of(dialects(), [id](const auto& entry) { return entry.id == id; }))
        return std::shared_ptr<const UserDialect>();
    if (id.find('/') != std::string_view::npos || id.ends_with(".json"))
        return shared(UserDialects::fromFile(ruleText(id)));
    for (const DialectRule& rule : kept) {
        if (rule.user && rule.user->name == id)
            return rule.user;
    }
    auto named = UserDialects::named(ruleText(id));
    if (!named && named.error().code == ErrorCode::NotFound)
        return noSuchDialect(id, kept);
    return shared(std::move(named));
}

} // namespace

Result<std::vector<DialectRule>> dialectRules(std::string_view text,
                                              const std::vector<DialectRule>& kept)
{
    std::vector<DialectRule> rules;
    std::vector<DialectRule> general;
    while (!text.empty()) {
        const std::size_t end = text.find(',');
        const std::string_view one = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equals = one.rfind('=');
        const bool hasGlob = equals != std::string_view::npos;
        const std::string_view id = hasGlob ? one.substr(equals + 1) : one;
        auto user = userDialectOf(id, kept);
        if (!user)
            return user.error();
        DialectRule rule;
        rule.user = std::move(*user);
        rule.dialect = rule.user ? rule.user->name : std::string(id);
        if (hasGlob) {
            rule.glob = one.substr(0, equals);
            std::erase_if(rules, [&](const DialectRule& old) { return old.glob == rule.glob; });
            rules.push_back(rule);
        } else if (rule.user && !rule.user->topics.empty()) {
            for (const std::string& topic : rule.user->topics) {
                rule.glob = topic;
                rules.push_back(rule);
            }
        } else {
            general.assign(1, rule); // the later one holds
        }
    }
    rules.insert(rules.end(), general.begin(), general.end());
    return rules;
}

std::string keptRules(const std::vector<DialectRule>& rules)
{
    nlohmann::ordered_json kept = nlohmann::ordered_json::array();
    for (const DialectRule& rule : rules) {
        if (!rule.user)
            continue;
        nlohmann::ordered_json one;
        one["topics"] = rule.glob;
        if (rule.connection)
            one["connection"] = *rule.connection;
        one["dialect"] = nlohmann::ordered_json::parse(rule.user->toJson(), nullptr, false);
        kept.push_back(std::move(one));
    }
    return kept.empty() ? std::string()
                        : kept.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<DialectRule> rulesKept(std::string_view json)
{
    std::vector<DialectRule> rules;
    if (json.empty() || json.size() > kMostKeptBytes)
        return rules;
    // Deeper than any dialect is, it is none, and could not be written again.
    const auto isShallow = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        return depth <= 12;
    };
    const auto kept = nlohmann::json::parse(json, isShallow, false);
    if (!kept.is_array())
        return rules;
    for (const auto& one : kept) {
        if (rules.size() >= kMostKept)
            break;
        if (!one.is_object() || !one.contains("dialect") || !one["dialect"].is_object())
            continue;
        auto dialect = UserDialect::parse(
            one["dialect"].dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
            u"A dialect of the recording"_s);
        if (!dialect)
            continue;
        DialectRule rule;
        if (one.contains("topics") && one["topics"].is_string())
            rule.glob = one["topics"].get<std::string>();
        if (one.contains("connection") && one["connection"].is_number_unsigned())
            rule.connection = one["connection"].get<std::uint32_t>();
        rule.user = std::make_shared<const UserDialect>(std::move(*dialect));
        rule.dialect = rule.user->name;
        rules.push_back(std::move(rule));
    }
    return rules;
}

} // namespace murmur
