// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/candidates.h"

#include "dialect/envelope.h"
#include "dialect/jsonfield.h"
#include "dialect/suggestion.h"
#include "dialect/topictemplate.h"

#include <algorithm>
#include <utility>

namespace murmur {

namespace {

using namespace simdjson;

constexpr std::size_t kMostCandidates = 256;
constexpr std::size_t kLongestCandidate = 128; ///< a longer value is text
constexpr int kDeepestMember = 4;
constexpr int kMostMembers = 256; ///< looked at in one message
constexpr int kMostTopicParts = 8;
constexpr std::size_t kExamples = 3;
constexpr std::size_t kLeastCompared = 8;
constexpr double kNearlyAlways = 0.9;

bool isNameLetter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// A word or two with a letter in it: "robot-7", "Planner"; no number, no time, no sentence.
bool looksLikeName(std::string_view text)
{
    if (text.empty() || text.size() > 64 || !std::ranges::any_of(text, isNameLetter))
        return false;
    if (std::ranges::count(text, ' ') > 2 || text.find('\n') != std::string_view::npos)
        return false;
    return timeOfText(text) == kNoTime;
}

} // namespace

std::uint32_t hashOfValue(std::string_view value) noexcept
{
    std::uint32_t hash = 0x811c'9dc5u;
    for (const char c : value)
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x0100'0193u;
    return hash == 0 ? 1 : hash;
}

bool saysTheSame(const std::vector<std::uint32_t>& one,
                 const std::vector<std::uint32_t>& other) noexcept
{
    std::size_t both = 0;
    std::size_t same = 0;
    for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) {
        both += one[i] != 0 && other[i] != 0 ? 1 : 0;
        same += one[i] != 0 && one[i] == other[i] ? 1 : 0;
    }
    return both >= kLeastCompared &&
           static_cast<double>(same) >= kNearlyAlways * static_cast<double>(both);
}

std::vector<std::string> Candidate::examples() const
{
    std::vector<std::pair<std::int64_t, std::string>> often;
    for (const auto& [value, count] : values)
        often.emplace_back(-count, value);
    const std::size_t wanted = std::min(kExamples, often.size());
    std::partial_sort(often.begin(), often.begin() + static_cast<std::ptrdiff_t>(wanted),
                      often.end());
    std::vector<std::string> few;
    for (std::size_t i = 0; i < wanted; ++i)
        few.push_back(std::move(often[i].second));
    return few;
}

struct CandidateFinder::Private
{
    std::vector<Candidate> candidates;
    std::unordered_map<std::string, std::size_t> places; ///< by what they are called
    std::int64_t messages = 0;
    ondemand::parser parser;
    Interpretation scratch;
    std::string path;
    int membersLeft = 0;

    void note(FieldSource::From from, std::string_view what, std::string_view value);
    void walk(ondemand::object object, int depth);
    void take(ondemand::value value, int depth);
    void readJson(std::string_view raw);
};

void CandidateFinder::Private::note(FieldSource::From from, std::string_view what,
                                    std::string_view value)
{
    if (value.empty() || value.size() > kLongestCandidate)
        return;
    std::string key(1, static_cast<char>('0' + static_cast<int>(from)));
    key += what;
    auto place = places.find(key);
    if (place == places.end()) {
        if (candidates.size() >= kMostCandidates)
            return;
        place = places.emplace(std::move(key), candidates.size()).first;
        Candidate added;
        added.source.from = from;
        added.source.what = what;
        candidates.push_back(std::move(added));
    }
    Candidate& candidate = candidates[place->second];
    ++candidate.found;
    if (const auto at = static_cast<std::size_t>(messages - 1); at < kComparedMessages) {
        candidate.first.resize(at + 1);
        candidate.first[at] = hashOfValue(value);
    }
    candidate.names += looksLikeName(value) ? 1 : 0;
    const auto known = candidate.values.find(std::string(value));
    if (known != candidate.values.end())
        ++known->second;
    else if (candidate.distinct() < kCountedValues)
        candidate.values.emplace(value, 1);
}

void CandidateFinder::Private::take(ondemand::value value, int depth)
{
    const std::string_view token = value.raw_json_token();
    if (token.starts_with('{')) {
        ondemand::object object;
        if (depth < kDeepestMember && !value.get_object().get(object))
            walk(object, depth + 1);
        return;
    }
    std::string_view text;
    if (token.starts_with('[') || textOf(value, scratch, text))
        return;
    // A name that holds a dot is written with another divider.
    std::string shown = path;
    if (shown.find('.') == std::string::npos) {
        std::ranges::replace(shown, '>', '.');
    } else if (shown.find('>') == std::string::npos) {
        shown.insert(shown.begin(), '>');
    }
    note(FieldSource::From::Path, shown, text);
}

void CandidateFinder::Private::walk(ondemand::object object, int depth)
{
    const std::size_t before = path.size();
    for (auto result : object) {
        ondemand::field field;
        if (--membersLeft < 0 || std::move(result).get(field))
            return;
        const std::string_view key = rawKey(field);
        if (key.empty() || key.size() > 64 || key.find_first_of("\\>") != std::string_view::npos)
            continue;
        if (!path.empty())
            path += '>';
        path += key;
        take(field.value(), depth);
        path.resize(before);
    }
}

void CandidateFinder::Private::readJson(std::string_view raw)
{
    raw = withoutMark(raw);
    ondemand::document document;
    ondemand::object object;
    if (parser.iterate(raw.data(), raw.size(), raw.size() + kPadding).get(document) ||
        document.get_object().get(object))
        return;
    path.clear();
    membersLeft = kMostMembers;
    walk(object, 1);
}

CandidateFinder::CandidateFinder()
    : d(std::make_unique<Private>())
{
}

CandidateFinder::~CandidateFinder() = default;

void CandidateFinder::add(const MessageView& message)
{
    using From = FieldSource::From;
    ++d->messages;
    d->scratch.clear();
    d->readJson(message.raw);
    HeaderCursor header(message.headers);
    while (!message.headers.empty() && header.next()) {
        if (!header.name.starts_with("murmur-"))
            d->note(From::Header, header.name, header.value);
    }
    for (int i = 1; i <= kMostTopicParts; ++i) {
        const std::string_view part = topicSegment(message.topic, i);
        if (part.empty())
            break;
        d->note(From::Segment, std::to_string(i), part);
    }
    d->note(From::Peer, {}, message.peer);
    d->note(From::Connection, {}, message.connection);
}

const std::vector<Candidate>& CandidateFinder::candidates() const
{
    return d->candidates;
}

std::int64_t CandidateFinder::messages() const
{
    return d->messages;
}

} // namespace murmur
