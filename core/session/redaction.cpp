// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/redaction.h"

#include "base/message.h"

#include <algorithm>
#include <array>
#include <cstring>

using namespace Qt::StringLiterals;

namespace murmur {

namespace {

constexpr std::size_t kLongestName = 24;
/// A credential is no word: as long as this, and without a space.
constexpr std::size_t kShortestToken = 20;

// Plain: lower case, without '-' and '_'. Sorted.
constexpr std::array<std::string_view, 27> kSecretNames{"accesskey",     "accesstoken",
                                                        "apikey",        "apitoken",
                                                        "authorization", "authtoken",
                                                        "awssecretkey",  "bearertoken",
                                                        "clientsecret",  "cookie",
                                                        "credential",    "credentials",
                                                        "idtoken",       "passphrase",
                                                        "passwd",        "password",
                                                        "privatekey",    "proxyauthorization",
                                                        "pwd",           "refreshtoken",
                                                        "secret",        "secretaccesskey",
                                                        "secretkey",     "sessiontoken",
                                                        "setcookie",     "xapikey",
                                                        "xauthtoken"};
static_assert(std::ranges::is_sorted(kSecretNames));
constexpr std::string_view kToken = "token";

struct PlainName
{
    std::array<char, kLongestName> text{};
    std::size_t size = 0;
    bool isTooLong = false;

