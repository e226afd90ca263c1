// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "codec/codecchoice.h"

#include "base/message.h"
#include "base/transport.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace murmur {

namespace {

constexpr int kMaxWraps = 4;
constexpr std::size_t kFrame = 5; ///< a zero and the schema's number
/// Fewer bytes are fields of protobuf by chance.
constexpr std::size_t kFewestGuessed = 4;

bool isSameWord(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char x, char y) {
        const auto lower = [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        };
        return lower(x) == lower(y);
    });
}

/// The number of a schema in a registry, as Confluent's framing names it.
std::string frameKey(std::string_view bytes)
{
    if (bytes.size() < kFrame || bytes[0] != '\0')
        return {};
    return std::to_string(ByteReader(bytes.substr(1)).big<std::uint32_t>());
}

std::string describe(const CodecFailure& failure, bool isWrapped)
{
    return failure.what + " at byte " + std::to_string(failure.at) +
           (isWrapped ? " of what was unpacked" : "");
}

} // namespace

void KnownSchema::read()
{
    const CodecEntry* codec = findCodec(schema.codec);
    try {
        if (codec == nullptr)
            m_problem = "no codec here is called " + schema.codec;
        else if (codec->compile != nullptr && !schema.data.empty())
            m_reader = codec->compile(schema);
    } catch (const CodecFailure& failure) {
        m_problem = failure.what;
    } catch (const std::exception& error) { // of a library
        m_problem = error.what();
    }
}

std::shared_ptr<const SchemaReader> KnownSchema::reader()
{
    std::call_once(m_once, [this] { read(); });
    return m_reader;
}

std::string KnownSchema::problem()
{
    std::call_once(m_once, [this] { read(); });
    return m_problem;
}

CodecChoice::CodecChoice(const Payload& payload, std::stop_token stop)
    : m_payload(payload)
    , m_stop(std::move(stop))
    , m_headers(headersFromBytes(payload.headers))
    , m_bytes(payload.bytes)
{
}

void CodecChoice::setRule(const std::string& codec, std::shared_ptr<KnownSchema> schema)
{
    m_ruleCodec = codec;
    m_ruleSchema = std::move(schema);
}

void CodecChoice::offer(const std::shared_ptr<KnownSchema>& schema)
{
    if (!schema->schema.topic.empty() && matchesTopicGlob(schema->schema.topic, m_payload.topic))
        m_byTopic.push_back(schema);
    else if (!schema->schema.key.empty())
        m_byKey.push_back(schema);
}

std::string_view CodecChoice::header(std::string_view name) const
{
    for (const auto& [header, value] : m_headers) {
        if (isSameWord(header, name))
            return value;
    }
    return {};
}

std::optional<CodecChoice::Chosen> CodecChoice::byRule() const
{
    if (m_ruleCodec.empty())
        return std::nullopt;
    Chosen chosen;
    chosen.codec = findCodec(m_ruleCodec);
    chosen.schema = m_ruleSchema;
    chosen.reason = "it was chosen by hand";
    if (chosen.codec == nullptr)
        return std::nullopt;
    // Chosen without a schema, it may still be one of the recording's.
    if (!chosen.schema && chosen.codec->compile != nullptr) {
        const auto keyed = byKey();
        const auto same = std::ranges::find(keyed, chosen.codec, &Chosen::codec);
        if (same != keyed.end()) {
            chosen.schema = same->schema;
            chosen.skip = same->skip;
            return chosen;
        }
        for (const auto& schema : m_byTopic) {
            if (schema->schema.codec == m_ruleCodec) {
                chosen.schema = schema;
                break;
            }
        }
    }
    return chosen;
}

/// A schema of a registry: several may have one number, of different registries.
std::vector<CodecChoice::Chosen> CodecChoice::byKey() const
{
    std::vector<Chosen> all;
    const std::string key = frameKey(m_bytes);
    if (key.empty())
        return all;
    for (const auto& schema : m_byKey) {
        if (schema->schema.key == key)
            all.push_back({findCodec(schema->schema.codec), schema, kFrame,
                           "its first bytes name schema " + key + " of the registry"});
    }
    return all;
}

std::optional<CodecChoice::Chosen> CodecChoice::byTopic() const
{
    const std::string_view type = header(transport::kType);
    for (const auto& schema : m_byTopic) {
        const Schema& given = schema->schema;
        if (!type.empty() && !given.key.empty() && given.key != type)
            continue; // the channel had another schema then
        Chosen chosen;
        chosen.codec = findCodec(given.codec);
        chosen.schema = schema;
        chosen.reason = std::string("the recording has a ") +
                        (given.data.empty() ? "codec" : "schema") + " for topic " + given.topic;
        if (!given.name.empty())
            chosen.reason += " (" + given.name + ')';
        return chosen;
    }
    return std::nullopt;
}

std::vector<CodecChoice::Chosen> CodecChoice::byHeaders() const
{
    static constexpr std::array kHeaders = std::to_array<std::pair<const char*, const char*>>({
        {"content-encoding", "the content encoding is "},
        {"content-type", "the content type is "},
        {"ce-datacontenttype", "the content type is "},
        {"ce_datacontenttype", "the content type is "},
        {"contentType", "the content type is "},
        {"murmur-encoding", "the channel's encoding is "},
        {"encoding", "the encoding is "},
    });
    std::vector<Chosen> all;
    for (const auto& [name, reason] : kHeaders) {
        // What wraps is unpacked once; then the content type speaks.
        if (m_isWrapped && std::string_view(name) == "content-encoding")
            continue;
        const std::string_view word = header(name);
        const CodecEntry* codec = word.empty() ? nullptr : codecOfWord(word);
        if (codec != nullptr)
            all.push_back({codec, nullptr, 0, reason + std::string(word)});
    }
    return all;
}

