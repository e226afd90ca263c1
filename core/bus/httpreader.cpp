// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "bus/httpreader.h"

#include <algorithm>
#include <charconv>

namespace murmur {

namespace {

constexpr std::size_t kBodyPadding = 64;
constexpr std::size_t kMaxChunkLine = 256;

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isSame(std::string_view a, std::string_view b) noexcept
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) noexcept
{
    constexpr std::string_view kBlank = " \t";
    const std::size_t begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

// The characters of a "token" in RFC 9110.
bool isTokenChar(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool isToken(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, isTokenChar);
}

int hexValue(char c) noexcept
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Broken escapes stay as they are; `plusIsSpace` as in form data.
std::string percentDecoded(std::string_view text, bool plusIsSpace)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hexValue(text[i + 1]) >= 0 &&
            hexValue(text[i + 2]) >= 0) {
            out += static_cast<char>(hexValue(text[i + 1]) * 16 + hexValue(text[i + 2]));
            i += 2;
        } else {
            out += plusIsSpace && text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

// Takes what comes before the next `divider`, and the divider, off `text`.
std::string_view takeUntil(std::string_view& text, char divider) noexcept
{
    const std::size_t end = text.find(divider);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

// Takes one line without its end off `text`; a lone LF ends a line too, for people with netcat.
bool takeLine(std::string_view& text, std::string_view& line) noexcept
{
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos)
        return false;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (!line.empty() && line.back() == '\r')
        line.remove_suffix(1);
    return true;
}

} // namespace

std::string_view HttpHead::field(std::string_view name) const noexcept
{
    const auto found = std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpHead::fieldHasToken(std::string_view name, std::string_view token) const noexcept
{
    for (const auto& [fieldName, value] : fields) {
        if (fieldName != name)
            continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            if (isSame(trimmed(takeUntil(rest, ',')), token))
                return true;
        }
    }
    return false;
}

std::string HttpHead::queryItem(std::string_view name) const
{
    std::string_view rest = query;
    while (!rest.empty()) {
        const std::string_view item = takeUntil(rest, '&');
        if (item.substr(0, name.size()) == name && item.substr(name.size()).starts_with('='))
            return percentDecoded(item.substr(name.size() + 1), true);
    }
    return {};
}

void HttpReader::forgetBody()
{
    m_bodySize = 0;
    m_body = {};
}

bool HttpReader::isInsideBody() const noexcept
{
    return m_state != State::Head && m_state != State::Failed;
}

HttpReader::Event HttpReader::next(std::string_view& bytes)
{
    switch (m_state) {
    case State::Head:
        return readHead(bytes);
    case State::Length:
        return readLength(bytes);
    case State::ChunkSize:
    case State::Chunk:
    case State::ChunkEnd:
    case State::Trailer:
        return readChunked(bytes);
    case State::Failed:
        return Event::Failed;
    }
    return Event::Failed;
}

HttpReader::Event HttpReader::readHead(std::string_view& bytes)
{
    // Empty lines before a request are skipped (RFC 9112, 2.2).
    if (m_scanned == 0) {
        while (bytes.starts_with("\r\n") || bytes.starts_with('\n'))
            bytes.remove_prefix(bytes.front() == '\n' ? 1 : 2);
    }
    const std::string_view window = bytes.substr(0, kMaxHead);
    std::size_t end = std::string_view::npos;
    for (std::size_t i = window.find('\n', m_scanned); i != std::string_view::npos;
         i = window.find('\n', i + 1)) {
        if (window.substr(i + 1).starts_with('\n'))
            end = i + 2;
        else if (window.substr(i + 1).starts_with("\r\n"))
            end = i + 3;
        else
            continue;
        break;
    }
    if (end == std::string_view::npos) {
        if (window.size() == kMaxHead)
            return fail(431, "the head of the request is larger than 16 KiB");
        // The end may lie across the last two bytes.
        m_scanned = window.size() < 3 ? 0 : window.size() - 3;
        return Event::NeedMore;
    }
    m_scanned = 0;
    m_head = {};
    m_body.clear();
    m_bodySize = 0;
    if (!parseHead(bytes.substr(0, end)))
        return Event::Failed;
    bytes.remove_prefix(end);
    m_state = m_isChunked ? State::ChunkSize : State::Length;
    return Event::Head;
}

bool HttpReader::parseHead(std::string_view text)
{
    std::string_view line;
    if (!takeLine(text, line) || !parseRequestLine(line))
        return false;
    while (takeLine(text, line) && !line.empty()) {
        if (!parseField(line))
            return false;
    }
    return frameBody();
}

bool HttpReader::parseRequestLine(std::string_view line)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last)
        return refuse(400, "this is not HTTP: the first line is not “METHOD path HTTP/1.1”");
    const std::string_view method = line.substr(0, first);
    std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!isToken(method))
        return refuse(400, "the method is not a word");
    if (version != "HTTP/1.1" && version != "HTTP/1.0")
        return refuse(version.starts_with("HTTP/") ? 505 : 400, "only HTTP/1.1 and HTTP/1.0");
    if (target.size() > kMaxTarget)
        return refuse(414, "the path is longer than 8 KiB");
    const auto isControl = [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; };
    if (std::ranges::any_of(target, isControl))
        return refuse(400, "the path has blanks or control characters");
    // "http://host/path", as proxies and a few clients send it.
    if (const std::size_t scheme = target.find("://");
        !target.starts_with('/') && scheme != std::string_view::npos) {
        const std::size_t path = target.find('/', scheme + 3);
        target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    }
    if (!target.starts_with('/') && target != "*")
        return refuse(400, "the path does not begin with /");
    const std::size_t question = std::min(target.find('?'), target.size());
    m_head.method = method;
    m_head.path = percentDecoded(target.substr(0, question), false);
    m_head.query = target.substr(std::min(question + 1, target.size()));
    m_head.minorVersion = version.back() - '0';
    return true;
}