    explicit PlainName(std::string_view name) noexcept
    {
        for (const char c : name) {
            if (c == '-' || c == '_')
                continue;
            if (size == text.size()) {
                isTooLong = true;
                return;
            }
            text[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    [[nodiscard]] std::string_view view() const { return {text.data(), size}; }
};

bool isSecret(const PlainName& name) noexcept
{
    return !name.isTooLong && std::ranges::binary_search(kSecretNames, name.view());
}

bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// How many backslashes stand right before `at`.
std::size_t escapesBefore(const char* bytes, std::size_t at) noexcept
{
    std::size_t count = 0;
    while (count < at && bytes[at - count - 1] == '\\')
        ++count;
    return count;
}

/// Whether a quote with so many backslashes before it ends a string whose own quotes have `depth`:
/// those beyond stand for whole escaped backslashes.
bool isClosing(std::size_t escapes, std::size_t depth) noexcept
{
    return escapes >= depth && (escapes - depth) % (2 * (depth + 1)) == 0;
}

bool isCredential(std::string_view value) noexcept
{
    return value.size() >= kShortestToken && std::ranges::none_of(value, isSpace);
}

/// Overwrites, unless all of it is stars.
bool cover(char* begin, char* end) noexcept
{
    const bool isCovered = std::all_of(begin, end, [](char c) { return c == '*'; });
    std::fill(begin, end, '*');
    return !isCovered;
}

/// Covers the value that begins at `at`, behind the colon. `depth` backslashes stand before each
/// quote here.
bool coverValue(char* bytes, std::size_t size, std::size_t at, std::size_t depth,
                bool mustBeCredential) noexcept
{
    while (at < size && isSpace(bytes[at]))
        ++at;
    std::size_t quote = at;
    while (quote < size && bytes[quote] == '\\')
        ++quote;
    if (quote < size && bytes[quote] == '"' && quote - at == depth) {
        const std::size_t begin = quote + 1;
        std::size_t end = begin;
        while (end < size && !(bytes[end] == '"' && isClosing(escapesBefore(bytes, end), depth)))
            ++end;
        const std::size_t stop = end < size ? end - depth : end;
        // A message that was cut off has no end of its value: all that is left is the secret.
        if (mustBeCredential && !isCredential({bytes + begin, stop - begin}))
            return false;
        return stop > begin && cover(bytes + begin, bytes + stop);
    }
    // A number stays one, so that the message can be read.
    bool isChanged = false;
    for (; !mustBeCredential && at < size &&
           (bytes[at] == '-' || bytes[at] == '.' || (bytes[at] >= '0' && bytes[at] <= '9'));
         ++at) {
        if (bytes[at] >= '0' && bytes[at] <= '8') {
            bytes[at] = '9'; // no number becomes wrong by it, as by a leading zero
            isChanged = true;
        }
    }
    return isChanged;
}

/// Calls `found(place behind the colon, backslashes before a quote, is it a "token")` for each
/// member whose name is one of a secret; false from it ends the search.
template<typename Found>
void eachSecretMember(const char* bytes, std::size_t size, Found found)
{
    const char* const end = bytes + size;
    const auto next = [end](const char* from) {
        return static_cast<const char*>(
            std::memchr(from, ':', static_cast<std::size_t>(end - from)));
    };
    for (const char* colon = next(bytes); colon != nullptr; colon = next(colon + 1)) {
        auto at = static_cast<std::size_t>(colon - bytes);
        while (at > 0 && isSpace(bytes[at - 1]))
            --at;
        if (at == 0 || bytes[at - 1] != '"')
            continue;
        const std::size_t depth = escapesBefore(bytes, at - 1);
        const std::size_t nameEnd = at - 1 - depth;
        std::size_t nameBegin = nameEnd;
        while (nameBegin > 0 && bytes[nameBegin - 1] != '"' &&
               nameEnd - nameBegin <= 2 * kLongestName)
            --nameBegin;
        const PlainName name({bytes + nameBegin, nameEnd - nameBegin});
        const bool isToken = name.view() == kToken;
        if ((isToken || isSecret(name)) &&
            !found(static_cast<std::size_t>(colon - bytes) + 1, depth, isToken))
            return;
    }
}

bool coverHeaders(QByteArray& headers)
{
    bool isChanged = false;
    HeaderList list =
        headersFromBytes({headers.constData(), static_cast<std::size_t>(headers.size())});
    for (auto& [name, value] : list) {
        const PlainName plain(name);
        if (isSecret(plain) || (plain.view() == kToken && isCredential(value)))
            isChanged = cover(value.data(), value.data() + value.size()) || isChanged;
    }
    if (isChanged)
        headers = QByteArray::fromStdString(headersToBytes(list));
    return isChanged;
}

} // namespace

bool isSecretName(std::string_view name) noexcept
{
    return isSecret(PlainName(name));
}

bool redactMembers(char* bytes, std::size_t size) noexcept
{
    bool isChanged = false;
    eachSecretMember(bytes, size, [&](std::size_t value, std::size_t depth, bool isToken) {
        isChanged = coverValue(bytes, size, value, depth, isToken) || isChanged;
        return true;
    });
    return isChanged;
}

Status Redactor::addPattern(const QString& text)
{
    Pattern pattern;
    pattern.text = text;
    QString expression = text;
    const qsizetype slash = text.indexOf(":/"_L1);
    if (slash > 0 && text.endsWith(u'/') && text.size() > slash + 2) {
        auto topic = TopicPattern::fromText(text.left(slash).toStdString());
        if (!topic)
            return topic.error();
        pattern.topic = std::move(*topic);
        expression = text.mid(slash + 2).chopped(1);
    } else if (text.size() >= 2 && text.startsWith(u'/') && text.endsWith(u'/')) {
        expression = text.mid(1).chopped(1);
    }
    pattern.expression.setPattern(expression);
    if (!pattern.expression.isValid() || expression.isEmpty()) {
        return Error{ErrorCode::WrongUse,
                     u"“%1” cannot be redacted: %2 (at character %3 of the expression)."_s
                         .arg(text, expression.isEmpty() ? u"it is empty"_s
                                                         : pattern.expression.errorString())
                         .arg(pattern.expression.patternErrorOffset())};
    }
    pattern.expression.optimize();
    m_patterns.push_back(std::move(pattern));
    return Done{};
}

bool Redactor::apply(HeardMessage& message) const
{
    bool isChanged = false;
    if (m_isKnown) {
        // A look first: to write into the bytes may copy them.
        const auto size = static_cast<std::size_t>(message.raw.size());
        bool isSuspect = false;
        eachSecretMember(message.raw.constData(), size, [&](std::size_t, std::size_t, bool) {
            isSuspect = true;
            return false;
        });
        if (isSuspect)
            isChanged = redactMembers(message.raw.data(), size);
        if (!message.headers.isEmpty())
            isChanged = coverHeaders(message.headers) || isChanged;
    }
    for (const Pattern& pattern : m_patterns) {
        if (pattern.topic &&
            !pattern.topic->matches(
                {message.topic.constData(), static_cast<std::size_t>(message.topic.size())}))
            continue;
        // Latin 1: a character a byte, whatever the bytes are.
        const QString text = QString::fromLatin1(message.raw);
        auto matches = pattern.expression.globalMatch(text);
        const int group = pattern.expression.captureCount() > 0 ? 1 : 0;
        while (matches.hasNext()) {
            const auto match = matches.next();
            const qsizetype begin = match.capturedStart(group);
            if (begin < 0 || match.capturedLength(group) == 0)
                continue;
            char* const bytes = message.raw.data();
            isChanged =
                cover(bytes + begin, bytes + begin + match.capturedLength(group)) || isChanged;
        }
    }
    if (isChanged)
        message.flags |= Redacted;
    return isChanged;
}

std::string Redactor::text() const
{
    QStringList rules;
    if (m_isKnown)
        rules << u"known secrets"_s;
    for (const Pattern& pattern : m_patterns)
        rules << pattern.text;
    return rules.join(u'\n').toStdString();
}

} // namespace murmur