std::optional<CodecChoice::Chosen> CodecChoice::byMagic() const
{
    for (const CodecEntry& codec : codecs()) {
        if (codec.hasMagic != nullptr && codec.hasMagic(m_bytes))
            return Chosen{&codec, nullptr, 0, std::string("it begins as ") + codec.id + " does"};
    }
    return std::nullopt;
}

/// False leaves the reason in `failure`.
bool CodecChoice::run(const Chosen& chosen, std::string& failure)
{
    CodecRun run;
    run.stop = m_stop;
    run.isFramed = chosen.skip > 0;
    run.bytes = m_bytes.substr(std::min(chosen.skip, m_bytes.size()));
    std::shared_ptr<const SchemaReader> reader;
    try {
        if (chosen.codec == nullptr)
            throw CodecFailure{"no codec here reads it", 0};
        if (chosen.schema) {
            reader = chosen.schema->reader();
            if (!reader && chosen.codec->compile != nullptr &&
                !chosen.schema->schema.data.empty()) {
                failure = "its schema cannot be used: " + chosen.schema->problem();
                return false;
            }
        }
        run.schema = reader.get();
        chosen.codec->read(run);
    } catch (const CodecFailure& problem) {
        failure = describe({problem.what, problem.at + chosen.skip}, m_isWrapped);
        return false;
    } catch (const std::exception& error) { // of a library; there is no memory, say
        failure = error.what();
        return false;
    }
    m_found.codec += m_found.codec.empty() ? "" : ", ";
    m_found.codec += chosen.codec->id;
    m_found.reason += m_found.reason.empty() ? "" : "; ";
    m_found.reason += chosen.reason;
    m_found.note = run.note;
    if (run.made == CodecRun::Made::Bytes) {
        m_unwrapped = std::move(run.out);
        m_bytes = m_unwrapped;
        m_isWrapped = m_goesOn = true;
        return true;
    }
    m_found.is = run.made == CodecRun::Made::Json   ? Decoded::Is::Json
                 : run.made == CodecRun::Made::Text ? Decoded::Is::Text
                                                    : Decoded::Is::Image;
    m_found.isSame = run.isSame && !m_isWrapped && chosen.skip == 0;
    m_found.value = run.isSame ? std::string(run.bytes) : std::move(run.out);
    return true;
}

bool CodecChoice::tryOne(const char* codec)
{
    std::string unused;
    return run({findCodec(codec), nullptr, 0, "nothing says what it is, and it reads as such"},
               unused);
}

/// Nothing says what it is.
void CodecChoice::fit()
{
    if (m_bytes.empty())
        return;
    const std::size_t start = m_bytes.find_first_not_of(" \t\r\n\x1e\xef\xbb\xbf");
    const char first = start == std::string_view::npos ? ' ' : m_bytes[start];
    if (tryOne("json"))
        return;
    if ((first == '{' || first == '[') && m_bytes.find('\n') != std::string_view::npos &&
        tryOne("jsonlines"))
        return;
    if (tryOne("text"))
        return;
    // A lone number in either would be any byte; a map or a list to the last byte is no chance.
    const auto byte = static_cast<unsigned char>(m_bytes[0]);
    const bool isMsgpack = (byte >= 0x80 && byte < 0xa0) || (byte >= 0xdc && byte <= 0xdf);
    if (isMsgpack && m_bytes.size() > 1 && tryOne("msgpack"))
        return;
    const bool isCbor = byte >= 0x80 && byte < 0xc0;
    if (isCbor && m_bytes.size() > 1 && tryOne("cbor"))
        return;
    if (const std::string key = frameKey(m_bytes); !key.empty() && m_found.failure.empty()) {
        m_found.failure = "its first bytes may name schema " + key +
                          " of a schema registry, and the recording does not have it";
        return;
    }
    if (m_bytes.size() >= kFewestGuessed && tryOne("protobuf")) {
        m_found.isGuess = true;
        m_found.reason = "nothing says what it is; its bytes may be fields of protobuf";
    }
}

void CodecChoice::decodeOnce()
{
    m_goesOn = false;
    std::string failure;
    if (!m_isWrapped) {
        if (const auto rule = byRule()) {
            // By hand is by hand: nothing else is tried behind a person's back.
            if (!run(*rule, failure))
                m_found.failure = std::string("as ") + rule->codec->id + ": " + failure;
            return;
        }
    }
    const auto attempt = [&](const Chosen& chosen) {
        if (run(chosen, failure))
            return true;
        m_found.failure = chosen.reason + ", but " + failure;
        return false;
    };
    const auto keyed = byKey();
    if (std::ranges::any_of(keyed, attempt))
        return;
    const auto headers = byHeaders();
    const bool isPacked = !headers.empty() && !m_isWrapped && !header("content-encoding").empty();
    if (isPacked && attempt(headers.front()))
        return;
    if (const auto topic = byTopic(); topic && attempt(*topic))
        return;
    for (const Chosen& chosen : headers) {
        // "application/json" is often said of what is not; only the bytes decide about text.
        if (attempt(chosen))
            return;
    }
    if (const auto magic = byMagic(); magic && attempt(*magic))
        return;
    fit();
}

Decoded CodecChoice::decode()
{
    for (int wraps = 0; wraps < kMaxWraps; ++wraps) {
        decodeOnce();
        if (!m_goesOn)
            break;
    }
    if (m_goesOn)
        m_found.failure = "it is packed more than four times";
    return std::move(m_found);
}

} // namespace murmur
