// SPDX-FileCopyrightText: 2026 The Murmurscope authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "session/secretmembers.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace murmur {

namespace {

/// So much of the end of a name decides.
constexpr std::size_t kDecides = 24;
constexpr std::size_t kLongestName = 128;
/// A credential is no word: as long as this.
constexpr std::size_t kShortestCredential = 20;
/// How far the password of a URL may lie behind its scheme.
constexpr std::size_t kLongestUser = 512;
/// How deep the value of a secret is followed.
constexpr int kDeepest = 64;

// Plain: lower case, without '-' and '_'. A name that ends with one of them is one.
constexpr std::array<std::string_view, 20> kEndings{
    "password",  "passwords",  "passwd",      "passphrase",    "passwordhash",
    "pwd",       "secret",     "secretkey",   "apikey",        "apikeys",
    "accesskey", "privatekey", "accesstoken", "refreshtoken",  "authtoken",
    "apitoken",  "credential", "credentials", "authorization", "cookie"};
constexpr std::array<std::string_view, 5> kWhole{"clientsecret", "idtoken", "sessiontoken",
                                                 "bearertoken", "secretaccesskey"};
constexpr std::array<std::string_view, 3> kIfCredential{"token", "jwt", "auth"};

struct PlainName
{
    std::array<char, kDecides> text{}; ///< a ring
    std::size_t size = 0;

