// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "views/messages/jsonindex.h"

#include <QCoreApplication>

#include <limits>
#include <optional>
#include <string_view>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kDeepest = 512;
constexpr std::size_t kMostNodes = 2'000'000;
constexpr std::size_t kStopEvery = 4'096; // values between two looks at the stop token

struct Tr
{
    Q_DECLARE_TR_FUNCTIONS(JsonIndex)
};

bool isSpace(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

int hexValue(char c)
{
    if (isDigit(c))
        return c - '0';
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

QString unescaped(std::string_view text)
{
    const QString raw = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    if (!raw.contains(u'\\'))
        return raw;
    QString out;
    out.reserve(raw.size());
    for (qsizetype i = 0; i < raw.size(); ++i) {
        if (raw[i] != u'\\' || i + 1 >= raw.size()) {
            out += raw[i];
            continue;
        }
        const QChar c = raw[++i];
        switch (c.unicode()) {
        case 'n':
            out += u'\n';
            break;
        case 't':
            out += u'\t';
            break;
        case 'r':
            out += u'\r';
            break;
        case 'b':
            out += u'\b';
            break;
        case 'f':
            out += u'\f';
            break;
        case 'u':
            out += QChar(raw.mid(i + 1, 4).toUShort(nullptr, 16));
            i += 4;
            break;
        default:
            out += c;
        }
    }
    return out;
}

} // namespace

/// Reads without recursion: depth is bounded by a number, not by the stack.
class JsonScanner
{
public:
    JsonScanner(JsonIndex& out, const std::stop_token& stop)
        : m_out(out)
        , m_text(out.m_text.constData(), static_cast<std::size_t>(out.m_text.size()))
        , m_stop(stop)
    {
    }

    std::optional<Error> scan()
    {
        skipSpace();
        bool expectsValue = true;
        while (true) {
            if (expectsValue) {
                if (auto error = value())
                    return error;
                // A container with content goes on with its first key or value.
                if (m_opened) {
                    m_opened = false;
                    continue;
                }
            }
            if (m_open.empty())
                break;
            skipSpace();
            const bool isObject = top().type == JsonNode::Type::Object;
            const char c = peek();
            if (c == ',') {
                ++m_at;
                skipSpace();
                if (isObject) {
                    if (auto error = key())
                        return error;
                }
                expectsValue = true;
            } else if (c == (isObject ? '}' : ']')) {
                ++m_at;
                close();
                expectsValue = false;
            } else {
                return wrong(isObject ? Tr::tr("“,” or “}” expected")
                                      : Tr::tr("“,” or “]” expected"));
            }
        }
        skipSpace();
        if (m_at != m_text.size())
            return wrong(Tr::tr("more text after the value"));
        return std::nullopt;
    }

private:
    [[nodiscard]] char peek() const { return m_at < m_text.size() ? m_text[m_at] : '\0'; }
    JsonNode& top() { return m_out.m_nodes[m_open.back()]; }
    void skipSpace()
    {
        while (m_at < m_text.size() && isSpace(m_text[m_at]))
            ++m_at;
    }
    [[nodiscard]] Error wrong(const QString& what) const
    {
        return {ErrorCode::Unreadable, Tr::tr("%1 at byte %2").arg(what).arg(m_at)};
    }
    void close()
    {
        JsonNode& node = top();
        node.size = static_cast<std::uint32_t>(m_at) - node.begin;
        m_open.pop_back();
    }

    std::optional<Error> key()
    {
        if (peek() != '"')
            return wrong(Tr::tr("a key in quotes expected"));
        const std::size_t begin = m_at + 1;
        if (auto error = string())
            return error;
        m_keyBegin = static_cast<std::uint32_t>(begin);
        m_keySize = static_cast<std::uint32_t>(m_at - 1 - begin);
        skipSpace();
        if (peek() != ':')
            return wrong(Tr::tr("“:” expected"));
        ++m_at;
        skipSpace();
        return std::nullopt;
    }

    std::optional<Error> string()
    {
        for (++m_at; m_at < m_text.size(); ++m_at) {
            const char c = m_text[m_at];
            if (c == '"') {
                ++m_at;
                return std::nullopt;
            }
            if (static_cast<unsigned char>(c) < 0x20)
                return wrong(Tr::tr("control character in a string"));
            if (c != '\\')
                continue;
            ++m_at;
            if (peek() == 'u') {
                for (std::size_t i = 1; i <= 4; ++i) {
                    if (m_at + i >= m_text.size() || hexValue(m_text[m_at + i]) < 0)
                        return wrong(Tr::tr("four hexadecimal digits expected"));
                }
                m_at += 4;
            } else if (std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos ||
                       m_at >= m_text.size()) {
                return wrong(Tr::tr("unknown escape"));
            }
        }
        return wrong(Tr::tr("a string does not end"));
    }

    bool number()
    {
        const auto digits = [this] {
            const std::size_t from = m_at;
            while (isDigit(peek()))
                ++m_at;
            return m_at > from;
        };
        if (peek() == '-')
            ++m_at;
        const bool leadsWithZero = peek() == '0';
        const std::size_t from = m_at;
        if (!digits() || (leadsWithZero && m_at - from > 1))
            return false;
        if (peek() == '.') {
            ++m_at;
            if (!digits())
                return false;
        }
        if (peek() == 'e' || peek() == 'E') {
            ++m_at;
            if (peek() == '+' || peek() == '-')
                ++m_at;
            return digits();
        }
        return true;
    }

    std::optional<Error> value()
    {
        auto& nodes = m_out.m_nodes;
        if (nodes.size() >= kMostNodes)
            return wrong(Tr::tr("more than two million values"));
        if (nodes.size() % kStopEvery == 0 && m_stop.stop_requested())
            return Error{ErrorCode::Cancelled, {}};
        JsonNode node;
        node.begin = static_cast<std::uint32_t>(m_at);
        node.keyBegin = m_keyBegin;
        node.keySize = m_keySize;
        if (!m_open.empty()) {
            node.parent = m_open.back();
            node.position = top().children++;
        }
        const auto id = static_cast<std::uint32_t>(nodes.size());
        const char c = peek();
        if (c == '{' || c == '[') {
            if (m_open.size() >= kDeepest)
                return wrong(Tr::tr("nested deeper than 512 levels"));
            node.type = c == '{' ? JsonNode::Type::Object : JsonNode::Type::Array;
            nodes.push_back(node);
            m_open.push_back(id);
            ++m_at;
            skipSpace();
            if (peek() == (c == '{' ? '}' : ']')) {
                ++m_at;
                close();
                return std::nullopt;
            }
            m_opened = true;
            m_keyBegin = m_keySize = 0;
            return c == '{' ? key() : std::nullopt;
        }
        if (c == '"') {
            node.type = JsonNode::Type::String;
            if (auto error = string())
                return error;
        } else if (c == '-' || isDigit(c)) {
            node.type = JsonNode::Type::Number;
            if (!number())
                return wrong(Tr::tr("not a number"));
        } else if (m_text.substr(m_at, 4) == "true") {
            node.type = JsonNode::Type::Bool;
            m_at += 4;
        } else if (m_text.substr(m_at, 5) == "false") {
            node.type = JsonNode::Type::Bool;
            m_at += 5;
        } else if (m_text.substr(m_at, 4) == "null") {
            m_at += 4;
        } else {
            return wrong(Tr::tr("a value expected"));
        }
        node.size = static_cast<std::uint32_t>(m_at) - node.begin;
        nodes.push_back(node);
        m_keyBegin = m_keySize = 0;
        return std::nullopt;
    }

    JsonIndex& m_out;
    std::string_view m_text;
    std::stop_token m_stop;
    std::size_t m_at = 0;
    std::uint32_t m_keyBegin = 0;
    std::uint32_t m_keySize = 0;
    std::vector<std::uint32_t> m_open;
    bool m_opened = false;
};

Result<JsonIndex> JsonIndex::parse(QByteArray text, const std::stop_token& stop)
{
    JsonIndex json;
    json.m_text = std::move(text);
    if (json.m_text.size() >= std::numeric_limits<std::int32_t>::max())
        return Error{ErrorCode::Unreadable, Tr::tr("too large for a tree")};
    if (auto error = JsonScanner(json, stop).scan())
        return *error;
    return json;
}

QString JsonIndex::key(std::uint32_t node) const
{
    const JsonNode& item = m_nodes[node];
    if (node == 0)
        return {};
    if (m_nodes[item.parent].type == JsonNode::Type::Array)
        return u"[%1]"_s.arg(item.position);
    return unescaped({m_text.constData() + item.keyBegin, item.keySize});
}

QString JsonIndex::value(std::uint32_t node) const
{
    const JsonNode& item = m_nodes[node];
    switch (item.type) {
    case JsonNode::Type::Object:
        return u"{%1}"_s.arg(item.children);
    case JsonNode::Type::Array:
        return u"[%1]"_s.arg(item.children);
    case JsonNode::Type::String:
        return unescaped({m_text.constData() + item.begin + 1, item.size - 2});
    case JsonNode::Type::Null:
    case JsonNode::Type::Bool:
    case JsonNode::Type::Number:
        break;
    }
    return QString::fromLatin1(m_text.constData() + item.begin, static_cast<qsizetype>(item.size));
}

QByteArray JsonIndex::written(std::uint32_t node) const
{
    return m_text.mid(m_nodes[node].begin, m_nodes[node].size);
}

QString JsonIndex::path(std::uint32_t node) const
{
    QString text;
    while (node != 0) {
        const bool inArray = m_nodes[m_nodes[node].parent].type == JsonNode::Type::Array;
        text.prepend(inArray || m_nodes[node].parent == 0 ? key(node) : u'.' + key(node));
        node = m_nodes[node].parent;
    }
    return text;
}

QByteArray JsonIndex::compact() const
{
    return rewritten(false);
}

QByteArray JsonIndex::pretty() const
{
    return rewritten(true);
}

QByteArray JsonIndex::rewritten(bool isPretty) const
{
    QByteArray out;
    out.reserve(m_text.size());
    int depth = 0;
    bool isInString = false;
    const auto newLine = [&] {
        if (isPretty)
            out.append('\n').append(depth * 4, ' ');
    };
    // The text is known to be valid, so brackets outside of strings are all that matters.
    for (qsizetype i = 0; i < m_text.size(); ++i) {
        const char c = m_text[i];
        if (isInString) {
            out.append(c);
            if (c == '\\')
                out.append(m_text[++i]);
            else if (c == '"')
                isInString = false;
            continue;
        }
        if (isSpace(c))
            continue;
        const bool isOpening = c == '{' || c == '[';
        const bool isClosing = c == '}' || c == ']';
        const bool wasOpening = !out.isEmpty() && (out.back() == '{' || out.back() == '[');
        if (isClosing) {
            --depth;
            if (!wasOpening)
                newLine();
        } else if (wasOpening) {
            newLine();
        }
        out.append(c);
        isInString = c == '"';
        if (isOpening)
            ++depth;
        else if (c == ',')
            newLine();
        else if (c == ':' && isPretty)
            out.append(' ');
    }
    return out;
}

} // namespace murmur
