// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "replay/mark.h"

#include <QUuid>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using Words = std::vector<std::pair<std::string_view, std::string>>;

Words wordsOf(const SentMark& mark)
{
    Words words{{mark.isReplay ? sentmark::kReplay : sentmark::kInject, mark.job.toStdString()}};
    if (mark.originalTime != kNoTime)
        words.emplace_back(sentmark::kOriginalTime, isoTimeUtf8(mark.originalTime));
    if (mark.originalSeq > 0)
        words.emplace_back(sentmark::kOriginalSeq, std::to_string(mark.originalSeq));
    return words;
}

bool isJsonObject(const OutgoingMessage& message)
{
    if (message.isBinary || message.isTombstone)
        return false;
    const auto start = std::ranges::find_if(
        message.raw, [](char c) { return c != ' ' && c != '\n' && c != '\r' && c != '\t'; });
    return start != message.raw.end() && *start == '{' &&
           nlohmann::json::accept(message.raw.begin(), message.raw.end());
}

QByteArray withWords(const QByteArray& raw, const Words& words)
{
    const qsizetype brace = raw.indexOf('{') + 1;
    QByteArray members;
    for (const auto& [name, value] : words) {
        if (!members.isEmpty())
            members += ',';
        members += '"';
        members.append(name.data(), static_cast<qsizetype>(name.size()));
        members += "\":" + QByteArray::fromStdString(nlohmann::json(value).dump());
    }
    if (!sentmark::membersOf({raw.constData(), static_cast<std::size_t>(raw.size())}).empty())
        members += ',';
    return raw.left(brace) + members + raw.mid(brace);
}

/// `depth`: a bus that wraps what it is given keeps a mark one object deeper.
QByteArray unmarked(std::string_view json, int depth)
{
    const std::vector<sentmark::Member> members = sentmark::membersOf(json);
    if (members.empty())
        return {json.data(), static_cast<qsizetype>(json.size())};
    QByteArray kept;
    const auto keep = [&](std::size_t begin, std::size_t end) {
        kept.append(json.data() + begin, static_cast<qsizetype>(end - begin));
    };
    keep(0, json.find('{') + 1);
    bool hasOne = false;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const sentmark::Member& member = members[i];
        if (sentmark::isMarkName(member.name(json)))
            continue;
        // With the comma before it, but for the first that is kept.
        std::size_t begin = i == 0 ? json.find('{') + 1 : members[i - 1].end;
        if (!std::exchange(hasOne, true) && i > 0)
            begin = json.find(',', begin) + 1;
        keep(begin, member.valueBegin);
        if (depth > 0 && member.value(json).starts_with('{'))
            kept += unmarked(member.value(json), depth - 1);
        else
            keep(member.valueBegin, member.end);
    }
    keep(members.back().end, json.size());
    return kept;
}

} // namespace

MarkPlace markPlaceOf(const OutgoingMessage& message, const PublisherTraits& traits)
{
    if (traits.hasHeadersFor(message))
        return MarkPlace::Headers;
    return traits.takesMembers && isJsonObject(message) ? MarkPlace::Payload : MarkPlace::Nowhere;
}

QString markSentence(MarkPlace place)
{
    if (place != MarkPlace::Nowhere)
        return {};
    return u"It carries no mark: there are no headers where it goes, and none fits into its "
           "payload. Nobody can tell it from a message of an agent."_s;
}

QByteArray withoutMarks(const QByteArray& raw)
{
    const std::string_view json{raw.constData(), static_cast<std::size_t>(raw.size())};
    return sentmark::flagsOf(json, {}) == 0 ? raw : unmarked(json, 1);
}

void removeMarks(OutgoingMessage& message)
{
    std::erase_if(message.headers,
                  [](const auto& header) { return sentmark::isMarkName(header.first); });
    message.raw = withoutMarks(message.raw);
}

MarkPlace writeMark(OutgoingMessage& message, const PublisherTraits& traits, const SentMark& mark)
{
    removeMarks(message);
    const MarkPlace place = markPlaceOf(message, traits);
    const Words words = wordsOf(mark);
    if (place == MarkPlace::Headers) {
        for (const auto& [name, value] : words)
            message.headers.emplace_back(std::string(name), value);
    } else if (place == MarkPlace::Payload) {
        message.raw = withWords(message.raw, words);
    }
    return place;
}

bool isMarked(const OutgoingMessage& message)
{
    return sentmark::flagsOf(
               {message.raw.constData(), static_cast<std::size_t>(message.raw.size())},
               headersToBytes(message.headers)) != 0;
}

QString newJobId()
{
    return QUuid::createUuid().toString(QUuid::Id128).left(16);
}

} // namespace murmur