    explicit PlainName(std::string_view name) noexcept
    {
        for (std::size_t i = 0; i < name.size(); ++i) {
            char c = name[i];
            if (c == '-' || c == '_')
                continue;
            if (c == '\\') {
                while (i < name.size() && name[i] == '\\')
                    ++i;
                c = escaped(name, i);
            }
            text[size++ % kDecides] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    [[nodiscard]] bool endsWith(std::string_view ending) const noexcept
    {
        if (ending.size() > size || ending.size() > kDecides)
            return false;
        for (std::size_t i = 0; i < ending.size(); ++i) {
            if (text[(size - ending.size() + i) % kDecides] != ending[i])
                return false;
        }
        return true;
    }
    [[nodiscard]] bool is(std::string_view name) const noexcept
    {
        return size == name.size() && endsWith(name);
    }

private:
    /// The character behind a backslash; of \u0077 the last digit's place is left in `i`.
    static char escaped(std::string_view name, std::size_t& i) noexcept
    {
        if (i >= name.size())
            return '\\';
        if (name[i] != 'u' || i + 4 >= name.size())
            return name[i];
        unsigned code = 0;
        for (std::size_t digit = i + 1; digit <= i + 4; ++digit) {
            const char c = name[digit];
            const unsigned value = c >= '0' && c <= '9'   ? static_cast<unsigned>(c - '0')
                                   : c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a' + 10)
                                   : c >= 'A' && c <= 'F' ? static_cast<unsigned>(c - 'A' + 10)
                                                          : 16u;
            if (value > 15)
                return name[i];
            code = code * 16 + value;
        }
        i += 4;
        return code < 128 ? static_cast<char>(code) : '?';
    }
};

SecretName kindOf(const PlainName& name) noexcept
{
    const auto ends = [&](std::string_view ending) { return name.endsWith(ending); };
    if (std::ranges::any_of(kEndings, ends) || std::ranges::any_of(kWhole, ends))
        return SecretName::Yes;
    if (name.is("pass"))
        return SecretName::IfText;
    return std::ranges::any_of(kIfCredential, ends) ? SecretName::IfCredential : SecretName::No;
}

bool isSpace(char c) noexcept
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool isNumber(char c) noexcept
{
    return c == '-' || c == '.' || (c >= '0' && c <= '9');
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

/// JSON text whose quotes have `depth` backslashes before them.
struct Text
{
    char* bytes;
    std::size_t size;
    std::size_t depth;

    struct String
    {
        std::size_t begin = 0;
        std::size_t end = 0;   ///< of what stands in it
        std::size_t after = 0; ///< behind its closing quote
    };

    [[nodiscard]] std::size_t skipSpace(std::size_t at) const noexcept
    {
        while (at < size && isSpace(bytes[at]))
            ++at;
        return at;
    }
    /// The string that begins at `at`, if one does. One that was cut off has no end.
    bool stringAt(std::size_t at, String& string) const noexcept
    {
        std::size_t quote = at;
        while (quote < size && bytes[quote] == '\\')
            ++quote;
        if (quote >= size || bytes[quote] != '"' || quote - at != depth)
            return false;
        string.begin = quote + 1;
        std::size_t end = string.begin;
        while (end < size && !(bytes[end] == '"' && isClosing(escapesBefore(bytes, end), depth)))
            ++end;
        string.end = end < size ? end - depth : end;
        string.after = std::min(size, end + 1);
        return true;
    }
    [[nodiscard]] std::string_view view(const String& string) const noexcept
    {
        return {bytes + string.begin, string.end - string.begin};
    }
    /// Behind the colon, when one follows.
    bool colonAfter(std::size_t at, std::size_t& behind) const noexcept
    {
        at = skipSpace(at);
        behind = at + 1;
        return at < size && bytes[at] == ':';
    }

    bool coverString(const String& string, SecretName sure) const noexcept
    {
        if (sure == SecretName::IfCredential && !isCredential(view(string)))
            return false;
        return string.end > string.begin &&
               coverWithStars(bytes + string.begin, bytes + string.end);
    }
    /// A number stays one, so that the message can be read. Leaves `at` behind it.
    bool coverNumber(std::size_t& at, SecretName sure) const noexcept
    {
        bool isChanged = false;
        for (; at < size && isNumber(bytes[at]); ++at) {
            if (sure == SecretName::Yes && bytes[at] >= '0' && bytes[at] <= '8') {
                bytes[at] = '9'; // no number becomes wrong by it, as by a leading zero
                isChanged = true;
            }
        }
        return isChanged;
    }
    /// Every text and number of the value that begins at `at`, which is then behind it; names in it
    /// stay.
    bool coverValue(std::size_t& at, SecretName sure) const noexcept
    {
        bool isChanged = false;
        int open = 0;
        at = skipSpace(at);
        do {
            String string;
            if (at >= size)
                break;
            const char c = bytes[at];
            if (stringAt(at, string)) {
                std::size_t behind = 0;
                const bool isName = open > 0 && colonAfter(string.after, behind);
                if (!isName)
                    isChanged = coverString(string, sure) || isChanged;
                at = string.after;
            } else if (c == '{' || c == '[') {
                if (++open > kDeepest)
                    break;
                ++at;
            } else if (c == '}' || c == ']') {
                --open;
                ++at;
            } else if (isNumber(c)) {
                isChanged = coverNumber(at, sure) || isChanged;
            } else if (open == 0) {
                break;
            } else {
                ++at;
            }
        } while (open > 0);
        return isChanged;
    }
    /// Where the value begins that belongs to a name which a member says: that of the `value` that
    /// stands next to it.
    bool valueBeside(std::size_t at, std::size_t& value) const noexcept
    {
        at = skipSpace(at);
        String string;
        if (at >= size || bytes[at] != ',' || !stringAt(skipSpace(at + 1), string) ||
            !PlainName(view(string)).is("value"))
            return false;
        return colonAfter(string.after, value);
    }
};

/// The password of a URL whose scheme ends at `colon`: begin and end, or nothing.
bool passwordOfUrl(const char* bytes, std::size_t size, std::size_t colon, std::size_t& begin,
                   std::size_t& end) noexcept
{
    if (colon + 3 >= size || bytes[colon + 1] != '/' || bytes[colon + 2] != '/')
        return false;
    begin = end = 0;
    const std::size_t stop = std::min(size, colon + 3 + kLongestUser);
    for (std::size_t at = colon + 3; at < stop; ++at) {
        const char c = bytes[at];
        if (c == '@')
            end = at;
        else if (c == ':' && begin == 0)
            begin = at + 1;
        else if (c == '/' || c == '?' || c == '#' || c == '"' || c == '\\' || c == '\'' ||
                 c == ',' || isSpace(c))
            break;
    }
    return begin != 0 && end > begin;
}

/// The name of the member whose colon stands at `colon`; false when it is none.
bool nameBefore(const char* bytes, std::size_t colon, std::string_view& name,
                std::size_t& depth) noexcept
{
    std::size_t at = colon;
    while (at > 0 && isSpace(bytes[at - 1]))
        --at;
    if (at == 0 || bytes[at - 1] != '"')
        return false;
    depth = escapesBefore(bytes, at - 1);
    const std::size_t end = at - 1 - depth;
    std::size_t begin = end;
    while (begin > 0 && bytes[begin - 1] != '"' && end - begin <= kLongestName)
        --begin;
    name = {bytes + begin, end - begin};
    return true;
}

/// A member that says the name of another value.
bool saysName(const PlainName& name) noexcept
{
    return name.is("name") || name.is("key") || name.is("header");
}

/// Looks at every colon. `Mend`: false ends at the first that would be covered.
template<bool Mend>
bool look(char* bytes, std::size_t size) noexcept
{
    bool isChanged = false;
    const char* const end = bytes + size;
    const auto next = [end](const char* from) {
        return static_cast<const char*>(
            std::memchr(from, ':', static_cast<std::size_t>(end - from)));
    };
    for (const char* found = next(bytes); found != nullptr; found = next(found + 1)) {
        const auto colon = static_cast<std::size_t>(found - bytes);
        std::size_t begin = 0;
        std::size_t stop = 0;
        if (passwordOfUrl(bytes, size, colon, begin, stop)) {
            if constexpr (!Mend)
                return true;
            isChanged = coverWithStars(bytes + begin, bytes + stop) || isChanged;
            continue;
        }
        std::string_view text;
        std::size_t depth = 0;
        if (!nameBefore(bytes, colon, text, depth))
            continue;
        const PlainName name(text);
        const Text json{bytes, size, depth};
        SecretName sure = kindOf(name);
        std::size_t value = colon + 1;
        if (sure == SecretName::No && saysName(name)) {
            Text::String said;
            if (json.stringAt(json.skipSpace(colon + 1), said) &&
                json.valueBeside(said.after, value))
                sure = kindOf(PlainName(json.view(said)));
        }
        if (sure == SecretName::No)
            continue;
        if constexpr (!Mend)
            return true;
        isChanged = json.coverValue(value, sure) || isChanged;
        // All of it is covered, whatever names are in it.
        if (sure == SecretName::Yes && value > colon + 1)
            found = bytes + value - 1;
    }
    return isChanged;
}

} // namespace

SecretName secretName(std::string_view name) noexcept
{
    return kindOf(PlainName(name));
}

bool isCredential(std::string_view value) noexcept
{
    for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic ", "Token ", "token "}) {
        if (value.starts_with(scheme))
            return value.size() > scheme.size();
    }
    return value.size() >= kShortestCredential && std::ranges::none_of(value, isSpace);
}

bool hasSecretMember(const char* bytes, std::size_t size) noexcept
{
    // Nothing is written when it only looks.
    return look<false>(const_cast<char*>(bytes), size);
}

bool redactMembers(char* bytes, std::size_t size) noexcept
{
    return look<true>(bytes, size);
}

bool coverWithStars(char* begin, char* end) noexcept
{
    const bool isCovered = std::all_of(begin, end, [](char c) { return c == '*'; });
    std::fill(begin, end, '*');
    return !isCovered;
}

} // namespace murmur
