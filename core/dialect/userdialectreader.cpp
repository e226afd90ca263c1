// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "dialect/boundedregex.h"
#include "dialect/envelope.h"
#include "dialect/pathreader.h"
#include "dialect/topictemplate.h"
#include "dialect/userdialect.h"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace murmur {

namespace {

/// What is longer is text, no name or id.
constexpr std::size_t kLongestValue = 4096;
/// How much of a message an expression may look at.
constexpr std::size_t kLongestSearch = std::size_t(64) << 10;
constexpr std::size_t kMostNamed = 256; ///< receivers or parents
constexpr std::size_t kMostSlots = 255;

std::string readerPath(std::string_view path)
{
    std::string text(path);
    if (path.find('>') == std::string_view::npos)
        std::ranges::replace(text, '.', '>');
    else if (text.front() == '>')
        text.erase(0, 1);
    return text;
}

std::string_view trimmedBlanks(std::string_view text)
{
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    return text;
}

bool isValue(std::string_view text)
{
    return !text.empty() && text.size() <= kLongestValue && std::ranges::all_of(text, [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    });
}

bool isSameHeader(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// One place, made ready.
struct Place
{
    FieldSource::From from{};
    std::size_t slot = 0;
    int segment = 0;
    std::string text;
    std::string split;
    std::optional<TopicTemplate> topic;
    std::optional<BoundedRegex> match;
    std::unordered_map<std::string, std::string> map;
};

constexpr IdField idFieldOf(DialectField field) noexcept
{
    switch (field) {
    case DialectField::Correlation:
        return IdField::Correlation;
    case DialectField::Trace:
        return IdField::Trace;
    case DialectField::Span:
        return IdField::Span;
    case DialectField::ParentSpan:
        return IdField::ParentSpan;
    case DialectField::Conversation:
        return IdField::Conversation;
    case DialectField::ReplyTo:
        return IdField::ReplyTo;
    default:
        return IdField::Message;
    }
}

} // namespace

struct UserDialectReader::Private
{
    explicit Private(UserDialect dialect);
    std::size_t slotOf(const std::string& path);
    void makeReady(const FieldSource& source, std::vector<Place>& to);

    void read(DialectField field);
    void readText(DialectField field, std::string_view text);
    void readList(std::vector<std::string_view>& list);
    bool readWhole(DialectField field);
    [[nodiscard]] std::string_view valueOf(const Place& place);
    [[nodiscard]] std::string_view found(const Place& place);
    [[nodiscard]] std::string_view meant(const Place& place, std::string_view text);
    void setKind(std::string_view text);
    void setTrace(std::string_view text);

    UserDialect dialect;
    std::array<std::vector<Place>, kDialectFieldCount> places;
    std::deque<std::string> paths; // the reader keeps views of them
    std::unique_ptr<PathReader> json;
    const MessageView* message = nullptr;
    Interpretation* out = nullptr;
    std::string_view problem; ///< why the message is no JSON
    bool hasFound = false;
    bool hasKind = false;
};

UserDialectReader::Private::Private(UserDialect given)
    : dialect(std::move(given))
{
    for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
        for (const FieldSource& source : dialect.fields[i])
            makeReady(source, places[i]);
    }
    if (paths.empty())
        return;
    std::vector<FieldPath> table;
    for (std::size_t slot = 0; slot < paths.size(); ++slot)
        table.push_back(at(slot, paths[slot]));
    json = std::make_unique<PathReader>(table, table.size());
}

/// Places that several fields name are read once.
std::size_t UserDialectReader::Private::slotOf(const std::string& path)
{
    const auto known = std::ranges::find(paths, path);
    const auto slot = static_cast<std::size_t>(known - paths.begin());
    if (known == paths.end())
        paths.push_back(path);
    return slot;
}

void UserDialectReader::Private::makeReady(const FieldSource& source, std::vector<Place>& to)
{
    using From = FieldSource::From;
    Place place;
    place.from = source.from;
    place.text = source.what;
    place.split = source.split;
    if (source.from == From::Path) {
        if (source.what.empty() || paths.size() >= kMostSlots)
            return;
        place.slot = slotOf(readerPath(source.what));
    } else if (source.from == From::Segment) {
        const char* const begin = source.what.data();
        if (std::from_chars(begin, begin + source.what.size(), place.segment).ec != std::errc())
            return;
    } else if (source.from == From::Topic) {
        QString wrong;
        place.topic.emplace(source.what, source.take, wrong);
        if (!wrong.isEmpty())
            return;
    }
    if (!source.match.empty()) {
        place.match.emplace(source.match);
        if (!place.match->problem().isEmpty())
            return;
    }
    place.map.insert(source.map.begin(), source.map.end());
    to.push_back(std::move(place));
}

std::string_view UserDialectReader::Private::found(const Place& place)
{
    switch (place.from) {
    case FieldSource::From::Path:
        return json->text(place.slot);
    case FieldSource::From::Header: {
        HeaderCursor header(message->headers);
        while (header.next()) {
            if (isSameHeader(header.name, place.text))
                return header.value;
        }
        return {};
    }
    case FieldSource::From::Topic:
        return place.topic->part(message->topic);
    case FieldSource::From::Segment:
        return topicSegment(message->topic, place.segment);
    case FieldSource::From::Connection:
        return message->connection;
    case FieldSource::From::Peer:
        return message->peer;
    case FieldSource::From::Raw:
        return message->raw;
    case FieldSource::From::Text:
        return place.text;
    }
    return {};
}

