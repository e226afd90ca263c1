// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "query/rowcontext.h"

#include "codec/codecbook.h"
#include "llm/callreader.h"
#include "query/filter.h"

#include <simdjson.h>

#include <cstring>

namespace murmur {

struct RowContext::Json
{
    simdjson::dom::parser parser;
    std::string padded; // simdjson reads past the end of its input
    simdjson::dom::element root;
    std::size_t row = static_cast<std::size_t>(-1);
    bool isValid = false;
};

struct RowContext::Calls
{
    CallReader reader;
    std::optional<ModelCall> call;
    std::size_t row = static_cast<std::size_t>(-1);
};

RowContext::RowContext(const Columns& columns, const Dictionaries& names, PayloadSource* source,
                       std::size_t slots)
    : m_columns(columns)
    , m_names(names)
    , m_source(source)
    , m_verdicts(slots)
{
}

RowContext::~RowContext() = default;

std::string_view RowContext::raw(std::size_t row)
{
    if (m_source == nullptr)
        return {};
    if (m_holds != Holds::Raw || m_row != row) {
        m_bytes = m_source->raw(row);
        m_row = row;
        m_holds = Holds::Raw;
    }
    return m_bytes;
}

std::string_view RowContext::headers(std::size_t row)
{
    if (m_source == nullptr || cell(m_columns.headerSize, row) == 0)
        return {};
    if (m_holds != Holds::Headers || m_row != row) {
        m_bytes = m_source->headers(row);
        m_row = row;
        m_holds = Holds::Headers;
    }
    return m_bytes;
}

std::string_view RowContext::payload(std::size_t row)
{
    const std::string_view bytes = raw(row);
    if (row >= m_columns.payloadSize.size())
        return bytes;
    const std::size_t offset = cell(m_columns.payloadOffset, row);
    return offset <= bytes.size() ? bytes.substr(offset, m_columns.payloadSize[row])
                                  : std::string_view();
}

std::string_view RowContext::text(std::size_t row, TextRef ref)
{
    if (ref.size == 0)
        return {};
    std::size_t offset = ref.offset;
    std::string_view bytes;
    if ((ref.offset & kInText) != 0) {
        offset &= ~kInText;
        bytes = m_columns.text;
    } else if (const std::size_t rawSize = cell(m_columns.rawSize, row); offset >= rawSize) {
        offset -= rawSize;
        bytes = headers(row);
    } else {
        bytes = raw(row);
    }
    return offset + ref.size <= bytes.size() ? bytes.substr(offset, ref.size) : std::string_view();
}

bool RowContext::parse(std::string_view json)
{
    m_json->padded.resize(json.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(m_json->padded.data(), json.data(), json.size());
    return m_json->parser.parse(m_json->padded.data(), json.size(), false).get(m_json->root) ==
           simdjson::SUCCESS;
}

/// What is only guessed to be something is nothing to a filter.
bool RowContext::decode(std::size_t row)
{
    const std::string bytes(payload(row)); // the headers take its place
    const std::string topic = m_names.topicName(TopicId(cell(m_columns.topic, row)));
    // Text is no JSON, or else lines of it.
    if (bytes.find_first_of("{[") == std::string::npos &&
        m_names.codecs().isPlain({bytes, topic, {}}))
        return false;
    const Decoded decoded = m_names.codecs().decode({bytes, topic, headers(row)});
    return decoded.is == Decoded::Is::Json && !decoded.isGuess && !decoded.isSame &&
           parse(decoded.value);
}

const simdjson::dom::element* RowContext::json(std::size_t row)
{
    if (!m_json)
        m_json = std::make_unique<Json>();
    if (m_json->row != row) {
        const std::string_view bytes = payload(row);
        m_json->row = row;
        m_json->isValid = !bytes.empty() && (parse(bytes) || decode(row));
    }
    return m_json->isValid ? &m_json->root : nullptr;
}

const ModelCall* RowContext::modelCall(std::size_t row)
{
    if (!m_calls)
        m_calls = std::make_unique<Calls>();
    if (m_calls->row != row) {
        m_calls->row = row;
        const unsigned kind = cell(m_columns.kind, row);
        m_calls->call = m_calls->reader.read(
            raw(row), payload(row), kind < kKindCount ? static_cast<Kind>(kind) : Kind::Event);
    }
    return m_calls->call ? &*m_calls->call : nullptr;
}

} // namespace murmur