bool HttpReader::parseField(std::string_view line)
{
    if (line.front() == ' ' || line.front() == '\t')
        return refuse(400, "folded header lines are not accepted");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !isToken(line.substr(0, colon)))
        return refuse(400, "a header line is not “Name: value”");
    if (m_head.fields.size() >= kMaxFields)
        return refuse(431, "more than 100 header lines");
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (std::ranges::any_of(value, [](char c) { return c == '\0' || c == '\r' || c == 0x7f; }))
        return refuse(400, "a header has control characters");
    std::string name(line.substr(0, colon));
    std::ranges::transform(name, name.begin(), lower);
    m_head.fields.emplace_back(std::move(name), std::string(value));
    return true;
}

bool HttpReader::frameBody()
{
    const auto count = [this](std::string_view name) {
        return std::ranges::count(m_head.fields, name, &std::pair<std::string, std::string>::first);
    };
    if (count("host") > 1 || (count("host") == 0 && m_head.minorVersion == 1))
        return refuse(400, "HTTP/1.1 needs one Host header");
    if (count("content-length") > 1 || count("transfer-encoding") > 1 || count("origin") > 1 ||
        count("authorization") > 1)
        return refuse(400, "a header that may stand once stands twice");
    const std::string_view length = m_head.field("content-length");
    const std::string_view coding = m_head.field("transfer-encoding");
    if (length.data() && coding.data())
        return refuse(400, "both Content-Length and Transfer-Encoding");
    m_isChunked = coding.data() != nullptr;
    m_missing = 0;
    if (m_isChunked && (m_head.minorVersion == 0 || !isSame(coding, "chunked")))
        return refuse(501, "the only Transfer-Encoding here is chunked");
    if (length.data()) {
        const auto [end, error] =
            std::from_chars(length.data(), length.data() + length.size(), m_missing);
        const bool isNumber = error == std::errc() || error == std::errc::result_out_of_range;
        if (!isNumber || end != length.data() + length.size())
            return refuse(400, "Content-Length is not a number");
        if (error != std::errc() || m_missing > m_maxBody)
            return refuse(413, "the body is larger than " + std::to_string(m_maxBody) + " bytes");
    }
    if (!m_takesPacked && !m_head.field("content-encoding").empty() &&
        !isSame(m_head.field("content-encoding"), "identity"))
        return refuse(415, "compressed bodies are not accepted: send it without Content-Encoding");
    m_head.hasBody = m_isChunked || m_missing > 0;
    m_head.expectsContinue =
        m_head.minorVersion == 1 && isSame(m_head.field("expect"), "100-continue");
    m_head.keepAlive = m_head.minorVersion == 1 ? !m_head.fieldHasToken("connection", "close")
                                                : m_head.fieldHasToken("connection", "keep-alive");
    return true;
}