/// What a found text means; empty when it means nothing.
std::string_view UserDialectReader::Private::meant(const Place& place, std::string_view text)
{
    if (place.match)
        text = place.match->find(text.substr(0, kLongestSearch));
    if (!isValue(text))
        return {};
    if (!place.map.empty()) {
        const auto mapped = place.map.find(std::string(text));
        if (mapped != place.map.end())
            return mapped->second.empty() ? std::string_view() : out->keep(mapped->second);
    }
    // The texts of others do not live as long as the message's.
    const bool isForeign =
        place.from == FieldSource::From::Connection || place.from == FieldSource::From::Text;
    return isForeign ? out->keep(std::string(text)) : text;
}

std::string_view UserDialectReader::Private::valueOf(const Place& place)
{
    return meant(place, found(place));
}

void UserDialectReader::Private::setKind(std::string_view text)
{
    auto kind = kindFromName(text);
    if (!kind)
        kind = kindFromWordsIfKnown(text);
    if (!kind)
        return;
    out->kind = *kind;
    hasKind = true;
}

void UserDialectReader::Private::setTrace(std::string_view text)
{
    const TraceContext context = traceOfW3c(text);
    setId(*out, IdField::Trace, context.trace.empty() ? text : context.trace);
    if (!context.parent.empty())
        setId(*out, IdField::ParentSpan, context.parent);
}

void UserDialectReader::Private::readText(DialectField field, std::string_view text)
{
    hasFound = true;
    switch (field) {
    case DialectField::Sender:
        out->sender = text;
        return;
    case DialectField::Kind:
        return setKind(text);
    case DialectField::Type:
        out->type = text;
        return;
    case DialectField::Trace:
        return setTrace(text);
    case DialectField::Sequence:
        if (const std::int64_t number = numberOfText(text); number >= 0)
            out->sequence = number;
        return;
    case DialectField::Time:
        if (const std::int64_t time = timeOfText(text); time != kNoTime)
            out->sent = time;
        return;
    case DialectField::Site:
    case DialectField::Crew:
    case DialectField::Role:
    case DialectField::Tenant:
        out->labels[static_cast<std::size_t>(field) -
                    static_cast<std::size_t>(DialectField::Site)] = text;
        return;
    case DialectField::Message:
    case DialectField::Correlation:
    case DialectField::Span:
    case DialectField::ParentSpan:
    case DialectField::Conversation:
    case DialectField::ReplyTo:
        setId(*out, idFieldOf(field), text);
        return;
    case DialectField::Receivers:
    case DialectField::Parents:
    case DialectField::Payload:
    case DialectField::State:
        return; // read as lists and as a whole
    }
}

void UserDialectReader::Private::readList(std::vector<std::string_view>& list)
{
    const bool isReceivers = &list == &out->receivers;
    const auto field = isReceivers ? DialectField::Receivers : DialectField::Parents;
    std::vector<std::string_view> named;
    for (const Place& place : places[static_cast<std::size_t>(field)]) {
        std::vector<std::string_view> texts;
        if (place.from == FieldSource::From::Path)
            json->texts((*json)[place.slot], kMostNamed, *out, texts);
        else
            texts.push_back(found(place));
        for (std::string_view text : texts) {
            while (!place.split.empty() && named.size() < kMostNamed) {
                const std::size_t end = text.find(place.split);
                if (end == std::string_view::npos)
                    break;
                if (const auto one = meant(place, trimmedBlanks(text.substr(0, end))); !one.empty())
                    named.push_back(one);
                text.remove_prefix(end + place.split.size());
            }
            if (const auto one = meant(place, place.split.empty() ? text : trimmedBlanks(text));
                !one.empty() && named.size() < kMostNamed)
                named.push_back(one);
        }
        if (!named.empty())
            break;
    }
    if (named.empty())
        return;
    hasFound = true;
    list = std::move(named);
}

bool UserDialectReader::Private::readWhole(DialectField field)
{
    for (const Place& place : places[static_cast<std::size_t>(field)]) {
        const PathReader::Value& value = (*json)[place.slot];
        if (value.json.data() == nullptr)
            continue;
        hasFound = true;
        if (field == DialectField::Payload) {
            out->payload = value.json;
        } else {
            out->state.clear();
            json->addState(value, *out);
        }
        return true;
    }
    return false;
}

void UserDialectReader::Private::read(DialectField field)
{
    switch (field) {
    case DialectField::Receivers:
        return readList(out->receivers);
    case DialectField::Parents:
        return readList(out->parents);
    case DialectField::Payload:
    case DialectField::State:
        (void)readWhole(field);
        return;
    default:
        break;
    }
    for (const Place& place : places[static_cast<std::size_t>(field)]) {
        if (const std::string_view text = valueOf(place); !text.empty())
            return readText(field, text);
    }
}

UserDialectReader::UserDialectReader(UserDialect dialect)
    : d(std::make_unique<Private>(std::move(dialect)))
{
}

UserDialectReader::~UserDialectReader() = default;

const UserDialect& UserDialectReader::dialect() const
{
    return d->dialect;
}

void UserDialectReader::apply(const MessageView& message, Interpretation& out)
{
    d->message = &message;
    d->out = &out;
    d->hasFound = false;
    d->hasKind = false;
    d->problem = {};
    if (d->json)
        d->problem = d->json->read(message.raw, out);
    const std::string_view typeBefore = out.type;
    for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
        if (!d->places[i].empty())
            d->read(static_cast<DialectField>(i));
    }
    // Who names the type has told the kind, where nothing else tells it.
    if (!d->hasKind && out.kind == Kind::Event && out.type.data() != typeBefore.data())
        out.kind = kindFromWords(out.type);
    out.isErrorReply = out.kind == Kind::Error && !idOf(out, IdField::Correlation).empty();
    if (!d->hasFound && !d->problem.empty() && d->dialect.base == "none")
        out.undecodable = d->problem;
}

} // namespace murmur
