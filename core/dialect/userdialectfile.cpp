// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

// User dialects as JSON text.

#include "dialect/dialect.h"
#include "dialect/dialectproblem.h"
#include "dialect/userdialect.h"

#include <QJsonDocument>

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

using namespace simdjson;

constexpr std::int64_t kDialectVersion = 1;
constexpr std::size_t kLargestDialect = std::size_t(1) << 20;
constexpr std::size_t kMostListed = 1024;

QString textFrom(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// Reads one file. Walks the text itself, so that what is wrong has a line.
class DialectFileReader
{
public:
    DialectFileReader(std::string_view json, const QString& where)
        : m_json(json)
        , m_where(where)
    {
    }
    Result<UserDialect> read();
    [[nodiscard]] const DialectProblem& problem() const { return m_problem; }

private:
    [[nodiscard]] Error wrongAt(std::size_t offset, const QString& what);
    [[nodiscard]] Error wrong(const QString& what) { return wrongAt(m_offset, what); }
    /// Remembers where a value begins, for the errors that follow.
    ondemand::value& reached(ondemand::value& value);
    Status top(std::string_view key, ondemand::value value);
    Status text(std::string_view key, ondemand::value value, std::string& to);
    Status topics(ondemand::value value);
    Status fields(ondemand::value value);
    Status field(DialectField field, ondemand::value value);
    Status source(DialectField field, ondemand::value value);
    Status member(FieldSource& source, bool& hasPlace, std::string_view key, ondemand::value value);
    Status map(FieldSource& source, ondemand::value value);

    std::string m_padded;
    std::string_view m_json;
    const QString& m_where;
    std::size_t m_offset = 0;
    UserDialect m_dialect;
    bool m_hasVersion = false;
    DialectProblem m_problem;
};

Error DialectFileReader::wrongAt(std::size_t offset, const QString& what)
{
    const auto line = 1 + std::ranges::count(m_json.substr(0, offset), '\n');
    m_problem = {static_cast<int>(line), what};
    return {ErrorCode::WrongUse, u"%1, line %2: %3."_s.arg(m_where).arg(line).arg(what)};
}

ondemand::value& DialectFileReader::reached(ondemand::value& value)
{
    const std::string_view token = value.raw_json_token();
    if (token.data() >= m_padded.data() && token.data() < m_padded.data() + m_json.size())
        m_offset = static_cast<std::size_t>(token.data() - m_padded.data());
    return value;
}

Result<UserDialect> DialectFileReader::read()
{
    if (m_json.size() > kLargestDialect)
        return Error{ErrorCode::WrongUse,
                     u"%1 is larger than 1 MiB; that is no dialect."_s.arg(m_where)};
    QJsonParseError syntax;
    (void)QJsonDocument::fromJson(
        QByteArray::fromRawData(m_json.data(), static_cast<qsizetype>(m_json.size())), &syntax);
    if (syntax.error != QJsonParseError::NoError)
        return wrongAt(static_cast<std::size_t>(std::max(0, syntax.offset)),
                       u"this is no JSON: %1"_s.arg(syntax.errorString()));
    m_padded.reserve(m_json.size() + SIMDJSON_PADDING);
    m_padded.assign(m_json);
    m_padded.append(SIMDJSON_PADDING, ' ');
    m_padded.resize(m_json.size());
    ondemand::parser parser;
    ondemand::document document;
    ondemand::object object;
    if (parser.iterate(m_padded.data(), m_json.size(), m_json.size() + SIMDJSON_PADDING)
            .get(document) ||
        document.get_object().get(object))
        return wrongAt(0, u"this is no JSON object; a dialect begins with { \"version\": 1"_s);
    for (auto result : object) {
        ondemand::field member;
        std::string_view key;
        if (std::move(result).get(member) || member.unescaped_key().get(key))
            return wrong(u"this is no JSON"_s);
        ondemand::value value = member.value();
        if (auto status = top(std::string(key), reached(value)); !status)
            return status.error();
    }
    if (!m_hasVersion)
        return wrongAt(0, u"the version is missing; write \"version\": 1"_s);
    if (m_dialect.name.empty()) {
        const QString file = m_where.section(u'/', -1);
        m_dialect.name = file.section(u'.', 0, 0).toStdString();
    }
    if (const auto valid = m_dialect.validate(); !valid)
        return Error{ErrorCode::WrongUse, u"%1: %2."_s.arg(m_where, valid.error().message)};
    return std::move(m_dialect);
}

Status DialectFileReader::top(std::string_view key, ondemand::value value)
{
    if (key == "version") {
        std::int64_t version = 0;
        if (value.get_int64().get(version) || version < 1)
            return wrong(u"the version is a number; write \"version\": 1"_s);
        if (version > kDialectVersion)
            return Error{ErrorCode::NewerFormat,
                         u"%1 has version %2, of a newer Murmurscope; this one reads version 1."_s
                             .arg(m_where)
                             .arg(version)};
        m_hasVersion = true;
        return Done{};
    }
    if (key == "name")
        return text(key, value, m_dialect.name);
    if (key == "description")
        return text(key, value, m_dialect.description);
    if (key == "base")
        return text(key, value, m_dialect.base);
    if (key == "topics")
        return topics(value);
    if (key == "fields")
        return fields(value);
    return wrong(u"\"%1\" means nothing here; a dialect has version, name, description, topics, "
                 "base and fields"_s.arg(textFrom(key)));
}

Status DialectFileReader::text(std::string_view key, ondemand::value value, std::string& to)
{
    std::string_view found;
    if (value.get_string().get(found))
        return wrong(u"\"%1\" must be a text"_s.arg(textFrom(key)));
    to = found;
    return Done{};
}

Status DialectFileReader::topics(ondemand::value value)
{
    ondemand::array array;
    if (value.get_array().get(array))
        return wrong(u"\"topics\" is a list of patterns; write [\"robots/*\"]"_s);
    for (auto result : array) {
        ondemand::value element;
        std::string_view glob;
        if (result.get(element) || reached(element).get_string().get(glob))
            return wrong(u"\"topics\" is a list of patterns; write [\"robots/*\"]"_s);
        if (m_dialect.topics.size() >= kMostListed)
            return wrong(u"there are too many topics"_s);
        m_dialect.topics.emplace_back(glob);
    }
    return Done{};
}

Status DialectFileReader::fields(ondemand::value value)
{
    ondemand::object object;
    if (value.get_object().get(object))
        return wrong(u"\"fields\" is an object; write { \"sender\": \"payload.agent\" }"_s);
    for (auto result : object) {
        ondemand::field member;
        std::string_view key;
        if (std::move(result).get(member) || member.unescaped_key().get(key))
            return wrong(u"this is no JSON"_s);
        const std::string name(key);
        ondemand::value element = member.value();
        reached(element);
        const auto known = dialectFieldFromName(name);
        if (!known) {
            QStringList names;
            for (std::size_t i = 0; i < kDialectFieldCount; ++i)
                names << textFrom(dialectFieldName(static_cast<DialectField>(i)));
            return wrong(u"fields>%1 is no field; those that there are: %2"_s.arg(
                textFrom(name), names.join(u", "_s)));
        }
        if (!m_dialect[*known].empty())
            return wrong(
                u"fields>%1 stands there twice; write one list of places"_s.arg(textFrom(name)));
        if (auto status = field(*known, element); !status)
            return status;
    }
    return Done{};
}

Status DialectFileReader::field(DialectField field, ondemand::value value)
{
    if (!value.raw_json_token().starts_with('['))
        return source(field, value);
    ondemand::array array;
    if (value.get_array().get(array))
        return wrong(u"this is no list"_s);
    for (auto result : array) {
        ondemand::value element;
        if (result.get(element))
            return wrong(u"this is no JSON"_s);
        if (auto status = source(field, reached(element)); !status)
            return status;
    }
    return Done{};
}

Status DialectFileReader::source(DialectField field, ondemand::value value)
{
    const QString name = textFrom(dialectFieldName(field));
    const std::size_t begin = m_offset;
    if (m_dialect[field].size() >= kMostListed)
        return wrong(u"fields>%1 has too many places"_s.arg(name));
    FieldSource source;
    std::string_view path;
    if (value.raw_json_token().starts_with('"')) {
        if (value.get_string().get(path))
            return wrong(u"fields>%1: this text is damaged"_s.arg(name));
        source.what = path;
    } else {
        ondemand::object object;
        if (value.get_object().get(object))
            return wrong(u"fields>%1 is a place or a list of places; write \"payload.agent\" or { "
                         "\"header\": \"x-agent\" }"_s.arg(name));
        bool hasPlace = false;
        for (auto result : object) {
            ondemand::field one;
            std::string_view key;
            if (std::move(result).get(one) || one.unescaped_key().get(key))
                return wrong(u"this is no JSON"_s);
            const std::string own(key);
            ondemand::value element = one.value();
            reached(element);
            if (auto status = member(source, hasPlace, own, element); !status)
                return wrong(u"fields>%1: %2"_s.arg(name, status.error().message));
        }
        if (!hasPlace)
            return wrongAt(begin, u"fields>%1 says no place; write one of path, header, topic, "
                                  "segment, connection, peer, raw and text"_s.arg(name));
    }
    m_dialect[field].push_back(std::move(source));
    // What cannot be used is told where it stands.
    UserDialect alone;
    alone.name = "x";
    alone[field] = {m_dialect[field].back()};
    if (const auto valid = alone.validate(); !valid)
        return wrongAt(begin, valid.error().message);
    return Done{};
}

Status DialectFileReader::member(FieldSource& source, bool& hasPlace, std::string_view key,
                                 ondemand::value value)
{
    using From = FieldSource::From;
    const auto bad = [](const QString& what) { return Error{ErrorCode::WrongUse, what}; };
    std::string_view text;
    if (key == "map")
        return map(source, value);
    struct Name
    {
        std::string_view name;
        From from;
    };
    static constexpr Name kPlaces[] = {{"path", From::Path},
                                       {"header", From::Header},
                                       {"topic", From::Topic},
                                       {"segment", From::Segment},
                                       {"connection", From::Connection},
                                       {"peer", From::Peer},
                                       {"raw", From::Raw},
                                       {"text", From::Text}};
    const auto* const place = std::ranges::find(kPlaces, key, &Name::name);
    if (place != std::end(kPlaces)) {
        if (std::exchange(hasPlace, true))
            return bad(u"it says two places; write a list: [ … , … ]"_s);
        source.from = place->from;
        switch (place->from) {
        case From::Connection:
        case From::Peer:
        case From::Raw: {
            bool isOn = false;
            if (value.get_bool().get(isOn) || !isOn)
                return bad(u"write \"%1\": true"_s.arg(textFrom(key)));
            return Done{};
        }
        case From::Segment: {
            std::int64_t number = 0;
            if (value.get_int64().get(number))
                return bad(u"\"segment\" is a number; write 1 for the first part of the topic"_s);
            source.what = std::to_string(number);
            return Done{};
        }
        default:
            break;
        }
        if (value.get_string().get(text))
            return bad(u"\"%1\" must be a text"_s.arg(textFrom(key)));
        source.what = text;
        return Done{};
    }
    std::string* const to = key == "take"    ? &source.take
                            : key == "match" ? &source.match
                            : key == "split" ? &source.split
                                             : nullptr;
    if (to == nullptr)
        return bad(
            u"\"%1\" means nothing here; a place has path, header, topic, segment, "
            "connection, peer, raw or text, and take, match, split and map"_s.arg(textFrom(key)));
    if (value.get_string().get(text))
        return bad(u"\"%1\" must be a text"_s.arg(textFrom(key)));
    *to = text;
    return Done{};
}

Status DialectFileReader::map(FieldSource& source, ondemand::value value)
{
    const Error bad{
        ErrorCode::WrongUse,
        u"\"map\" says what values mean, text for text; write { \"ask\": \"request\" }"_s};
    ondemand::object object;
    if (value.get_object().get(object))
        return bad;
    for (auto result : object) {
        ondemand::field one;
        std::string_view key;
        std::string_view meaning;
        if (std::move(result).get(one) || one.unescaped_key().get(key))
            return bad;
        std::string from(key);
        if (std::ranges::find(source.map, from, &std::pair<std::string, std::string>::first) !=
            source.map.end())
            return Error{ErrorCode::WrongUse,
                         u"\"map\" says twice what \"%1\" means"_s.arg(textFrom(from))};
        ondemand::value element = one.value();
        if (reached(element).get_string().get(meaning))
            return bad;
        source.map.emplace_back(std::move(from), std::string(meaning));
        if (source.map.size() > kMostListed)
            return Error{ErrorCode::WrongUse, u"\"map\" has more than 1024 entries"_s};
    }
    return Done{};
}

nlohmann::ordered_json jsonOfSource(const FieldSource& source)
{
    using From = FieldSource::From;
    if (source.from == From::Path && source.match.empty() && source.split.empty() &&
        source.map.empty())
        return source.what;
    nlohmann::ordered_json json;
    switch (source.from) {
    case From::Path:
        json["path"] = source.what;
        break;
    case From::Header:
        json["header"] = source.what;
        break;
    case From::Topic:
        json["topic"] = source.what;
        break;
    case From::Segment:
        json["segment"] = std::atoi(source.what.c_str());
        break;
    case From::Connection:
        json["connection"] = true;
        break;
    case From::Peer:
        json["peer"] = true;
        break;
    case From::Raw:
        json["raw"] = true;
        break;
    case From::Text:
        json["text"] = source.what;
        break;
    }
    for (const auto& [key, text] :
         {std::pair("take", &source.take), {"match", &source.match}, {"split", &source.split}}) {
        if (!text->empty())
            json[key] = *text;
    }
    for (const auto& [value, meaning] : source.map)
        json["map"][value] = meaning;
    return json;
}

} // namespace

std::optional<DialectProblem> problemOfDialect(std::string_view json)
{
    const QString where = u"The dialect"_s;
    DialectFileReader reader(json, where);
    const auto dialect = reader.read();
    if (dialect)
        return std::nullopt;
    DialectProblem problem = reader.problem();
    if (problem.what.isEmpty())
        problem.what = dialect.error().message; // of the whole
    return problem;
}

Result<UserDialect> UserDialect::parse(std::string_view json, const QString& where)
{
    return DialectFileReader(json, where).read();
}

std::string UserDialect::toJson() const
{
    nlohmann::ordered_json json;
    json["version"] = kDialectVersion;
    json["name"] = name;
    if (!description.empty())
        json["description"] = description;
    if (!topics.empty())
        json["topics"] = topics;
    json["base"] = base;
    json["fields"] = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < kDialectFieldCount; ++i) {
        if (fields[i].empty())
            continue;
        auto& field = json["fields"][std::string(dialectFieldName(static_cast<DialectField>(i)))];
        if (fields[i].size() == 1) {
            field = jsonOfSource(fields[i].front());
            continue;
        }
        for (const FieldSource& source : fields[i])
            field.push_back(jsonOfSource(source));
    }
    return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

} // namespace murmur