bool HttpReader::takeBody(std::string_view& bytes)
{
    const std::size_t count = std::min(m_missing, bytes.size());
    m_body.append(bytes.substr(0, count));
    m_bodySize = m_body.size();
    m_missing -= count;
    bytes.remove_prefix(count);
    return m_missing == 0;
}

HttpReader::Event HttpReader::readLength(std::string_view& bytes)
{
    return takeBody(bytes) ? finish() : Event::NeedMore;
}

HttpReader::Event HttpReader::readChunked(std::string_view& bytes)
{
    for (;;) {
        if (m_state == State::Chunk) {
            if (!takeBody(bytes))
                return Event::NeedMore;
            m_state = State::ChunkEnd;
        }
        std::string_view rest = bytes;
        std::string_view line;
        const bool isWhole = takeLine(rest, line);
        // One byte more while the end is not there: it may be the CR. Whether the bytes came at
        // once or one by one must make no difference.
        const std::size_t limit = m_state == State::Trailer ? kMaxTarget : kMaxChunkLine;
        if (isWhole ? line.size() > limit : bytes.size() > limit + 1)
            return fail(400, "a line between chunks is too long");
        if (!isWhole)
            return Event::NeedMore;
        bytes = rest;
        if (m_state == State::ChunkEnd) {
            if (!line.empty())
                return fail(400, "a chunk is longer than it says");
            m_state = State::ChunkSize;
        } else if (m_state == State::ChunkSize) {
            if (!readChunkSize(line))
                return Event::Failed;
            m_state = m_missing > 0 ? State::Chunk : State::Trailer;
            m_trailer = 0;
        } else {
            if (line.empty())
                return finish();
            m_trailer += line.size();
            if (m_trailer > kMaxHead)
                return fail(431, "the trailer is larger than 16 KiB");
        }
    }
}

bool HttpReader::readChunkSize(std::string_view line)
{
    const std::string_view digits = trimmed(line.substr(0, std::min(line.find(';'), line.size())));
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), m_missing, 16);
    const bool isNumber = error == std::errc() || error == std::errc::result_out_of_range;
    if (digits.empty() || !isNumber || end != digits.data() + digits.size())
        return refuse(400, "a chunk's size is not a number");
    if (error != std::errc() || m_missing > m_maxBody - m_body.size())
        return refuse(413, "the body is larger than " + std::to_string(m_maxBody) + " bytes");
    return true;
}

HttpReader::Event HttpReader::finish()
{
    m_bodySize = m_body.size();
    m_body.append(kBodyPadding, '\0');
    m_state = State::Head;
    return Event::Request;
}

HttpReader::Event HttpReader::fail(int status, std::string reason)
{
    refuse(status, std::move(reason));
    return Event::Failed;
}

bool HttpReader::refuse(int status, std::string reason)
{
    m_state = State::Failed;
    m_status = status;
    m_reason = std::move(reason);
    return false;
}

} // namespace murmur
